import { add, asNumber, ceilDivide, constant, subtract, type Dim } from "../dims/dim.ts";
import { decide } from "../dims/decide.ts";
import type { ParametersOf } from "../diagnostics/catalog.ts";
import { atLeast, lessThan, type Relation } from "../dims/facts.ts";
import type { TensorType } from "../ir/types.ts";
import { operators } from "../ops/registry.ts";
import { tagAttributes } from "../ops/define/tag-attributes.ts";
import type { Expression, IndexExpression, IndexItem, SliceExpression } from "../syntax/ast.ts";
import { applyOperator } from "./apply-operator.ts";
import { report, type Context } from "./context.ts";
import { asDim, asInteger, failsAt } from "./convert.ts";
import { stating } from "./offered-facts.ts";
import { exampleOf, named } from "./shape-checker.ts";
import { describe, formatType, poison, type TensorVal, type Val } from "./values.ts";
import { factsIn, putOff } from "./minima.ts";
import { elementAt } from "../support/element-at.ts";
import { textOf, type Span } from "../support/source.ts";
import { isUndecided, reportUndecided } from "./report-undecided.ts";

/** `layers[0]`, `x[:, -1]`, `x[0, 1:3]`. */
export function lowerIndex(ctx: Context, e: IndexExpression): Val {
  const target = ctx.elaborator.rules.expression(ctx, e.target);
  switch (target.kind) {
    case "poison":
      return poison;
    case "list":
    case "tuple":
      return elementOf(ctx, target.elements, e);
    case "tensor":
      return lowerTensorIndex(ctx, target, e);
    default:
      report(ctx, "MC3008", e.target.span, {
        expected: "only lists and tensors have elements",
        actual: describe(target),
      });
      return poison;
  }
}

/** Whether an item of an index is one place, rather than a slice or a mark. */
export function isPlace(item: IndexItem): item is Expression {
  return item.kind !== "slice" && item.kind !== "index-mark";
}

function elementOf(ctx: Context, elements: readonly Val[], e: IndexExpression): Val {
  const [index, ...others] = e.indices;
  if (index === undefined || others.length > 0 || index.kind === "index-mark") {
    const actual = others.length > 0 ? `${String(e.indices.length)} indices` : `\`${textOf(index?.span ?? e.span)}\``;
    report(ctx, "MC3008", e.span, { expected: "a list takes one index", actual });
    return poison;
  }
  if (index.kind === "slice") return sliceOf(ctx, elements, index);
  const val = ctx.elaborator.rules.expression(ctx, index, { integer: true });
  const at = asInteger(ctx, val, index.span, "the index of a list");
  if (at === undefined) return poison;
  const element = elements[at < 0 ? at + elements.length : at];
  if (element !== undefined) return element;
  report(ctx, "MC3097", index.span, { wanted: `element ${String(at)}`, count: elements.length });
  return poison;
}

/** `parts[1:]`, `parts[:-1]`, `parts[::2]`: a list of some elements, or of none. */
function sliceOf(ctx: Context, elements: readonly Val[], e: SliceExpression): Val {
  const count = elements.length;
  const read = (part: Expression | undefined, otherwise: number): number | undefined =>
    part === undefined
      ? otherwise
      : asInteger(ctx, ctx.elaborator.rules.expression(ctx, part, { integer: true }), part.span, "an index");
  const [from, to, step] = [read(e.start, 0), read(e.stop, count), read(e.step, 1)];
  if (from === undefined || to === undefined || step === undefined) return poison;
  if (step < 1) {
    const help = "`reversed` gives a list from its end.";
    report(ctx, "MC3010", e.span, { what: "the step of a slice", limit: "at least 1", actual: String(step) }, { help });
    return poison;
  }
  const start = from < 0 ? from + count : from;
  const stop = to < 0 ? to + count : to;
  if (start < 0 || stop > count || start > stop) {
    report(ctx, "MC3097", e.span, { wanted: `elements ${String(from)}:${String(to)}`, count });
    return poison;
  }
  return { kind: "list", elements: elements.slice(start, stop).filter((_, index) => index % step === 0) };
}

/** Cuts axis by axis, then brings what is left into the shape without axes of one place and with the new ones. */
function lowerTensorIndex(ctx: Context, target: TensorVal, e: IndexExpression): Val {
  const { type } = target.value;
  const rank = type.shape.length;
  const places = e.indices.filter((it) => it.kind !== "index-mark").length;
  if (places > rank) {
    report(ctx, "MC3001", e.span, {
      what: "the indexed value",
      expected: `${String(places)} axes or more`,
      actual: formatType(type),
    });
    return poison;
  }
  const shape: Dim[] = [];
  let current: TensorVal = target;
  let axis = 0;
  for (const item of e.indices) {
    if (item.kind === "index-mark") {
      const passed = item.mark === "None" ? [constant(1)] : type.shape.slice(axis, axis + rank - places);
      shape.push(...passed);
      if (item.mark === "...") axis += passed.length;
      continue;
    }
    const at = { text: textOf(e.target.span), axis, size: elementAt(type.shape, axis), type };
    const window = item.kind === "slice" ? sliceWindow(ctx, item, at) : pointWindow(ctx, item, at);
    if (window === undefined) return poison;
    if (window !== "all") {
      const attributes = tagAttributes(operators.slice, { axis, ...window });
      const made = applyOperator(ctx, operators.slice, [current], attributes, e.span, [e.target.span]);
      if (made.kind !== "tensor") return poison;
      current = made;
    }
    if (item.kind === "slice") shape.push(elementAt(current.value.type.shape, axis));
    axis += 1;
  }
  shape.push(...type.shape.slice(axis));
  if (e.indices.every((it) => it.kind === "slice" || (it.kind === "index-mark" && it.mark === "..."))) return current;
  const attributes = tagAttributes(operators.reshape, { shape });
  return applyOperator(ctx, operators.reshape, [current], attributes, e.span, [e.target.span]);
}

