import { first } from "./define/elementwise.ts";
import { defineComposite, type Composite, type Sample } from "./define/operator.ts";
import { elementsOf } from "./define/shape-rules.ts";
import { reducedType, reductionAttributes } from "./reductions.ts";

const samples: readonly Sample[] = [
  { operands: [{ dtype: "bool", shape: [4], range: [0, 1] }], attributes: { axes: [0] } },
  {
    operands: [{ dtype: "bool", shape: [3, 4], data: [0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 1, 0] }],
    attributes: { axes: [1] },
  },
  { operands: [{ dtype: "bool", shape: [2, 3, 5], range: [0, 1] }], attributes: { axes: [0, 2], keep: true } },
  { operands: [{ dtype: "bool", shape: [2, 1], range: [0, 1] }], attributes: { axes: [1] } },
];

function defineTruth(name: string, doc: string, extreme: "max" | "min"): Composite<typeof reductionAttributes> {
  return defineComposite({
    name,
    doc,
    exposed: true,
    structure: "other",
    operands: [{ name: "x", dtype: "bool", shape: "[...]" }],
    attributes: reductionAttributes,
    infer: reducedType(name),
    cost: ({ operands }) => ({ flops: elementsOf(first(operands)) }),
    samples,
    // As integers, of which every target has extremes.
    decompose: (b, { operands, attributes: { axes, keep } }) => [
      b.cast(b.op(extreme, [b.cast(first(operands), "i32")], { axes, keep }), "bool"),
    ],
  });
}

/** `any`: whether one of the elements over axes is true. */
export const any = defineTruth("any", "Whether at least one element over axes is true.", "max");

/** `all`: whether all elements over axes are true. */
export const all = defineTruth("all", "Whether all elements over axes are true.", "min");
