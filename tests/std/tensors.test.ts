import { describe, expect, it } from "vitest";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { required } from "../../src/support/fault.ts";
import { useBackend } from "../emit/tfjs/backends.ts";
import { checkFile } from "../lower/checking.ts";
import { runText } from "../lower/run-text.ts";
import { imageFigures } from "./image-figures.ts";

const wave = (at: number): number => Math.fround(Math.sin(1 + 1.7 * at));

/** Expects every result of a body on every runtime; inputs are given, or waves. */
async function expectOn(
  signature: string,
  body: string,
  expected: readonly (readonly number[])[],
  given: Readonly<Record<string, readonly number[]>> = {},
): Promise<void> {
  await useBackend("cpu");
  const fill = (name: string, type: NdArray): NdArray => ({
    ...type,
    data: Float64Array.from(type.data, (_, at) => given[name]?.[at] ?? wave(at)),
  });
  const { reference, runtimes } = required(await runText(`model M: ${signature} {\n${body}\n}`, fill), "results");
  for (const made of [reference, ...Object.values(runtimes)]) {
    const found = made.flatMap(({ data }) => [...data]);
    expect(found.length).toBe(expected.flat().length);
    const wrong = expected.flat().flatMap((right, at) => {
      const value = found[at] ?? NaN;
      return Math.abs(value - right) <= 3e-6 * Math.max(1, Math.abs(right)) ? [] : [`${at}: ${value}, not ${right}`];
    });
    expect(wrong).toEqual([]);
  }
}

describe("functions of images are PyTorch's", () => {
  it.each(imageFigures.map((it) => [`${it.shape.join(" x ")} ${it.call}`, it] as const))(
    "%s",
    async (_, { shape, call, result, values }) => {
      await expectOn(`(x: f32[${shape.join(", ")}]) -> y: f32[${result.join(", ")}]`, `x -> ${call}`, [values]);
    },
  );

  it("pixel_shuffle and depth_to_space differ in the order of channels, and are taken back", async () => {
    const x = [0, 1, 2, 3, 4, 5, 6, 7];
    await expectOn("(x: f32[1, 1, 1, 8]) -> y: f32[1, 2, 2, 2]", "x -> depth_to_space(2)", [x], { x });
    await expectOn("(x: f32[1, 1, 1, 8]) -> y: f32[1, 2, 2, 2]", "x -> pixel_shuffle(2)", [[0, 4, 1, 5, 2, 6, 3, 7]], {
      x,
    });
    const there = "(x: f32[1, 2, 4, 8]) -> y: f32[1, 2, 4, 8]";
    const waves = Array.from({ length: 64 }, (_, at) => wave(at));
    await expectOn(there, "x -> depth_to_space(2) -> space_to_depth(2)", [waves]);
    await expectOn(there, "x -> pixel_shuffle(2) -> pixel_unshuffle(2)", [waves]);
  });
});

