import type { Dim } from "../../../dims/dim.ts";
import { convolutionWindows, literalGroups } from "../../../ops/define/window-geometry.ts";
import { literalShape } from "../../../ops/define/shape-rules.ts";
import { elementAt } from "../../../support/element-at.ts";
import type { OnnxRef, OnnxWriter } from "../onnx-writer.ts";
import { lowerKernelGradient } from "./convolution-kernel-gradient.ts";
import type { OnnxLowerings } from "./lowering.ts";
import {
  channelsSecond,
  cutPadding,
  fromChannelsFirst,
  fromKernelOihw,
  padForWindows,
  padResiduals,
  padsAttribute,
  staticPads,
  toChannelsFirst,
  toKernelOihw,
  windowAttributesOnnx,
  type Windows,
} from "./windows.ts";

/** Convolutions and their gradients, as ONNX says them. */
export const convolution = {
  conv_transpose: "decomposed",
  conv: (writer, { operands, refs, attributes }) => {
    const { layout } = attributes;
    const groups = literalGroups(attributes);
    const windows = convolutionWindows(
      elementAt(operands, 0).type.shape,
      elementAt(operands, 1).type.shape,
      attributes,
    );
    const rank = windows.length + 2;
    const x = toChannelsFirst(writer, elementAt(refs, 0), layout, rank);
    const kernel = toKernelOihw(writer, elementAt(refs, 1), layout, rank);
    const pads = staticPads(windows);
    const y = writer.node("Conv", [pads === undefined ? padForWindows(writer, x, windows) : x, kernel], {
      ...windowAttributesOnnx(windows),
      ...padsAttribute(pads),
      ...(groups !== 1 && { group: { int: groups } }),
    });
    return [fromChannelsFirst(writer, y, layout, rank)];
  },
  conv_input_gradient: (writer, { operands, refs, attributes }) => {
    const { layout, inputShape } = attributes;
    const groups = literalGroups(attributes);
    const windows = convolutionWindows(inputShape, elementAt(operands, 1).type.shape, attributes);
    const rank = inputShape.length;
    const dy = toChannelsFirst(writer, elementAt(refs, 0), layout, rank);
    const kernel = toKernelOihw(writer, elementAt(refs, 1), layout, rank);
    return [fromChannelsFirst(writer, lowerInputGradient(writer, dy, kernel, windows, groups), layout, rank)];
  },
  conv_kernel_gradient: (writer, { operands, refs, attributes }) => {
    const { layout, kernelShape } = attributes;
    const groups = literalGroups(attributes);
    const [x, dy] = [elementAt(operands, 0), elementAt(operands, 1)];
    const windows = convolutionWindows(x.type.shape, kernelShape, attributes);
    const rank = kernelShape.length;
    const result = lowerKernelGradient(writer, {
      x: toChannelsFirst(writer, elementAt(refs, 0), layout, rank),
      dy: toChannelsFirst(writer, elementAt(refs, 1), layout, rank),
      xShape: channelsFirst(x.type.shape, layout),
      dyShape: channelsFirst(dy.type.shape, layout),
      windows,
      groups,
    });
    return [fromKernelOihw(writer, result, layout, rank)];
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
  const shared = { ...windowAttributesOnnx(windows), ...(groups !== 1 && { group: { int: groups } }) };
  const pads = staticPads(windows);
  const residuals = literalShape(windows.map((it) => it.residual));
  if (
    pads !== undefined &&
    residuals !== undefined &&
    residuals.every((size, i) => size < elementAt(windows, i).stride)
  ) {
    return writer.node("ConvTranspose", [dy, kernel], {
      ...shared,
      ...padsAttribute(pads),
      ...(residuals.some((size) => size !== 0) && { output_padding: { ints: residuals } }),
    });
  }
  const full = writer.node("ConvTranspose", [dy, kernel], shared);
  return cutPadding(writer, padResiduals(writer, full, windows), windows);
}

function channelsFirst(shape: readonly Dim[], layout: string): readonly Dim[] {
  return layout === "NCHW" ? shape : channelsSecond(shape.length).map((axis) => elementAt(shape, axis));
}
