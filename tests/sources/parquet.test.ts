import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { openData, problemOf } from "../runtime/data/open-data.ts";

const people = readFileSync("tests/sources/files/people.parquet");
const section = (features: string): string =>
  `  source: parquet("t.parquet")\n  split: train 1, by position\n${features}`;

describe("Parquet", () => {
  it("has cells of all kinds", async () => {
    const features = [
      "  x: f32[] = raw.age -> impute(mean)",
      "  h: f32[] = raw.height -> impute(0)",
      '  n: class(3) = raw.name -> impute("nobody") -> categories',
      "  a: f32[] = cast(raw.alive -> truth, f32)",
      '  s: f32[] = raw.seen -> days_since("2020-02-29")',
      "  b: i64[] = raw.big",
      '  c: class(2) = raw["home.city"] -> categories',
    ];
    const found = await openData(section(features.join("\n")), people, "t.parquet");
    if (typeof found === "string") throw new Error(found);
    const batch = await found.dataset.splits.train.gather([0, 1, 2]);
    expect(Object.fromEntries([...batch].map(([name, it]) => [name, [...it.data]]))).toEqual({
      age: [22, 0, 35],
      "age.missing": [0, 1, 0],
      height: [1.5, 0, 1.75],
      "height.missing": [0, 1, 0],
      "name.categories": [0, 1, 0],
      "name.missing": [0, 0, 1],
      "alive.truth": [1, 0, 1],
      "seen.days_since": [0.5, 1.5, 0.5],
      big: [9007199254740993n, 1n, -9007199254740993n],
      "home.city.categories": [1, 0, 1],
    });
    expect(found.dataset.vocabularies["name.categories"]).toEqual(["Ann", "Bo", "nobody"]);
  });

  it.each([
    [
      "raw.tags",
      people,
      "MC6012 t.parquet, example 0: `tags` is a list, and a cell is a text, a number or a truth value.",
    ],
    ["raw.Age", people, "MC6007 t.parquet has no column `Age`. Did you mean `raw.age`?"],
    ["raw.age", people, "MC6009 t.parquet, example 1: raw.age has no value."],
    [
      "raw.name",
      people,
      "MC6012 t.parquet, example 0: `Ann` in column `name` is not a number. Read words with `raw.name -> categories`.",
    ],
    ["raw.age", people.subarray(0, 700), "MC6001 I cannot read t.parquet: it is no Parquet file that can be read: "],
    ["raw.age", Buffer.from("a,b\n1,2\n"), "MC6001 I cannot read t.parquet: it is no Parquet file that can be read: "],
    ["raw.age", Buffer.alloc(0), "MC6001 I cannot read t.parquet: it is no Parquet file that can be read: "],
  ])("%s, what is wrong", async (feature, content, message) => {
    const found = await problemOf(section(`  x: f32[] = ${feature}`), content, "t.parquet");
    expect(found.startsWith(message), found).toBe(true);
  });
});
