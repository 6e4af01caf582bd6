import { isFloat } from "../ops/define/dtype-class.ts";
import { constant } from "../dims/dim.ts";
import type { Attribute } from "../ir/graph.ts";
import type { TensorType } from "../ir/types.ts";
import { operandSpecAt } from "../graph/infer.ts";
import { givenAttributes, type Operator } from "../ops/define/operator.ts";
import { reportUnknownArgument } from "../analyze/report-unknown-argument.ts";
import type { Span } from "../support/source.ts";
import type { Argument, Expression } from "../syntax/ast.ts";
import { applyOperator } from "./apply-operator.ts";
import { tensorBinary } from "./arithmetic.ts";
import { attributeOf, expectedFor } from "./attributes.ts";
import { resolveAxes, resolveAxis } from "./axes.ts";
import { freshValue, report, reporter, type Context } from "./context.ts";
import { asDim, asTensor } from "./convert.ts";
import { claimNumbered } from "./paths.ts";
import { allAxes, perExample } from "./per-example.ts";
import { reportGivenTwice } from "./report-given-twice.ts";
import { poison, tensor, type RecipeVal, type TensorVal, type Val } from "./values.ts";
import { isStaticNumber } from "./arithmetic.ts";
import { countOf, helpOfTwo, mayBeFlag } from "./given-operands.ts";
import { reportTooMany } from "./report-too-many.ts";
import { type ReadyOperand, type GivenOperand, operandTensors } from "./operand-tensors.ts";

/** A value that an operator or function is given, with the text that it comes from. */
export interface Given {
  readonly val: Val;
  readonly span: Span;
}

const axisWords: ReadonlySet<string> = new Set(["axis", "axes", "over", "along"]);

/** Attributes that were given where the operator was passed as a value, and the text there. */
type Bound = Pick<RecipeVal, "bound" | "text">;

/** What a call gives an operator, sorted. */
export interface Pending {
  readonly operands: Given[];
  readonly named: Map<string, Given>;
  readonly attributes: Map<string, Argument>;
  readonly positional: Given[];
  readonly axis: Argument[];
  readonly sizes: Argument[];
}

/**
 * Calls an operator by name: operands first (what is piped in before all), then attributes by position or name.
 * `axis`, `over` and `along` take an axis by name or number; a key that is left out is the key of this place.
 */
export function callOperator(
  ctx: Context,
  operator: Operator,
  piped: readonly Given[],
  args: readonly Argument[],
  { bound, text }: Bound,
  span: Span,
): Val {
  const pending = sortArguments(ctx, operator, piped, args, { bound, text });
  if (pending === undefined) return poison;
  const [first, ...others] = pending.operands;
  if (operator.name === "sum" && first?.val.kind === "list" && others.length === 0) {
    return sumOfList(ctx, first.val.elements, pending, { ...first, whole: span });
  }
  const operands = operandsOf(ctx, operator, pending, span);
  if (operands === undefined) return poison;
  const attributes = attributesOf(ctx, operator, pending, bound, operands, span);
  if (attributes === undefined) return poison;
  return applyOperator(
    ctx,
    operator,
    operands.map((it) => it.val),
    attributes,
    span,
    operands.map((it) => it.span),
  );
}

/** `sum(parts)`: the elements of a list added up, the first to the second and so on. */
function sumOfList(
  ctx: Context,
  elements: readonly Val[],
  pending: Pending,
  at: { readonly span: Span; readonly whole: Span },
): Val {
  const extra = [...pending.axis, ...pending.attributes.values()][0];
  if (extra !== undefined) {
    const parts = { expected: "`sum` over an axis takes a tensor", actual: `a list of ${String(elements.length)}` };
    report(ctx, "MC3008", at.span, parts, { help: "Add the list up first, or join it with `stack`." });
    return poison;
  }
  const [first, ...others] = elements;
  if (first === undefined) {
    report(ctx, "MC3096", at.span, { callee: "sum" });
    return poison;
  }
  const e = { span: at.whole, left: at, right: at };
  const start: Val = asTensor(ctx, first, at.span) ?? poison;
  return others.reduce((sum, it) => (sum.kind === "poison" ? poison : tensorBinary(ctx, "add", sum, it, e)), start);
}

