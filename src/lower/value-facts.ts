import { asNumber, constant, formatDim, subtract, type Dim } from "../dims/dim.ts";
import { atLeast } from "../dims/facts.ts";
import {
  anyValue,
  highest,
  provesIndex,
  rangeOfType,
  sameRange,
  unionOf,
  type ValueRange,
} from "../ops/define/value-range.ts";
import { inferRange } from "../graph/infer-range.ts";
import { isFloat } from "../ops/define/dtype-class.ts";
import type { Attributes } from "../ir/graph.ts";
import type { TensorType } from "../ir/types.ts";
import type { Operator } from "../ops/define/operator.ts";
import { inFile, textOf, type Span } from "../support/source.ts";
import { report, type Context } from "./context.ts";
import { failsAt } from "./convert.ts";
import { factsIn } from "./minima.ts";
import { conditionFor } from "./offered-facts.ts";
import { proveProbability, type Maker, type Makers } from "./prove-probability.ts";
import { isUndecided, reportUndecided } from "./report-undecided.ts";
import { exampleOf } from "./shape-checker.ts";
import { noValueFacts, type TensorVal, type ValueFacts } from "./values.ts";

/** What is known of an operator's results, besides their types, by what is of its operands. */
export function factsOfResult(
  makers: Makers,
  operator: Operator,
  made: Maker,
  result: TensorType,
  span: Span,
): ValueFacts {
  if (operator.valueFact === "probability") return { probability: span };
  const { operands, attributes } = made;
  const probability = proveProbability(makers, made, span);
  return {
    ...(probability !== undefined && { probability }),
    ...rangeFacts(operator, operands, attributes, result, span),
  };
}

function rangeFacts(
  operator: Operator,
  operands: readonly TensorVal[],
  attributes: Attributes,
  result: TensorType,
  span: Span,
): ValueFacts {
  const types = operands.map((it) => it.value.type);
  const given = operands.map((it) => it.facts.range ?? rangeOfType(it.value.type.dtype));
  const infer = (ranges: readonly ValueRange[]): ValueRange => inferRange(operator, types, ranges, attributes, result);
  const range = infer(given);
  const known = { ...(!sameRange(range, rangeOfType(result.dtype)) && { range }) };
  const computed = operands.flatMap((it) => it.facts.computed ?? [])[0];
  // Whatever the operands are, the result is in its range: of `argmax`, say.
  if (isFloat(result.dtype) || sameRange(range, infer(given.map(() => anyValue)))) {
    const isInteger = !isFloat(result.dtype) && result.dtype !== "bool";
    return isInteger && known.range === undefined && operands.some(isLabel) ? { computed: span } : known;
  }
  const kept = operator.valueFact === "view" || keepsElements(operator, given, range);
  const at = kept ? computed : span;
  return at === undefined ? known : { ...known, computed: at };
}

/** Whether what comes out are elements of operands: a selection, or a sum with 0. */
function keepsElements(operator: Operator, given: readonly ValueRange[], range: ValueRange): boolean {
  const chosen = operator.index === undefined ? given : given.filter((_, at) => at !== operator.index?.operand);
  return chosen.some((it) => sameRange(it, range)) || sameRange(unionOf(chosen), range);
}

/** Whether more is known of a value than that it is an integer, and it is not one number. */
function isLabel({ facts: { range, computed }, value }: TensorVal): boolean {
  if (isFloat(value.type.dtype)) return false;
  return computed !== undefined || (range?.below !== undefined && highest(range) !== range.low);
}

/** Facts that both of two values have. */
export function commonFacts(a: ValueFacts, b: ValueFacts): ValueFacts {
  const computed = a.computed ?? b.computed;
  return {
    ...(a.probability !== undefined && b.probability !== undefined && { probability: a.probability }),
    ...(a.range !== undefined && b.range !== undefined && { range: unionOf([a.range, b.range]) }),
    ...(computed !== undefined && { computed }),
  };
}

