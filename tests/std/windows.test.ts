import { beforeAll, describe, expect, it } from "vitest";
import { relativeError } from "../ops/relative-error.ts";
import { backends, useBackend } from "../emit/tfjs/backends.ts";
import { checkFile } from "../lower/checking.ts";
import { runText } from "../lower/run-text.ts";

/** Layers that move windows, over their options: both targets give what the reference gives in f64. */

const sequence = (stages: string) => `block M: (x: f32[2, 9, 4]) {\n  x -> ${stages}\n}\n`;
const image = (stages: string) => `block M: (x: f32[2, 7, 6, 4]) {\n  x -> ${stages}\n}\n`;
const volume = (stages: string) => `block M: (x: f32[1, 4, 5, 6, 4]) {\n  x -> ${stages}\n}\n`;

const texts: readonly string[] = [
  ...["valid", "same", "causal", "1", "[2, 0]"].flatMap((padding) => [
    sequence(`Conv1D(6, 3, padding=${padding}, stride=2) -> relu -> Conv1D(4, 2, groups=2)`),
    sequence(`Conv1D(6, 3, padding=${padding}, dilation=2, groups=2) -> BatchNorm`),
  ]),
  sequence("DepthwiseConv1D(3, padding=causal, multiplier=2) -> SeparableConv1D(5, 3, padding=same, stride=2)"),
  image("SeparableConv2D(5, 3, padding=[1, 0, 0, 2], multiplier=2)"),
  image("Conv2D(4, 3, stride=2, dilation=2, padding=[2, 1], groups=2) -> tanh"),
  ...["valid", "same", "1", "[0, 1, 2]", "[0, 1, 2, 1, 0, 0]"].flatMap((padding) => [
    volume(`Conv3D(6, [2, 3, 1], padding=${padding}, stride=[1, 2, 1]) -> relu -> Conv3D(4, 1, groups=2)`),
    volume(`Conv3D(6, 2, padding=${padding}, dilation=[1, 2, 2], groups=2) -> BatchNorm`),
  ]),
  ...["valid", "same", "0", "1", "[1, 0, 0, 1]"].map((padding) =>
    image(
      `Conv2DTranspose(6, [3, 2], padding=${padding}, stride=[2, 3], groups=2) -> Conv2DTranspose(2, 3, dilation=2)`,
    ),
  ),
  sequence("Conv1DTranspose(6, 3, padding=1, stride=2, output_padding=1, groups=2) -> Conv1DTranspose(2, 2, stride=4)"),
  volume("Conv3DTranspose(6, 2, padding=[0, 1, 0], stride=2, output_padding=[1, 0, 1], groups=2)"),
  ...["MaxPool", "AvgPool"].flatMap((kind) => [
    sequence(`${kind}1D(3, padding=causal, stride=2) -> ${kind}1D(2, ceil=true)`),
    image(`${kind}2D(3, stride=2, padding=[1, 0], ceil=true) -> ${kind}2D(2, padding=same)`),
    volume(`${kind}3D([2, 3, 2], stride=[1, 2, 3], padding=1, ceil=true) -> ${kind}3D(2, stride=1, padding=same)`),
  ]),
  image("MaxPool2D(3, dilation=2, padding=[2, 1], stride=2)"),
  volume("MaxPool3D(2, dilation=[2, 3, 1], stride=1, padding=1)"),
  sequence("AdaptiveMaxPool1D(4) -> AdaptiveAvgPool1D(3) -> GlobalAvgPool1D"),
  image("AdaptiveAvgPool2D([3, 4]) -> AdaptiveMaxPool2D(2) -> GlobalMaxPool2D"),
  volume("UpSampling3D([2, 1, 3]) -> ZeroPadding3D(1, after=0) -> Cropping3D([1, 0, 2]) -> GlobalAvgPool3D"),
  sequence("UpSampling1D -> ZeroPadding1D -> Cropping1D(2, after=1) -> GlobalMaxPool1D"),
  image("lp_pool([3, 2], 2, padding=1, ceil=true, power=3)"),
  // By position: numbers for windows and strides, a word for the padding.
  image("max_pool(2, 3, same) -> avg_pool([2, 1], 1)"),
  sequence("conv(ones([3, 4, 2]), same)"),
];

describe("layers with windows", () => {
  beforeAll(() => useBackend(backends[0]));

  it.each(texts)("%s", async (text) => {
    expect(checkFile(text).filter((it) => it.severity === "error")).toEqual([]);
    const run = await runText(text, (_, array) => ({
      ...array,
      data: array.data.map((__, at) => Math.sin(1 + at * 1.7)),
    }));
    expect(run).toBeDefined();
    for (const results of Object.values(run?.runtimes ?? {})) {
      results.forEach((it, at) => {
        const right = run?.reference[at];
        expect(right && relativeError(it, right)).toBeLessThan(1e-5);
      });
    }
  });
});
