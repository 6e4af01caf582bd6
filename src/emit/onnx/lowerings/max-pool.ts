import { add, asNumber, constant, type Dim, multiply, product } from "../../../dims/dim.ts";
import type { DType } from "../../../ir/types.ts";
import { elementAt } from "../../../support/element-at.ts";
import { poolWindows } from "../../../ops/define/pool2d.ts";
import { literalShape } from "../../../ops/define/shape-rules.ts";
import type { OnnxRef, OnnxWriter } from "../onnx-writer.ts";
import type { OnnxLowerings } from "./lowering.ts";
import {
  fromChannelsFirst,
  padForWindows,
  padSpatial,
  sliceSpatial,
  staticPads,
  toChannelsFirst,
  windowAttributesOnnx,
  type Windows,
} from "./windows.ts";

/** Maximum pools and their gradient, as ONNX says them. */
export const maxPool = {
  max_pool2d: (writer, { operands, refs, attributes }) => {
    const { dtype, shape } = elementAt(operands, 0).type;
    const windows = poolWindows(shape, attributes);
    const pads = staticPads(windows);
    const image = toChannelsFirst(writer, elementAt(refs, 0), attributes.layout);
    const x = pads === undefined ? padForWindows(writer, image, windows, writer.constant(dtype, -Infinity)) : image;
    const y = writer.node("MaxPool", [x], { ...windowAttributesOnnx(windows), ...padsAttribute(pads) });
    return [fromChannelsFirst(writer, y, attributes.layout)];
  },
  max_pool2d_gradient: (writer, { operands, refs, attributes }) => {
    const { layout } = attributes;
    const type = elementAt(operands, 0).type;
    const windows = poolWindows(type.shape, attributes);
    const image = (index: number): OnnxRef => toChannelsFirst(writer, elementAt(refs, index), layout);
    const input: PoolGradientInput = {
      x: image(0),
      y: image(1),
      dy: image(2),
      shape: layout === "NCHW" ? type.shape : [0, 3, 1, 2].map((axis) => elementAt(type.shape, axis)),
      dtype: type.dtype,
      windows,
    };
    const dx = areDisjoint(windows) ? byRanks(writer, input) : byIndices(writer, input);
    return [fromChannelsFirst(writer, dx, layout)];
  },
} satisfies Partial<OnnxLowerings>;

/**
 * Compares the input with the pool's result, stretched to its size. Among equal elements of a window the first must win
 * alone: each takes its rank in the window, first highest, and a second pool finds the winner's, which says where the
 * gradient goes. Masks are numbers to multiply with: Where takes three passes over its operands.
 */
function byRanks(writer: OnnxWriter, { x, y, dy, dtype, windows }: PoolGradientInput): OnnxRef {
  const [rows, columns] = windows;
  const [height = 1, width = 1] = literalShape(windows.map((window) => covered(window))) ?? [];
  const ranks = Array.from({ length: height * width }, (_, place) => {
    const row = Math.floor(place / width) % rows.size;
    const column = (place % width) % columns.size;
    return rows.size * columns.size - (row * columns.size + column);
  });
  const rank = writer.constant(dtype, ranks, [height, width]);
  const scales = writer.constant("f32", [1, 1, rows.size, columns.size], [4]);
  const stretched = (ref: OnnxRef): OnnxRef =>
    writer.node("Resize", [ref, writer.absent, scales], {
      mode: { string: "nearest" },
      coordinate_transformation_mode: { string: "asymmetric" },
      nearest_mode: { string: "floor" },
    });
  const mask = (a: OnnxRef, b: OnnxRef): OnnxRef => writer.cast(writer.node("Equal", [a, b]), dtype);
  const zero = constant(0);
  const exact = windows.every((window) => asNumber(window.residual) === 0);
  const image = exact ? x : sliceSpatial(writer, x, [zero, zero], [covered(rows), covered(columns)]);
  const ranked = writer.node("Mul", [mask(image, stretched(y)), rank]);
  const best = writer.node("MaxPool", [ranked], windowAttributesOnnx(windows));
  const dx = writer.node("Mul", [mask(stretched(best), rank), stretched(dy)]);
  return padSpatial(writer, dx, { before: [zero, zero], after: [rows.residual, columns.residual] });
}

/** Pools again for the indices of the winners, and adds the gradients there: windows may overlap. */
function byIndices(writer: OnnxWriter, { x, dy, shape, dtype, windows }: PoolGradientInput): OnnxRef {
  const [rows, columns] = windows;
  const pads = staticPads(windows);
  const padded = pads === undefined ? padForWindows(writer, x, windows, writer.constant(dtype, -Infinity)) : x;
  const paddedShape =
    pads === undefined
      ? [...shape.slice(0, 2), ...windows.map((window) => add(window.input, add(window.before, window.after)))]
      : shape;
  const attributes = { ...windowAttributesOnnx(windows), ...padsAttribute(pads) };
  const indices = elementAt(writer.nodes("MaxPool", [padded], 2, attributes), 1);
  const zeros = writer.node("Expand", [writer.constant(dtype, [0], [1]), writer.shape([product(paddedShape)])]);
  const everything = writer.ints([-1]);
  const sums = writer.node(
    "ScatterElements",
    [zeros, writer.node("Reshape", [indices, everything]), writer.node("Reshape", [dy, everything])],
    { axis: { int: 0 }, reduction: { string: "add" } },
  );
  const image = writer.node("Reshape", [sums, writer.shape(paddedShape, { inferable: true })]);
  return pads === undefined
    ? sliceSpatial(writer, image, [rows.before, columns.before], [rows.input, columns.input])
    : image;
}

function padsAttribute(pads: readonly number[] | undefined) {
  return pads?.some((pad) => pad !== 0) === true ? { pads: { ints: pads } } : {};
}

/** What the gradient of a maximum pool is computed from; images are NCHW. */
interface PoolGradientInput {
  readonly x: OnnxRef;
  readonly y: OnnxRef;
  readonly dy: OnnxRef;
  readonly shape: readonly Dim[];
  readonly dtype: DType;
  readonly windows: Windows;
}

/** True where the windows of a literal size are disjoint and need no padding; a remainder may lie behind the last. */
function areDisjoint(windows: Windows): boolean {
  return windows.every(
    (window) =>
      window.stride === window.size &&
      literalShape([window.input]) !== undefined &&
      [window.before, window.after].every((dim) => asNumber(dim) === 0),
  );
}

/** How much of an axis disjoint windows cover. */
function covered(window: Windows[number]): Dim {
  return multiply(window.output, constant(window.size));
}