/** A text that the facts of two values share exactly when they are the same. */
export function keyOfFacts({ probability, range, computed }: ValueFacts): string {
  const numbers =
    range === undefined ? "" : `<${range.low}..${range.below === undefined ? "" : formatDim(range.below)}`;
  const place = computed && inFile(computed);
  const at = place === undefined ? "" : `~${place.file.path}:${place.start}`;
  return `${numbers}${at}${probability === undefined ? "" : "%"}`;
}

/**
 * Judges numbers that are to be places among `size`: an error where some are beyond it by what was declared, a warning
 * where arithmetic has lost what was known. Of what was never known nothing is said: it is checked when it is run.
 */
export function judgePlaces(
  ctx: Context,
  { range = anyValue, computed }: ValueFacts,
  size: Dim,
  span: Span,
  { what, taker }: { readonly what: string; readonly taker: string },
): boolean {
  if (provesIndex(range, size, factsIn(ctx))) return true;
  const available = formatDim(size);
  if (computed !== undefined) {
    report(
      ctx,
      "MC3040",
      span,
      { what, taker, available, left: describeRange(range) },
      {
        labels:
          computed.start === span.start && computed.end === span.end
            ? []
            : [{ span: computed, message: "this is where it was lost" }],
        help: `Bring them into range where that is meant, \`clip(${textOf(span)}, 0, ${formatDim(subtract(size, constant(1)))})\`, or declare the class that the data have.`,
      },
    );
    return true;
  }
  const numbers = describeRange(range);
  const { low, below } = range;
  if (numbers === undefined || below === undefined) return true;
  // Below 0 there is no place at any size.
  const facts = factsIn(ctx);
  const room = low < 0 ? undefined : atLeast(size, below);
  if (room !== undefined && isUndecided(room, facts)) {
    const claim = `${taker} has room for the ${what}, ${numbers}: ${available} is at least ${formatDim(below)}`;
    reportUndecided(ctx, span, { claim, relations: [room], facts });
    return false;
  }
  const example = room === undefined ? "" : exampleOf(room, size, below, "is less than", facts);
  const shows = room === undefined ? {} : failsAt(room, facts);
  const help = roomFor(ctx, low, below, size);
  report(ctx, "MC3020", span, { what, numbers, taker, available, example }, { help, ...shows });
  return false;
}

/** What to do where there is no room for numbers: make it, or state that there is. */
function roomFor(ctx: Context, low: number, below: Dim, size: Dim): string {
  const make = `They need room for ${formatDim(below)}: as many outputs of the last layer, or rows of the table.`;
  const condition = low < 0 ? undefined : conditionFor(ctx, [atLeast(size, below)]);
  return condition === undefined ? make : `${make} Or state that there is, ${condition}.`;
}

/** `class(10)`, or the ends; undefined where one of them is not known. */
function describeRange({ low, below }: ValueRange): string | undefined {
  if (low === -Infinity || below === undefined) return undefined;
  const end = asNumber(below);
  if (low === 0) return `class(${formatDim(below)})`;
  if (end === low + 1) return `the number ${low}`;
  return end === undefined ? `numbers from ${low} to below ${formatDim(below)}` : `numbers from ${low} to ${end - 1}`;
}

/** The facts of what is declared as labels of so many classes. */
export function labelsOf(classes: Dim | undefined): ValueFacts {
  return classes === undefined ? noValueFacts : { range: { low: 0, below: classes } };
}

/** Whether what wants logits was given what is known to be probabilities; true after a report. */
export function refusesProbability(ctx: Context, { facts }: TensorVal, span: Span, taker: string): boolean {
  if (facts.probability === undefined) return false;
  report(
    ctx,
    "MC3019",
    span,
    { loss: taker },
    {
      labels: [{ span: facts.probability, message: "here it becomes a probability" }],
      help: "Give it the value before the softmax or sigmoid; return `(logits, probs)` where both are wanted.",
    },
  );
  return true;
}
