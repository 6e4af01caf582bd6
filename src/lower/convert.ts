import { asNumber, constant, divideExactly, formatDim, sameForm, type Dim } from "../dims/dim.ts";
import { decide } from "../dims/decide.ts";
import type { Extras } from "../diagnostics/make-diagnostic.ts";
import { divides, type Facts, type Relation } from "../dims/facts.ts";
import type { DType, TensorType } from "../ir/types.ts";
import { lostIn } from "../graph/lost-in.ts";
import { isFloat } from "../ops/define/dtype-class.ts";
import { numbersBetween, rangeOfDim } from "../ops/define/value-range.ts";
import { textOf, type Span } from "../support/source.ts";
import { broadcastNode, castNode, constantNode, dimNode, operatorNode, report, type Context } from "./context.ts";
import { argumentOf } from "./given-argument.ts";
import { describe, noValueFacts, targetName, tensor, type Provenance, type TensorVal, type Val } from "./values.ts";
import { factsIn } from "./minima.ts";
import { conditionFor } from "./offered-facts.ts";
import { reportUndecided } from "./report-undecided.ts";

/** The dimension that a compile-time integer is, or undefined after a report. */
export function asDim(ctx: Context, val: Val, span: Span, what: string): Dim | undefined {
  switch (val.kind) {
    case "dim":
      return val.dim;
    case "number":
      if (Number.isSafeInteger(val.value)) return constant(val.value);
      break;
    case "ratio":
      return exactQuotient(ctx, val.dividend, val.divisor, span);
    case "poison":
      return undefined;
    default:
      break;
  }
  report(ctx, "MC3008", span, { expected: `${what} must be an integer or a dimension`, actual: describe(val) });
  return undefined;
}

/** `dividend / divisor` where an integer is expected: it must be provable that it divides. */
export function exactQuotient(ctx: Context, dividend: Dim, divisor: Dim, span: Span): Dim | undefined {
  if (asNumber(divisor) === 0) {
    report(ctx, "MC3005", span, { dividend: formatDim(dividend), divisor: "0", example: "" });
    return undefined;
  }
  const relation = divides(divisor, dividend);
  const proof = decide(relation, factsIn(ctx));
  if (proof.verdict === "proved") return divideExactly(dividend, divisor);
  if (proof.verdict === "unknown") {
    const claim = `${formatDim(dividend)} always divides by ${formatDim(divisor)}`;
    return reportUndecided(ctx, span, { claim, relations: [relation] });
  }
  const example = proof.counterexample.size > 0 ? ` (for example at ${formatExample(proof.counterexample)})` : "";
  const condition = conditionFor(ctx, [relation]);
  const otherwise = "Use `//` for floor division, or choose other sizes";
  const help = condition === undefined ? `${otherwise}.` : `${otherwise}; or state it ${condition}.`;
  const found = { dividend: formatDim(dividend), divisor: formatDim(divisor), example };
  report(ctx, "MC3005", span, found, { help, ...failsAt(relation, factsIn(ctx)) });
  return undefined;
}

/** The sizes at which a relation fails, for who reads findings as data. */
export function failsAt(relation: Relation, facts: Facts): Pick<Extras, "counterexample"> {
  const proof = decide(relation, facts);
  if (proof.verdict !== "refuted" || proof.counterexample.size === 0) return {};
  return { counterexample: Object.fromEntries(proof.counterexample) };
}

/** `H = 30, W = 12` */
export function formatExample(counterexample: ReadonlyMap<string, number>): string {
  return [...counterexample].map(([name, value]) => `${name} = ${String(value)}`).join(", ");
}

/** A compile-time real number, or undefined after a report. */
export function asReal(ctx: Context, val: Val, span: Span, what: string): number | undefined {
  const value = numberOf(val);
  if (value !== undefined) return value;
  if (val.kind !== "poison") {
    report(ctx, "MC3008", span, {
      expected: `${what} must be a number that is known at compile time`,
      actual: describe(val),
    });
  }
  return undefined;
}

/** A compile-time integer, or undefined after a report. */
export function asInteger(ctx: Context, val: Val, span: Span, what: string): number | undefined {
  const value = numberOf(val);
  if (value !== undefined && Number.isSafeInteger(value)) return value;
  if (val.kind !== "poison") {
    report(ctx, "MC3008", span, {
      expected: `${what} must be an integer that is known at compile time`,
      actual: describe(val),
    });
  }
  return undefined;
}

