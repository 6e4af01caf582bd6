import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { generateLibraryIndex } from "../../scripts/generate-std.ts";
import { checkNames } from "../../src/analyze/check-names.ts";
import { createCollector } from "../../src/diagnostics/collector.ts";
import { library, librarySources } from "../../src/std/library.ts";
import { check, codesOf, countOf, lower, parametersOf, statesOf } from "../lower/checking.ts";

describe("the standard library", () => {
  it("is embedded as it stands in its files", async () => {
    expect(readFileSync("src/std/index.generated.ts", "utf8")).toBe(await generateLibraryIndex());
  });

  it("knows all of its names", () => {
    const collector = createCollector();
    for (const file of new Set(library.names.map((name) => library.find(name)?.file))) {
      for (const it of file?.ast.declarations ?? []) {
        if (file !== undefined && it.kind === "callable") checkNames(file, library, it, collector);
      }
    }
    expect(collector.diagnostics.map((it) => `${it.span.file.path} ${it.message}`)).toEqual([]);
    expect(Object.keys(librarySources).length).toBeGreaterThan(5);
  });

  it("documents every declaration", () => {
    for (const name of library.names) expect(library.find(name)?.declaration.doc?.text, name).toBeTruthy();
  });
});

const image = (stages: string, result = ""): string =>
  `block M: (x: f32[B, 8, 8, 4])${result} {\n  x -> ${stages}\n}\n`;
const sequence = (stages: string, result = ""): string =>
  `block M: (x: f32[B, T, 6])${result} {\n  x -> ${stages}\n}\n`;
const volume = (stages: string, result = ""): string =>
  `block M: (x: f32[B, D, 6, 8, 2])${result} where D >= 3 {\n  x -> ${stages}\n}\n`;

