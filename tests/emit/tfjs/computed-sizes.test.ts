import { beforeAll, describe, expect, it } from "vitest";
import { emitTfjs } from "../../../src/emit/tfjs/emit-tfjs.ts";
import { checkText } from "../../fuzz/check-types.ts";
import { permittedSizes } from "../../fuzz/permitted-sizes.ts";
import { runAtSizes } from "../../fuzz/run-at-sizes.ts";
import { createRandom } from "../../soak/random.ts";
import { textFunctions } from "../text/emit-text.ts";
import { useBackend } from "./backends.ts";
import { unitOf } from "./spec-unit.ts";
import { typeErrors } from "./type-errors.ts";

/** Blocks that call axes of theirs as the models below call others, each too long to stand where it is used. */
const blocks = `
block Twice: (x: f32[B, T, C]) -> f32[B, T * 2, C] { reshape(broadcast_to(reshape(x, [B, T, 1, C]), [B, T, 2, C]), [B, T * 2, C]) }
block Longer(n: int): (x: f32[B, T, C]) -> f32[B, T + n, C] { tanh(relu(concat(x, ones([B, n, C]), axis=1))) }
block Fold: (x: f32[B, T, C]) -> f32[B, T // 2, 2 * C] where T % 2 == 0 { tanh(relu(reshape(x, [B, T // 2, 2 * C]))) }
block Squared: (x: f32[B, T, C]) -> f32[B, T * T, C] { tanh(reshape(broadcast_to(reshape(x, [B, T, 1, C]), [B, T, T, C]), [B, T * T, C])) }
block Around: (x: f32[B, T, C]) -> f32[B, 2 * (T * 2), C] { tanh(x -> Twice -> Twice) }
block Tiled: (x: f32[B, H, W, C]) -> f32[B, W * 2, H * 3, C] {
  rows = reshape(broadcast_to(reshape(x, [B, H, 1, W, C]), [B, H, 3, W, C]), [B, H * 3, W, C])
  transpose(reshape(broadcast_to(reshape(rows, [B, H * 3, W, 1, C]), [B, H * 3, W, 2, C]), [B, H * 3, W * 2, C]), [0, 2, 1, 3])
}
block Sums: (x: f32[B, T, C]) -> f32[B, T * 2, C] {
  scan row in x over T with h: f32[B, C] = zeros {
    h <- tanh(h + row)
    emit h
  } -> Twice
}
`;

const sequence = "x: f32[B, T, 3]";
const image = "x: f32[B, H, W, 2]";
const cases: readonly (readonly [what: string, input: string, result: string, body: string, facts?: string])[] = [
  ["a pool and an upsampling", sequence, "[B, 2 * (T // 2), 3]", "x -> AvgPool1D(2) -> UpSampling1D(2)", "T >= 2"],
  [
    "a pool and an upsampling of images",
    image,
    "[B, 2 * (H // 2), 2 * (W // 2), 2]",
    "x -> MaxPool2D(2) -> UpSampling2D(2)",
    "H >= 2, W >= 2",
  ],
  ["repeat_each", sequence, "[B, 2 * (T // 2), 3]", "repeat_each(x[:, :T // 2], 2, axis=1)", "T >= 2"],
  [
    "copies that grow",
    sequence,
    "[B, 8 * ((T + 1) // 2), 3]",
    "x -> MaxPool1D(2, padding=same) -> repeat 3 { UpSampling1D(2) }",
  ],
  ["a block of one's own", sequence, "[B, 2 * ((T + 1) // 2), 3]", "x -> AvgPool1D(2, padding=same) -> Twice"],
  ["a block within a block", sequence, "[B, 4 * (T // 2), 3]", "x[:, :T // 2] -> Around", "T >= 2"],
  ["a sum that is doubled", sequence, "[B, 2 * (T + 1), 3]", "x -> ZeroPadding1D(before=0, after=1) -> Twice"],
  ["a square", sequence, "[B, (T // 2) * (T // 2), 3]", "x[:, :T // 2] -> Squared", "T >= 2"],
  [
    "a strided convolution",
    sequence,
    "[B, 2 * ((T - 3) // 2 + 1), 4]",
    "x -> Conv1D(4, 3, stride=2) -> Twice",
    "T >= 3",
  ],
  ["a half of what was doubled", sequence, "[B, T, 6]", "x -> Twice -> Fold"],
  ["a size as a hyperparameter", sequence, "[B, 2 * (T // 2 + T), 3]", "x[:, :T // 2] -> Longer(T) -> Twice", "T >= 2"],
  [
    "a block at several sizes",
    sequence,
    "[B, 2 * T + 4 * (T // 2), 3]",
    "concat(x -> Twice, x[:, :T // 2] -> Twice -> Twice, axis=1)",
    "T >= 2",
  ],
  [
    "axes that trade their names",
    image,
    "[B, 2 * (3 * (H // 2)), 3 * (2 * W), 2]",
    "x[:, :H // 2] -> Tiled -> Tiled",
    "H >= 2",
  ],
  ["a scan", sequence, "[B, 2 * (T // 2), 3]", "x[:, :T // 2] -> Sums", "T >= 2"],
];

function modelOf([, input, result, body, facts]: (typeof cases)[number]): string {
  return `${blocks}model M: (${input}) -> y: f32${result}${facts === undefined ? "" : ` where ${facts}`} {\n  ${body}\n}\n`;
}

const objective = `
fn folded: (y: f32[B, T, C]) -> f32[] where T % 2 == 0 { mean(square(reshape(y, [B, T // 2, 2 * C]))) }
model M: (wave: f32[B, T, 1]) -> y: f32[B, 2 * T, 1] { wave -> UpSampling1D(2) -> Dense(1) }
data Waves {
  source: synthetic_waves(count=20, length=8)
  split:  train 1.0
  wave: f32[T, 1] = raw.wave
}
train M on Waves {
  loss:      folded(y)
  optimizer: adam(lr=0.01)
  epochs:    1
}
`;

describe("blocks whose axes are called as those of the caller are, at computed sizes", () => {
  beforeAll(() => useBackend("cpu"));

  it("are TypeScript that type-checks, in objectives as well", async () => {
    const files = new Map<string, string>();
    for (const [at, text] of [...cases.map(modelOf), objective].entries()) {
      const { module, train, name } = unitOf(text);
      files.set(`case-${String(at)}`, await emitTfjs({ module, name, ...(train !== undefined && { train }) }));
    }
    expect(typeErrors(files, "computed-sizes")).toEqual([]);
  }, 120_000);

  it.each(cases.map((it) => [it[0], modelOf(it)]))("give what the reference does: %s", async (_, text) => {
    const { module, errors, faults } = checkText(text);
    expect([...errors.map((it) => it.message), ...faults]).toEqual([]);
    if (module === undefined) throw new Error("no module");
    const sizes = permittedSizes(module, createRandom(3), 3);
    expect(sizes).toHaveLength(3);
    expect((await runAtSizes(text, module, sizes, true)).problems).toEqual([]);
  });

  it("are one function at all sizes that are alike", () => {
    const { module } = unitOf(
      `model M: (x: f32[B, T, 3]) -> y: f32[B, 8 * (T // 2), 3] where T >= 2 { x -> AvgPool1D(2) -> repeat 3 { UpSampling1D(2) } }`,
    );
    const upsamplings = textFunctions(module).all.filter(({ name }) => name.startsWith("UpSampling"));
    expect(upsamplings.map(({ name, sizes }) => [name, sizes])).toEqual([["UpSampling1D", []]]);
  });
});
