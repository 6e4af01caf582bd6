import { add, asNumber, constant, type Dim, multiply, subtract } from "../../../dims/dim.ts";
import type { AxisWindow } from "../../../ops/define/conv2d-geometry.ts";
import { literalShape } from "../../../ops/define/shape-rules.ts";
import type { OnnxAttribute, OnnxRef, OnnxWriter } from "../onnx-writer.ts";

/** The windows along height and width. */
export type Windows = readonly [AxisWindow, AxisWindow];

/** An image as NCHW. */
export function toChannelsFirst(writer: OnnxWriter, ref: OnnxRef, layout: string): OnnxRef {
  return layout === "NCHW" ? ref : writer.node("Transpose", [ref], { perm: { ints: [0, 3, 1, 2] } });
}

/** An image from NCHW to a layout. */
export function fromChannelsFirst(writer: OnnxWriter, ref: OnnxRef, layout: string): OnnxRef {
  return layout === "NCHW" ? ref : writer.node("Transpose", [ref], { perm: { ints: [0, 2, 3, 1] } });
}

/** A kernel as OIHW. */
export function toKernelOihw(writer: OnnxWriter, ref: OnnxRef, layout: string): OnnxRef {
  return layout === "NCHW" ? ref : writer.node("Transpose", [ref], { perm: { ints: [3, 2, 0, 1] } });
}

/** A kernel from OIHW to the kernel order of a layout. */
export function fromKernelOihw(writer: OnnxWriter, ref: OnnxRef, layout: string): OnnxRef {
  return layout === "NCHW" ? ref : writer.node("Transpose", [ref], { perm: { ints: [2, 3, 1, 0] } });
}

/** Top, left, bottom and right padding as numbers, or undefined where one depends on the input's size. */
export function staticPads([rows, columns]: Windows): readonly number[] | undefined {
  return literalShape([rows.before, columns.before, rows.after, columns.after]);
}

/** Pads height and width of an NCHW image by dims; pads that are all zero are left out. */
export function padSpatial(
  writer: OnnxWriter,
  ref: OnnxRef,
  pads: { readonly before: readonly [Dim, Dim]; readonly after: readonly [Dim, Dim] },
  value?: OnnxRef,
): OnnxRef {
  const all = [...pads.before, ...pads.after];
  if (all.every((dim) => asNumber(dim) === 0)) return ref;
  const zero = constant(0);
  const amounts = writer.shape([zero, zero, ...pads.before, zero, zero, ...pads.after]);
  return writer.node("Pad", value === undefined ? [ref, amounts] : [ref, amounts, value]);
}

/** An NCHW image padded as its windows say. */
export function padForWindows(writer: OnnxWriter, ref: OnnxRef, [rows, columns]: Windows, value?: OnnxRef): OnnxRef {
  const before = [rows.before, columns.before] as const;
  const after = [rows.after, columns.after] as const;
  return padSpatial(writer, ref, { before, after }, value);
}

/** `size` places from `start`, `step` apart, along height and width of an NCHW image. */
export function sliceSpatial(
  writer: OnnxWriter,
  ref: OnnxRef,
  starts: readonly [Dim, Dim],
  sizes: readonly [Dim, Dim],
  steps: readonly [number, number] = [1, 1],
): OnnxRef {
  const end = (axis: 0 | 1): Dim =>
    add(starts[axis], add(multiply(subtract(sizes[axis], constant(1)), constant(steps[axis])), constant(1)));
  const inputs = [ref, writer.shape(starts), writer.shape([end(0), end(1)]), writer.ints([2, 3])];
  if (steps[0] !== 1 || steps[1] !== 1) inputs.push(writer.ints(steps));
  return writer.node("Slice", inputs);
}

/** What Conv, ConvTranspose and the pools take of their windows, but for padding. */
export function windowAttributesOnnx([rows, columns]: Windows): Readonly<Record<string, OnnxAttribute>> {
  const attributes: Record<string, OnnxAttribute> = {
    kernel_shape: { ints: [rows.size, columns.size] },
    strides: { ints: [rows.stride, columns.stride] },
  };
  if (rows.dilation !== 1 || columns.dilation !== 1)
    attributes["dilations"] = { ints: [rows.dilation, columns.dilation] };
  return attributes;
}
