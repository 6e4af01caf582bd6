import type { Attributes } from "../ir/graph.ts";
import { readAttribute } from "../ops/define/read-attribute.ts";
import { sameShape } from "../ops/define/shape-rules.ts";
import { keptShape } from "../ops/reductions.ts";
import { findOperator } from "../ops/registry.ts";
import type { Span } from "../support/source.ts";
import type { TensorVal } from "./values.ts";

/** The operator that made a value, and of what. */
export interface Maker {
  readonly op: string;
  readonly operands: readonly TensorVal[];
  readonly attributes: Attributes;
}

/** What made the values of a function, by their ids: an operator, or one number. */
export type Makers = ReadonlyMap<number, Maker | number>;

/** How many values deep a proof looks, so that it costs the same wherever it is asked. */
const deepest = 8;

/**
 * Where what an operator gives became a probability, if it is proved to be one: it keeps to choices among probabilities
 * and to their weighted means, or it is a softmax or a sigmoid written out.
 */
export function proveProbability(makers: Makers, made: Maker, span: Span): Span | undefined {
  const { op, operands } = made;
  const [first] = operands;
  if (findOperator(op)?.valueFact === "view") return chosenFrom(makers, operands);
  switch (op) {
    case "where":
      return chosenFrom(makers, operands.slice(1));
    case "maximum":
    case "minimum":
      return chosenFrom(makers, operands);
    case "max":
    case "min":
    case "mean":
      return first?.facts.probability;
    case "clip":
      return readAttribute(made, "min", "number") <= 1 && readAttribute(made, "max", "number") >= 0
        ? first?.facts.probability
        : undefined;
    case "sub":
      return numberOf(makers, first) === 1 ? operands[1]?.facts.probability : undefined;
    case "div":
      return (isShare(makers, made) ?? isLogistic(makers, made)) ? span : meanOf(makers, made);
    case "add":
    case "mul":
      return meanOf(makers, made);
    default:
      return undefined;
  }
}

/** Of values that are probabilities or numbers between 0 and 1, where the first became one. */
function chosenFrom(makers: Makers, values: readonly TensorVal[]): Span | undefined {
  const fits = values.every((it) => {
    const value = numberOf(makers, it);
    return it.facts.probability !== undefined || (value !== undefined && value >= 0 && value <= 1);
  });
  return fits ? values.find((it) => it.facts.probability !== undefined)?.facts.probability : undefined;
}

/** `e / sum(e)` of exponentials, whose sum goes along whole lines of them. */
function isShare(makers: Makers, { operands: [part, total] }: Maker): true | undefined {
  if (part === undefined || total === undefined || makerOf(makers, part, "exp") === undefined) return undefined;
  let sum: TensorVal | undefined = total;
  for (let at = 0; at < deepest && sum !== undefined && reshapes.has(nameOf(makers, sum)); at += 1)
    [sum] = makerOf(makers, sum)?.operands ?? [];
  const made = sum && makerOf(makers, sum, "sum");
  if (sum === undefined || made?.operands[0]?.value.id !== part.value.id) return undefined;
  const { shape } = part.value.type;
  const axes = readAttribute(made, "axes", "numbers");
  // Each element is divided by the sum that it is part of.
  const whole = keptShape(shape, axes);
  const rest = shape.filter((_, axis) => !axes.includes(axis));
  const isLeading = axes.every((axis) => axis < axes.length);
  const beside = total.value.type.shape;
  return sameShape(beside, whole) || (isLeading && sameShape(beside, rest)) ? true : undefined;
}

const reshapes: ReadonlySet<string | undefined> = new Set(["reshape", "broadcast_to"]);

/** `1 / (1 + exp(x))`, or `exp(x) / (1 + exp(x))`. */
function isLogistic(makers: Makers, { operands: [part, total] }: Maker): true | undefined {
  const terms = (total && makerOf(makers, total, "add"))?.operands ?? [];
  const power = terms.find((it) => makerOf(makers, it, "exp") !== undefined);
  if (power === undefined || !terms.some((it) => numberOf(makers, it) === 1)) return undefined;
  return numberOf(makers, part) === 1 || part?.value.id === power.value.id ? true : undefined;
}

/** A value times a number, and perhaps times another value. */
interface Term {
  readonly weight: number;
  readonly factors: readonly TensorVal[];
}

/** Where the first part of a mean of probabilities became one; the weights are numbers, or `g` and `1 - g`. */
function meanOf(makers: Makers, made: Maker): Span | undefined {
  const terms = termsOf(makers, made, 1, deepest);
  if (terms === undefined || terms.length > deepest) return undefined;
  const parts = terms.flatMap(({ factors }) => (factors.length === 1 ? factors : []));
  const [first] = parts;
  if (first !== undefined && parts.length === terms.length) {
    const whole = terms.reduce((sum, { weight }) => sum + weight, 0);
    const isMean = Math.abs(whole - 1) < 1e-6 && terms.every(({ weight }) => weight > 0);
    return isMean && parts.every(isProbability) ? first.facts.probability : undefined;
  }
  const [left, right, ...others] = terms;
  if (left?.weight !== 1 || right?.weight !== 1 || others.length > 0) return undefined;
  return gated(makers, left.factors, right.factors) ?? gated(makers, right.factors, left.factors);
}

/** Of `g p` and `(1 - g) q`, all of which are probabilities, where p became one. */
function gated(makers: Makers, left: readonly TensorVal[], right: readonly TensorVal[]): Span | undefined {
  if (left.length !== 2 || right.length !== 2 || ![...left, ...right].every(isProbability)) return undefined;
  for (const gate of left) {
    const rest = right.find((it) => {
      const [one, taken] = makerOf(makers, it, "sub")?.operands ?? [];
      return numberOf(makers, one) === 1 && taken?.value.id === gate.value.id;
    });
    if (rest !== undefined) return left.find((it) => it !== gate)?.facts.probability;
  }
  return undefined;
}

function isProbability({ facts }: TensorVal): boolean {
  return facts.probability !== undefined;
}

/** The terms of sums, products with numbers and quotients by them; undefined of anything that is too deep. */
function termsOf(makers: Makers, made: Maker, weight: number, depth: number): readonly Term[] | undefined {
  const [a, b] = made.operands;
  if (a === undefined || b === undefined || depth === 0) return undefined;
  const within = (it: TensorVal, by: number): readonly Term[] | undefined => {
    const inner = makerOf(makers, it);
    const isLeaf = isProbability(it) || inner === undefined || !["add", "mul", "div"].includes(inner.op);
    return isLeaf ? [{ weight: by, factors: [it] }] : termsOf(makers, inner, by, depth - 1);
  };
  if (made.op === "add") {
    const [left, right] = [within(a, weight), within(b, weight)];
    return left && right && [...left, ...right];
  }
  const [x, y] = [numberOf(makers, a), numberOf(makers, b)];
  if (made.op === "div") return y === undefined ? undefined : within(a, weight / y);
  if (x !== undefined) return within(b, weight * x);
  if (y !== undefined) return within(a, weight * y);
  return [{ weight, factors: [a, b] }];
}

function makerOf(makers: Makers, { value }: TensorVal, name?: string): Maker | undefined {
  const made = makers.get(value.id);
  return typeof made === "number" || (name !== undefined && made?.op !== name) ? undefined : made;
}

function nameOf(makers: Makers, val: TensorVal): string | undefined {
  return makerOf(makers, val)?.op;
}

/** The number that fills a value. */
function numberOf(makers: Makers, val: TensorVal | undefined): number | undefined {
  const made = val && makers.get(val.value.id);
  return typeof made === "number" ? made : undefined;
}
