import { asNumber, constant, formatDim, multiply, product } from "../dims/dim.ts";
import { first } from "./define/elementwise.ts";
import { reshapeArray } from "./define/nd-array.ts";
import { definePrimitive } from "./define/operator.ts";
import { dims } from "./define/sample-dims.ts";

/** `reshape`: the same elements in row-major order, in another shape. */
export const reshape = definePrimitive({
  name: "reshape",
  doc: "The same elements, in row-major order, in another shape.",
  exposed: true,
  structure: "other",
  operands: [{ name: "x", dtype: "any", shape: "[...]" }],
  attributes: {
    shape: {
      kind: "dims",
      min: 1,
      fills: true,
      doc: "The new shape, of as many elements; one -1 in it is what is left.",
    },
  },
  infer: ({ operands, attributes, check }) => {
    const x = first(operands);
    const [batch] = x.shape;
    const perExample = product(attributes.shape);
    // The shape of an example alone, as Keras writes it.
    if (
      batch !== undefined &&
      asNumber(batch) === undefined &&
      !check.provesEqual(product(x.shape), perExample) &&
      check.provesEqual(product(x.shape), multiply(batch, perExample))
    ) {
      const others = attributes.shape.map((it) => formatDim(it)).join(", ");
      return check.fail(
        `the new shape of a reshape, [${others}], leaves out the first axis, of ${formatDim(batch)}`,
        `the batch is an axis as well: \`[-1${others === "" ? "" : `, ${others}`}]\``,
      );
    }
    const fits = check.equal(product(x.shape), product(attributes.shape), "the numbers of elements of a reshape");
    return fits ? [{ dtype: x.dtype, shape: attributes.shape }] : undefined;
  },
  cost: () => ({ flops: constant(0) }),
  samples: [
    { operands: [{ dtype: "f32", shape: [6] }], attributes: { shape: dims(2, 3) } },
    { operands: [{ dtype: "f32", shape: [2, 3, 4] }], attributes: { shape: dims(4, 6) } },
    { operands: [{ dtype: "f32", shape: [1, 1] }], attributes: { shape: [] } },
    { operands: [{ dtype: "f32", shape: [] }], attributes: { shape: dims(1, 1, 1) } },
    { operands: [{ dtype: "i32", shape: [3, 5] }], attributes: { shape: dims(5, 1, 3, 1) } },
  ],
  valueFact: "view",
  reference: ({ operands, attributes }) => [reshapeArray(first(operands), attributes.shape)],
  inverse: ({ b, y, type }) => b.reshape(y, type.shape),
  gradient: ({ b, operands, g }) => [b.reshape(g, first(operands).type.shape)],
});