describe("layers", () => {
  it.each([
    [image("Conv2D(8, 3)", " -> y: f32[B, 6, 6, 8]"), 296],
    [image("Conv2D(8, [3, 1], stride=2, padding=same)", " -> y: f32[B, 4, 4, 8]"), 104],
    [image("Conv2D(8, 3, padding=1, groups=2)", " -> y: f32[B, 8, 8, 8]"), 152],
    [image("Conv2D(8, 3, dilation=2, bias=false)", " -> y: f32[B, 4, 4, 8]"), 288],
    [image("DepthwiseConv2D(3, padding=same, multiplier=2)", " -> y: f32[B, 8, 8, 8]"), 80],
    [image("Conv2DTranspose(3, 2, stride=2)", " -> y: f32[B, 16, 16, 3]"), 51],
    [image("Conv2DTranspose(3, 4, stride=2, padding=same)", " -> y: f32[B, 16, 16, 3]"), 195],
    [image("Conv2DTranspose(3, 5)", " -> y: f32[B, 12, 12, 3]"), 303],
    [image("Conv2DTranspose(4, 3, stride=2, padding=1, output_padding=1, groups=2)", " -> y: f32[B, 16, 16, 4]"), 76],
    [image("Conv2DTranspose(3, 2, dilation=2, stride=[1, 4])", " -> y: f32[B, 10, 32, 3]"), 51],
    [sequence("Conv1DTranspose(3, 4, stride=2, padding=same)", " -> y: f32[B, 2 * T, 3]"), 75],
    [sequence("Conv1DTranspose(3, 4, stride=2, padding=[1, 2], output_padding=1)", " -> y: f32[B, 2 * T, 3]"), 75],
    [volume("Conv3DTranspose(3, 2, stride=2)", " -> y: f32[B, 2 * D, 12, 16, 3]"), 51],
    [image("MaxPool2D(3, stride=2, ceil=true)", " -> y: f32[B, 4, 4, 4]"), 0],
    [image("MaxPool2D(2, dilation=3, stride=1)", " -> y: f32[B, 5, 5, 4]"), 0],
    [sequence("MaxPool1D(3, padding=same)", " -> y: f32[B, (T + 2) // 3, 6]"), 0],
    [volume("AvgPool3D([1, 2, 3], ceil=true)", " -> y: f32[B, D, 3, 3, 2]"), 0],
    [sequence("AdaptiveMaxPool1D(4)", " -> y: f32[B, 4, 6]"), 0],
    [image("AdaptiveAvgPool2D([3, 1])", " -> y: f32[B, 3, 1, 4]"), 0],
    [sequence("GlobalAvgPool1D", " -> y: f32[B, 6]"), 0],
    [volume("GlobalMaxPool3D", " -> y: f32[B, 2]"), 0],
    [sequence("UpSampling1D(3)", " -> y: f32[B, T * 3, 6]"), 0],
    [volume("UpSampling3D", " -> y: f32[B, 2 * D, 12, 16, 2]"), 0],
    [sequence("ZeroPadding1D(2, after=0) -> Cropping1D(1)", " -> y: f32[B, T, 6]"), 0],
    [volume("ZeroPadding3D -> Cropping3D(1, after=[0, 2, 3])", " -> y: f32[B, D + 1, 5, 6, 2]"), 0],
    [image("MaxPool2D", " -> y: f32[B, 4, 4, 4]"), 0],
    [image("MaxPool2D(3, stride=2, padding=1)", " -> y: f32[B, 4, 4, 4]"), 0],
    [image("AvgPool2D(2, padding=same)", " -> y: f32[B, 4, 4, 4]"), 0],
    [image("GlobalAvgPool2D", " -> y: f32[B, 4]"), 0],
    [image("GlobalMaxPool2D", " -> y: f32[B, 4]"), 0],
    [image("UpSampling2D", " -> y: f32[B, 16, 16, 4]"), 0],
    [image("Flatten -> Dense(2)", " -> y: f32[B, 2]"), 514],
    [image("BatchNorm", " -> y: f32[B, 8, 8, 4]"), 8],
    [image("BatchNorm(center=false, scale=false)", " -> y: f32[B, 8, 8, 4]"), 0],
    [image("GroupNorm(2)", " -> y: f32[B, 8, 8, 4]"), 8],
    [image("InstanceNorm", " -> y: f32[B, 8, 8, 4]"), 8],
    [sequence("LayerNorm", " -> y: f32[B, T, 6]"), 12],
    [sequence("LayerNorm(center=false)", " -> y: f32[B, T, 6]"), 6],
    [sequence("RMSNorm", " -> y: f32[B, T, 6]"), 6],
    [sequence("Conv1D(5, 3, padding=same)", " -> y: f32[B, T, 5]"), 95],
    [sequence("Conv1D(5, 3, padding=causal, dilation=2)", " -> y: f32[B, T, 5]"), 95],
    [sequence("Conv1D(5, 3, padding=[0, 2])", " -> y: f32[B, T, 5]"), 95],
    [sequence("DepthwiseConv1D(3, padding=causal, multiplier=2)", " -> y: f32[B, T, 12]"), 48],
    [sequence("SeparableConv1D(5, 3, padding=same)", " -> y: f32[B, T, 5]"), 53],
    [image("SeparableConv2D(5, 3, padding=same, multiplier=2)", " -> y: f32[B, 8, 8, 5]"), 117],
    [image("Conv2D(8, 3, padding=[0, 1, 2, 0], bias=false)", " -> y: f32[B, 8, 7, 8]"), 288],
    [volume("Conv3D(5, 3)", " -> y: f32[B, D - 2, 4, 6, 5]"), 275],
    [volume("Conv3D(5, [1, 3, 2], stride=[1, 1, 2], padding=same)", " -> y: f32[B, D, 6, 4, 5]"), 65],
    [sequence("Dense(5, bias=false, activation=leaky_relu(0.2))", " -> y: f32[B, T, 5]"), 30],
    [sequence("SimpleRNN(5)", " -> y: f32[B, 5]"), 60],
    [sequence("LSTM(5, sequences=true)", " -> y: f32[B, T, 5]"), 240],
    [sequence("GRU(5)", " -> y: f32[B, 5]"), 195],
    [sequence("Bidirectional(GRU(5, sequences=true))", " -> y: f32[B, T, 10]"), 390],
    [sequence("Bidirectional(LSTM(5), merge=sum)", " -> y: f32[B, 5]"), 480],
  ])("%s", (text, count) => {
    expect(check(text)).toEqual([]);
    expect(countOf(lower(text, "M"))).toBe(count);
  });

  it("keep what they own under short names", () => {
    const module = lower(image("Conv2D(8, 3) -> BatchNorm"), "M");
    expect([...parametersOf(module).keys()]).toEqual([
      "conv2d_0.kernel",
      "conv2d_0.bias",
      "batch_norm_0.scale",
      "batch_norm_0.bias",
    ]);
    expect(statesOf(module)).toEqual(["batch_norm_0.mean", "batch_norm_0.variance"]);
  });

  it("attend to a memory of another width and length", () => {
    const text =
      "model M: (x: f32[B, T, 8], memory: f32[B, S, 6]) -> y: f32[B, T, 8] {\n  x -> MultiHeadAttention(heads=2)(memory)\n}\n";
    expect(check(text)).toEqual([]);
    expect(countOf(lower(text, "M"))).toBe(72 + 56 + 56 + 72);
  });

  it("say what does not fit", () => {
    expect(codesOf(image("Conv2D(8, 3, groups=3)"))).toEqual(["MC3004"]);
    // Height and width, each.
    expect(codesOf(image("Conv2D(8, 9)"))).toEqual(["MC3028"]);
    expect(codesOf(image("MaxPool2D(2, padding=sme)"))).toEqual(["MC2001"]);
    expect(codesOf(image("MaxPool2D(2, padding=full)"))).toEqual(["MC3008"]);
    expect(codesOf(sequence("Bidirectional(Flatten)"))).toEqual(["MC2011"]);
    expect(codesOf(sequence("Bidirectional(GRU(4, states=true))"))).toEqual(["MC3007"]);
  });

  it("apply every activation by name", () => {
    for (const name of [
      "relu",
      "relu6",
      "elu",
      "selu",
      "gelu",
      "silu",
      "swish",
      "mish",
      "softplus",
      "softsign",
      "hard_sigmoid",
      "hard_swish",
      "tanh",
      "sigmoid",
      "linear",
    ]) {
      expect(
        check(sequence(`Dense(4, activation=${name}) -> ${name}`)).map((it) => it.message),
        name,
      ).toEqual([]);
    }
  });
});
