import { asNumber, constant, type Dim } from "../../../dims/dim.ts";
import { convolutionWindows } from "../../../ops/define/conv2d-geometry.ts";
import { literalShape } from "../../../ops/define/shape-rules.ts";
import { elementAt } from "../../../support/element-at.ts";
import type { OnnxRef, OnnxWriter } from "../onnx-writer.ts";
import { lowerKernelGradient } from "./convolution-kernel-gradient.ts";
import type { OnnxLowerings } from "./lowering.ts";
import {
  fromChannelsFirst,
  fromKernelOihw,
  padForWindows,
  padSpatial,
  sliceSpatial,
  staticPads,
  toChannelsFirst,
  toKernelOihw,
  windowAttributesOnnx,
  type Windows,
} from "./windows.ts";

/** Convolutions and their gradients, as ONNX says them. */
export const convolution = {
  conv2d: (writer, { operands, refs, attributes }) => {
    const { layout, groups } = attributes;
    const windows = convolutionWindows(
      elementAt(operands, 0).type.shape,
      elementAt(operands, 1).type.shape,
      attributes,
    );
    const x = toChannelsFirst(writer, elementAt(refs, 0), layout);
    const kernel = toKernelOihw(writer, elementAt(refs, 1), layout);
    const pads = staticPads(windows);
    const y = writer.node("Conv", [pads === undefined ? padForWindows(writer, x, windows) : x, kernel], {
      ...windowAttributesOnnx(windows),
      ...(pads?.some((pad) => pad !== 0) === true && { pads: { ints: pads } }),
      ...(groups !== 1 && { group: { int: groups } }),
    });
    return [fromChannelsFirst(writer, y, layout)];
  },
  conv2d_input_gradient: (writer, { operands, refs, attributes }) => {
    const { layout, groups, inputShape } = attributes;
    const windows = convolutionWindows(inputShape, elementAt(operands, 1).type.shape, attributes);
    const dy = toChannelsFirst(writer, elementAt(refs, 0), layout);
    const kernel = toKernelOihw(writer, elementAt(refs, 1), layout);
    return [fromChannelsFirst(writer, lowerInputGradient(writer, dy, kernel, windows, groups), layout)];
  },
  conv2d_kernel_gradient: (writer, { operands, refs, attributes }) => {
    const { layout, groups, kernelShape } = attributes;
    const [x, dy] = [elementAt(operands, 0), elementAt(operands, 1)];
    const windows = convolutionWindows(x.type.shape, kernelShape, attributes);
    const result = lowerKernelGradient(writer, {
      x: toChannelsFirst(writer, elementAt(refs, 0), layout),
      dy: toChannelsFirst(writer, elementAt(refs, 1), layout),
      xShape: channelsFirst(x.type.shape, layout),
      dyShape: channelsFirst(dy.type.shape, layout),
      windows,
      groups,
    });
    return [fromKernelOihw(writer, result, layout)];
  },
} satisfies Partial<OnnxLowerings>;

/**
 * ConvTranspose, cut to the input's size. Where padding depends on free dimensions it is computed at run time: the
 * windows' full reach first, then the part of it that lies over the input.
 */
function lowerInputGradient(
  writer: OnnxWriter,
  dy: OnnxRef,
  kernel: OnnxRef,
  windows: Windows,
  groups: number,
): OnnxRef {
  const [rows, columns] = windows;
  const shared = { ...windowAttributesOnnx(windows), ...(groups !== 1 && { group: { int: groups } }) };
  const pads = staticPads(windows);
  const residuals = literalShape([rows.residual, columns.residual]);
  if (
    pads !== undefined &&
    residuals !== undefined &&
    residuals.every((size, i) => size < elementAt(windows, i).stride)
  ) {
    return writer.node("ConvTranspose", [dy, kernel], {
      ...shared,
      ...(pads.some((pad) => pad !== 0) && { pads: { ints: pads } }),
      ...(residuals.some((size) => size !== 0) && { output_padding: { ints: residuals } }),
    });
  }
  const zero = constant(0);
  const full = writer.node("ConvTranspose", [dy, kernel], shared);
  const extended = padSpatial(writer, full, { before: [zero, zero], after: [rows.residual, columns.residual] });
  return windows.every((window) => asNumber(window.before) === 0 && asNumber(window.after) === 0)
    ? extended
    : sliceSpatial(writer, extended, [rows.before, columns.before], [rows.input, columns.input]);
}

function channelsFirst(shape: readonly Dim[], layout: string): readonly Dim[] {
  if (layout === "NCHW") return shape;
  return [0, 3, 1, 2].map((axis) => elementAt(shape, axis));
}
