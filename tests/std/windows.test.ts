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
