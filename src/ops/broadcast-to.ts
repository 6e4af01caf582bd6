import { constant } from "../dims/dim.ts";
import { elementAt } from "../support/element-at.ts";
import { first } from "./define/elementwise.ts";
import { broadcastArray } from "./define/nd-array.ts";
import { definePrimitive, type SizePair } from "./define/operator.ts";
import { dims } from "./define/sample-dims.ts";
import { isOne } from "./define/shape-rules.ts";

/** `broadcast_to`: repeats along new axes and those of size 1. */
export const broadcastTo = definePrimitive({
  name: "broadcast_to",
  doc: "The operand, repeated along new leading axes and along axes of size 1.",
  exposed: true,
  structure: "other",
  operands: [{ name: "x", dtype: "any", shape: "[...]" }],
  attributes: { shape: { kind: "dims", min: 1, doc: "The shape of the result." } },
  infer: ({ operands, attributes: { shape }, check }) => {
    const x = first(operands);
    const extra = shape.length - x.shape.length;
    if (extra < 0) return check.fail(`broadcast_to cannot take ${x.shape.length} axes to ${shape.length}`);
    const pairs = x.shape.flatMap((left, axis): readonly SizePair[] => {
      const right = elementAt(shape, axis + extra);
      const what = `axes ${axis} of the operand and ${axis + extra} of the result of broadcast_to`;
      return isOne(left) ? [] : [{ left, right, what, isOneWay: true }];
    });
    return check.allBroadcast(pairs) ? [{ dtype: x.dtype, shape }] : undefined;
  },
  cost: () => ({ flops: constant(0) }),
  samples: [
    { operands: [{ dtype: "f32", shape: [] }], attributes: { shape: dims(2, 3) } },
    { operands: [{ dtype: "f32", shape: [3, 1] }], attributes: { shape: dims(2, 3, 4) } },
    { operands: [{ dtype: "f32", shape: [1] }], attributes: { shape: dims(5) } },
    { operands: [{ dtype: "f32", shape: [2, 1, 3, 1] }], attributes: { shape: dims(2, 5, 3, 2) } },
    { operands: [{ dtype: "f32", shape: [2, 2, 1, 3, 1, 2] }], attributes: { shape: dims(2, 2, 2, 3, 3, 2) } },
    { operands: [{ dtype: "i32", shape: [3] }], attributes: { shape: dims(2, 3) } },
    { operands: [{ dtype: "bool", shape: [1, 3], range: [0, 1] }], attributes: { shape: dims(2, 3) } },
  ],
  valueFact: "view",
  reference: ({ operands, attributes }) => [broadcastArray(first(operands), attributes.shape)],
  gradient: ({ b, operands, g }) => [b.reduceTo(g, first(operands).type)],
});
