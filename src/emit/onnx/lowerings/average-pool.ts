import { constant, type Dim, multiply } from "../../../dims/dim.ts";
import type { DType } from "../../../ir/types.ts";
import { elementAt } from "../../../support/element-at.ts";
import { poolWindows } from "../../../ops/define/pool2d.ts";
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
import { literalShape } from "../../../ops/define/shape-rules.ts";

/** Average pools and their gradient, as ONNX says them. */
export const averagePool = {
  avg_pool2d: (writer, { operands, refs, attributes }) => {
    const { dtype, shape } = elementAt(operands, 0).type;
    const windows = poolWindows(shape, attributes);
    const x = toChannelsFirst(writer, elementAt(refs, 0), attributes.layout);
    return [fromChannelsFirst(writer, averages(writer, x, dtype, windows), attributes.layout)];
  },
  avg_pool2d_gradient: (writer, { operands, refs, attributes }) => {
    const { layout, inputShape } = attributes;
    const type = elementAt(operands, 0).type;
    const windows = poolWindows(inputShape, attributes);
    const batch = elementAt(inputShape, 0);
    const channels = elementAt(inputShape, layout === "NCHW" ? 1 : 3);
    const dy = toChannelsFirst(writer, elementAt(refs, 0), layout);
    return [fromChannelsFirst(writer, spread(writer, dy, type.dtype, windows, batch, channels), layout)];
  },
} satisfies Partial<OnnxLowerings>;

function averages(writer: OnnxWriter, x: OnnxRef, dtype: DType, windows: Windows): OnnxRef {
  const pads = staticPads(windows);
  const attributes = windowAttributesOnnx(windows);
  if (pads !== undefined) {
    const padding = pads.some((pad) => pad !== 0) ? { pads: { ints: pads } } : {};
    return writer.node("AveragePool", [x], { ...attributes, ...padding });
  }
  const sums = writer.node("AveragePool", [padForWindows(writer, x, windows)], attributes);
  return writer.node("Div", [sums, counted(writer, dtype, windows)]);
}

/** The part of each window that lies over the image, [1, 1, OH, OW]: an average of ones in zero padding. */
function counted(writer: OnnxWriter, dtype: DType, windows: Windows): OnnxRef {
  const [rows, columns] = windows;
  const shape = writer.shape([constant(1), constant(1), rows.input, columns.input]);
  const ones = writer.node("Expand", [writer.constant(dtype, 1), shape]);
  return writer.node("AveragePool", [padForWindows(writer, ones, windows)], windowAttributesOnnx(windows));
}

/** Each output's gradient over the count of its window, spread over the window. */
function spread(writer: OnnxWriter, dy: OnnxRef, dtype: DType, windows: Windows, batch: Dim, channels: Dim): OnnxRef {
  const [rows, columns] = windows;
  const taps = rows.size * columns.size;
  const pads = literalShape([rows.before, columns.before, rows.after, columns.after]);
  const unpadded = pads?.every((pad) => pad === 0) === true;
  const share = writer.node("Mul", [dy, writer.constant(dtype, 1 / taps)]);
  const shares = unpadded ? share : writer.node("Div", [share, counted(writer, dtype, windows)]);
  const zero = constant(0);
  if (unpadded && windows.every((window) => window.stride === window.size)) {
    const stretched = writer.node(
      "Resize",
      [shares, writer.absent, writer.constant("f32", [1, 1, rows.size, columns.size], [4])],
      {
        mode: { string: "nearest" },
        coordinate_transformation_mode: { string: "asymmetric" },
        nearest_mode: { string: "floor" },
      },
    );
    return padSpatial(writer, stretched, { before: [zero, zero], after: [rows.residual, columns.residual] });
  }
  // One channel at a time, so that the kernel of ones needs no known number of channels.
  const single = [multiply(batch, channels), constant(1), rows.output, columns.output];
  const images = writer.node("Reshape", [shares, writer.shape(single, { inferable: true })]);
  const ones = writer.constant(dtype, new Array<number>(taps).fill(1), [1, 1, rows.size, columns.size]);
  const full = writer.node("ConvTranspose", [images, ones], windowAttributesOnnx(windows));
  const extended = padSpatial(writer, full, { before: [zero, zero], after: [rows.residual, columns.residual] });
  const cut = unpadded
    ? extended
    : sliceSpatial(writer, extended, [rows.before, columns.before], [rows.input, columns.input]);
  return writer.node("Reshape", [cut, writer.shape([batch, channels, rows.input, columns.input], { inferable: true })]);
}
