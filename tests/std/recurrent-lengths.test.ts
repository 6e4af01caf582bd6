import { describe, expect, it } from "vitest";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { sizeOf } from "../../src/ops/define/nd-array.ts";
import { required } from "../../src/support/fault.ts";
import { codesOf } from "../lower/checking.ts";
import { runText } from "../lower/run-text.ts";

/** Recurrent layers on examples of 3, 4 and 1 steps, padded to 4: figures of PyTorch's packed sequences, and of Keras' masks. */

const lengths = [3, 4, 1];

/** Which numbers an input is filled with: one without a pattern for each. */
const seeds = new Map([
  ["x", 0],
  ["kernel", 1],
  ["recurrent", 2],
  ["bias", 3],
]);

const filled = ({ shape }: NdArray, seed: number): Float64Array =>
  Float64Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(1 + seed * 7.3 + i * 1.7));

/** The results of a model of x, f32[3, 4, 2], and the lengths, by the reference and on both runtimes. */
async function run(results: string, body: string): Promise<readonly (readonly (readonly number[])[])[]> {
  const text = `model M: (x: f32[3, 4, 2], lengths: i32[3]) -> ${results} {\n  ${body}\n}\n`;
  const made = required(
    await runText(text, (name, type): NdArray => {
      const seed = seeds.get(name.split(".").at(-1) ?? "");
      return { ...type, data: seed === undefined ? Float64Array.from(lengths) : filled(type, seed) };
    }),
    "results",
  );
  return [made.reference, ...Object.values(made.runtimes)].map((all) => all.map((it) => Array.from(it.data)));
}

type Figures = readonly (readonly number[])[];

async function expectFigures(results: string, body: string, figures: Figures): Promise<void> {
  for (const found of await run(results, body)) {
    found.forEach((numbers, at) => {
      const wanted = required(figures[at], "figures");
      expect(numbers.length).toBe(wanted.length);
      numbers.forEach((it, place) => expect(it).toBeCloseTo(wanted[place] ?? NaN, 5));
    });
  }
}

const none = (count: number): readonly number[] => Array.from({ length: count }, () => 0);

/** `torch.nn.LSTM(..., bidirectional=True)(pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False))`. */
const torch: Readonly<Record<string, Figures>> = {
  "LSTM(3, sequences=true, states=true)": [
    [
      ...[0.142362, 0.09856, -0.24754, 0.236657, -0.216505, -0.139085, 0.152616, 0.023163, -0.337972, ...none(3)],
      ...[0.036641, 0.102326, -0.077971, 0.142258, -0.145739, -0.11471],
      ...[0.046229, 0.032349, -0.229719, 0.171613, -0.019196, -0.174601],
      ...[0.009376, -0.099689, 0.015539, ...none(9)],
    ],
    [0.152616, 0.023163, -0.337972, 0.171613, -0.019196, -0.174601, 0.009376, -0.099689, 0.015539],
    [0.584913, 0.030435, -0.582008, 0.262027, -0.021831, -1.010052, 0.015737, -0.221076, 0.037502],
  ],
  "LSTM(3, sequences=true, states=true, reverse=true)": [
    [
      ...[0.183926, 0.0145, -0.351499, 0.204663, -0.227757, -0.123456, 0.102027, 0.11753, -0.187214, ...none(3)],
      ...[0.102722, 0.087482, -0.295943, 0.172107, -0.115763, -0.134609],
      ...[0.062968, 0.053346, -0.219455, 0.122331, -0.063412, -0.14846],
      ...[0.009376, -0.099689, 0.015539, ...none(9)],
    ],
    [0.183926, 0.0145, -0.351499, 0.102722, 0.087482, -0.295943, 0.009376, -0.099689, 0.015539],
    [0.632731, 0.017481, -0.708941, 0.31541, 0.13437, -0.513815, 0.015737, -0.221076, 0.037502],
  ],
  "GRU(3, sequences=true, states=true)": [
    [
      ...[0.228288, 0.079581, -0.261611, 0.63609, -0.193732, -0.255044, 0.500824, 0.453369, -0.461592, ...none(3)],
      ...[-0.075017, 0.426157, -0.187068, 0.816514, 0.16285, -0.188246],
      ...[0.548784, 0.579687, -0.279765, 0.881389, 0.129459, -0.324176],
      ...[-0.069811, 0.230699, -0.015172, ...none(9)],
    ],
    [0.500824, 0.453369, -0.461592, 0.881389, 0.129459, -0.324176, -0.069811, 0.230699, -0.015172],
  ],
  "GRU(3, sequences=true, states=true, reverse=true)": [
    [
      ...[0.592249, 0.177506, -0.399996, 0.614201, 0.077923, -0.175956, 0.008355, 0.337987, -0.265354, ...none(3)],
      ...[0.617734, 0.593743, -0.402642, 0.89079, 0.188046, -0.336025],
      ...[0.555251, 0.585874, -0.308183, 0.754055, -0.304791, -0.110804],
      ...[-0.069811, 0.230699, -0.015172, ...none(9)],
    ],
    [0.592249, 0.177506, -0.399996, 0.617734, 0.593743, -0.402642, -0.069811, 0.230699, -0.015172],
  ],
};

