import { required } from "../support/fault.ts";
import { elementAt } from "../support/element-at.ts";
import { first } from "./define/elementwise.ts";
import { defineComposite } from "./define/operator.ts";
import { runningAttributes } from "./define/running.ts";
import { checkAxis, elementsOf, withoutAxis } from "./define/shape-rules.ts";

/** `cumprod`: running products. */
export const cumprod = defineComposite({
  name: "cumprod",
  doc: "Running products along an axis.",
  exposed: true,
  structure: "along axis",
  operands: [{ name: "x", dtype: "float", shape: "[..., N, ...]" }],
  attributes: runningAttributes("product"),
  infer: ({ operands, attributes, check }) =>
    checkAxis(attributes.axis, first(operands).shape.length, "cumprod", check) ? operands : undefined,
  cost: ({ results }) => ({ flops: elementsOf(first(results)) }),
  samples: [
    { operands: [{ dtype: "f32", shape: [5] }], attributes: { axis: 0 } },
    { operands: [{ dtype: "f32", shape: [3, 4] }], attributes: { axis: 1, exclusive: true } },
    { operands: [{ dtype: "f32", shape: [3, 4] }], attributes: { axis: 0, reverse: true } },
    { operands: [{ dtype: "f32", shape: [2, 3, 1, 4] }], attributes: { axis: 1, exclusive: true, reverse: true } },
    // The gradient at a zero is the product of all others.
    { operands: [{ dtype: "f32", shape: [4], data: [2, 0, 3, -1] }], attributes: { axis: 0 } },
    { operands: [{ dtype: "f32", shape: [2, 1] }], attributes: { axis: 1 } },
  ],
  decompose: (b, { operands, attributes: { axis, exclusive, reverse } }) => {
    const x = first(operands);
    const { dtype, shape } = x.type;
    const ones = b.broadcast(b.scalar(1, dtype), withoutAxis(shape, axis));
    const length = elementAt(shape, axis);
    const settings = { initial: [ones], sequences: [x], sequenceAxes: [axis], emitAxes: [axis], length, reverse };
    const [, products] = b.scan(settings, (inner, [before = ones], [element = x]) => {
      const product = inner.mul(before, element);
      return { carries: [product], emits: [exclusive ? before : product] };
    });
    return [required(products, "running products")];
  },
});
