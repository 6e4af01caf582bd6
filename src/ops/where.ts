import { elementAt } from "../support/element-at.ts";
import { required } from "../support/fault.ts";
import { first, second } from "./define/elementwise.ts";
import { at, broadcastIndices, fillArray } from "./define/nd-array.ts";
import { definePrimitive } from "./define/operator.ts";
import { broadcastShapes, elementsOf, sharedDType } from "./define/shape-rules.ts";
import { unionOf } from "./define/value-range.ts";
import { whereAllAre } from "./define/non-negative.ts";

/** `where`: a where the condition holds, b elsewhere. */
export const where = definePrimitive({
  name: "where",
  doc: "Elements of a where the condition is true, of b where it is false.",
  nonNegative: ([, ...branches]) => whereAllAre(branches),
  exposed: true,
  structure: "elementwise",
  operands: [
    { name: "condition", dtype: "bool", shape: "[...]" },
    { name: "a", dtype: "any", shape: "[...]" },
    { name: "b", dtype: "any", shape: "[...]" },
  ],
  attributes: {},
  range: ({ ranges }) => unionOf(ranges.slice(1)),
  infer: ({ operands: [condition, ...branches], check }) => {
    const dtype = sharedDType(branches, "where", check);
    const shape = broadcastShapes(first(branches).shape, second(branches).shape, "where", check);
    if (dtype === undefined || shape === undefined) return undefined;
    const whole = broadcastShapes(required(condition, "condition").shape, shape, "where", check);
    return whole && [{ dtype, shape: whole }];
  },
  cost: ({ results }) => ({ flops: elementsOf(first(results)) }),
  samples: [
    [
      [3, 4],
      [3, 4],
      [3, 4],
    ],
    [[3, 1], [4], []],
    [[], [2, 3], [3]],
    [
      [2, 1, 3, 1],
      [1, 5, 1, 2],
      [2, 1, 1, 1],
    ],
    [[], [], []],
  ].map(([condition = [], a = [], b = []]) => ({
    operands: [
      { dtype: "bool", shape: condition, range: [0, 1] },
      { dtype: "f32", shape: a },
      { dtype: "f32", shape: b },
    ],
  })),
  reference: ({ operands, results }) => {
    const [condition, a, b] = operands.map((it) => ({ it, indices: broadcastIndices(it.shape, first(results).shape) }));
    const read = (from: typeof condition, index: number): number => {
      const { it, indices } = required(from, "operand of where");
      return at(it, elementAt(indices, index));
    };
    return [fillArray(first(results), (index) => (read(condition, index) !== 0 ? read(a, index) : read(b, index)))];
  },
  gradient: ({ b, operands, g, needs }) => {
    const [condition, left, right] = [first(operands), elementAt(operands, 1), elementAt(operands, 2)];
    const zero = b.scalar(0, g.type.dtype);
    return [
      undefined,
      needs[1] === true ? b.reduceTo(b.where(condition, g, zero), left.type) : undefined,
      needs[2] === true ? b.reduceTo(b.where(condition, zero, g), right.type) : undefined,
    ];
  },
});
