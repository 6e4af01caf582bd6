import { constant } from "../../dims/dim.ts";
import type { PlainAttributes } from "./builder.ts";
import type { Sample } from "./operator.ts";

/** A convolution to test with: shapes of its three tensors, in its layout, and its attributes. */
export interface ConvolutionSample {
  readonly x: readonly number[];
  readonly kernel: readonly number[];
  readonly y: readonly number[];
  readonly attributes: PlainAttributes;
}

/** Strides, dilations, paddings, groups and layouts, with remainders that no window reaches. */
export const convolutionSamples: readonly ConvolutionSample[] = [
  { x: [2, 5, 6, 3], kernel: [3, 3, 3, 4], y: [2, 3, 4, 4], attributes: {} },
  { x: [2, 3, 5, 6], kernel: [4, 3, 3, 3], y: [2, 4, 3, 4], attributes: { layout: "NCHW" } },
  { x: [1, 5, 6, 2], kernel: [3, 2, 2, 3], y: [1, 5, 6, 3], attributes: { padding: "same" } },
  {
    x: [1, 2, 6, 7],
    kernel: [3, 2, 3, 3],
    y: [1, 3, 3, 4],
    attributes: { padding: "same", strides: [2, 2], layout: "NCHW" },
  },
  { x: [2, 6, 8, 2], kernel: [3, 3, 2, 2], y: [2, 2, 3, 2], attributes: { strides: [2, 2] } },
  {
    x: [2, 2, 7, 8],
    kernel: [2, 2, 1, 1],
    y: [2, 2, 3, 3],
    attributes: { strides: [3, 3], layout: "NCHW", padding: "same" },
  },
  { x: [1, 7, 7, 2], kernel: [3, 3, 2, 2], y: [1, 3, 3, 2], attributes: { dilations: [2, 2] } },
  {
    x: [1, 2, 6, 6],
    kernel: [4, 1, 3, 3],
    y: [1, 4, 6, 6],
    attributes: { groups: constant(2), padding: "same", layout: "NCHW" },
  },
  {
    x: [1, 6, 6, 3],
    kernel: [3, 3, 1, 3],
    y: [1, 3, 3, 3],
    attributes: { groups: constant(3), padding: "same", strides: [2, 2] },
  },
  {
    x: [1, 2, 5, 6],
    kernel: [3, 2, 3, 3],
    y: [1, 3, 3, 4],
    attributes: { padding: [0, 2, 3, 1], strides: [2, 2], layout: "NCHW" },
  },
  { x: [2, 4, 4, 3], kernel: [1, 1, 3, 5], y: [2, 4, 4, 5], attributes: {} },
  // Channels enough for the gradient of the kernel to be a product for each tap.
  { x: [1, 5, 4, 16], kernel: [3, 2, 16, 2], y: [1, 2, 3, 2], attributes: { strides: [2, 1] } },
  { x: [2, 16, 3, 3], kernel: [3, 16, 2, 2], y: [2, 3, 3, 3], attributes: { layout: "NCHW", padding: "same" } },
  { x: [1, 3, 4, 5], kernel: [2, 3, 1, 1], y: [1, 2, 4, 5], attributes: { layout: "NCHW" } },
  // Windows that lie in the padding alone, steps longer than the image, and taps further apart than it is large.
  { x: [2, 1, 5, 2], kernel: [1, 1, 2, 4], y: [2, 1, 9, 4], attributes: { strides: [6, 1], padding: [2] } },
  { x: [1, 3, 4, 2], kernel: [2, 2, 2, 3], y: [1, 1, 1, 3], attributes: { strides: [7, 5] } },
  { x: [1, 2, 3, 2], kernel: [3, 2, 2, 3], y: [1, 2, 3, 3], attributes: { dilations: [5, 4], padding: "same" } },
  // Sequences and volumes.
  { x: [2, 9, 3], kernel: [3, 3, 4], y: [2, 7, 4], attributes: {} },
  { x: [1, 7, 2], kernel: [3, 2, 3], y: [1, 7, 3], attributes: { padding: "causal", dilations: [2] } },
  {
    x: [2, 4, 8],
    kernel: [4, 2, 3],
    y: [2, 4, 4],
    attributes: { padding: "same", strides: [2], groups: constant(2), layout: "NCHW" },
  },
  { x: [1, 8, 2], kernel: [2, 1, 4], y: [1, 5, 4], attributes: { padding: [0, 3], strides: [2], groups: constant(2) } },
  { x: [2, 3, 5, 4, 2], kernel: [2, 3, 2, 2, 3], y: [2, 2, 3, 3, 3], attributes: {} },
  {
    x: [1, 2, 4, 5, 6],
    kernel: [4, 1, 2, 2, 3],
    y: [1, 4, 2, 3, 3],
    attributes: { padding: "same", strides: [2], groups: constant(2), layout: "NCHW" },
  },
  {
    x: [1, 5, 4, 5, 3],
    kernel: [2, 2, 3, 1, 3],
    y: [1, 3, 4, 2, 3],
    attributes: { padding: [0, 0, 1, 0, 1, 0], strides: [1, 1, 2], dilations: [2, 1, 1], groups: constant(3) },
  },
];

/** The sample of the convolution itself. */
export function forwardSample({ x, kernel, attributes }: ConvolutionSample): Sample {
  return {
    operands: [
      { dtype: "f32", shape: x },
      { dtype: "f32", shape: kernel },
    ],
    attributes,
  };
}

/** The sample of its gradient with respect to the input. */
export function inputGradientSample({ x, kernel, y, attributes }: ConvolutionSample): Sample {
  return {
    operands: [
      { dtype: "f32", shape: y },
      { dtype: "f32", shape: kernel },
    ],
    attributes: { ...attributes, inputShape: x.map((size) => constant(size)) },
  };
}

/** The sample of its gradient with respect to the kernel. */
export function kernelGradientSample({ x, kernel, y, attributes }: ConvolutionSample): Sample {
  return {
    operands: [
      { dtype: "f32", shape: x },
      { dtype: "f32", shape: y },
    ],
    attributes: { ...attributes, kernelShape: kernel.map((size) => constant(size)) },
  };
}
