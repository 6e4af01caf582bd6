import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readSafetensors, writeSafetensors } from "../../src/support/safetensors.ts";
import { cli, folderWith } from "./run-cli.ts";

/** Flats whose price doubles with each size, of two kinds that the size tells apart. */
const rows = Array.from({ length: 80 }, (_, at) => {
  const size = 1 + at / 20;
  return `${size},${Math.round(1000 * 2 ** size)},${size < 3 ? "flat" : "house"}`;
});
const table = `size,price,kind\n${rows.join("\n")}\n`;

const spec = (predict: string): string => `model Home: (size: f32[B, 1]) -> (worth: f32[B], logits: f32[B, 2]) {
  h = size -> Dense(1)
  (h[:, 0], size -> Dense(2))
}

data Homes {
  source: csv("homes.csv")
  split:  train 0.8, test 0.2, seed 1
  size:   f32[1]   = raw.size[:, None] -> standardize
  price:  f32[]    = raw.price -> log -> standardize
  kind:   class(2) = raw.kind -> categories
}

train Home on Homes {
  loss:      mse(worth, price) + cross_entropy(logits, kind)
  optimizer: adam(lr=0.1)
  epochs:    60
${predict}}
`;

const own = `
  predict {
    price:       invert(worth)
    kind:        invert(argmax(logits, axis=-1))
    number:      argmax(logits, axis=-1)
    probability: logits -> softmax
  }
`;

/** A folder with a spec, and the weights of its training. */
async function trained(text: string): Promise<{ readonly file: string; readonly weights: string }> {
  const folder = folderWith({ "homes.csv": table, "homes.model": text });
  const [file, out] = [join(folder, "homes.model"), join(folder, "out")];
  expect(await cli(["train", file, "--out", out])).toMatchObject({ code: 0, err: "" });
  return { file, weights: join(out, "Home.safetensors") };
}

const json = (text: string): unknown => JSON.parse(text);

describe("what a training says that it predicts", () => {
  it("is what predict prints, in the units and words of the table", async () => {
    const { file, weights } = await trained(spec(own));
    const rowsGiven = JSON.stringify([{ size: 2 }, { size: 4.5 }]);
    const run = await cli(["predict", file, "--weights", weights], { stdin: () => rowsGiven });
    expect(run).toMatchObject({ code: 0, err: "" });
    const outputs = json(run.out) as { readonly price: readonly number[] };
    expect(outputs).toMatchObject({ kind: ["flat", "house"], number: [0, 1], classes: { kind: ["flat", "house"] } });
    expect(Object.keys(outputs)).toEqual(["price", "kind", "number", "probability", "classes"]);
    expect(outputs.price[0]).toBeCloseTo(4000, -2);
    expect(outputs.price[1]).toBeCloseTo(1000 * 2 ** 4.5, -3);
  });

  it("stands beside what was read, for examples of a split", async () => {
    const { file, weights } = await trained(spec(own));
    const run = await cli(["predict", file, "--weights", weights, "--split", "test", "--count", "6"]);
    expect(run).toMatchObject({ code: 0, err: "" });
    const { outputs, features } = json(run.out) as Readonly<
      Record<"outputs" | "features", { readonly price: readonly number[]; readonly kind: readonly string[] }>
    >;
    expect(features.kind).toEqual(outputs.kind);
    features.price.forEach((price, at) => {
      const [read] = rows.flatMap((row) => {
        const cell = Number(row.split(",")[1]);
        return Math.abs(cell - price) < 0.01 ? [cell] : [];
      });
      expect(read, `a cell of ${price}`).toBeDefined();
      expect(Math.abs((outputs.price[at] ?? 0) / price - 1)).toBeLessThan(0.1);
    });
  });

  it("is the network's outputs where it says nothing", async () => {
    const { file, weights } = await trained(spec(""));
    const run = await cli(["predict", file, "--weights", weights], { stdin: () => `[{"size": 2}]` });
    expect(Object.keys(json(run.out) as object)).toEqual(["worth", "logits", "classes"]);
  });

  it("has grades as they are given, and nothing for a word that is none of those that are told apart", async () => {
    const graded = spec(own)
      .replaceAll("class(2)", "class(3)")
      .replace("raw.kind -> categories", 'raw.kind -> categories(["flat", "house"], rest=true)')
      .replaceAll("f32[B, 2]", "f32[B, 3]")
      .replace("Dense(2)", "Dense(3)")
      .replace("price:  f32[]    = raw.price -> log -> standardize", "price:  f32[]    = (raw.price - 1000) / 8")
      .replace("price:       invert(worth)", "price: invert(worth * 0 + 5)")
      .replace(
        "invert(argmax(logits, axis=-1))",
        "invert(argmax(logits * 0 + one_hot(argmax(logits, axis=-1) * 0 + 2, 3), axis=-1))",
      );
    const { file, weights } = await trained(graded.replace("epochs:    60", "epochs:    1"));
    const run = await cli(["predict", file, "--weights", weights], { stdin: () => `[{"size": 2}]` });
    expect(run.err).toBe("");
    expect(json(run.out)).toMatchObject({ kind: [null], price: [1040] });
  });

  it("is an error where it looks up what is out of range", async () => {
    const looked = spec(own).replace(
      "number:      argmax(logits, axis=-1)",
      "number: one_hot(cast(100 + 0 * worth, i32), 3)",
    );
    const { file, weights } = await trained(looked.replace("epochs:    60", "epochs:    1"));
    const run = await cli(["predict", file, "--weights", weights], { stdin: () => `[{"size": 2}]` });
    expect(run).toMatchObject({ code: 1, out: "" });
    expect(run.err).toBe(
      "error: `predict` of Home: one place that the network looks up is out of range (a label, or the row of a table).\n",
    );
  });

  it("is learned in its own units where a loss says so, and what is no number there is explained", async () => {
    const wild = spec("").replace("mse(worth, price)", "mse(invert(worth, of=price), invert(price))");
    const folder = folderWith({ "homes.csv": table, "homes.model": wild.replace("adam(lr=0.1)", "sgd(lr=1e9)") });
    const run = await cli(["train", join(folder, "homes.model"), "--out", join(folder, "out")]);
    expect(run.code).toBe(1);
    expect(run.err).toMatch(/^error\[MC4043\]: The loss of step \d is \w+: the first value that is not finite is/);
  });

  it("needs the statistics of the training, and says so where weights have none", async () => {
    const { file, weights } = await trained(spec(own));
    const read = readSafetensors(readFileSync(weights));
    if (!read.ok) throw new Error(read.error.message);
    const kept = [...read.file.tensors.values()].filter(({ name }) => !name.startsWith("statistic/"));
    const bare = join(folderWith({}), "bare.safetensors");
    writeFileSync(bare, writeSafetensors(kept, new Map()).bytes);
    const run = await cli(["predict", file, "--weights", bare], { stdin: () => `{"features": {"size": [[0.5]]}}` });
    expect(run).toMatchObject({ code: 1, out: "" });
    expect(run.err).toBe(
      `error: ${bare} does not say what \`predict\` of Home needs: the weights have no statistic price.deviation. Weights that \`modelc train\` leaves have them.\n`,
    );
  });
});
