import { elementAt } from "../support/element-at.ts";
import { constant } from "../dims/dim.ts";
import { first } from "./define/elementwise.ts";
import { pick, stridedIndices, stridesOf } from "./define/nd-array.ts";
import { definePrimitive } from "./define/operator.ts";
import { checkAxis } from "./define/shape-rules.ts";

/** `flip`: an axis back to front. */
export const flip = definePrimitive({
  name: "flip",
  doc: "The elements of one axis in reverse order.",
  exposed: true,
  structure: "along axis",
  operands: [{ name: "x", dtype: "any", shape: "[..., N, ...]" }],
  attributes: { axis: { kind: "int", doc: "The axis that is reversed.", min: 0 } },
  infer: ({ operands, attributes, check }) =>
    checkAxis(attributes.axis, first(operands).shape.length, "flip", check) ? operands : undefined,
  cost: () => ({ flops: constant(0) }),
  samples: [
    { operands: [{ dtype: "f32", shape: [5] }], attributes: { axis: 0 } },
    { operands: [{ dtype: "f32", shape: [2, 3, 4] }], attributes: { axis: 1 } },
    { operands: [{ dtype: "i32", shape: [2, 1, 3] }], attributes: { axis: 2 } },
    { operands: [{ dtype: "f32", shape: [2, 3, 1, 4] }], attributes: { axis: 3 } },
  ],
  valueFact: "view",
  reference: ({ operands, attributes: { axis } }) => {
    const x = first(operands);
    const strides = stridesOf(x.shape);
    const stride = elementAt(strides, axis);
    const offset = (elementAt(x.shape, axis) - 1) * stride;
    const steps = strides.map((it, index) => (index === axis ? -it : it));
    return [pick(x, stridedIndices(x.shape, steps, offset), x)];
  },
  gradient: ({ b, g, attributes: { axis } }) => [b.op("flip", [g], { axis })],
});
