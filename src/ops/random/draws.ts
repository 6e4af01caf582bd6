import { constant, multiply } from "../../dims/dim.ts";
import type { DType } from "../../ir/types.ts";
import { elementAt } from "../../support/element-at.ts";
import { fillArray } from "../define/nd-array.ts";
import { definePrimitive, type Primitive, type Sample } from "../define/operator.ts";
import { elementsOf } from "../define/shape-rules.ts";
import { bits, normal, uniform, type Key } from "./counter.ts";
import { checkKey, keyOperand } from "./fold-key.ts";

/** The attributes of what draws. */
export const drawAttributes = {
  shape: { kind: "dims", min: 1, doc: "Shape of the result; the counter is its row-major index." },
} as const;

const key = { dtype: "u32", shape: [2], data: [0xdeadbe00, 0x01234500] } as const;

const samples: readonly Sample[] = [[7], [2, 3, 4], []].map((shape) => ({
  operands: [key],
  attributes: { shape: shape.map((size) => constant(size)) },
}));

/** `random_bits`: uniform 32-bit words. */
export const randomBits = defineDraw({
  name: "random_bits",
  doc: "Uniform 32-bit words.",
  dtype: "u32",
  draw: bits,
});

/** `random_uniform`: uniform numbers in [0, 1), multiples of 2^-24. */
export const randomUniform = defineDraw({
  name: "random_uniform",
  doc: "Uniform numbers in [0, 1), multiples of 2^-24.",
  dtype: "f32",
  draw: uniform,
});

/** `random_normal`: standard normal numbers by Box and Muller. */
export const randomNormal = defineDraw({
  name: "random_normal",
  doc: "Standard normal numbers, by Box and Muller.",
  dtype: "f32",
  draw: normal,
});

interface DrawSpec {
  readonly name: string;
  readonly doc: string;
  readonly dtype: DType;
  readonly draw: (key: Key, counter: number) => number;
}

function defineDraw(spec: DrawSpec): Primitive<typeof drawAttributes> {
  return definePrimitive({
    name: spec.name,
    doc: spec.doc,
    exposed: false,
    structure: "other",
    operands: [keyOperand],
    attributes: drawAttributes,
    infer: ({ operands, attributes: { shape }, check }) =>
      checkKey(spec.name, elementAt(operands, 0), check) ? [{ dtype: spec.dtype, shape }] : undefined,
    cost: ({ results }) => ({ flops: multiply(elementsOf(elementAt(results, 0)), constant(20)) }),
    samples,
    reference: ({ operands, results }) => {
      const words = elementAt(operands, 0).data;
      const drawKey: Key = [elementAt(words, 0), elementAt(words, 1)];
      return [fillArray(elementAt(results, 0), (index) => spec.draw(drawKey, index))];
    },
    draw: spec.draw,
    gradient: "nondifferentiable",
  });
}