/** The names of attributes that a position can give, in order. */
export function positionalAttributes(operator: Operator): readonly string[] {
  return Object.keys(givenAttributes(operator));
}

function takesSizes(operator: Operator): boolean {
  return operator.attributes["names"]?.kind === "strings" && operator.attributes["sizes"]?.kind === "dims";
}

function sortArguments(
  ctx: Context,
  operator: Operator,
  piped: readonly Given[],
  args: readonly Argument[],
  { bound, text }: Bound,
): Pending | undefined {
  const pending: Pending = {
    operands: [],
    named: new Map(),
    attributes: new Map(),
    positional: [],
    axis: [],
    sizes: [],
  };
  let fine = true;
  const extra: Argument[] = [];
  const slots = operator.operands.filter((it) => it.isKey !== true);
  const variadic = slots.at(-1)?.variadic === true;
  // Of several tensors that numbers may stand among, those in a list are all there are.
  let takesNumbers = variadic && slots.at(-1)?.shapeOfNumber !== undefined;
  const addOperand = (given: Given): void => {
    const { val, span } = given;
    const spreads =
      val.kind === "tuple" ||
      (val.kind === "list" &&
        variadic &&
        val.elements.every((it) => it.kind === "tensor" || (takesNumbers && isNumber(it))));
    if (spreads) {
      for (const it of val.elements) pending.operands.push({ val: it, span });
      takesNumbers = false;
    } else pending.operands.push(given);
    if (val.kind === "list" && val.elements.length === 0 && variadic) {
      report(ctx, "MC3096", span, { callee: operator.name });
      fine = false;
    }
  };
  piped.forEach(addOperand);
  const named = new Set(args.flatMap((it) => it.name?.text ?? []));
  const required = slots.filter((it) => it.variadic !== true && it.optional !== true).length;
  for (const argument of args) {
    const { name, value } = argument;
    if (name === undefined) {
      const open = pending.operands.length < slots.length || variadic;
      const literal = value.kind === "string" || (value.kind === "list" && !variadic && pending.operands.length > 0);
      if (literal || !open) {
        const slot = slotFor(operator, pending, bound, named, value);
        const isFlag = !literal && slot !== undefined && operator.attributes[slot]?.kind === "bool";
        if (isFlag && !mayBeFlag(ctx, operator, pending.operands.length, value)) {
          fine = false;
          continue;
        }
        if (slot !== undefined && axisWords.has(slot)) pending.axis.push(argument);
        else if (slot !== undefined) pending.attributes.set(slot, argument);
        else extra.push(argument);
        continue;
      }
      const val = ctx.elaborator.rules.expression(ctx, value);
      if (
        val.kind === "word" ||
        val.kind === "string" ||
        (isNumber(val) && pending.operands.length >= required && !takesNumbers)
      ) {
        const slot = slotFor(operator, pending, bound, named, value);
        if (slot === undefined) extra.push(argument);
        else if (axisWords.has(slot)) pending.axis.push(argument);
        else pending.attributes.set(slot, argument);
      } else addOperand({ val, span: value.span });
      continue;
    }
    const given = name.text;
    if (axisWords.has(given) && ("axis" in operator.attributes || "axes" in operator.attributes)) {
      const earlier = ["axis", "axes"].find((it) => bound.has(it));
      const before = { here: pending.axis[0]?.span, bound: earlier !== undefined, text };
      if (reportGivenTwice(ctx, argument, earlier ?? given, operator.name, before)) fine = false;
      else pending.axis.push(argument);
    } else if (
      Object.hasOwn(givenAttributes(operator), given) &&
      !(takesSizes(operator) && (given === "names" || given === "sizes"))
    ) {
      const before = { here: pending.attributes.get(given)?.span, bound: bound.has(given), text };
      if (reportGivenTwice(ctx, argument, given, operator.name, before)) fine = false;
      else pending.attributes.set(given, argument);
    } else if (operator.operands.some((it) => it.name === given)) {
      const before = { here: pending.named.get(given)?.span, bound: false, text };
      if (reportGivenTwice(ctx, argument, given, operator.name, before)) fine = false;
      else pending.named.set(given, { val: ctx.elaborator.rules.expression(ctx, value), span: value.span });
    } else if (takesSizes(operator)) {
      pending.sizes.push(argument);
    } else {
      const known = [...slots.map((it) => it.name), ...positionalAttributes(operator)];
      reportUnknownArgument(reporter(ctx), name, operator.name, known);
      fine = false;
    }
  }
  if (extra.length > 0) reportTooMany(ctx, operator, pending, extra);
  return fine && extra.length === 0 ? pending : undefined;
}

