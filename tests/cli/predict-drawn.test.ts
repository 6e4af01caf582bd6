import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fold, keyFor, normal } from "../../src/ops/random/counter.ts";
import { cli } from "./run-cli.ts";

/** Of two inputs the one is read and the other drawn, and both are outputs as well. */
const mixed = `model Mixed: (x: f32[B, 2], z: f32[B, 3]) -> (y: f32[B, 1], seen: f32[B, 3], given: f32[B, 2]) {
  (concat(x, z, axis=-1) -> Dense(1), z, x)
}

data Points {
  source: csv("points.csv")
  split: train 0.5, test 0.5, by position
  x: f32[2] = stack(raw.a, raw.b, axis=-1)
  z: f32[3] = noise.normal
  t: f32[1] = stack(raw.b, axis=-1)
}

train Mixed on Points {
  loss: mse(y, t)
  optimizer: sgd(lr=0.01)
  seed: 5
}
`;

const made = `model Made: (z: f32[B, 3]) -> (y: f32[B, 1], seen: f32[B, 3]) {
  (z -> Dense(1), z)
}

data Drawn {
  source: drawn(count=8)
  z: f32[3] = noise.normal
}

train Made on Drawn {
  loss: mean(square(y))
  optimizer: sgd(lr=0.01)
  seed: 5
}
`;

const noisy = `model Noisy: (x: f32[B, 3]) -> (y: f32[B, 1], seen: f32[B, 3]) {
  (x -> Dense(1), 0 * x + normal_like(x))
}

data Points {
  source: csv("points.csv")
  split: train 0.5, test 0.5, by position
  x: f32[3] = stack(raw.a, raw.b, raw.a, axis=-1)
}

train Noisy on Points {
  loss: mean(square(y))
  optimizer: sgd(lr=0.01)
  seed: 5
}
`;

/** Draws in training alone. */
const plain = noisy.replaceAll("Noisy", "Plain").replace("0 * x + normal_like(x)", "x -> Dropout(0.5)");

const table = `a,b\n${Array.from({ length: 8 }, (_, i) => `${i},${(i * 3) % 5}`).join("\n")}\n`;
const folder = mkdtempSync(join(tmpdir(), "modelc-predict-drawn-"));
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  const files = { "Mixed.model": mixed, "Made.model": made, "Noisy.model": noisy, "Plain.model": plain };
  for (const [name, text] of Object.entries({ ...files, "points.csv": table })) writeFileSync(join(folder, name), text);
  for (const name of ["Mixed", "Made", "Noisy", "Plain"]) {
    const run = await cli(["train", join(folder, `${name}.model`), "--out", join(folder, "out")]);
    expect(run).toMatchObject({ code: 0 });
  }
});

const predict = (name: string, input: unknown, ...options: readonly string[]): ReturnType<typeof cli> =>
  cli(["predict", join(folder, `${name}.model`), "--weights", join(folder, "out", `${name}.safetensors`), ...options], {
    stdin: () => JSON.stringify(input),
  });

interface Outputs {
  readonly seen: readonly (readonly number[])[];
  readonly given?: readonly (readonly number[])[];
}

async function outputs(...call: Parameters<typeof predict>): Promise<Outputs> {
  const { code, out, err } = await predict(...call);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const found = JSON.parse(out) as Outputs | { readonly outputs: Outputs };
  return "outputs" in found ? found.outputs : found;
}

/** Rows of three that a data section draws at a place: by the numbers of the examples. */
const draws = (seed: number, place: string, rows: number): readonly (readonly number[])[] =>
  Array.from({ length: rows }, (_, row) => [0, 1, 2].map((at) => normal(fold(keyFor(seed, 0, place), row), at)));

/** Rows of three that a network draws itself at a place: by their places in the batch. */
const drawnWithin = (seed: number, place: string, rows: number): readonly (readonly number[])[] =>
  Array.from({ length: rows }, (_, row) => [0, 1, 2].map((at) => normal(keyFor(seed, 0, place), 3 * row + at)));

const near = (rows: readonly (readonly number[])[]): unknown =>
  rows.map((row) => row.map((it) => expect.closeTo(it, 5) as unknown));

describe("an input that the data section draws", () => {
  const raw = { a: [1, 2], b: [3, 4] };

  it("is drawn beside what is read, by the training's seed, or by another", async () => {
    const { seen, given } = await outputs("Mixed", raw);
    expect(seen).toEqual(near(draws(5, "batch/z.noise_0", 2)));
    expect(given).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect((await outputs("Mixed", raw, "--seed", "9")).seen).toEqual(near(draws(9, "batch/z.noise_0", 2)));
  });

  it("is drawn for examples of a split likewise", async () => {
    for (const [seed, ...options] of [[5], [9, "--seed", "9"]] as const) {
      const { seen } = await outputs("Mixed", "", "--split", "test", "--count", "2", ...options);
      expect(seen).toEqual(near(draws(seed, "batch/z.noise_0", 2)));
    }
  });

  it("is drawn beside features", async () => {
    const { seen, given } = await outputs("Mixed", { features: { x: [[1, 2]] } });
    expect([seen, given]).toEqual([near(draws(5, "batch/z.noise_0", 1)), [[1, 2]]]);
  });

  it("is taken as it is where it is given", async () => {
    const z = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    expect((await outputs("Mixed", { ...raw, z })).seen).toEqual(z);
    expect((await outputs("Mixed", { x: [[1, 2]], z: [[7, 8, 9]] })).seen).toEqual([[7, 8, 9]]);
  });

  it("has as many examples as what is read", async () => {
    const { code, err } = await predict("Mixed", { ...raw, z: [[1, 2, 3]] });
    expect(code).toBe(1);
    expect(err).toBe("error: standard input: input z has the shape [B, 3], not [1, 3]: B is 2 in x.\n");
  });

  it("alone is drawn so many times as --count says", async () => {
    expect((await outputs("Made", "", "--count", "4")).seen).toEqual(near(draws(5, "batch/z.noise_0", 4)));
    const other = await outputs("Made", "", "--count", "2", "--seed", "9");
    expect(other.seen).toEqual(near(draws(9, "batch/z.noise_0", 2)));
    expect((await outputs("Made", { z: [[1, 2, 3]] })).seen).toEqual([[1, 2, 3]]);
  });

  it("is not all that a network with others is given: --count alone is told so", async () => {
    expect(await predict("Mixed", "", "--count", "3")).toMatchObject({
      code: 2,
      err: expect.stringContaining("Mixed is given x, which is not drawn. Give --split or --input.") as unknown,
    });
    expect(await predict("Made", "", "--count", "3", "--input", "-")).toMatchObject({ code: 2 });
  });
});

it("a seed is refused where nothing is drawn", async () => {
  expect(await predict("Plain", { a: [1], b: [2] }, "--seed", "3")).toMatchObject({
    code: 2,
    err: expect.stringContaining("--seed is of what is drawn, and for Plain nothing is.") as unknown,
  });
});

it("a network that draws itself does so by the training's seed, as it was measured, or by another", async () => {
  for (const [seed, ...options] of [[5], [9, "--seed", "9"]] as const) {
    const split = await outputs("Noisy", "", "--split", "test", "--count", "2", ...options);
    expect(split.seen).toEqual(near(drawnWithin(seed, "normal_like_0", 2)));
  }
});
