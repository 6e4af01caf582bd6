import { add, asNumber, constant, type Dim, multiply, subtract } from "../../../dims/dim.ts";
import type { AxisWindow } from "../../../ops/define/window-geometry.ts";
import { literalShape } from "../../../ops/define/shape-rules.ts";
import { elementAt } from "../../../support/element-at.ts";
import type { OnnxAttribute, OnnxRef, OnnxWriter } from "../onnx-writer.ts";

/** The windows along the spatial axes, one to three of them. */
export type Windows = readonly AxisWindow[];

/** The axes of a channels-last image in the order of one with its channels second. */
export function channelsSecond(rank: number): readonly number[] {
  return [0, rank - 1, ...countFrom(1, rank - 2)];
}

/** An image with its channels second. */
export function toChannelsFirst(writer: OnnxWriter, ref: OnnxRef, layout: string, rank: number): OnnxRef {
  return layout === "NCHW" ? ref : writer.node("Transpose", [ref], { perm: { ints: [...channelsSecond(rank)] } });
}

/** An image from channels second to a layout. */
export function fromChannelsFirst(writer: OnnxWriter, ref: OnnxRef, layout: string, rank: number): OnnxRef {
  return layout === "NCHW"
    ? ref
    : writer.node("Transpose", [ref], { perm: { ints: [0, ...countFrom(2, rank - 2), 1] } });
}

/** A kernel as OIHW. */
export function toKernelOihw(writer: OnnxWriter, ref: OnnxRef, layout: string, rank: number): OnnxRef {
  const perm = [rank - 1, rank - 2, ...countFrom(0, rank - 2)];
  return layout === "NCHW" ? ref : writer.node("Transpose", [ref], { perm: { ints: perm } });
}

/** A kernel from OIHW to the kernel order of a layout. */
export function fromKernelOihw(writer: OnnxWriter, ref: OnnxRef, layout: string, rank: number): OnnxRef {
  return layout === "NCHW"
    ? ref
    : writer.node("Transpose", [ref], { perm: { ints: [...countFrom(2, rank - 2), 1, 0] } });
}

function countFrom(start: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => start + index);
}

/** The padding before each axis and then that behind each as numbers, or undefined where one depends on the input's size. */
export function staticPads(windows: Windows): readonly number[] | undefined {
  return literalShape([...windows.map((it) => it.before), ...windows.map((it) => it.after)]);
}

/** The attribute that says so; nothing where there is no padding. */
export function padsAttribute(pads: readonly number[] | undefined): Readonly<Record<string, OnnxAttribute>> {
  return pads?.some((pad) => pad !== 0) === true ? { pads: { ints: [...pads] } } : {};
}

/** Pads the spatial axes of an image with its channels second by dims; pads that are all zero are left out. */
export function padSpatial(
  writer: OnnxWriter,
  ref: OnnxRef,
  pads: { readonly before: readonly Dim[]; readonly after: readonly Dim[] },
  value?: OnnxRef,
): OnnxRef {
  const all = [...pads.before, ...pads.after];
  if (all.every((dim) => asNumber(dim) === 0)) return ref;
  const zero = constant(0);
  const amounts = writer.shape([zero, zero, ...pads.before, zero, zero, ...pads.after]);
  return writer.node("Pad", value === undefined ? [ref, amounts] : [ref, amounts, value]);
}

/** An image padded as its windows say. */
export function padForWindows(writer: OnnxWriter, ref: OnnxRef, windows: Windows, value?: OnnxRef): OnnxRef {
  const before = windows.map((it) => it.before);
  const after = windows.map((it) => it.after);
  return padSpatial(writer, ref, { before, after }, value);
}

/** Adds the padded places at the end of each axis that no window reaches, as zeros. */
export function padResiduals(writer: OnnxWriter, ref: OnnxRef, windows: Windows): OnnxRef {
  const after = windows.map((it) => it.residual);
  return padSpatial(writer, ref, { before: windows.map(() => constant(0)), after });
}

/** What lies over the image itself of a padded one. */
export function cutPadding(writer: OnnxWriter, ref: OnnxRef, windows: Windows): OnnxRef {
  const isWhole = windows.every(({ before, after }) => asNumber(before) === 0 && asNumber(after) === 0);
  if (isWhole) return ref;
  const starts = windows.map((it) => it.before);
  const sizes = windows.map((it) => it.input);
  return sliceSpatial(writer, ref, starts, sizes);
}

/** `size` places from `start`, `step` apart, along the spatial axes of an image with its channels second. */
export function sliceSpatial(
  writer: OnnxWriter,
  ref: OnnxRef,
  starts: readonly Dim[],
  sizes: readonly Dim[],
  steps: readonly number[] = sizes.map(() => 1),
): OnnxRef {
  const ends = sizes.map((size, axis) => {
    const span = multiply(subtract(size, constant(1)), constant(elementAt(steps, axis)));
    return add(elementAt(starts, axis), add(span, constant(1)));
  });
  const axes = countFrom(2, sizes.length);
  const inputs = [ref, writer.shape(starts), writer.shape(ends), writer.ints([...axes])];
  if (steps.some((step) => step !== 1)) inputs.push(writer.ints([...steps]));
  return writer.node("Slice", inputs);
}

/** Each element of an image with its channels second as often as a window is large, along each spatial axis. */
export function stretch(writer: OnnxWriter, ref: OnnxRef, windows: Windows): OnnxRef {
  const scales = [1, 1, ...windows.map((it) => it.size)];
  return writer.node("Resize", [ref, writer.absent, writer.constant("f32", scales, [scales.length])], {
    mode: { string: "nearest" },
    coordinate_transformation_mode: { string: "asymmetric" },
    nearest_mode: { string: "floor" },
  });
}

/** What Conv, ConvTranspose and the pools take of their windows, but for padding. */
export function windowAttributesOnnx(windows: Windows): Readonly<Record<string, OnnxAttribute>> {
  const dilations = windows.map((it) => it.dilation);
  return {
    kernel_shape: { ints: windows.map((it) => it.size) },
    strides: { ints: windows.map((it) => it.stride) },
    ...(dilations.some((it) => it !== 1) && { dilations: { ints: dilations } }),
  };
}
