import { constant, multiply } from "../../dims/dim.ts";
import { elementAt } from "../../support/element-at.ts";
import { defineComposite, type Composite, type NoAttributes } from "../define/operator.ts";
import { elementsOf } from "../define/shape-rules.ts";
import { checkKey, keyOperand } from "./fold-key.ts";

function defineLike(name: string, doc: string, draw: string): Composite<NoAttributes> {
  return defineComposite({
    name,
    doc,
    exposed: true,
    structure: "other",
    operands: [{ name: "x", dtype: "float", shape: "[...]" }, keyOperand],
    attributes: {},
    infer: ({ operands, check }) =>
      checkKey(name, elementAt(operands, 1), check) ? [elementAt(operands, 0)] : undefined,
    cost: ({ results }) => ({ flops: multiply(elementsOf(elementAt(results, 0)), constant(20)) }),
    samples: [
      {
        operands: [
          { dtype: "f32", shape: [2, 3] },
          { dtype: "u32", shape: [2], data: [256, 512] },
        ],
      },
    ],
    decompose: (b, { operands }) => {
      const { shape, dtype } = elementAt(operands, 0).type;
      return [b.cast(b.op(draw, [elementAt(operands, 1)], { shape }), dtype)];
    },
  });
}

/** `normal_like`: standard normal noise of a tensor's shape. */
export const normalLike = defineLike("normal_like", "Standard normal noise of a tensor's shape.", "random_normal");

/** `uniform_like`: uniform noise in [0, 1) of a tensor's shape. */
export const uniformLike = defineLike("uniform_like", "Uniform noise in [0, 1) of a tensor's shape.", "random_uniform");
