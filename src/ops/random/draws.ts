import { asNumber, constant, multiply, type Dim } from "../../dims/dim.ts";
import type { DType } from "../../ir/types.ts";
import { elementAt } from "../element-at.ts";
import { fillArray } from "../nd-array.ts";
import type { OnnxRef, OnnxWriter } from "../onnx-writer.ts";
import { definePrimitive, type Primitive, type Sample } from "../operator.ts";
import { elementsOf } from "../shape-rules.ts";
import { bits, normal, uniform, type Key } from "./counter.ts";
import { checkKey, keyOperand } from "./fold-key.ts";
import { bitsOnnx, uniformOnnx } from "./words-onnx.ts";

const shapeAttribute = { kind: "dims", doc: "Shape of the result; the counter is its row-major index." } as const;

const key = { dtype: "u32", shape: [2], data: [0xdeadbe00, 0x01234500] } as const;

const samples: readonly Sample[] = [[7], [2, 3, 4], []].map((shape) => ({
  operands: [key],
  attributes: { shape: shape.map((size) => constant(size)) },
}));

/** `random_bits`: uniform 32-bit words. */
export const randomBits: Primitive = defineDraw({
  name: "random_bits",
  doc: "Uniform 32-bit words.",
  dtype: "u32",
  draw: bits,
  onnx: (writer, input) => bitsOnnx(writer, input.key, input.shape, { step: 1, first: 0 }),
  tfjs: "randomBits",
});

/** `random_uniform`: uniform numbers in [0, 1), multiples of 2^-24. */
export const randomUniform: Primitive = defineDraw({
  name: "random_uniform",
  doc: "Uniform numbers in [0, 1), multiples of 2^-24.",
  dtype: "f32",
  draw: uniform,
  onnx: (writer, input) => uniformOnnx(writer, bitsOnnx(writer, input.key, input.shape, { step: 1, first: 0 })),
  tfjs: "randomUniform",
});

/** `random_normal`: standard normal numbers by Box and Muller. */
export const randomNormal: Primitive = defineDraw({
  name: "random_normal",
  doc: "Standard normal numbers, by Box and Muller.",
  dtype: "f32",
  draw: normal,
  onnx: (writer, input) => {
    const at = (first: number): OnnxRef =>
      uniformOnnx(writer, bitsOnnx(writer, input.key, input.shape, { step: 2, first }));
    const f32 = (value: number): OnnxRef => writer.constant("f32", value);
    const logarithm = writer.node("Log", [writer.node("Sub", [f32(1), at(0)])]);
    const radius = writer.node("Sqrt", [writer.node("Mul", [logarithm, f32(-2)])]);
    // cos(2 pi u) = sin(2 pi (|u - 1/2| - 1/4)): an argument in -pi/2 .. pi/2 keeps the error below 1e-6.
    const folded = writer.node("Sub", [writer.node("Abs", [writer.node("Sub", [at(1), f32(0.5)])]), f32(0.25)]);
    const cosine = writer.node("Sin", [writer.node("Mul", [folded, f32(2 * Math.PI)])]);
    return writer.node("Mul", [radius, cosine]);
  },
  tfjs: "randomNormal",
});

interface DrawSpec {
  readonly name: string;
  readonly doc: string;
  readonly dtype: DType;
  readonly draw: (key: Key, counter: number) => number;
  /** One-dimensional. */
  readonly onnx: (writer: OnnxWriter, input: { readonly key: OnnxRef; readonly shape: readonly Dim[] }) => OnnxRef;
  readonly tfjs: string;
}

function defineDraw(spec: DrawSpec): Primitive {
  return definePrimitive({
    name: spec.name,
    doc: spec.doc,
    exposed: false,
    structure: "other",
    operands: [keyOperand],
    attributes: { shape: shapeAttribute },
    infer: ({ operands, attributes: { shape }, check }) =>
      checkKey(spec.name, elementAt(operands, 0), check) ? [{ dtype: spec.dtype, shape }] : undefined,
    cost: ({ results }) => ({ flops: multiply(elementsOf(elementAt(results, 0)), constant(20)) }),
    samples,
    reference: ({ operands, results }) => {
      const words = elementAt(operands, 0).data;
      const drawKey: Key = [elementAt(words, 0), elementAt(words, 1)];
      return [fillArray(elementAt(results, 0), (index) => spec.draw(drawKey, index))];
    },
    gradient: "nondifferentiable",
    onnx: (writer, { refs, attributes: { shape } }) => {
      const flat = spec.onnx(writer, { key: elementAt(refs, 0), shape });
      if (shape.length === 1 && asNumber(elementAt(shape, 0)) !== undefined) return [flat];
      return [writer.node("Reshape", [flat, writer.shape(shape, { inferable: true })])];
    },
    tfjs: (writer, { args, attributes: { shape } }) =>
      writer.helper(spec.tfjs, elementAt(args, 0), writer.shape(shape)),
  });
}