/** The number that a value is known to be. */
export function numberOf(val: Val): number | undefined {
  if (val.kind === "number") return val.value;
  if (val.kind === "dim") return asNumber(val.dim);
  if (val.kind === "ratio") {
    const dividend = asNumber(val.dividend);
    const divisor = asNumber(val.divisor);
    return dividend === undefined || divisor === undefined || divisor === 0 ? undefined : dividend / divisor;
  }
  return undefined;
}

/** Whether a value known at compile time is a whole number. */
export function isWhole(val: Val): boolean {
  return val.kind === "dim" || (val.kind === "number" && val.integer);
}

/** The element type of numbers beside which no tensor stands: i32 where all are whole, else f32. */
export function literalType(vals: readonly Val[]): DType {
  return vals.every((it) => it.kind === "boolean" || isWhole(it)) ? "i32" : "f32";
}

/** The text over hyperparameters of a number, where it has one. */
export function sourceOf(val: Val): string | undefined {
  return "source" in val && !("opaque" in val && val.opaque) ? val.source : undefined;
}

/** Where the result of an operation on compile-time values came from. */
export function combined(parts: readonly Val[], write: (texts: readonly string[]) => string): Provenance {
  const opaque = parts.some(
    (it) => ("opaque" in it && it.opaque === true) || (it.kind === "dim" && it.source === undefined),
  );
  const argument = argumentOf(parts);
  const given = argument === undefined ? {} : { argument };
  if (opaque) return { opaque: true, ...given };
  if (!parts.some((it) => "source" in it && it.source !== undefined)) return given;
  return { source: write(parts.map(textOfStatic)), ...given };
}

function textOfStatic(val: Val): string {
  if ("source" in val && val.source !== undefined)
    return /^[\w.[\]]+$/.test(val.source) || /^\w+\([^()]*\)$/.test(val.source) ? val.source : `(${val.source})`;
  return val.kind === "number" || val.kind === "boolean" || val.kind === "word" ? String(val.value) : "?";
}

/** The largest finite numbers of the real element types, the least and the largest of the integer ones. */
const ranges: Readonly<Record<Exclude<DType, "bool">, readonly [least: number, largest: number]>> = {
  f16: [-65504, 65504],
  bf16: [-(2 - 2 ** -7) * 2 ** 127, (2 - 2 ** -7) * 2 ** 127],
  f32: [-(2 - 2 ** -23) * 2 ** 127, (2 - 2 ** -23) * 2 ** 127],
  f64: [-Number.MAX_VALUE, Number.MAX_VALUE],
  i8: [-128, 127],
  i32: [-(2 ** 31), 2 ** 31 - 1],
  i64: [-(2 ** 63), 2 ** 63],
  u8: [0, 255],
  u32: [0, 2 ** 32 - 1],
};

function holds(dtype: DType, value: number): boolean {
  if (dtype === "bool") return false;
  const [least, largest] = ranges[dtype];
  return value >= least && value <= largest && (isFloat(dtype) || Number.isSafeInteger(value));
}

/** The last number of an element type on the side on which one lies beyond it. */
function endOf(dtype: DType, value: number): number | undefined {
  if (dtype === "bool") return undefined;
  const [least, largest] = ranges[dtype];
  return value < least ? least : value > largest ? largest : undefined;
}

/**
 * Whether an element type holds a number, and does not make it 0 or infinite; false after a report. The type is that of
 * the tensor at `beside`, where it comes from one.
 */
export function isHeld(ctx: Context, what: string, value: number, dtype: DType, span: Span, beside?: Span): boolean {
  if (!holds(dtype, value)) {
    const wide =
      beside === undefined
        ? ""
        : ` \`cast(${textOf(beside).replace(/^\(([^()]*)\)$/, "$1")}, f32)\` makes real numbers of them.`;
    const help =
      dtype === "bool"
        ? `Truth values are \`true\` and \`false\`.${wide}`
        : beside === undefined || isFloat(dtype) || Number.isInteger(value)
          ? undefined
          : `Beside whole numbers a number is whole.${wide}`;
    const labels = beside === undefined ? [] : [{ span: beside, message: `this is ${dtype}` }];
    const ends = endOf(dtype, value);
    const found = { value: String(value), dtype, ...(ends !== undefined && { ends: String(ends) }) };
    report(ctx, "MC3026", span, found, { labels, ...(help !== undefined && { help }) });
    return false;
  }
  const lost = lostIn(dtype, value);
  if (lost === undefined) return true;
  report(ctx, "MC3056", span, { what, value: String(value), dtype, becomes: lost });
  return false;
}

