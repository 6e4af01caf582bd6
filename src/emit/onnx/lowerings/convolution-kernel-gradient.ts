import { asNumber, constant, type Dim, divideExactly, multiply, product } from "../../../dims/dim.ts";
import { elementAt } from "../../../support/element-at.ts";
import type { OnnxRef, OnnxWriter } from "../onnx-writer.ts";
import { placesOf } from "../../../ops/define/conv-reference.ts";
import { padForWindows, padsAttribute, sliceSpatial, staticPads, type Windows } from "./windows.ts";

/** What the gradient of a kernel is computed from; images are NCHW. */
export interface KernelGradientInput {
  readonly x: OnnxRef;
  readonly dy: OnnxRef;
  readonly xShape: readonly Dim[];
  readonly dyShape: readonly Dim[];
  readonly windows: Windows;
  readonly groups: number;
}

/** The ways to compute the gradient of a kernel, each fastest for some shapes. */
type KernelGradientForm = "convolution" | "batched" | "gemm" | "taps";

/** The gradient of a kernel, OIHW, in the form that suits the shapes. */
export function lowerKernelGradient(writer: OnnxWriter, input: KernelGradientInput): OnnxRef {
  return lowerKernelGradientAs(kernelGradientForm(input), writer, input);
}

/** From this many input channels on, a product for each tap keeps ONNX Runtime's matrix multiplication busy. */
const channelsForTaps = 16;

/**
 * The fastest form as measured on ONNX Runtime's CPU provider: a product for each tap where there are channels enough;
 * else one product for 1x1 kernels and small images, the convolution for large kernels (5x5 and more), and a product for
 * each example for all others.
 */
function kernelGradientForm({ windows, groups, xShape }: KernelGradientInput): KernelGradientForm {
  if (groups !== 1) return "batched";
  const taps = tapsOf(windows);
  if (taps === 1) return "gemm";
  const channels = asNumber(elementAt(xShape, 1));
  if (channels !== undefined && channels >= channelsForTaps) return "taps";
  if (taps >= 25) return "convolution";
  const places = asNumber(product(windows.map((it) => it.output)));
  return places !== undefined && places <= 256 ? "gemm" : "batched";
}

/** The gradient of a kernel, OIHW, in a given form. Groups need the batched one. */
function lowerKernelGradientAs(form: KernelGradientForm, writer: OnnxWriter, input: KernelGradientInput): OnnxRef {
  switch (form) {
    case "convolution":
      return asConvolution(writer, input);
    case "batched":
      return asBatchedProduct(writer, input);
    case "gemm":
      return asOneProduct(writer, input);
    case "taps":
      return asProductPerTap(writer, input);
  }
}

/** Convolves the input with the output's gradient, batch and channels swapped, strides and dilations exchanged. */
function asConvolution(writer: OnnxWriter, { x, dy, windows }: KernelGradientInput): OnnxRef {
  const pads = staticPads(windows);
  const image = swapBatchAndChannels(writer, pads === undefined ? padForWindows(writer, x, windows) : x, windows);
  const result = writer.node("Conv", [image, swapBatchAndChannels(writer, dy, windows)], {
    strides: { ints: windows.map((it) => it.dilation) },
    dilations: { ints: windows.map((it) => it.stride) },
    ...padsAttribute(pads),
  });
  const exact = windows.every((window) => asNumber(window.residual) === 0);
  const starts = windows.map(() => constant(0));
  const sizes = windows.map((it) => constant(it.size));
  return swapBatchAndChannels(writer, exact ? result : sliceSpatial(writer, result, starts, sizes), windows);
}

/** One product of output gradients with shifted inputs for each example, then a sum over examples. */
function asBatchedProduct(
  writer: OnnxWriter,
  { x, dy, xShape, dyShape, windows, groups }: KernelGradientInput,
): OnnxRef {
  const [batch, channels] = [elementAt(xShape, 0), elementAt(xShape, 1)];
  const filters = elementAt(dyShape, 1);
  const places = product(windows.map((it) => it.output));
  const taps = tapsOf(windows);
  const perGroup = exactly(channels, groups);
  const shifted = shiftedInputs(writer, padForWindows(writer, x, windows), windows, (slice) =>
    writer.node("Reshape", [slice, writer.shape([batch, channels, constant(1), places], { inferable: true })]),
  );
  const stacked = shifted.length === 1 ? elementAt(shifted, 0) : writer.node("Concat", shifted, { axis: { int: 2 } });
  const grouped = groups === 1 ? [] : [constant(groups)];
  const columnsOf = [batch, ...grouped, multiply(perGroup, constant(taps)), places];
  const rowsOf = [batch, ...grouped, exactly(filters, groups), places];
  const inputs = writer.node("Reshape", [stacked, writer.shape(columnsOf, { inferable: true })]);
  const outputs = writer.node("Reshape", [dy, writer.shape(rowsOf, { inferable: true })]);
  const perm = groups === 1 ? [0, 2, 1] : [0, 1, 3, 2];
  // ONNX Runtime fuses this Transpose into the product.
  const transposed = writer.node("Transpose", [inputs], { perm: { ints: perm } });
  const products = writer.node("MatMul", [outputs, transposed]);
  const summed = writer.node("ReduceSum", [products, writer.ints([0])], { keepdims: { int: 0 } });
  return asKernel(writer, summed, filters, perGroup, windows);
}