interface Window {
  readonly start: Dim;
  readonly size: Dim;
  readonly step: number;
}

/** An axis that is indexed: of what, which, and its size. */
interface IndexedAxis {
  readonly text: string;
  readonly axis: number;
  readonly size: Dim;
  readonly type: TensorType;
}

/** What an index of an axis of a size must do. */
const lieIn = ({ axis, size, type }: IndexedAxis): string =>
  `lie in axis ${String(axis)} of ${formatType(type)}, which has ${named(size)}`;

/** A place, counted from the end where it is negative. */
function place(ctx: Context, e: Expression, { text, axis, size }: IndexedAxis): Dim | undefined {
  const val = ctx.elaborator.rules.expression(ctx, e, { integer: true });
  if (val.kind === "tensor") {
    const help =
      val.value.type.dtype === "bool"
        ? "To choose by truth values, `where(mask, a, b)` keeps the shape."
        : `To look up places that a tensor holds: \`gather(${text}, ${textOf(e.span)}, axis=${String(axis)})\`.`;
    const expected = "an index is an integer or a dimension, `:`, `...` or `None`";
    report(ctx, "MC3008", e.span, { expected, actual: describe(val) }, { help });
    return undefined;
  }
  const dim = asDim(ctx, val, e.span, "an index");
  if (dim === undefined) return undefined;
  return decide(lessThan(dim, constant(0)), factsIn(ctx)).verdict === "proved" ? add(size, dim) : dim;
}

function pointWindow(ctx: Context, e: Expression, at: IndexedAxis): Window | undefined {
  const { size } = at;
  const start = place(ctx, e, at);
  if (start === undefined) return undefined;
  const bounds = [
    { relation: atLeast(start, constant(0)), right: constant(0), verb: "is less than" },
    { relation: lessThan(start, size), right: size, verb: "is not less than" },
  ];
  const fits = bounds.every(({ relation, right, verb }) =>
    isSure(ctx, relation, e.span, () => {
      const example = exampleOf(relation, start, right, verb, factsIn(ctx));
      return { index: `\`${textOf(e.span)}\``, does: lieIn(at), always: !isPlain(start, right), example };
    }),
  );
  return fits ? { start, size: constant(1), step: 1 } : undefined;
}

/** Whether two dims are numbers: what is said of them is so at all sizes. */
function isPlain(left: Dim, right: Dim): boolean {
  return asNumber(left) !== undefined && asNumber(right) !== undefined;
}

/** Whether what an index needs is proved, or may be put off; else it is reported, with what `found` says of it. */
function isSure(ctx: Context, relation: Relation, span: Span, found: () => ParametersOf<"MC3025">): boolean {
  if (decide(relation, factsIn(ctx)).verdict === "proved") return true;
  const parameters = found();
  const shows = failsAt(relation, factsIn(ctx));
  const isOpen = isUndecided(relation, factsIn(ctx));
  return putOff(ctx, relation, span, (all) => {
    if (isOpen) {
      const claim = `${parameters.index} will always ${parameters.does}`;
      reportUndecided(ctx, span, { claim, relations: all, facts: ctx.facts });
      return;
    }
    report(ctx, "MC3025", span, parameters, { ...stating(ctx, all, ctx.facts), ...shows });
  });
}

function sliceWindow(ctx: Context, e: SliceExpression, at: IndexedAxis): Window | "all" | undefined {
  const { text, axis, size } = at;
  if (e.start === undefined && e.stop === undefined && e.step === undefined) return "all";
  const start = e.start === undefined ? constant(0) : place(ctx, e.start, at);
  const stop = e.stop === undefined ? size : place(ctx, e.stop, at);
  const step =
    e.step === undefined ? 1 : asInteger(ctx, ctx.elaborator.rules.expression(ctx, e.step), e.step.span, "the step");
  if (start === undefined || stop === undefined || step === undefined) return undefined;
  if (step < 1) {
    const help = step < 0 ? { help: `To turn an axis round: \`flip(${text}, axis=${String(axis)})\`.` } : {};
    report(ctx, "MC3010", e.span, { what: "the step of a slice", limit: "at least 1", actual: String(step) }, help);
    return undefined;
  }
  const length = subtract(stop, start);
  const checks = [
    { relation: atLeast(start, constant(0)), left: start, right: constant(0), verb: "is less than", does: lieIn(at) },
    { relation: atLeast(size, stop), left: stop, right: size, verb: "is more than", does: lieIn(at) },
    {
      relation: atLeast(length, constant(1)),
      left: length,
      right: constant(1),
      verb: "is less than",
      does: "hold an element",
    },
  ];
  const fits = checks.every(({ relation, left, right, verb, does }) =>
    isSure(ctx, relation, e.span, () => {
      const example = exampleOf(relation, left, right, verb, factsIn(ctx));
      return { index: `\`${textOf(e.span)}\``, does, always: !isPlain(left, right), example };
    }),
  );
  if (!fits) return undefined;
  return { start, size: step === 1 ? length : ceilDivide(length, constant(step)), step };
}
