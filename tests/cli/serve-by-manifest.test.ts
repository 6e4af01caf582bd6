import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { Manifest } from "../../src/emit/onnx/manifest.ts";
import { validate, type Json } from "../emit/onnx/json-schema.ts";
import { cli, folderWith } from "./run-cli.ts";

const spec = `model Animal: (size: f32[B, 1], weight: f32[B, 1], life: f32[B, 2], food: f32[B, 4], age: f32[B, 1], wild: f32[B, 1], place: f32[B, 3], counts: f32[B, 2]) -> logits: f32[B, 3] {
  concat(size, weight, life, food, age, wild, place, counts, axis=-1) -> Dense(3)
}

data Zoo {
  source: csv("zoo.csv", missing=["-"])
  split:  train 0.8, test 0.2, seed 1
  size:   f32[1]   = (raw.size -> impute(median))[:, None] -> standardize
  weight: f32[1]   = (raw.weight -> number(decimal=","))[:, None] -> standardize
  life:   f32[2]   = raw.life -> impute(mode) -> categories -> one_hot(2)
  food:   f32[4]   = raw.food -> hashed(4) -> one_hot(4)
  age:    f32[1]   = (raw.born -> days_since("2020-01-01"))[:, None] -> standardize
  wild:   f32[1]   = cast(missing(raw.owner), f32)[:, None]
  place:  f32[3]   = raw.place -> categories(["north", "south"], rest=true) -> one_hot(3)
  counts: f32[2]   = raw.columns("n_*") -> impute(0) -> standardize
  kind:   class(3) = raw.kind -> categories
}

train Animal on Zoo {
  loss: cross_entropy(logits, kind)
  optimizer: adam(lr=0.05)
  epochs: 2
}
`;

const columns = ["size", "weight", "life", "food", "born", "owner", "place", "n_legs", "n_eyes", "kind"] as const;
const rows = Array.from({ length: 60 }, (_, at) =>
  [
    at % 7 === 0 ? "-" : `${at / 4}`,
    `${at},5`,
    at % 9 === 0 ? "" : ["wild", "tame"][at % 2],
    ["hay", "fish", "ants, fried", "naïve ones"][at % 4],
    `20${20 + (at % 4)}-0${1 + (at % 9)}-11`,
    at % 3 === 0 ? "NA" : "Ann",
    ["north", "east", "south"][at % 3],
    `${at % 5}`,
    `${at * 3}`,
    ["ant", "cat", "elk"][at % 3],
  ].map((it) => `"${it ?? ""}"`),
);
const table = [columns, ...rows].map((it) => it.join(";")).join("\n");

type Open = (
  stem: string,
) => Promise<(rows: readonly object[]) => Promise<{ readonly logits: { readonly data: Float32Array } }>>;

describe("the manifest of a trained model", () => {
  it("says how raw fields are made of cells, so that ONNX Runtime alone answers as modelc does", async () => {
    const folder = folderWith({ "zoo.model": spec, "zoo.csv": table });
    const [file, out] = [join(folder, "zoo.model"), join(folder, "out")];
    expect(await cli(["train", file, "--out", out])).toMatchObject({ code: 0, err: "" });
    expect(await cli(["build", file, "--out", out, "--target", "onnx"])).toMatchObject({ code: 0, err: "" });
    const text = readFileSync(join(out, "Animal.manifest.json"), "utf8");
    expect(validate(JSON.parse(text) as Json)).toEqual([]);
    const { data } = JSON.parse(text) as Manifest;
    expect(data?.missing).toContain("-");
    expect(data?.fields.find((it) => it.column === "life" && it.words !== undefined)).toEqual({
      input: "raw/life.categories",
      features: ["life"],
      column: "life",
      reading: { kind: "categories", arguments: { words: [], rest: false } },
      words: ["tame", "wild"],
      missing: "raw/life.missing",
    });
    expect(data?.fields.find((it) => it.column === "place")).toMatchObject({ words: ["north", "south"], rest: 2 });
    expect(data?.fields.find((it) => it.column === "kind")).toMatchObject({
      features: ["kind"],
      words: ["ant", "cat", "elk"],
    });

    expect(data?.fields.find((it) => it.input === "raw/columns")).toMatchObject({
      columns: { kind: "matching", pattern: "n_*", except: [], names: ["n_legs", "n_eyes"] },
    });

    // Columns that are read together have the order of the training, whatever theirs is here.
    const asked = [
      {
        n_eyes: 4,
        n_legs: "1",
        size: " 3.5",
        weight: "7,25",
        life: "wild",
        food: "hay",
        born: "2021-03-04",
        owner: "Bo",
        place: "south",
      },
      {
        n_eyes: null,
        n_legs: 3,
        size: "-",
        weight: "1",
        life: null,
        food: "naïve ones",
        born: "2020-01-01",
        owner: "NA",
        place: "mars",
      },
    ];
    const { open } = (await import(/* @vite-ignore */ resolve("docs/serve.mjs"))) as { readonly open: Open };
    const answer = await open(join(out, "Animal"));
    const { logits } = await answer(asked);
    const told = await cli(["predict", file, "--weights", join(out, "Animal.safetensors")], {
      stdin: () => JSON.stringify(asked),
    });
    const { logits: expected } = JSON.parse(told.out) as { readonly logits: readonly (readonly number[])[] };
    expect([...logits.data].map((it) => it.toFixed(5))).toEqual(expected.flat().map((it) => it.toFixed(5)));
    await expect(answer([{ ...asked[0], life: "none" }])).rejects.toThrow("none is none of tame, wild");
    await expect(answer([{ ...asked[0], weight: null }])).rejects.toThrow("weight has no value");
  });

  it("has no words of a training where no weights are given", async () => {
    const folder = folderWith({ "zoo.model": spec });
    const out = join(folder, "out");
    expect((await cli(["build", join(folder, "zoo.model"), "--out", out, "--target", "onnx"])).code).toBe(0);
    const { data } = JSON.parse(readFileSync(join(out, "Animal.manifest.json"), "utf8")) as Manifest;
    expect(data?.fields.flatMap((it) => (it.words === undefined ? [] : [it.column]))).toEqual(["place"]);
  });
});
