import { elementAt } from "../support/element-at.ts";
import { first } from "./define/elementwise.ts";
import { at, fillArray, held, stridesOf } from "./define/nd-array.ts";
import { definePrimitive } from "./define/operator.ts";
import { runningAttributes } from "./define/running.ts";
import { checkAxis, elementsOf } from "./define/shape-rules.ts";
import { unlessItWraps, whereAllAre } from "./define/non-negative.ts";

/** `cumsum`: running sums. */
export const cumsum = definePrimitive({
  name: "cumsum",
  doc: "Running sums along an axis.",
  nonNegative: unlessItWraps(whereAllAre),
  exposed: true,
  structure: "along axis",
  operands: [{ name: "x", dtype: "number", shape: "[..., N, ...]" }],
  attributes: runningAttributes("sum"),
  infer: ({ operands, attributes, check }) =>
    checkAxis(attributes.axis, first(operands).shape.length, "cumsum", check) ? operands : undefined,
  cost: ({ results }) => ({ flops: elementsOf(first(results)) }),
  samples: [
    { operands: [{ dtype: "f32", shape: [5] }], attributes: { axis: 0 } },
    { operands: [{ dtype: "f32", shape: [3, 4] }], attributes: { axis: 1, exclusive: true } },
    { operands: [{ dtype: "f32", shape: [3, 4] }], attributes: { axis: 0, reverse: true } },
    { operands: [{ dtype: "f32", shape: [2, 3, 1, 4] }], attributes: { axis: 1, exclusive: true, reverse: true } },
    { operands: [{ dtype: "f32", shape: [3, 2, 4] }], attributes: { axis: 0 } },
    { operands: [{ dtype: "f32", shape: [4] }], attributes: { axis: 0, reverse: true } },
    { operands: [{ dtype: "i32", shape: [2, 3], range: [-3, 3] }], attributes: { axis: 1 } },
    { operands: [{ dtype: "i32", shape: [3], data: [2 ** 30, 2 ** 30, 2 ** 30] }], attributes: { axis: 0 } },
  ],
  reference: ({ operands, attributes: { axis, exclusive, reverse } }) => {
    const x = first(operands);
    const stride = elementAt(stridesOf(x.shape), axis);
    const size = elementAt(x.shape, axis);
    const sums = new Float64Array(x.data.length);
    x.data.forEach((_, index) => {
      const place = Math.floor(index / stride) % size;
      const start = index - place * stride;
      const from = reverse ? place + (exclusive ? 1 : 0) : 0;
      const to = reverse ? size : place + (exclusive ? 0 : 1);
      let total = 0;
      for (let it = from; it < to; it += 1) total += at(x, start + it * stride);
      sums[index] = total;
    });
    return [fillArray(x, (index) => held(x.dtype, elementAt(sums, index)))];
  },
  gradient: ({ b, g, attributes }) => [b.op("cumsum", [g], { ...attributes, reverse: !attributes.reverse })],
});
