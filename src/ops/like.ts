import { constant } from "../dims/dim.ts";
import { first, unarySamples } from "./define/elementwise.ts";
import { numbersBetween } from "./define/value-range.ts";
import { defineComposite, type Composite, type NoAttributes } from "./define/operator.ts";

function defineFill(name: string, value: number): Composite<NoAttributes> {
  return defineComposite({
    name,
    doc: `A tensor of ${value === 0 ? "zeros" : "ones"} of the operand's type.`,
    exposed: true,
    structure: "elementwise",
    operands: [{ name: "x", dtype: "any", shape: "[...]" }],
    attributes: {},
    range: () => numbersBetween(value, value),
    infer: ({ operands }) => operands,
    cost: () => ({ flops: constant(0) }),
    samples: unarySamples(),
    decompose: (b, { operands }) => {
      const { dtype, shape } = first(operands).type;
      return [b.broadcast(b.scalar(value, dtype), shape)];
    },
  });
}

/** `zeros_like`: zeros of a tensor's type. */
export const zerosLike = defineFill("zeros_like", 0);

/** `ones_like`: ones of a tensor's type. */
export const onesLike = defineFill("ones_like", 1);