function isNumber(val: Val): boolean {
  return isStaticNumber(val) || val.kind === "boolean";
}

/** The attribute that an argument without a name gives: the first that is still open and takes what is written. */
function slotFor(
  operator: Operator,
  pending: Pending,
  bound: ReadonlyMap<string, Val>,
  named: ReadonlySet<string>,
  value: Expression,
): string | undefined {
  const axisGiven = pending.axis.length > 0 || [...named].some((it) => axisWords.has(it));
  const open = positionalAttributes(operator).filter(
    (it) => !pending.attributes.has(it) && !bound.has(it) && !named.has(it) && !(axisWords.has(it) && axisGiven),
  );
  const takes = (it: string): boolean => {
    const kind = operator.attributes[it]?.kind;
    if (kind === "word or ints" || (kind === "ints" && isNumeral(value))) return true;
    return (kind === "dims" || kind === "ints" || kind === "strings") === (value.kind === "list");
  };
  return open.find(takes) ?? open[0];
}

/** `1`, `-1` */
function isNumeral(e: Expression): boolean {
  return e.kind === "number" || (e.kind === "unary" && e.operator === "-" && isNumeral(e.operand));
}

function operandsOf(
  ctx: Context,
  operator: Operator,
  pending: Pending,
  span: Span,
): readonly ReadyOperand[] | undefined {
  const queue = [...pending.operands];
  const given: GivenOperand[] = [];
  for (const spec of operator.operands) {
    const named = pending.named.get(spec.name);
    if (named !== undefined) given.push({ spec, it: named });
    else if (spec.isKey === true && !(queue[0] !== undefined && isKey(queue[0].val))) {
      given.push({ spec, it: { val: drawKey(ctx, operator.name, span), span } });
    } else if (spec.variadic === true) for (const it of queue.splice(0)) given.push({ spec, it });
    else {
      const next = queue.shift();
      if (next !== undefined) given.push({ spec, it: next });
      else if (spec.optional !== true) {
        report(ctx, "MC3007", span, {
          callee: operator.name,
          expected: countOf(operator),
          actual: String(pending.operands.length),
        });
        return undefined;
      }
    }
  }
  if (queue.length > 0) {
    report(ctx, "MC3007", span, {
      callee: operator.name,
      expected: countOf(operator),
      actual: String(pending.operands.length),
    });
    return undefined;
  }
  return operandTensors(ctx, given);
}

function isKey(val: Val): boolean {
  return val.kind === "tensor" && val.value.type.dtype === "u32" && val.value.type.shape.length === 1;
}

/** The random key of this place. */
export function drawKey(ctx: Context, kind: string, span: Span): TensorVal {
  const path = claimNumbered(ctx.paths, kind, false);
  const value = freshValue(ctx.unit, { dtype: "u32", shape: [constant(2)] });
  ctx.nodes.push({ kind: "key", path, indices: [], results: [value], origin: span });
  ctx.unit.draws = true;
  return tensor(value);
}