describe("grid_sample is PyTorch's, with its gradient", () => {
  const grid = [-1.2, 0.3, 0.1, -0.4, 0.9, 0.95, 0, 0.2, -0.35, 1.4, 0.6, -0.7];
  it.each([
    [
      "grid_sample",
      [
        0.28555646, -0.087736988, -0.21585945, 0.10356235, -0.25909059, 0.25929284, 0.028348556, 0.11734134, 0.0, 0.0,
        -0.8136198, -0.15574894,
      ],
      [
        0.65939823, -0.26399396, -2.0716075, 0.22658003, -0.00033707172, -0.00052759051, -1.2034126, 0.049227169, 0.0,
        0.0, 1.0770764, -1.5305822,
      ],
    ],
    [
      "grid_sample(mode=edge)",
      [
        0.95185486, -0.29245663, -0.21585945, 0.10356235, -0.75098723, 0.75157344, 0.028348556, 0.11734134, 0.64792442,
        -0.36160839, -0.9516021, -0.18216251,
      ],
      [0, -0.87997988, -2.0716075, 0.22658003, 0, 0, -1.2034126, 0.049227169, -0.33615273, 0, 0.0, 0.0],
    ],
    [
      "grid_sample(corners=true)",
      [
        0.87067591, -0.19801931, -0.11140964, 0.12462839, -0.67927798, 0.66715471, 0.022126639, 0.12028145, 0.21594792,
        -0.079454336, -0.59018129, 0.031906977,
      ],
      [
        0.37369811, -0.52798793, -0.95305173, 0.10967735, -0.19904993, 0.59034234, -0.66365346, 0.032818113,
        -0.10084582, -0.22748931, -1.0771797, 0.31655735,
      ],
    ],
    [
      "grid_sample(corners=true, mode=edge)",
      [
        0.96741768, -0.22002146, -0.11140964, 0.12462839, -0.67927798, 0.66715471, 0.022126639, 0.12028145, 0.3599132,
        -0.13242389, -0.59018129, 0.031906977,
      ],
      [
        0, -0.58665325, -0.95305173, 0.10967735, -0.19904993, 0.59034234, -0.66365346, 0.032818113, -0.16807637, 0,
        -1.0771797, 0.31655735,
      ],
    ],
  ])("%s", async (call, values, slopes) => {
    const signature = "(x: f32[1, 3, 2, 2], grid: f32[1, 2, 3, 2]) -> (y: f32[1, 2, 3, 2], g: f32[1, 2, 3, 2])";
    const applied = call.includes("(") ? call.replace("(", "(x, grid, ") : `${call}(x, grid)`;
    await expectOn(signature, `  y = ${applied}\n  (y, gradient(y, grid))`, [values, slopes], { grid });
  });
});

