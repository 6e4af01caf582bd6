import { describe, expect, it } from "vitest";
import { asNumber } from "../../src/dims/dim.ts";
import type { OperatorNode } from "../../src/ir/graph.ts";
import { isFloat } from "../../src/ops/define/dtype-class.ts";
import { inferRange } from "../../src/graph/infer-range.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { fillArray } from "../../src/ops/define/nd-array.ts";
import {
  attributesFor,
  type NdArray,
  type Operator,
  type Sample,
  type SampleOperand,
} from "../../src/ops/define/operator.ts";
import { allOperators } from "../../src/ops/registry.ts";
import { highest, numbersBetween, rangeOfType, type ValueRange } from "../../src/ops/define/value-range.ts";
import { createDraw, drawOperand, graphOfSample } from "../ops/sample-graphs.ts";

/** How often each sample is drawn anew, with other ranges. */
const rounds = 60;

/** An operand's elements, and what is said of them. */
interface Drawn {
  readonly array: NdArray;
  readonly range: ValueRange;
}

/** Elements from a range that is drawn, all of it stated; `size`: they are places among so many. */
function drawInRange({ dtype, shape }: SampleOperand, size: number | undefined, draw: () => number): Drawn {
  const whole = (from: number, to: number): number => from + Math.floor(draw() * (to - from + 1));
  const [least, most] = dtype === "bool" ? [0, 1] : dtype === "u8" ? [0, 9] : [-6, 9];
  const low = whole(size === undefined ? least : 0, size === undefined ? most : size - 1);
  const high = whole(low, size === undefined ? most : size - 1);
  const real = isFloat(dtype);
  const element = (): number => (real && draw() < 0.5 ? low + draw() * (high - low) : whole(low, high));
  return { array: fillArray({ dtype, shape }, element), range: numbersBetween(low, high) };
}

function drawn(operator: Operator, sample: Sample, node: OperatorNode, draw: () => number): readonly Drawn[] {
  const types = node.operands.map((it) => it.type);
  const { index } = operator;
  return sample.operands.map((operand, at): Drawn => {
    const size =
      index?.operand === at
        ? asNumber(index.size({ operands: types, attributes: attributesFor(operator, node.attributes) }))
        : undefined;
    // Of some nothing is known; keys of random numbers are no places.
    const known = operand.data === undefined && operand.dtype !== "u32" && draw() < 0.8;
    if (known) return drawInRange(operand, size, draw);
    return { array: drawOperand(operand, draw), range: rangeOfType(operand.dtype) };
  });
}

/** What is wrong with a rule on a sample, and how often it said anything. */
function judge(operator: Operator, sample: Sample, draw: () => number): { wrong: string[]; told: number } {
  const graph = graphOfSample(operator, sample);
  const node = graph.nodes.find((it): it is OperatorNode => it.kind === "operator" && it.op === operator.name);
  if (node === undefined) throw new Error(`no node of ${operator.name}`);
  const wrong: string[] = [];
  let told = 0;
  for (let round = 0; round < rounds; round++) {
    const operands = drawn(operator, sample, node, draw);
    const ranges = operands.map((it) => it.range);
    const results = interpretGraph(graph, new Map(operands.map(({ array }, at) => [`x${at}`, array])));
    node.results.forEach((result, at) => {
      const types = node.operands.map((it) => it.type);
      const range = inferRange(operator, types, ranges, node.attributes, result.type);
      const [low, high] = [range.low, highest(range)];
      if (Number.isFinite(low) || Number.isFinite(high)) told += 1;
      else return;
      const data = results.get(`y${at}`)?.data ?? Float64Array.of(NaN);
      const stray = data.find((it) => !(it >= low && it <= high));
      const given = ranges.map((it) => `${it.low}..${highest(it)}`).join(", ");
      if (stray !== undefined) wrong.push(`of ${given}: ${stray}, not ${low}..${high}`);
    });
  }
  return { wrong, told };
}

const ruled = allOperators.filter((it) => it.range !== undefined || it.valueFact === "view");

describe("what an operator says of the range of its results", () => {
  it.each(ruled.map((it) => [it.name, it] as const))("holds of what it computes: %s", (name, operator) => {
    const draw = createDraw(name.length * 7919 + 11);
    const judged = operator.samples.map((sample) => judge(operator, sample, draw));
    expect(judged.flatMap((it) => it.wrong)).toEqual([]);
    expect(judged.reduce((sum, it) => sum + it.told, 0)).toBeGreaterThan(0);
  });
});
