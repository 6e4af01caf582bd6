import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readCheckpoint } from "../../src/runtime/train/checkpoint.ts";
import { cli, folderWith } from "./run-cli.ts";

/** Animals of three kinds that their size tells apart, some sizes missing. */
const kinds = ["ant", "cat", "elk"] as const;
const rows = Array.from({ length: 90 }, (_, at) => {
  const kind = at % 3;
  return `${at % 11 === 0 ? "" : kind * 10 + at / 20},${at % 2 === 0 ? "wild" : "tame"},${kinds[kind] ?? ""}`;
});
const table = `size,life,kind\n${rows.join("\n")}\n`;

const spec = `model Animal: (size: f32[B, 1], life: f32[B, 2]) -> logits: f32[B, 3] {
  concat(size, life, axis=-1) -> Dense(16, activation=relu) -> Dense(3)
}

data Zoo {
  source: csv("zoo.csv")
  split:  train 0.8, test 0.2, seed 1
  size: f32[1]   = (raw.size -> impute(median))[:, None] -> standardize
  life: f32[2]   = raw.life -> categories -> one_hot(2)
  kind: class(3) = raw.kind -> categories
}

train Animal on Zoo {
  loss: cross_entropy(logits, kind)
  optimizer: adam(lr=0.05)
  metrics: accuracy(logits, kind)
  epochs: 20
}

test Animal on Zoo {
  expect accuracy >= 0.8
}
`;

async function trained(epochs = 20): Promise<{ readonly folder: string; readonly file: string; readonly out: string }> {
  const folder = folderWith({ "zoo.csv": table, "zoo.model": spec });
  const [file, out] = [join(folder, "zoo.model"), join(folder, "out")];
  const run = await cli(["train", file, "--out", out, "--epochs", String(epochs)]);
  expect(run).toMatchObject({ code: 0, err: "" });
  return { folder, file, out };
}

