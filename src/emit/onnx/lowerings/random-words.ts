import { type Dim, product } from "../../../dims/dim.ts";
import { elementAt } from "../../../support/element-at.ts";
import type { OnnxRef, OnnxWriter } from "../onnx-writer.ts";

/** 0x9E3779B9, the distance between counters. */
export const goldenRatio = 0x9e3779b9;

const foldSalt = 0x85ebca6b;

function word(writer: OnnxWriter, value: number): OnnxRef {
  return writer.constant("u32", value >>> 0);
}

/** `x ^= x >>> places`. */
function xorShifted(writer: OnnxWriter, x: OnnxRef, places: number): OnnxRef {
  const shifted = writer.node("BitShift", [x, word(writer, places)], { direction: { string: "RIGHT" } });
  return writer.node("BitwiseXor", [x, shifted]);
}

/** `mix` of `counter.ts` on u32 tensors. */
export function mixOnnx(writer: OnnxWriter, words: OnnxRef): OnnxRef {
  const first = writer.node("Mul", [xorShifted(writer, words, 16), word(writer, 0x7feb352d)]);
  const second = writer.node("Mul", [xorShifted(writer, first, 15), word(writer, 0x846ca68b)]);
  return xorShifted(writer, second, 16);
}

/** `fold` of `counter.ts`: a u32[2] key and a u32 scalar to a key. */
export function foldOnnx(writer: OnnxWriter, key: OnnxRef, data: OnnxRef): OnnxRef {
  const v = writer.node("Reshape", [data, writer.ints([1])]);
  const sum = writer.node("Add", [v, word(writer, goldenRatio)]);
  const mixed = mixOnnx(
    writer,
    writer.node("Concat", [sum, writer.node("BitwiseXor", [v, word(writer, foldSalt)])], { axis: { int: 0 } }),
  );
  const [k0, k1] = wordsOf(writer, key);
  const [m0, m1] = wordsOf(writer, mixed);
  const low = writer.node("BitwiseXor", [k0, m0]);
  const high = writer.node("Add", [writer.node("Add", [k1, m1]), word(writer, goldenRatio)]);
  return mixOnnx(writer, writer.node("Concat", [low, high], { axis: { int: 0 } }));
}

/** What is drawn: a key, the numbers of what lies along the first axis where each draws by its own, and a shape. */
export interface DrawnOnnx {
  readonly key: OnnxRef;
  readonly numbers: OnnxRef | undefined;
  readonly shape: readonly Dim[];
}

/**
 * `bits` of `counter.ts` at the counters `step * i + first`, for every row-major index i of a shape, or of what one number
 * draws: one-dimensional, or a row for each number.
 */
export function bitsOnnx(
  writer: OnnxWriter,
  { key, numbers, shape }: DrawnOnnx,
  counters: { readonly step: number; readonly first: number },
): OnnxRef {
  const [k0, k1] = numbers === undefined ? wordsOf(writer, key) : foldedOnnx(writer, key, numbers);
  const counted = numbers === undefined ? shape : shape.slice(1);
  const range = writer.node("Range", [
    writer.constant("i64", 0),
    writer.dim(product(counted)),
    writer.constant("i64", 1),
  ]);
  const indices = writer.cast(range, "u32");
  const step = Math.imul(goldenRatio, counters.step);
  const first = Math.imul(goldenRatio, counters.first);
  const spaced = writer.node("Mul", [indices, word(writer, step)]);
  const start = counters.first === 0 ? k0 : writer.node("Add", [k0, word(writer, first)]);
  const mixed = mixOnnx(writer, writer.node("Add", [spaced, start]));
  return mixOnnx(writer, writer.node("BitwiseXor", [mixed, k1]));
}

/** The words of a key folded with each of some numbers: two columns. */
function foldedOnnx(writer: OnnxWriter, key: OnnxRef, numbers: OnnxRef): readonly [OnnxRef, OnnxRef] {
  const column = writer.node("Unsqueeze", [numbers, writer.ints([1])]);
  const [k0, k1] = wordsOf(writer, key);
  const m0 = mixOnnx(writer, writer.node("Add", [column, word(writer, goldenRatio)]));
  const m1 = mixOnnx(writer, writer.node("BitwiseXor", [column, word(writer, foldSalt)]));
  const high = writer.node("Add", [writer.node("Add", [k1, m1]), word(writer, goldenRatio)]);
  return [mixOnnx(writer, writer.node("BitwiseXor", [k0, m0])), mixOnnx(writer, high)];
}

/** The uniform numbers of random words: their high 24 bits over 2^24, exact in f32. */
export function uniformOnnx(writer: OnnxWriter, bits: OnnxRef): OnnxRef {
  const high = writer.node("BitShift", [bits, word(writer, 8)], { direction: { string: "RIGHT" } });
  return writer.node("Mul", [writer.cast(high, "f32"), writer.constant("f32", 2 ** -24)]);
}

/** The two words of a u32[2] tensor, each of shape [1]. */
function wordsOf(writer: OnnxWriter, key: OnnxRef): readonly [OnnxRef, OnnxRef] {
  const words = writer.nodes("Split", [key, writer.ints([1, 1])], 2, { axis: { int: 0 } });
  return [elementAt(words, 0), elementAt(words, 1)];
}
