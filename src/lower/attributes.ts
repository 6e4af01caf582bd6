import { asNumber, formatDim, type Dim } from "../dims/dim.ts";
import type { Attribute, AttributeValue } from "../ir/graph.ts";
import { brokenLimit } from "../ir/limits.ts";
import type { TensorType } from "../ir/types.ts";
import { isDType } from "../ops/define/dtype-class.ts";
import type { AttributeSpec } from "../ops/define/operator.ts";
import { elementTypes } from "../analyze/builtins.ts";
import { elementAt } from "../support/element-at.ts";
import type { Span } from "../support/source.ts";
import { report, type Context, type Expected } from "./context.ts";
import { asDim, asInteger, asReal, isHeld, sourceOf } from "./convert.ts";
import { checkPositive } from "./declared-types.ts";
import { argumentOf, reportRange } from "./given-argument.ts";
import { describe, type Val } from "./values.ts";
import { isRest, fillShape } from "./fill-shape.ts";

/** What an attribute's expression may be. */
export function expectedFor(spec: AttributeSpec): Expected {
  switch (spec.kind) {
    case "dtype":
      return { words: elementTypes };
    case "word or ints":
      return { words: new Set(spec.oneOf ?? []), integer: true };
    case "string":
      return { words: new Set(spec.oneOf ?? []) };
    case "dim":
    case "dims":
    case "int":
    case "ints":
      return { integer: true };
    default:
      return {};
  }
}

/**
 * A value as an attribute of the declared kind, checked; undefined after a report. A real number is computed with in the
 * element type of the first operand, which must hold it; left out where there is none yet.
 */
export function attributeOf(
  ctx: Context,
  name: string,
  spec: AttributeSpec,
  val: Val,
  span: Span,
  operand?: TensorType,
): Attribute | undefined {
  const what = `\`${name}\``;
  switch (spec.kind) {
    case "int": {
      const value = asInteger(ctx, val, span, what);
      return value === undefined || !inRange(ctx, spec, what, value, val, span)
        ? undefined
        : withSource({ kind: "number", value }, sourceOf(val));
    }
    case "float": {
      const value = asReal(ctx, val, span, what);
      return value === undefined ||
        !inRange(ctx, spec, what, value, val, span) ||
        (operand !== undefined && !isHeld(ctx, what, value, operand.dtype, span))
        ? undefined
        : withSource({ kind: "number", value }, sourceOf(val));
    }
    case "bool":
      if (val.kind === "boolean") return withSource({ kind: "boolean", value: val.value }, sourceOf(val));
      return mismatch(ctx, `${what} must be true or false`, val, span);
    case "string":
      if (val.kind !== "string" && val.kind !== "word")
        return mismatch(ctx, `${what} must be a ${spec.oneOf === undefined ? "string" : "word"}`, val, span);
      return wordOf(ctx, spec, what, val, span);
    case "word or ints":
      return val.kind === "string" || val.kind === "word"
        ? wordOf(ctx, spec, what, val, span)
        : integersOf(ctx, spec, what, val, span);
    case "dtype":
      if (val.kind === "word" && isDType(val.value)) return { kind: "string", value: val.value };
      return mismatch(ctx, `${what} must be an element type`, val, span);
    case "dim": {
      const dim = asDim(ctx, val, span, what);
      return dim === undefined || !isSize(ctx, spec, dim, val, span)
        ? undefined
        : withSource({ kind: "dim", value: dim }, sourceOf(val));
    }
    case "dims": {
      const vals = flatten(val);
      const dims = vals.map((it) => asDim(ctx, it, span, `each element of ${what}`));
      if (!dims.every((it) => it !== undefined)) return undefined;
      const isFine = (it: Dim, index: number): boolean => {
        const given = elementAt(vals, index);
        return (spec.fills === true && isRest(given)) || isSize(ctx, spec, it, given, span);
      };
      if (!dims.every(isFine)) return undefined;
      const filled = spec.fills === true ? fillShape(ctx, dims, vals, operand, span) : dims;
      return filled && withSource({ kind: "dims", value: filled }, filled === dims ? sourceOfList(vals) : undefined);
    }
    case "ints":
      return integersOf(ctx, spec, what, val, span);
    case "strings": {
      const values = flatten(val).map((it) => (it.kind === "string" || it.kind === "word" ? it.value : undefined));
      if (values.every((it) => it !== undefined)) return { kind: "strings", value: values };
      return mismatch(ctx, `${what} must be a list of strings`, val, span);
    }
  }
}

function wordOf(
  ctx: Context,
  { oneOf }: AttributeSpec,
  what: string,
  val: Val & { readonly kind: "string" | "word" },
  span: Span,
): Attribute | undefined {
  // As everywhere, what is one of several words stands without quotes.
  if (val.kind === "string" && oneOf?.includes(val.value) === true) {
    const help = `Words stand without quotes: \`${val.value}\`.`;
    const fix = { title: `write \`${val.value}\``, edits: [{ span, text: val.value }] };
    report(ctx, "MC3008", span, { expected: `${what} must be a word`, actual: describe(val) }, { help, fix });
    return undefined;
  }
  if (oneOf === undefined || oneOf.includes(val.value)) return { kind: "string", value: val.value };
  return mismatch(ctx, `${what} must be one of ${oneOf.join(", ")}`, val, span);
}

function integersOf(ctx: Context, spec: AttributeSpec, what: string, val: Val, span: Span): Attribute | undefined {
  const vals = flatten(val);
  const values = vals.map((it) => asInteger(ctx, it, span, `each element of ${what}`));
  if (!values.every((it) => it !== undefined)) return undefined;
  if (!values.every((it, index) => inRange(ctx, spec, what, it, elementAt(vals, index), span))) return undefined;
  return withSource({ kind: "numbers", value: values }, sourceOfList(vals));
}

/** Whether a dim is 1 or more where its attribute is a size. */
function isSize(ctx: Context, { min, fills }: AttributeSpec, dim: Dim, val: Val, span: Span): boolean {
  if (min === undefined) return true;
  if (fills === true && asNumber(dim) === -1 && argumentOf([val]) === undefined) {
    const help = "Only a `-1` that is written as such stands for what is left, and this one is computed.";
    report(ctx, "MC3033", span, { dim: "-1", value: "-1" }, { help });
    return false;
  }
  return checkPositive(ctx, dim, span, formatDim(dim), val);
}

function flatten(val: Val): readonly Val[] {
  return val.kind === "list" || val.kind === "tuple" ? val.elements.flatMap(flatten) : [val];
}

/** The text of a list over hyperparameters, where every element has one or is a literal. */
function sourceOfList(vals: readonly Val[]): string | undefined {
  if (!vals.some((it) => sourceOf(it) !== undefined)) return undefined;
  const texts = vals.map((it) => {
    const source = sourceOf(it);
    if (source !== undefined) return source;
    return it.kind === "number" && it.opaque !== true ? String(it.value) : undefined;
  });
  return texts.every((it) => it !== undefined) ? `[${texts.join(", ")}]` : undefined;
}

function withSource(value: AttributeValue, source: string | undefined): Attribute {
  return source === undefined ? value : { ...value, source };
}

function mismatch(ctx: Context, expected: string, val: Val, span: Span): undefined {
  if (val.kind !== "poison") report(ctx, "MC3008", span, { expected, actual: describe(val) });
  return undefined;
}

function inRange(ctx: Context, spec: AttributeSpec, what: string, value: number, val: Val, span: Span): boolean {
  const limit = brokenLimit(spec, value);
  if (limit !== undefined) reportRange(ctx, val, { what, limit, actual: String(value) }, span);
  return limit === undefined;
}