/** What makes one tensor of a list of them. */
const ofLists =
  "Join its elements with `concat` or `stack`, add them up with `sum`, or take one of them, as in `parts[0]`.";

/** What a number becomes as a tensor: by the tensor `beside` it, or by what is declared. */
export interface NumberType {
  readonly dtype: DType;
  /** Filled with the number; a scalar unless said. */
  readonly shape?: readonly Dim[];
  readonly beside?: Span;
}

/**
 * A value as a tensor, undefined after a report. A number becomes what `as` says, which must hold it; without that it is
 * a literal alone.
 */
export function asTensor(ctx: Context, val: Val, span: Span, as?: NumberType): TensorVal | undefined {
  const { dtype = literalType([val]), shape = [] } = as ?? {};
  switch (val.kind) {
    case "tensor":
      return val;
    case "number": {
      if (!isHeld(ctx, "the number", val.value, dtype, span, as?.beside)) return undefined;
      const facts = Number.isInteger(val.value) ? { range: numbersBetween(val.value, val.value) } : noValueFacts;
      return tensor(constantNode(ctx, { dtype, shape }, val.value, sourceOf(val), span), facts);
    }
    case "dim": {
      const known = asNumber(val.dim);
      if (known !== undefined) return asTensor(ctx, { kind: "number", value: known, integer: true }, span, as);
      const facts = { range: rangeOfDim(val.dim, factsIn(ctx)) };
      return tensor(broadcastNode(ctx, castNode(ctx, dimNode(ctx, val.dim, span), dtype, span), shape, span), facts);
    }
    case "ratio": {
      const type: TensorType = { dtype: isFloat(dtype) ? dtype : "f32", shape: [] };
      const above = castNode(ctx, dimNode(ctx, val.dividend, span), type.dtype, span);
      const below = castNode(ctx, dimNode(ctx, val.divisor, span), type.dtype, span);
      return tensor(broadcastNode(ctx, operatorNode(ctx, "div", [above, below], type, span), shape, span));
    }
    case "boolean":
      return tensor(constantNode(ctx, { dtype: "bool", shape }, val.value ? 1 : 0, undefined, span));
    case "poison":
      return undefined;
    case "tuple":
      report(
        ctx,
        "MC3008",
        span,
        { expected: "one tensor is needed here", actual: describe(val) },
        { help: "Take it apart first: `(a, b) = ...`." },
      );
      return undefined;
    case "recipe":
    case "instance": {
      const name = val.kind === "recipe" ? targetName(val.target) : val.instance.callable.declaration.name.text;
      report(
        ctx,
        "MC3008",
        span,
        { expected: "a tensor is needed here", actual: describe(val) },
        { help: `Apply it: \`x -> ${name}\`.` },
      );
      return undefined;
    }
    case "list": {
      const parts = { expected: "a tensor is needed here", actual: describe(val) };
      report(ctx, "MC3008", span, parts, val.elements.some((it) => it.kind === "tensor") ? { help: ofLists } : {});
      return undefined;
    }
    default:
      report(ctx, "MC3008", span, { expected: "a tensor is needed here", actual: describe(val) });
      return undefined;
  }
}

/** Whether two types are the same, dims proved equal. */
export function sameType(ctx: Context, a: TensorType, b: TensorType): boolean {
  return a.dtype === b.dtype && sameShape(ctx, a.shape, b.shape);
}

/** Whether two shapes are the same, dims proved equal. */
export function sameShape(ctx: Context, a: readonly Dim[], b: readonly Dim[]): boolean {
  return (
    a.length === b.length &&
    a.every((it, axis) => {
      const other = b[axis];
      if (other === undefined) return false;
      return (
        sameForm(it, other) || decide({ kind: "equal", left: it, right: other }, factsIn(ctx)).verdict === "proved"
      );
    })
  );
}
