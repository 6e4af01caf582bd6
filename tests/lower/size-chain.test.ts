import { describe, expect, it } from "vitest";
import { textOf } from "../../src/support/source.ts";
import { checkFile } from "./checking.ts";

/** What the errors of a text show of the sizes that they are about, each with the stage at which it stands. */
function chains(text: string): readonly string[] {
  return checkFile(text).flatMap(({ labels }) =>
    labels.flatMap(({ span, message }) => (message.startsWith("axis ") ? [`${textOf(span)}: ${message}`] : [])),
  );
}

const half = "block Half(n: int): (x: f32[B, H, W, C]) {\n  x -> Conv2D(n, 3, stride=2) -> relu\n}\n";
const net = (body: string, inputs = "x: f32[B, 28, 28, 1]"): string =>
  `model M: (${inputs}) -> out: f32[] {\n  mean(${body})\n}\n`;

describe("a size that changed from stage to stage", () => {
  it.each([
    [
      "elements of a reshape",
      net("x -> Conv2D(8, 3) -> MaxPool2D(2) -> Conv2D(8, 3) -> relu -> MaxPool2D(2) -> reshape([B, 8 * 7 * 7])"),
      "MaxPool2D(2): axis 1 of `x`: 28 -> Conv2D 26 -> MaxPool2D 13 -> Conv2D 11 -> MaxPool2D 5",
    ],
    [
      "a window that does not fit",
      net("x -> MaxPool2D(2) -> MaxPool2D(2) -> MaxPool2D(2) -> MaxPool2D(2) -> Conv2D(4, 3)"),
      "MaxPool2D(2): axis 1 of `x`: 28 -> MaxPool2D 14 -> MaxPool2D 7 -> MaxPool2D 3 -> MaxPool2D 1",
    ],
    [
      "sizes that are open",
      net("concat(x -> MaxPool2D(2) -> UpSampling2D(2), x, axis=-1)", "x: f32[B, H, W, 1]"),
      "UpSampling2D(2): axis 1 of `x`: H -> MaxPool2D H // 2 -> UpSampling2D 2 * (H // 2)",
    ],
    [
      "copies that are written out",
      `${net("x -> repeat 4 { Half(4) }")}${half}`,
      "Half(4): axis 1 of `x`: 28 -> Half 13 -> Half 6 -> Half 2",
    ],
    [
      "the use of a block",
      `${net("x -> Half(4) -> Half(4) -> Two")}${half}block Two: (x: f32[B, 2, 2, C]) {\n  x\n}\n`,
      "Half(4): axis 1 of `x`: 28 -> Half 13 -> Half 6",
    ],
    [
      "what a header requires",
      net("x -> MaxPool2D(2) -> MaxPool2D(2) -> Cropping2D(4)"),
      "MaxPool2D(2): axis 1 of `x`: 28 -> MaxPool2D 14 -> MaxPool2D 7",
    ],
    [
      "a declared result",
      "model M: (x: f32[B, 28, 28, 1]) -> y: f32[B, 8, 7, 1] {\n  h = x -> MaxPool2D(2)\n  h -> MaxPool2D(2)\n}\n",
      "MaxPool2D(2): axis 1 of `x`: 28 -> MaxPool2D 14 -> MaxPool2D 7",
    ],
    [
      "many stages, the first and the last of them",
      net(`x -> ${Array.from({ length: 12 }, () => "Conv2D(1, 3)").join(" -> ")} -> reshape([B, 8])`),
      "Conv2D(1, 3): axis 1 of `x`: 28 -> Conv2D 26 -> Conv2D 24 -> ... -> Conv2D 12 -> Conv2D 10 -> Conv2D 8 -> Conv2D 6 -> Conv2D 4",
    ],
  ])("is shown with its stages: %s", (_, text, wanted) => {
    expect(chains(text)).toEqual([wanted]);
  });

  it.each([
    ["one change", net("x -> MaxPool2D(2) -> reshape([B, 8])")],
    ["no change", net("x -> Conv2D(8, 3, padding=same) -> relu -> reshape([B, 9])")],
    [
      "channels, which layers set",
      net(
        "(x -> MaxPool2D(2) -> MaxPool2D(2)) + (x -> Conv2D(4, 2, stride=2) -> Conv2D(4, 2, stride=2))",
        "x: f32[B, 28, 28, 3]",
      ),
    ],
    ["another axis", net("(x -> MaxPool2D([1, 2]) -> MaxPool2D([1, 2])) + zeros([1, 9, 7, 1])")],
    ["widths of layers", net("x -> Dense(8) -> Dense(5) -> MultiHeadAttention(2)", "x: f32[B, 9, 4]")],
  ])("is not shown where it is plain, or is not what is wrong: %s", (_, text) => {
    expect(checkFile(text).some((it) => it.severity === "error")).toBe(true);
    expect(chains(text)).toEqual([]);
  });

  it.each([
    ["the first axis", "concat(concat(x, x, axis=0), x, axis=0) + zeros([5, 28, 28, 1])"],
    ["the last axis", "(x -> Conv2D(8, 3, padding=same) -> Conv2D(4, 3, padding=same)) + zeros([28, 28, 7])"],
  ])("is not shown of %s, which is plain to see", (_, body) => {
    const text = net(body, "x: f32[1, 28, 28, 1]");
    expect(checkFile(text).map((it) => it.code)).toContain("MC3002");
    expect(chains(text)).toEqual([]);
  });
});