describe("a table from its file to a prediction", () => {
  it("is trained on and tested", async () => {
    const { file, out } = await trained();
    const run = await cli(["test", file, "--weights", join(out, "Animal.safetensors")]);
    expect(run).toMatchObject({ code: 0, err: "" });
  });

  it("has its words in weights, predictions and ONNX metadata", async () => {
    const { file, out } = await trained();
    const weights = join(out, "Animal.safetensors");
    const read = readCheckpoint(weights);
    const words = { "life.categories": ["tame", "wild"], "kind.categories": ["ant", "cat", "elk"] };
    expect(read.ok && read.value.vocabularies).toEqual(words);
    const input = [
      { size: 1, life: "tame" },
      { size: null, life: "wild" },
      { size: 22, life: "wild", kind: "elk" },
    ];
    const run = await cli(["predict", file, "--weights", weights], { stdin: () => JSON.stringify(input) });
    expect(run).toMatchObject({ code: 0, err: "" });
    const { logits, classes } = JSON.parse(run.out) as {
      readonly logits: readonly (readonly number[])[];
      readonly classes: unknown;
    };
    expect(classes).toEqual({ kind: kinds });
    const best = logits.map((row) => kinds[row.indexOf(Math.max(...row))]);
    expect([best[0], best[2]]).toEqual(["ant", "elk"]);
    // A row by itself is filled with what training has fitted.
    const gap = await cli(["predict", file, "--weights", weights], {
      stdin: () => '[{"size": null, "life": "wild"}]',
    });
    const [filled = []] = (JSON.parse(gap.out) as { readonly logits: readonly (readonly number[])[] }).logits;
    filled.forEach((it, at) => {
      expect(it).toBeCloseTo(logits[1]?.[at] ?? NaN, 5);
    });
    const byColumns = await cli(["predict", file, "--weights", weights], {
      stdin: () => '{"size": [1, null, 22], "life": ["tame", "wild", "wild"]}',
    });
    expect(byColumns.out).toBe(run.out);
    const one = await cli(["predict", file, "--weights", weights], { stdin: () => '{"size": 1, "life": "tame"}' });
    const [alone = []] = (JSON.parse(one.out) as { readonly logits: readonly (readonly number[])[] }).logits;
    alone.forEach((it, at) => {
      expect(it).toBeCloseTo(logits[0]?.[at] ?? NaN, 5);
    });
    expect(await cli(["build", file, "--out", out])).toMatchObject({ code: 0, err: "" });
    for (const name of ["Animal.onnx", "Animal.prep.onnx"]) {
      const bytes = readFileSync(join(out, name), "latin1");
      expect(bytes).toContain("modelc.vocabularies");
      expect(bytes).toContain(JSON.stringify(words));
    }
  });

  it.each([
    [
      '[{"size": 1, "life": "feral"}]',
      "MC6013",
      "standard input, example 0: raw.life is `feral`, which no row of the train split has.",
    ],
    ['[{"size": 1, "life": null}]', "MC6009", "standard input, example 0: raw.life has no value."],
    ['[{"size": 1}]', "MC6007", "standard input has no column `life`."],
    [
      '[{"size": "big", "life": "tame"}]',
      "MC6012",
      "standard input, example 0: `big` in column `size` is not a number.",
    ],
    ['[{"size": [1], "life": "tame"}]', "error", "standard input: the column size has a list or an object in row 0"],
    [
      '[{"sise": 1, "life": "tame"}]',
      "error",
      "standard input: the inputs are made of no column sise; did you mean size?",
    ],
    ['{"size": [1, 2], "life": ["tame"]}', "error", "standard input: the column life has 1 cells, and others have 2."],
    ['{"life": ["tame"]}', "MC6007", "standard input has no column `size`."],
  ])("tells what is wrong with %s", async (input, code, message) => {
    const { file, out } = await trained(1);
    const run = await cli(["predict", file, "--weights", join(out, "Animal.safetensors")], { stdin: () => input });
    expect(run.code).toBe(1);
    expect(run.err).toContain(code);
    expect(run.err).toContain(message);
    expect(run.out).toBe("");
  });

  it("takes cells as the table has them: marks of missing ones, and blanks around others", async () => {
    const { file, out } = await trained(1);
    const predict = (input: unknown) =>
      cli(["predict", file, "--weights", join(out, "Animal.safetensors")], { stdin: () => JSON.stringify(input) });
    const known = await predict({ size: [null, 3], life: ["wild", "tame"] });
    expect(await predict({ size: ["NA", " 3"], life: [" wild", "tame "] })).toEqual(known);
    expect(await predict({ size: ["?", "3"], life: ["wild", "tame"] })).toEqual(known);
    expect(await predict([])).toMatchObject({ code: 1, err: "error: standard input: there are no examples in it.\n" });
  });

  it("predicts what comes behind the rows that it is given, each series by itself", async () => {
    const days = Array.from({ length: 40 }, (_, at) => `${at},${at % 2 === 0 ? "a" : "b"},${at * (at % 2) + 1}`);
    const text = `model Next: (past: f32[B, 2]) -> y: f32[B] {
  param w: f32[] = ones
  past[:, 1] * w
}
data Days {
  source: csv("days.csv")
  split:  train 1, by position
  past: f32[2] = raw.sold -> window(2, order="day", by="shop")
  next: f32[] = raw.sold
}
train Next on Days {
  loss: mse(y, next)
  optimizer: sgd(lr=0.0001)
}
`;
    const folder = folderWith({ "days.csv": `day,shop,sold\n${days.join("\n")}\n`, "next.model": text });
    const [file, out] = [join(folder, "next.model"), join(folder, "out")];
    expect(await cli(["train", file, "--out", out, "--epochs", "1"])).toMatchObject({ code: 0 });
    const predict = (input: unknown) =>
      cli(["predict", file, "--weights", join(out, "Next.safetensors")], { stdin: () => JSON.stringify(input) });
    const outputs = async (input: unknown) => {
      const run = await predict(input);
      expect(run).toMatchObject({ code: 0, err: "" });
      return (JSON.parse(run.out) as { readonly y: readonly number[] }).y;
    };
    const [alone = NaN] = await outputs([
      { day: 1, shop: "a", sold: 5 },
      { day: 2, shop: "a", sold: 7 },
      { day: 3, shop: "a" },
    ]);
    // In another order, and with rows of another shop in between.
    const mixed = await outputs([
      { day: 3, shop: "a", sold: null },
      { day: 2, shop: "b", sold: 90 },
      { day: 2, shop: "a", sold: 7 },
      { day: 1, shop: "a", sold: 5 },
    ]);
    expect(mixed).toEqual([alone]);
    const few = await predict([{ day: 1, shop: "a", sold: 5 }]);
    expect(few).toMatchObject({
      code: 1,
      err: "error: standard input: there is nothing to predict: a window takes 2 rows before the one that is predicted.\n",
    });
  });

  it("keeps the numbers of its words where a training goes on with other rows, and refuses words that it has not", async () => {
    const { folder, file, out } = await trained(1);
    // Without the first word of all, the numbers would be others.
    writeFileSync(
      join(folder, "zoo.csv"),
      table
        .split("\n")
        .filter((it) => !it.endsWith("ant"))
        .join("\n"),
    );
    const weights = join(out, "Animal.safetensors");
    const run = await cli(["predict", file, "--weights", weights, "--split", "test", "--count", "3"]);
    expect(run).toMatchObject({ code: 0, err: "" });
    const { features } = JSON.parse(run.out) as { readonly features: { readonly kind: readonly number[] } };
    expect(Math.min(...features.kind)).toBeGreaterThan(0);
    writeFileSync(join(folder, "zoo.csv"), `${table}3,tame,bee\n`);
    const refused = await cli(["test", file, "--weights", weights]);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("raw.kind is `bee`, which no row of the train split has.");
  });

  it("goes on from a checkpoint bit by bit", async () => {
    const whole = await trained(6);
    const { file, out } = await trained(3);
    const run = await cli(["train", file, "--out", out, "--epochs", "6", "--resume", "--allow", "length"]);
    expect(run.code).toBe(0);
    const bytes = (folder: string): Buffer => readFileSync(join(folder, "Animal.safetensors"));
    const [a, b] = [
      readCheckpoint(join(whole.out, "Animal.safetensors")),
      readCheckpoint(join(out, "Animal.safetensors")),
    ];
    expect(bytes(whole.out).length).toBe(bytes(out).length);
    expect(a.ok && b.ok && [...a.value.tensors]).toEqual(b.ok && [...b.value.tensors]);
  });
});
