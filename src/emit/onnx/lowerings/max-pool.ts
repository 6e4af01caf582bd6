import { add, asNumber, constant, type Dim, multiply, product } from "../../../dims/dim.ts";
import type { DType } from "../../../ir/types.ts";
import { elementAt } from "../../../support/element-at.ts";
import { poolWindows } from "../../../ops/define/pool.ts";
import { flat, placesOf } from "../../../ops/define/conv-reference.ts";
import { required } from "../../../support/fault.ts";
import { literalShape } from "../../../ops/define/shape-rules.ts";
import type { OnnxRef, OnnxWriter } from "../onnx-writer.ts";
import type { OnnxLowerings } from "./lowering.ts";
import {
  channelsSecond,
  cutPadding,
  fromChannelsFirst,
  padForWindows,
  padResiduals,
  padsAttribute,
  sliceSpatial,
  staticPads,
  stretch,
  toChannelsFirst,
  windowAttributesOnnx,
  type Windows,
} from "./windows.ts";

/** Maximum pools and their gradient, as ONNX says them. */
export const maxPool = {
  adaptive_max_pool: "decomposed",
  max_pool: (writer, { operands, refs, attributes }) => {
    const { dtype, shape } = elementAt(operands, 0).type;
    const windows = poolWindows(shape, attributes);
    const pads = poolPads(windows);
    const image = toChannelsFirst(writer, elementAt(refs, 0), attributes.layout, shape.length);
    const x = pads === undefined ? padForWindows(writer, image, windows, writer.constant(dtype, -Infinity)) : image;
    const y = writer.node("MaxPool", [x], { ...windowAttributesOnnx(windows), ...padsAttribute(pads) });
    return [fromChannelsFirst(writer, y, attributes.layout, shape.length)];
  },
  max_pool_gradient: (writer, { operands, refs, attributes }) => {
    const { layout } = attributes;
    const type = elementAt(operands, 0).type;
    const windows = poolWindows(type.shape, attributes);
    const rank = type.shape.length;
    const image = (index: number): OnnxRef => toChannelsFirst(writer, elementAt(refs, index), layout, rank);
    const input: PoolGradientInput = {
      x: image(0),
      y: image(1),
      dy: image(2),
      shape: layout === "NCHW" ? type.shape : channelsSecond(rank).map((axis) => elementAt(type.shape, axis)),
      dtype: type.dtype,
      windows,
    };
    const dx = areDisjoint(windows) ? byRanks(writer, input) : byIndices(writer, input);
    return [fromChannelsFirst(writer, dx, layout, rank)];
  },
} satisfies Partial<OnnxLowerings>;

/**
 * Compares the input with the pool's result, stretched to its size. Among equal elements of a window the first must win
 * alone: each takes its rank in the window, first highest, and a second pool finds the winner's, which says where the
 * gradient goes. Masks are numbers to multiply with: Where takes three passes over its operands.
 */
function byRanks(writer: OnnxWriter, { x, y, dy, dtype, windows }: PoolGradientInput): OnnxRef {
  const extents = required(literalShape(windows.map(covered)), "size of an image");
  const sizes = windows.map((it) => it.size);
  const taps = sizes.reduce((all, size) => all * size, 1);
  const ranks = placesOf(extents).map(
    (place) =>
      taps -
      flat(
        sizes,
        place.map((it, axis) => it % elementAt(sizes, axis)),
      ),
  );
  const rank = writer.constant(dtype, ranks, extents);
  const stretched = (ref: OnnxRef): OnnxRef => stretch(writer, ref, windows);
  const mask = (a: OnnxRef, b: OnnxRef): OnnxRef => writer.cast(writer.node("Equal", [a, b]), dtype);
  const exact = windows.every((window) => asNumber(window.residual) === 0);
  const starts = windows.map(() => constant(0));
  const image = exact ? x : sliceSpatial(writer, x, starts, windows.map(covered));
  const ranked = writer.node("Mul", [mask(image, stretched(y)), rank]);
  const best = writer.node("MaxPool", [ranked], windowAttributesOnnx(windows));
  const dx = writer.node("Mul", [mask(stretched(best), rank), stretched(dy)]);
  return padResiduals(writer, dx, windows);
}

/** Pools again for the indices of the winners, and adds the gradients there: windows may overlap. */
function byIndices(writer: OnnxWriter, { x, dy, shape, dtype, windows }: PoolGradientInput): OnnxRef {
  const pads = poolPads(windows);
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
  return pads === undefined ? cutPadding(writer, image, windows) : image;
}

/** Pads that MaxPool itself takes: known numbers that are smaller than its window, gaps left out. */
function poolPads(windows: Windows): readonly number[] | undefined {
  const pads = staticPads(windows);
  return pads?.every((pad, index) => pad < elementAt(windows, index % windows.length).size) === true ? pads : undefined;
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
      window.dilation === 1 &&
      literalShape([window.input]) !== undefined &&
      [window.before, window.after].every((dim) => asNumber(dim) === 0),
  );
}

/** How much of an axis disjoint windows cover. */
function covered(window: Windows[number]): Dim {
  return multiply(window.output, constant(window.size));
}