/** `keras.layers.Bidirectional(keras.layers.SimpleRNN(3, return_sequences=True))(x, mask=...)`, which zeros what is masked. */
const keras: Figures = [
  [
    ...[0.279164, -0.617873, -0.100497, 0.795752, 0.677422, -0.861554],
    ...[-0.983937, -0.195442, 0.985484, -0.983875, 0.311179, 0.980993],
    ...[0.356088, 0.575998, -0.494167, 0.05636, -0.798352, 0.221759, ...none(6)],
    ...[-0.375415, -0.865143, 0.625001, 0.672707, -0.355494, -0.616837],
    ...[-0.884285, 0.902633, 0.766627, -0.840668, 0.922599, 0.669337],
    ...[0.289407, -0.255344, -0.226627, -0.529471, -0.698823, 0.670863],
    ...[-0.612474, -0.116557, 0.630981, -0.343792, 0.225275, 0.290693],
    ...[-0.897858, -0.807094, 0.941298, -0.897858, -0.807094, 0.941298, ...none(18)],
  ],
];

describe("recurrent layers until lengths", () => {
  it.each(Object.entries(torch))("%s is PyTorch's", async (layer, figures) => {
    const states = figures.slice(1).map((_, at) => `s${String(at)}: f32[3, 3]`);
    await expectFigures(`(y: f32[3, 4, 3], ${states.join(", ")})`, `x -> ${layer}(lengths=lengths)`, figures);
  });

  it("Bidirectional is Keras'", async () => {
    const layer = "Bidirectional(SimpleRNN(3, sequences=true))";
    await expectFigures("y: f32[3, 4, 6]", `x -> ${layer}(lengths=lengths)`, keras);
  });

  it.each([
    ["the last valid step of each example", "LSTM(3)", "LSTM(3, sequences=true, states=true)", "h"],
    ["that from the end", "GRU(3, reverse=true)", "GRU(3, sequences=true, states=true, reverse=true)", "h"],
  ])("without sequences it is %s", async (_, last, whole) => {
    await expectFigures("y: f32[3, 3]", `x -> ${last}(lengths=lengths)`, required(torch[whole], whole).slice(1));
  });

  it("takes whole numbers, one for each example", () => {
    const model = (type: string): string =>
      `model M: (x: f32[B, T, 2], n: ${type}) -> y: f32[B, 3] {\n  x -> GRU(3)(lengths=n)\n}\n`;
    expect(codesOf(model("i32[B]"))).toEqual([]);
    expect(codesOf(model("f32[B]"))).toEqual(["MC3003"]);
    expect(codesOf(model("i32[B, 1]"))).toEqual(["MC3001"]);
    expect(codesOf(model("i32[S]"))).toEqual(["MC3031"]);
    const own = "block Own: (x: f32[B, T, D]) {\n  x\n}\n";
    expect(codesOf(`${own}model M: (x: f32[B, T, 2]) -> y: f32[B, T, 4] {\n  x -> Bidirectional(Own)\n}\n`)).toEqual([
      "MC2011",
    ]);
  });
});
