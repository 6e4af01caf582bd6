import { elementAt } from "../support/element-at.ts";
import { first } from "./define/elementwise.ts";
import { at, fillArray, stridedIndices, stridesOf } from "./define/nd-array.ts";
import { definePrimitive, type Primitive } from "./define/operator.ts";
import { numbersBelow } from "./define/value-range.ts";
import { checkAxis, elementsOf, withoutAxis } from "./define/shape-rules.ts";

/** The attributes of argmax and argmin. */
export const argExtremeAttributes = { axis: { kind: "int", doc: "The axis that is searched.", min: 0 } } as const;

function defineArgExtreme(
  name: string,
  doc: string,
  better: (candidate: number, best: number) => boolean,
): Primitive<typeof argExtremeAttributes> {
  return definePrimitive({
    name,
    doc,
    exposed: true,
    structure: "other",
    operands: [{ name: "x", dtype: "number", shape: "[..., N, ...]" }],
    attributes: argExtremeAttributes,
    range: ({ operands, attributes: { axis } }) => numbersBelow(elementAt(first(operands).shape, axis)),
    infer: ({ operands, attributes: { axis }, check }) => {
      const { shape } = first(operands);
      return checkAxis(axis, shape.length, name, check)
        ? [{ dtype: "i32", shape: withoutAxis(shape, axis) }]
        : undefined;
    },
    cost: ({ operands }) => ({ flops: elementsOf(first(operands)) }),
    samples: [
      { operands: [{ dtype: "f32", shape: [5], distinct: true }], attributes: { axis: 0 } },
      { operands: [{ dtype: "f32", shape: [3, 4], distinct: true }], attributes: { axis: 1 } },
      { operands: [{ dtype: "f32", shape: [3, 1, 4], distinct: true }], attributes: { axis: 0 } },
      { operands: [{ dtype: "f32", shape: [2, 3, 4, 5], distinct: true }], attributes: { axis: 2 } },
      { operands: [{ dtype: "f32", shape: [2, 4], data: [1, 3, 3, 1, 0, 0, 0, 0] }], attributes: { axis: 1 } },
    ],
    reference: ({ operands, attributes: { axis }, results }) => {
      const x = first(operands);
      const strides = stridesOf(x.shape);
      const type = first(results);
      const starts = stridedIndices(
        type.shape,
        strides.filter((_, other) => other !== axis),
      );
      const stride = elementAt(strides, axis);
      const size = elementAt(x.shape, axis);
      return [
        fillArray(type, (index) => {
          const start = elementAt(starts, index);
          let best = 0;
          for (let place = 1; place < size; place += 1) {
            if (better(at(x, start + place * stride), at(x, start + best * stride))) best = place;
          }
          return best;
        }),
      ];
    },
    gradient: "nondifferentiable",
  });
}

/** `argmax`: where the largest element stands. */
export const argmax = defineArgExtreme(
  "argmax",
  "The place of the largest element along an axis; the first of equals.",
  (candidate, best) => candidate > best,
);

/** `argmin`: where the smallest element stands. */
export const argmin = defineArgExtreme(
  "argmin",
  "The place of the smallest element along an axis; the first of equals.",
  (candidate, best) => candidate < best,
);