describe("operators that order, lay out and reduce, as the language writes them", () => {
  it("tril and triu keep what lies below and above a diagonal", async () => {
    const x = [1, 2, 3, 4, 5, 6];
    const given = "(x: f32[2, 3]) -> y: f32[2, 3]";
    await expectOn(given, "tril(x)", [[1, 0, 0, 4, 5, 0]], { x });
    await expectOn(given, "tril(x, diagonal=1)", [[1, 2, 0, 4, 5, 6]], { x });
    await expectOn(given, "triu(x)", [[1, 2, 3, 0, 5, 6]], { x });
    await expectOn(given, "triu(x, diagonal=1)", [[0, 2, 3, 0, 0, 6]], { x });
  });

  it("top_k gives values and places, and its gradient reaches what was chosen", async () => {
    const x = [1, 5, 3, 5, -1, -2, -3, -4];
    const signature = "(x: f32[2, 4]) -> (v: f32[2, 2], p: i32[2, 2], g: f32[2, 4])";
    const body = "  (v, p) = top_k(x, 2)\n  w = v * v\n  (v, p, gradient(w, x))";
    const values = [5, 5, -1, -2];
    const slopes = [0, 10, 0, 10, -2, -4, 0, 0];
    await expectOn(signature, body, [values, [1, 3, 0, 1], slopes], { x });
  });

  it("sort and argsort go along any axis, counted or named", async () => {
    const x = [3, 1, 2, 0, 5, -1];
    await expectOn(
      "(x: f32[2, 3]) -> (a: f32[2, 3], b: i32[2, 3])",
      "  (sort(x), argsort(x, axis=0, descending=true))",
      [
        [1, 2, 3, -1, 0, 5],
        [0, 1, 0, 1, 0, 1],
      ],
      { x },
    );
  });

  it("sparsemax gives shares of which many are 0", async () => {
    const x = [0, 1, 0.8, 2, 0.1, 0.3, 0.2, 0];
    await expectOn("(x: f32[2, 4]) -> y: f32[2, 4]", "sparsemax(x)", [[0, 0, 0, 1, 0.2, 0.4, 0.3, 0.1]], { x });
  });

  it("gather_rows takes rows of each example", async () => {
    const x = Array.from({ length: 12 }, (_, at) => at);
    const places = [2, 0, 1, 1];
    const signature = "(x: f32[2, 3, 2], places: i32[2, 2]) -> y: f32[2, 2, 2]";
    await expectOn(signature, "gather_rows(x, places)", [[4, 5, 0, 1, 8, 9, 8, 9]], { x, places });
  });

  it("roll, tile, repeat_each and pad", async () => {
    const x = [1, 2, 3];
    await expectOn("(x: f32[3]) -> y: f32[3]", "roll(x, 4, axis=-1)", [[3, 1, 2]], { x });
    await expectOn("(x: f32[3]) -> y: f32[6]", "tile(x, [2])", [[1, 2, 3, 1, 2, 3]], { x });
    await expectOn("(x: f32[3]) -> y: f32[6]", "repeat_each(x, 2, axis=0)", [[1, 1, 2, 2, 3, 3]], { x });
    const around = "(x: f32[3]) -> y: f32[7]";
    await expectOn(around, "pad(x, before=[2], after=[2], mode=reflect)", [[3, 2, 1, 2, 3, 2, 1]], { x });
    await expectOn(around, "pad(x, before=[2], after=[2], mode=wrap)", [[2, 3, 1, 2, 3, 1, 2]], { x });
    await expectOn(around, "pad(x, before=[2], after=[2], mode=edge)", [[1, 1, 1, 2, 3, 3, 3]], { x });
    await expectOn(around, "pad(x, before=[2], after=[2], mode=symmetric)", [[2, 1, 1, 2, 3, 3, 2]], { x });
  });

  it("norm has no slope at 0; any and all are of truth values", async () => {
    const x = [3, 4, 0, 0];
    const signature = "(x: f32[2, 2]) -> (n: f32[2], g: f32[2, 2], a: bool[2], b: bool[2])";
    const body = "  n = norm(x, axis=-1)\n  (n, gradient(n, x), any(x > 3, axis=-1), all(x > 2, axis=-1))";
    await expectOn(
      signature,
      body,
      [
        [5, 0],
        [0.6, 0.8, 0, 0],
        [1, 0],
        [1, 0],
      ],
      { x },
    );
  });
});

describe("what does not fit is told in its own words", () => {
  it.each([
    ["top_k(x, 5)", "The axis that top_k searches: 4 must be at least 5."],
    ["pad(x, before=[0, 4], after=[0, 0], mode=reflect)", "What axis 1 gives to its border: 3 must be at least 4."],
    ["tile(x, [2])", "Tile needs a count for each of the 2 axes, not 1"],
    ["roll(x, 1, axis=2)", "axis 2"],
    ["norm(x, order=0.5)", "order"],
    ["pad(x, before=[0, 1], after=[0, 0], mode=mirror)", "`mirror`"],
    ["pad(x, before=[0, 1], after=[0, 0], mode=edge, value=1)", "The value 1 is that of a constant border"],
    ["pad(x > 0, before=[0, 1], after=[0, 0], value=0.5)", "bool"],
    ["soft_shrink(x, threshold=-1)", "threshold is -1"],
    ["glu(x[:, :3])", "Glu takes halves, and 3 is odd"],
  ])("%s", (call, words) => {
    const diagnostics = checkFile(`block M: (x: f32[2, 4]) {\n  ${call}\n}`);
    expect(diagnostics.map((it) => it.message).join("\n")).toContain(words);
  });
});

it("grid_sample is proved for images of every size, whatever lies beyond them", () => {
  for (const call of ["x, g", "x, g, mode=edge", "x, g, corners=true, mode=edge"]) {
    const header = "(x: f32[B, H, W, C], g: f32[B, P, Q, 2]) -> y: f32[B, P, Q, C]";
    expect(checkFile(`model M: ${header} {\n  grid_sample(${call})\n}\n`)).toEqual([]);
  }
});