function attributesOf(
  ctx: Context,
  operator: Operator,
  pending: Pending,
  bound: ReadonlyMap<string, Val>,
  operands: readonly ReadyOperand[],
  span: Span,
): Record<string, Attribute> | undefined {
  const attributes: Record<string, Attribute> = {};
  const typed = typeOfFirst(operator, operands);
  // Integers where real numbers are wanted are told as what they are, not by the number beside them.
  const [{ dtype: wanted } = { dtype: "any" }] = operator.operands;
  const computedIn = wanted === "float" && typed !== undefined && !isFloat(typed.dtype) ? undefined : typed;
  let fine = true;
  for (const [name, spec] of Object.entries(givenAttributes(operator))) {
    const argument = pending.attributes.get(name);
    const earlier = bound.get(name);
    if (argument === undefined && earlier === undefined) continue;
    const val =
      argument === undefined
        ? (earlier ?? poison)
        : ctx.elaborator.rules.expression(ctx, argument.value, expectedFor(spec));
    const own = perExample(ctx, { operator: operator.name, name }, val, typed);
    const made = attributeOf(ctx, name, spec, val, argument?.value.span ?? span, own?.type ?? computedIn);
    if (made === undefined) fine = false;
    else attributes[name] = own?.forBatch(made) ?? made;
  }
  if (!fine) return undefined;
  if (takesSizes(operator)) {
    const sizes = pending.sizes.map((it) =>
      asDim(
        ctx,
        ctx.elaborator.rules.expression(ctx, it.value, { integer: true }),
        it.value.span,
        `\`${it.name?.text ?? ""}\``,
      ),
    );
    if (!sizes.every((it) => it !== undefined)) return undefined;
    attributes["names"] = { kind: "strings", value: pending.sizes.map((it) => it.name?.text ?? "") };
    attributes["sizes"] = { kind: "dims", value: sizes };
  }
  return axisAttributes(ctx, operator, pending, operands, attributes, span) ? attributes : undefined;
}

/** The type of the first operand that is no random key. */
function typeOfFirst(operator: Operator, operands: readonly ReadyOperand[]): TensorType | undefined {
  return operands.find((_, index) => operandSpecAt(operator, index)?.isKey !== true)?.val.value.type;
}

/** Axes by name and from the end; reductions without axes reduce all; `transpose` swaps the last two. */
function axisAttributes(
  ctx: Context,
  operator: Operator,
  pending: Pending,
  operands: readonly ReadyOperand[],
  attributes: Record<string, Attribute>,
  span: Span,
): boolean {
  const type = typeOfFirst(operator, operands);
  if (type === undefined) return true;
  const rank = type.shape.length;
  const [argument] = pending.axis;
  if ("axis" in operator.attributes && attributes["axis"] === undefined) {
    const extra = operator.attributes["axis"]?.ofResult === true ? 1 : 0;
    if (argument !== undefined) {
      const axis = resolveAxis(ctx, argument.value, type, extra);
      if (axis === undefined) return false;
      attributes["axis"] = { kind: "number", value: axis };
    } else if (operator.attributes["axis"]?.default === undefined) {
      if (rank + extra === 0) {
        report(ctx, "MC3014", span, { axis: "-1", rank: "0", type: `${type.dtype}[]` });
        return false;
      }
      attributes["axis"] = { kind: "number", value: rank + extra - 1 };
    }
  }
  if ("axes" in operator.attributes && attributes["axes"] === undefined) {
    const meant = argument?.name === undefined ? helpOfTwo(operator.name) : {};
    const axes = argument === undefined ? allAxes(ctx, type) : resolveAxes(ctx, argument.value, type, meant);
    if (axes === undefined) return false;
    attributes["axes"] = { kind: "numbers", value: [...axes].sort((a, b) => a - b) };
  }
  if (operator.name === "transpose" && attributes["perm"] === undefined) {
    if (rank < 2) {
      report(ctx, "MC3001", span, {
        what: "transpose",
        expected: "two axes or more",
        actual: `${type.dtype}[${rank === 0 ? "" : "..."}]`,
      });
      return false;
    }
    attributes["perm"] = {
      kind: "numbers",
      value: type.shape.map((_, axis) => (axis === rank - 2 ? rank - 1 : axis === rank - 1 ? rank - 2 : axis)),
    };
  }
  return true;
}
