import { constant, type Dim } from "../dims/dim.ts";
import { elementAt } from "../support/element-at.ts";
import { required } from "../support/fault.ts";
import { first } from "./define/elementwise.ts";
import { at, fillArray, placeAt, sizeOf } from "./define/nd-array.ts";
import { definePrimitive, type SampleOperand, type ShapeChecker } from "./define/operator.ts";
import { checkSameShape, elementsOf, withAxis } from "./define/shape-rules.ts";

/** Rows of a shape, and `count` places up to `most` in each. */
function indexed(shape: readonly number[], count: number, most: number): readonly SampleOperand[] {
  return [
    { dtype: "f32", shape },
    { dtype: "i32", shape: [...shape.slice(0, -1), count], range: [0, most] },
  ];
}

/** Places up to `most`, and as many updates. */
function scattered(shape: readonly number[], most: number): readonly SampleOperand[] {
  return [
    { dtype: "i32", shape, range: [0, most] },
    { dtype: "f32", shape },
  ];
}

/** Reports unless two shapes have an axis and differ in the last one at most. */
function checkRows(x: readonly Dim[], indices: readonly Dim[], what: string, check: ShapeChecker): boolean {
  if (x.length === 0 || indices.length === 0) {
    check.fail(`${what} must have an axis`);
    return false;
  }
  return checkSameShape(x.slice(0, -1), indices.slice(0, -1), `the rows of ${what}`, check);
}

/** `gather_along`: chosen elements of each row. */
export const gatherAlong = definePrimitive({
  name: "gather_along",
  doc: "Of each row along the last axis, the elements that the indices name: those of row i stand in row i of the indices.",
  exposed: true,
  structure: "other",
  operands: [
    { name: "x", dtype: "number", shape: "[...S, N]" },
    { name: "indices", dtype: "integer", shape: "[...S, K]" },
  ],
  attributes: {},
  index: { operand: 1, size: ({ operands }) => required(first(operands).shape.at(-1), "row") },
  range: ({ ranges }) => first(ranges),
  infer: ({ operands, check }) => {
    const [x, indices] = [first(operands), elementAt(operands, 1)];
    return checkRows(x.shape, indices.shape, "the elements and the indices of gather_along", check)
      ? [{ dtype: x.dtype, shape: indices.shape }]
      : undefined;
  },
  cost: () => ({ flops: constant(0) }),
  samples: [
    { operands: indexed([5], 3, 4) },
    { operands: indexed([3, 4], 6, 3) },
    { operands: indexed([2, 1, 3], 1, 2) },
    { operands: indexed([2, 3, 2, 5], 2, 4) },
    { operands: indexed([2, 1], 3, 0) },
  ],
  reference: ({ operands, results }) => {
    const [x, indices] = [first(operands), elementAt(operands, 1)];
    const size = elementAt(x.shape, x.shape.length - 1);
    const count = elementAt(indices.shape, indices.shape.length - 1);
    return [
      fillArray(first(results), (index) => at(x, Math.floor(index / count) * size + placeAt(indices, index, size))),
    ];
  },
  gradient: ({ b, operands, g }) => [
    b.op("scatter_along", [elementAt(operands, 1), g], { depth: required(first(operands).type.shape.at(-1), "row") }),
  ],
});

/** `scatter_along`: elements added to rows of zeros. */
export const scatterAlong = definePrimitive({
  name: "scatter_along",
  doc: "Rows of zeros along the last axis, to each of which its updates are added at the places that the indices name.",
  exposed: true,
  structure: "other",
  operands: [
    { name: "indices", dtype: "integer", shape: "[...S, K]" },
    { name: "updates", dtype: "number", shape: "[...S, K]" },
  ],
  attributes: { depth: { kind: "dim", min: 1, doc: "The size of the rows." } },
  index: { operand: 0, size: ({ attributes: { depth } }) => depth },
  infer: ({ operands, attributes: { depth }, check }) => {
    const [indices, updates] = [first(operands), elementAt(operands, 1)];
    if (updates.shape.length === 0) return check.fail("scatter_along needs updates with an axis");
    return checkSameShape(indices.shape, updates.shape, "the indices and the updates of scatter_along", check)
      ? [{ dtype: updates.dtype, shape: withAxis(updates.shape, updates.shape.length - 1, depth) }]
      : undefined;
  },
  cost: ({ operands }) => ({ flops: elementsOf(elementAt(operands, 1)) }),
  samples: [
    { operands: scattered([3], 4), attributes: { depth: constant(5) } },
    { operands: scattered([3, 6], 3), attributes: { depth: constant(4) } },
    { operands: scattered([2, 1, 2], 2), attributes: { depth: constant(3) } },
    { operands: scattered([2, 3], 0), attributes: { depth: constant(1) } },
  ],
  reference: ({ operands, results }) => {
    const [indices, updates] = [first(operands), elementAt(operands, 1)];
    const type = first(results);
    const depth = elementAt(type.shape, type.shape.length - 1);
    const count = elementAt(indices.shape, indices.shape.length - 1);
    const data = new Float64Array(sizeOf(type.shape));
    updates.data.forEach((update, index) => {
      const to = Math.floor(index / count) * depth + placeAt(indices, index, depth);
      data[to] = elementAt(data, to) + update;
    });
    return [{ ...type, data }];
  },
  gradient: ({ b, operands, g }) => [undefined, b.op("gather_along", [g, first(operands)])],
});
