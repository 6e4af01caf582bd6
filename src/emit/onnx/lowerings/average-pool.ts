import { asNumber, constant, type Dim, multiply } from "../../../dims/dim.ts";
import type { DType } from "../../../ir/types.ts";
import { elementAt } from "../../../support/element-at.ts";
import { poolWindows } from "../../../ops/define/pool.ts";
import { imageAxes, paddedSize } from "../../../ops/define/window-geometry.ts";
import type { OnnxRef, OnnxWriter } from "../onnx-writer.ts";
import type { OnnxLowerings } from "./lowering.ts";
import {
  cutPadding,
  fromChannelsFirst,
  padForWindows,
  padResiduals,
  padSpatial,
  padsAttribute,
  staticPads,
  stretch,
  toChannelsFirst,
  windowAttributesOnnx,
  type Windows,
} from "./windows.ts";

/** Average pools and their gradient, as ONNX says them. */
export const averagePool = {
  adaptive_avg_pool: "decomposed",
  lp_pool: "decomposed",
  avg_pool: (writer, { operands, refs, attributes }) => {
    const { dtype, shape } = elementAt(operands, 0).type;
    const windows = poolWindows(shape, attributes);
    const x = toChannelsFirst(writer, elementAt(refs, 0), attributes.layout, shape.length);
    return [
      fromChannelsFirst(
        writer,
        averages(writer, x, dtype, windows, attributes.count_padding),
        attributes.layout,
        shape.length,
      ),
    ];
  },
  avg_pool_gradient: (writer, { operands, refs, attributes }) => {
    const { layout, inputShape } = attributes;
    const type = elementAt(operands, 0).type;
    const windows = poolWindows(inputShape, attributes);
    const batch = elementAt(inputShape, 0);
    const rank = inputShape.length;
    const channels = elementAt(inputShape, imageAxes(layout, rank).channels);
    const dy = toChannelsFirst(writer, elementAt(refs, 0), layout, rank);
    const shares = divided(writer, dy, type.dtype, windows, attributes.count_padding);
    return [fromChannelsFirst(writer, spread(writer, shares, type.dtype, windows, batch, channels), layout, rank)];
  },
} satisfies Partial<OnnxLowerings>;

/**
 * The averages of windows. What runtimes make of `ceil_mode` differs, and with `count_include_pad` is wrong in some: they
 * are told how much is padded, and what counts is divided by here.
 */
function averages(writer: OnnxWriter, x: OnnxRef, dtype: DType, windows: Windows, countsPadding: boolean): OnnxRef {
  const pads = countsPadding ? undefined : staticPads(windows);
  const attributes = windowAttributesOnnx(windows);
  if (pads !== undefined) return writer.node("AveragePool", [x], { ...attributes, ...padsAttribute(pads) });
  const sums = writer.node("AveragePool", [padForWindows(writer, x, windows)], attributes);
  return allCount(windows, countsPadding)
    ? sums
    : writer.node("Div", [sums, counted(writer, dtype, windows, countsPadding)]);
}

/** Whether it is known that every place of every window counts. */
function allCount(windows: Windows, countsPadding: boolean): boolean {
  const left = windows.flatMap(({ before, after, over }) => (countsPadding ? [over] : [before, after]));
  return left.every((it) => asNumber(it) === 0);
}

/** The part of each window that counts, [1, 1, ...O]: an average of ones in zero padding. */
function counted(writer: OnnxWriter, dtype: DType, windows: Windows, countsPadding: boolean): OnnxRef {
  const sizes = windows.map((it) => (countsPadding ? paddedSize(it) : it.input));
  const ones = writer.node("Expand", [writer.constant(dtype, 1), writer.shape([constant(1), constant(1), ...sizes])]);
  const before = windows.map((it) => (countsPadding ? constant(0) : it.before));
  const after = windows.map((it) => (countsPadding ? it.over : it.after));
  return writer.node("AveragePool", [padSpatial(writer, ones, { before, after })], windowAttributesOnnx(windows));
}

/** Each output's gradient over the count of its window. */
function divided(writer: OnnxWriter, dy: OnnxRef, dtype: DType, windows: Windows, countsPadding: boolean): OnnxRef {
  const taps = windows.reduce((all, it) => all * it.size, 1);
  const share = writer.node("Mul", [dy, writer.constant(dtype, 1 / taps)]);
  return allCount(windows, countsPadding)
    ? share
    : writer.node("Div", [share, counted(writer, dtype, windows, countsPadding)]);
}

/** Each output's share spread over its window. */
function spread(
  writer: OnnxWriter,
  shares: OnnxRef,
  dtype: DType,
  windows: Windows,
  batch: Dim,
  channels: Dim,
): OnnxRef {
  const sizes = windows.map((it) => it.size);
  const taps = sizes.reduce((all, size) => all * size, 1);
  const unpadded = staticPads(windows)?.every((pad) => pad === 0) === true;
  if (unpadded && windows.every((window) => window.stride === window.size)) {
    return padResiduals(writer, stretch(writer, shares, windows), windows);
  }
  // One channel at a time, so that the kernel of ones needs no known number of channels.
  const single = [multiply(batch, channels), constant(1), ...windows.map((it) => it.output)];
  const images = writer.node("Reshape", [shares, writer.shape(single, { inferable: true })]);
  const ones = writer.constant(dtype, new Array<number>(taps).fill(1), [1, 1, ...sizes]);
  const full = writer.node("ConvTranspose", [images, ones], windowAttributesOnnx(windows));
  const cut = cutPadding(writer, padResiduals(writer, full, windows), windows);
  const shape = [batch, channels, ...windows.map((it) => it.input)];
  return writer.node("Reshape", [cut, writer.shape(shape, { inferable: true })]);
}