/** One product over all examples and places at once. */
function asOneProduct(writer: OnnxWriter, { x, dy, xShape, dyShape, windows }: KernelGradientInput): OnnxRef {
  const [batch, channels] = [elementAt(xShape, 0), elementAt(xShape, 1)];
  const filters = elementAt(dyShape, 1);
  const places = product([batch, ...windows.map((it) => it.output)]);
  const taps = tapsOf(windows);
  const image = padForWindows(writer, swapBatchAndChannels(writer, x, windows), windows);
  const shifted = shiftedInputs(writer, image, windows, (slice) =>
    writer.node("Reshape", [slice, writer.shape([channels, constant(1), places], { inferable: true })]),
  );
  const stacked = shifted.length === 1 ? elementAt(shifted, 0) : writer.node("Concat", shifted, { axis: { int: 1 } });
  const inputs = writer.node("Reshape", [
    stacked,
    writer.shape([multiply(channels, constant(taps)), places], { inferable: true }),
  ]);
  const outputs = writer.node("Reshape", [
    swapBatchAndChannels(writer, dy, windows),
    writer.shape([filters, places], { inferable: true }),
  ]);
  const result = writer.node("Gemm", [outputs, inputs], { transB: { int: 1 } });
  return asKernel(writer, result, filters, channels, windows);
}

/** One product for each tap over all examples and places: what is concatenated is no larger than the kernel. */
function asProductPerTap(writer: OnnxWriter, { x, dy, xShape, dyShape, windows }: KernelGradientInput): OnnxRef {
  const [batch, channels] = [elementAt(xShape, 0), elementAt(xShape, 1)];
  const filters = elementAt(dyShape, 1);
  const places = product([batch, ...windows.map((it) => it.output)]);
  const image = padForWindows(writer, swapBatchAndChannels(writer, x, windows), windows);
  const outputs = writer.node("Reshape", [
    swapBatchAndChannels(writer, dy, windows),
    writer.shape([filters, places], { inferable: true }),
  ]);
  const shifted = shiftedInputs(writer, image, windows, (slice) =>
    writer.node("Reshape", [slice, writer.shape([channels, places], { inferable: true })]),
  );
  const products = shifted.map((inputs) => {
    const result = writer.node("Gemm", [outputs, inputs], { transB: { int: 1 } });
    return writer.node("Reshape", [result, writer.shape([multiply(filters, channels), constant(1)])]);
  });
  return asKernel(writer, writer.node("Concat", products, { axis: { int: 1 } }), filters, channels, windows);
}

/** For each tap of the window, row-major, the part of the padded input that it multiplies. */
function shiftedInputs(
  writer: OnnxWriter,
  padded: OnnxRef,
  windows: Windows,
  shape: (slice: OnnxRef) => OnnxRef,
): readonly OnnxRef[] {
  const whole =
    tapsOf(windows) === 1 && windows.every((window) => window.stride === 1 && asNumber(window.residual) === 0);
  if (whole) return [shape(padded)];
  const sizes = windows.map((it) => it.output);
  const strides = windows.map((it) => it.stride);
  return placesOf(windows.map((it) => it.size)).map((tap) => {
    const starts = windows.map((it, axis) => constant(elementAt(tap, axis) * it.dilation));
    return shape(sliceSpatial(writer, padded, starts, sizes, strides));
  });
}

function tapsOf(windows: Windows): number {
  return windows.reduce((taps, it) => taps * it.size, 1);
}

function asKernel(writer: OnnxWriter, ref: OnnxRef, filters: Dim, channels: Dim, windows: Windows): OnnxRef {
  const shape = [filters, channels, ...windows.map((it) => constant(it.size))];
  return writer.node("Reshape", [ref, writer.shape(shape, { inferable: true })]);
}

function swapBatchAndChannels(writer: OnnxWriter, ref: OnnxRef, windows: Windows): OnnxRef {
  return writer.node("Transpose", [ref], { perm: { ints: [1, 0, ...windows.map((_, axis) => axis + 2)] } });
}

function exactly(dim: Dim, divisor: number): Dim {
  return divisor === 1 ? dim : divideExactly(dim, constant(divisor));
}
