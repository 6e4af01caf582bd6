import type { Value } from "../ir/graph.ts";
import { constant } from "../dims/dim.ts";
import type { GraphBuilder } from "./define/builder.ts";
import { first } from "./define/elementwise.ts";
import { transposeArray } from "./define/nd-array.ts";
import { definePrimitive } from "./define/operator.ts";

/** `transpose`: axes in another order. */
export const transpose = definePrimitive({
  name: "transpose",
  doc: "Axes in another order: axis i of the result is axis perm[i] of the operand.",
  exposed: true,
  structure: "other",
  operands: [{ name: "x", dtype: "any", shape: "[...]" }],
  attributes: { perm: { kind: "ints", doc: "For each axis of the result, the operand's axis.", min: 0 } },
  infer: ({ operands, attributes: { perm }, check }) => {
    const x = first(operands);
    const whole = perm.length === x.shape.length && x.shape.every((_, axis) => perm.includes(axis));
    if (!whole) {
      return check.fail(
        `perm of transpose must name each of the ${x.shape.length} axes once, and it is [${perm.join(", ")}]`,
      );
    }
    return [{ dtype: x.dtype, shape: perm.flatMap((axis) => x.shape[axis] ?? []) }];
  },
  cost: () => ({ flops: constant(0) }),
  samples: [
    { operands: [{ dtype: "f32", shape: [3, 4] }], attributes: { perm: [1, 0] } },
    { operands: [{ dtype: "f32", shape: [2, 3, 4] }], attributes: { perm: [2, 0, 1] } },
    { operands: [{ dtype: "f32", shape: [2, 1, 3, 5] }], attributes: { perm: [0, 3, 1, 2] } },
    { operands: [{ dtype: "i32", shape: [2, 3, 4] }], attributes: { perm: [0, 2, 1] } },
    { operands: [{ dtype: "f32", shape: [] }], attributes: { perm: [] } },
  ],
  valueFact: "view",
  reference: ({ operands, attributes }) => [transposeArray(first(operands), attributes.perm)],
  inverse: ({ b, y, attributes: { perm } }) => b.transpose(y, inversePermutation(perm)),
  gradient: ({ b, g, attributes: { perm } }) => [b.transpose(g, inversePermutation(perm))],
});

/** The permutation that undoes another. */
export function inversePermutation(perm: readonly number[]): readonly number[] {
  const inverse = new Array<number>(perm.length).fill(0);
  perm.forEach((from, to) => {
    inverse[from] = to;
  });
  return inverse;
}

/** A value with one axis before all others, which keep their order. */
export function moveToFront(b: GraphBuilder, value: Value, axis: number): Value {
  const others = value.type.shape.map((_, index) => index).filter((it) => it !== axis);
  return b.transpose(value, [axis, ...others]);
}
