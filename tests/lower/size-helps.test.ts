import { describe, expect, it } from "vitest";
import { checkFile } from "./checking.ts";

const helps = (text: string): readonly (string | undefined)[] => checkFile(text).map((it) => it.help);
const helpsOf = (code: string, text: string): readonly (string | undefined)[] =>
  checkFile(text).flatMap((it) => (it.code === code ? [it.help] : []));
const chain = (layer: string, count: number): string => Array<string>(count).fill(layer).join(" -> ");

describe("what a help says of sizes that do not go together", () => {
  it.each([
    [
      "a dense layer where there are no places",
      "model M: (x: f32[B, 20]) -> y: f32[B, 3] {\n  h = x -> Dense(64, activation=relu)\n  (x + h) -> Dense(3)\n}\n",
      "A dense layer gives it the size of the other: write `(x -> Dense(64))` in place of `x`.",
    ],
    [
      "the one of two that the other is made from",
      "model M: (i: f32[B, 8, 8, 3]) -> y: f32[B, 8, 8, 4] {\n  x = i -> Conv2D(2, 1)\n  h = x -> Conv2D(4, 3, padding=same)\n  h + x\n}\n",
      "A layer for each place alone gives it the channels of the other: write `(x -> Conv2D(4, 1))` in place of `x`.",
    ],
    [
      "the layers by what they are where there are many",
      `model M: (x: f32[B, 64, 64, 3]) -> y: f32[B, 64, 64, 3] {\n  h = x -> ${[3, 5, 7, 9, 11].map((it) => `Conv2D(3, ${String(it)})`).join(" -> ")}\n  h + x\n}\n`,
      "Without padding a convolution makes its input smaller: write `padding=same` in each `Conv2D` that has none.",
    ],
    [
      "where a block of one's own is what makes them smaller",
      "block Twice: (x: f32[B, T, C]) where T >= 5 {\n  x -> Conv1D(C, 3) -> Conv1D(C, 3)\n}\n\nmodel M: (x: f32[B, 16, 4]) -> y: f32[B, 16, 4] {\n  x + (x -> Twice)\n}\n",
      "Without padding a convolution makes its input smaller: write `padding=same` in `Conv1D(C, 3)`.",
    ],
    [
      "nothing of layers in a function, which has none",
      "fn join: (a: f32[B, 4], b: f32[B, 5]) -> f32[B, 4] {\n  a + b\n}\n\nmodel M: (a: f32[B, 4], b: f32[B, 5]) -> y: f32[B, 4] {\n  join(a, b)\n}\n",
      "A function has no layers: declare both with one size, and let `join` be given what has it.",
    ],
    [
      "a layer where nothing else is known to fit",
      "model M: (a: f32[B, 4], b: f32[5]) -> y: f32[B, 4] {\n  a + b\n}\n",
      "A layer gives one of them the other's size: `Dense(5)` works on the last axis.",
    ],
    [
      "the first rows of a table of positions",
      "model M: (x: f32[B, T, 8], table: f32[S, 8]) -> y: f32[B, T, 8] {\n  table + x * 2\n}\n",
      "Of a table, take the rows that there are places for: write `table[:T]` in place of `table`, and state it in the header if it always holds: `where S >= T`.",
    ],
    [
      "the rows of a table in the words of the block that is used",
      "block Places(rows: int): (x: f32[B, T, 8]) -> f32[B, T, 8] {\n  param table: f32[rows, 8]\n  x + table\n}\n\nmodel M: (x: f32[B, 16, 8]) -> y: f32[B, 16, 8] {\n  x -> Places(64)\n}\n",
      "Of a table, take the rows that there are places for: write `table[:T]` in place of `table`.",
    ],
    [
      "so many rows of a table as there are places, where they are numbers",
      "model M: (x: f32[B, 16, 8]) -> y: f32[B, 16, 8] {\n  param table: f32[64, 8]\n  x + table\n}\n",
      "Of a table, take the rows that there are places for: write `table[:16]` in place of `table`.",
    ],
    [
      "how many rows a table needs that has fewer",
      "model M: (x: f32[B, 16, 8]) -> y: f32[B, 16, 8] {\n  param table: f32[4, 8]\n  x + table\n}\n",
      "`table` needs 16 rows, one for each place, and has 4.",
    ],
    [
      "nothing where a size of 1 would only be repeated",
      "model M: (x: f32[B, 16, 16, 3]) -> y: f32[B, 16, 16, 4] {\n  p = x -> GlobalAvgPool2D -> Dense(4)\n  x + p[:, None, None]\n}\n",
      "A layer for each place alone gives it the channels of the other: write `(x -> Conv2D(4, 1))` in place of `x`.",
    ],
    [
      "keep of a reduction behind its last argument",
      "model M: (x: f32[B, 8, 4]) -> y: f32[B, 8, 4] {\n  x - sum(x, axis=1,)\n}\n",
      "`keep=true` leaves an axis of size 1 where it was reduced: write `sum(x, axis=1, keep=true)` in place of `sum(x, axis=1,)`.",
    ],
    [
      "a number of a reshape, of which two may be another",
      "model M: (x: f32[B, 12]) -> y: f32[B, 2, 2] {\n  reshape(x, [B, 2, 2])\n}\n",
      "Write `reshape(x, [B, 6, 2])` in place of `reshape(x, [B, 2, 2])`, or `reshape(x, [B, 2, 6])`.",
    ],
    [
      "a number of a reshape, whatever is indexed in it",
      "model M: (x: f32[4, 4, 12]) -> y: f32[2, 2] {\n  reshape(x[2, 2], shape=[2, 2])\n}\n",
      "Write `reshape(x[2, 2], shape=[6, 2])` in place of `reshape(x[2, 2], shape=[2, 2])`, or `reshape(x[2, 2], shape=[2, 6])`.",
    ],
  ])("is %s", (_, text, help) => {
    expect(helps(text)).toEqual([help]);
  });

  it.each([
    ["a normalisation", "Conv2D(32, 3, padding=same) -> GroupNorm(8)"],
    ["a pool", "Conv2D(32, 3, padding=same) -> MaxPool2D(4, stride=1, padding=same)"],
    ["an upsampling", "Conv2D(32, 3, stride=2, padding=same) -> UpSampling2D(2)"],
    ["a convolution by channels", "Conv2D(32, 3, padding=same) -> DepthwiseConv2D(3, padding=same)"],
    ["a block of one's own", "Conv2D(32, 3, padding=same) -> Se(4)"],
  ])("has the channels of the other where %s stands behind the layer that gives them", (_, layers) => {
    const se =
      "block Se(r: int): (x: f32[B, H, W, C]) -> f32[B, H, W, C] {\n  x * (x -> GlobalAvgPool2D -> Dense(C // r) -> Dense(C))[:, None, None]\n}\n";
    const text = `${layers.includes("Se(") ? se : ""}model M: (x: f32[B, 16, 16, 8]) -> y: f32[B, 16, 16, 32] {\n  (x -> ${layers}) + x\n}\n`;
    expect(helps(text)).toEqual([
      "A layer for each place alone gives it the channels of the other: write `(x -> Conv2D(32, 1))` in place of `x`.",
    ]);
  });

  it.each([
    ["of the one that has it", "Conv2D(32, 3, stride=s, padding=same)", "16, 16", "Conv2D(32, 1, stride=s)"],
    ["by position too", "DepthwiseConv2D(3, s, padding=same) -> Conv2D(n, 1)", "16, 16", "Conv2D(n, 1, stride=s)"],
    ["of a block of one's own", "Down(4 * t, stride=s)", "16, 16", "Conv2D(4 * t, 1, stride=s)"],
    ["of both together", "Conv2D(n, 3, stride=s, padding=same) -> MaxPool2D(2)", "8, 8", "Conv2D(n, 1, stride=4)"],
    [
      "of all together, as numbers",
      "Conv2D(kernel=3, filters=n, stride=2, padding=same) -> Conv2D(n, 3, stride=s, padding=same)",
      "8, 8",
      "Conv2D(n, 1, stride=4)",
    ],
    ["of a pair", "Conv2D(n, 3, stride=[s, s], padding=same)", "16, 16", "Conv2D(n, 1, stride=2)"],
  ])("has the stride %s", (_, layers, sides, layer) => {
    const down =
      "block Down(c: int, stride: int): (x: f32[B, H, W, C]) {\n  x -> Conv2D(c, 3, stride=stride, padding=same)\n}\n\n";
    const header = `model M(s: int = 2, n: int = 32, t: int = 8): (x: f32[B, 32, 32, 3]) -> y: f32[B, ${sides}, 32]`;
    expect(helpsOf("MC3002", `${down}${header} {\n  h = x -> ${layers}\n  h + x\n}\n`)).toEqual([
      `A convolution of kernel 1 gives it the size of the other: write \`(x -> ${layer})\` in place of \`x\`.`,
    ]);
  });

  it.each([
    [
      "the new shape has a name, and an index looks like it",
      "model M: (x: f32[4, 4, B, 12]) -> y: f32[B, 5] {\n  s = [B, 5]\n  reshape(x[0, 1], s)\n}\n",
    ],
    ["no number of a reshape does it", "model M: (x: f32[B, 7]) -> y: f32[B, 2, 2] {\n  reshape(x, [B, 2, 2])\n}\n"],
    [
      "lengths have nothing to do with each other",
      "model M: (x: f32[B, 5, 4], z: f32[B, 700, 4]) -> y: f32[B, 5, 4] {\n  x + z\n}\n",
    ],
  ])("is none where %s", (_, text) => {
    expect(helps(text)).toEqual([undefined]);
  });

  it("is looked for in a network of thousands of layers no longer than it is worth", () => {
    const text = `model M: (x: f32[B, 9000, 4]) -> y: f32[B, 9000, 4] {\n  h = x -> ${chain("Conv1D(4, 3)", 3000)}\n  h + x\n}\n`;
    expect(checkFile(text).map((it) => it.code)).toEqual(["MC3002"]);
  });
});

describe("what a help says of a division that leaves a remainder", () => {
  const helpOf = (a: number, b: number): readonly (string | undefined)[] =>
    helpsOf(
      "MC3005",
      `model M(a: int = ${a}, b: int = ${b}): (x: f32[B, 4]) -> y: f32[B, 2] {\n  x -> Dense(a / b) -> Dense(2)\n}\n`,
    );
  const otherwise = "Use `//` for floor division, or choose other sizes";
  it.each([
    [384, 7, `${otherwise}: 384 divides by 6 or 8.`],
    [7, -2, `${otherwise}: 7 divides by 1.`],
    [1009, 2000, `${otherwise}.`],
  ])("of %i by %i", (a, b, help) => {
    expect(helpOf(a, b)).toEqual([help]);
  });
});
