import { describe, expect, it } from "vitest";
import type { Split } from "../../../src/ir/program.ts";
import { openData, type OpenedData } from "./open-data.ts";

const splits: readonly Split[] = ["train", "validate", "test"];

/** The rows of each split, counted from 0, of a table that is split so. */
async function rowsOf(split: string, table: string, more = ""): Promise<Record<Split, readonly number[]>> {
  const opened = await dataOf(split, table, more);
  if (typeof opened === "string") throw new Error(opened);
  const of = (name: Split): readonly number[] => {
    const { count, rowOf } = opened.dataset.splits[name];
    return Array.from({ length: count }, (_, at) => rowOf?.(at) ?? -1);
  };
  return { train: of("train"), validate: of("validate"), test: of("test") };
}

const dataOf = (split: string, table: string, more = ""): Promise<OpenedData | string> =>
  openData(`  source: csv("t.csv")\n  split: ${split}\n${more}  x: f32[] = raw.a`, table);

const table = (header: string, rows: readonly (readonly (string | number)[])[]): string =>
  `${header}\n${rows.map((it) => `${it.join(",")}\n`).join("")}`;

/** So many rows of each word, in turn. */
function words(counts: Readonly<Record<string, number>>): readonly string[] {
  const left = new Map(Object.entries(counts));
  const found: string[] = [];
  while ([...left.values()].some((it) => it > 0))
    for (const [word, count] of left) {
      if (count === 0) continue;
      found.push(word);
      left.set(word, count - 1);
    }
  return found;
}

const classes = words({ a: 50, b: 31, c: 19 });
const kinds = table(
  "a,kind",
  classes.map((it, at) => [at, it]),
);

/** How many of some rows hold each word. */
function countsOf(rows: readonly number[], of: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of [...new Set(of)].sort()) counts[word] = rows.filter((row) => of[row] === word).length;
  return counts;
}

describe("stratified", () => {
  it("gives each class the same share of each split, by the largest remainder", async () => {
    const rows = await rowsOf("train 0.6, validate 0.2, test 0.2, stratified by raw.kind", kinds);
    expect(countsOf(rows.train, classes)).toEqual({ a: 30, b: 19, c: 11 });
    expect(countsOf(rows.validate, classes)).toEqual({ a: 10, b: 6, c: 4 });
    expect(countsOf(rows.test, classes)).toEqual({ a: 10, b: 6, c: 4 });
    expect(splits.flatMap((it) => rows[it]).toSorted((a, b) => a - b)).toEqual(classes.map((_, at) => at));
  });

  it("leaves what the shares leave, of each class as much", async () => {
    const rows = await rowsOf("train 0.5, test 0.1, stratified by raw.kind", kinds);
    expect([rows.train.length, rows.validate.length, rows.test.length]).toEqual([50, 0, 10]);
    expect(countsOf(rows.test, classes)).toEqual({ a: 5, b: 3, c: 2 });
  });

  it("shuffles by the seed alone", async () => {
    const of = (seed: string) => rowsOf(`train 0.8, test 0.2, stratified by raw.kind${seed}`, kinds);
    const [none, first, again, second] = [
      await of(""),
      await of(", seed 0"),
      await of(", seed 0"),
      await of(", seed 1"),
    ];
    expect(first).toEqual(none);
    expect(again).toEqual(first);
    expect(second.train).not.toEqual(first.train);
    expect(countsOf(second.train, classes)).toEqual(countsOf(first.train, classes));
    expect(first.train).not.toEqual(first.train.toSorted((a, b) => a - b));
  });

  it("goes by what a reading makes of the cells, by a feature's column, and by fields of other sources", async () => {
    const dates = table(
      "a,day",
      classes.map((it, at) => [at, `20${it === "a" ? 19 : 20}-01-${String((at % 28) + 1).padStart(2, "0")}`]),
    );
    const years = await rowsOf("train 0.5, test 0.5, stratified by raw.day -> year", dates);
    expect(countsOf(years.train, classes)["a"]).toBe(25);
    const named = await rowsOf(
      "train 0.5, test 0.5, stratified by k",
      kinds,
      "  k: class(3) = raw.kind -> categories\n",
    );
    expect(countsOf(named.train, classes)).toEqual({ a: 25, b: 16, c: 9 });
    const blobs = await openData(
      "  source: synthetic_blobs(count=100, classes=4)\n  split: train 0.5, test 0.5, stratified by raw.label\n  x: f32[] = raw.label",
      "",
    );
    if (typeof blobs === "string") throw new Error(blobs);
    const labelsOf = async ({ count, gather }: OpenedData["dataset"]["splits"]["test"]): Promise<readonly number[]> =>
      [...((await gather(Array.from({ length: count }, (_, at) => at))).get("label")?.data ?? [])].map(Number);
    const [one, other] = [await labelsOf(blobs.dataset.splits.train), await labelsOf(blobs.dataset.splits.test)];
    for (const label of [0, 1, 2, 3]) {
      const [here, there] = [one, other].map((it) => it.filter((found) => found === label).length);
      expect(Math.abs((here ?? NaN) - (there ?? NaN))).toBeLessThanOrEqual(1);
    }
  });

  it.each([
    [
      "train 0.8, test 0.2, stratified by raw.kind",
      "a,kind\n1,x\n2,x\n3,y\n",
      "MC6060 t.csv:4: `raw.kind` is `y` in 1 row, and each of 2 parts is to have its share of them. Leave it out with `clean`, or split without regard to it.",
    ],
    [
      "folds 3, stratified by raw.kind",
      "a,kind\n1,x\n2,x\n3,y\n4,y\n5,y\n",
      "MC6060 t.csv:2: `raw.kind` is `x` in 2 rows, and each of 3 parts is to have its share of them. Leave it out with `clean`, or split without regard to it.",
    ],
    [
      "train 0.8, test 0.2, stratified by raw.kind",
      "a,kind\n1,x\n2,\n3,x\n",
      "MC6009 t.csv:3:2: raw.kind has no value. The split goes by it: leave such examples out with `clean: drop_missing`.",
    ],
    [
      "train 0.8, test 0.2, stratified by raw.knd",
      "a,kind\n1,x\n2,\n3,x\n",
      "MC6007 t.csv has no column `knd`. Did you mean `raw.kind`?",
    ],
    [
      "train 0.8, test 0.2, stratified by raw.kind -> year",
      "a,kind\n1,x\n",
      "MC6004 t.csv:2:2: `x` in column `kind` is no date (`2019-03-23`, `2019-03-23 20:21:09`).",
    ],
  ])("%s: %j", async (split, content, message) => {
    const found = await dataOf(split, content);
    expect(found).toBe(message);
  });
});

describe("grouped", () => {
  const patients = Array.from({ length: 200 }, (_, at) => `p${Math.floor(Math.sqrt(at * 3))}`);
  const visits = table(
    "a,patient",
    patients.map((it, at) => [at, it]),
  );

  it("keeps all rows of a group in one split, near the shares", async () => {
    for (const seed of [0, 1, 2, 3]) {
      const rows = await rowsOf(`train 0.7, validate 0.15, test 0.15, grouped by raw.patient, seed ${seed}`, visits);
      const groups = splits.map((it) => new Set(rows[it].map((row) => patients[row])));
      for (const [at, one] of groups.entries())
        for (const other of groups.slice(at + 1)) expect([...one].filter((it) => other.has(it))).toEqual([]);
      expect(splits.flatMap((it) => rows[it])).toHaveLength(200);
      // No group has more than 17 rows.
      for (const [name, wanted] of [
        ["train", 140],
        ["validate", 30],
        ["test", 30],
      ] as const)
        expect(Math.abs(rows[name].length - wanted)).toBeLessThan(17);
    }
  });

  it("goes by the seed alone", async () => {
    const of = (seed: number) => rowsOf(`train 0.7, test 0.3, grouped by raw.patient, seed ${seed}`, visits);
    expect(await of(1)).toEqual(await of(1));
    expect((await of(1)).test.toSorted()).not.toEqual((await of(2)).test.toSorted());
  });

  it("leaves whole groups to no split", async () => {
    const rows = await rowsOf("train 0.5, test 0.2, grouped by raw.patient", visits);
    const used = new Set(splits.flatMap((it) => rows[it]).map((row) => patients[row]));
    const unused = patients.filter((_, row) => !splits.some((it) => rows[it].includes(row)));
    expect(unused.some((it) => used.has(it))).toBe(false);
    expect(Math.abs(unused.length - 60)).toBeLessThan(17);
  });

  it("a group that is larger than a split is in one of them all the same; a split without one is an error", async () => {
    const rows = await rowsOf("train 0.5, test 0.5, grouped by raw.g", "a,g\n1,x\n2,x\n3,x\n4,y\n");
    expect([rows.train.length, rows.test.length].toSorted()).toEqual([1, 3]);
    expect(await dataOf("train 0.9, test 0.1, grouped by raw.g", "a,g\n1,x\n2,x\n3,x\n4,x\n")).toBe(
      "MC6006 t.csv leaves no examples for the test split. All rows of a group lie in one split, and those of `raw.g` are too large or too few.",
    );
  });
});

describe("in the order of a column", () => {
  const times = [5, -3, 9, 1, 7, 2, 8, 4, 6, 0];
  const series = table(
    "a,time",
    times.map((it, at) => [at, it]),
  );

  it("trains on what is first and tests on what is last", async () => {
    const rows = await rowsOf("train 0.5, validate 0.2, test 0.3, by raw.time", series);
    const of = (name: Split): readonly number[] => rows[name].map((row) => times[row] ?? NaN);
    expect([of("train"), of("validate"), of("test")]).toEqual([
      [-3, 0, 1, 2, 4],
      [5, 6],
      [7, 8, 9],
    ]);
  });

  it("by dates", async () => {
    const rows = await rowsOf(
      "train 0.5, test 0.5, by raw.day -> days_since",
      "a,day\n0,2020-03-01\n1,2019-12-31\n2,2020-01-01\n3,2020-02-29\n",
    );
    expect(rows).toEqual({ train: [1, 2], validate: [], test: [3, 0] });
  });

  it("parts no rows of one time: the end moves to the nearer end of theirs", async () => {
    const of = (values: readonly number[], split: string) =>
      rowsOf(
        `${split}, by raw.time`,
        table(
          "a,time",
          values.map((it, at) => [at, it]),
        ),
      );
    expect((await of([1, 1, 1, 2, 2, 3, 3, 3, 3, 3], "train 0.4, test 0.6")).train).toEqual([0, 1, 2]);
    expect((await of([1, 1, 1, 1, 1, 2, 3, 3, 3, 3], "train 0.4, test 0.6")).train).toEqual([0, 1, 2, 3, 4]);
    const three = await of([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3], "train 0.4, validate 0.3, test 0.3");
    expect(three).toEqual({ train: [0, 1, 2, 3], validate: [4, 5, 6, 7], test: [8, 9, 10, 11] });
    expect(await dataOf("train 0.5, test 0.5, by raw.time", "a,time\n1,7\n2,7\n3,7\n")).toBe(
      "MC6006 t.csv leaves no examples for the test split. Rows that are alike in `raw.time` lie in one split, and there are too many of them.",
    );
  });

  it.each([
    [
      "train 0.5, test 0.5, by raw.day",
      "a,day\n1,2020-01-01\n2,2020-01-02\n",
      "MC6004 t.csv:2:2: `2020-01-01` in column `day` is not a number. Read dates with `raw.day -> days_since`.",
    ],
    [
      "train 0.5, test 0.5, by raw.day -> days_since",
      "a,day\n1,2020-01-01\n2,NA\n",
      "MC6009 t.csv:3:2: raw.day -> days_since has no value. The split goes by it: leave such examples out with `clean: drop_missing`.",
    ],
  ])("%s: %j", async (split, content, message) => expect(await dataOf(split, content)).toBe(message));
});

describe("from a column", () => {
  it("takes what it says, in words that others use as well, and in the order of the file", async () => {
    const said = ["train", "Test", "val", "TRAIN", "validation", "training", "dev", "test", "valid", "validate"];
    const rows = await rowsOf(
      "from raw.set",
      table(
        "a,set",
        said.map((it, at) => [at, it]),
      ),
    );
    expect(rows).toEqual({ train: [0, 3, 5], validate: [2, 4, 6, 8, 9], test: [1, 7] });
  });

  it("needs no validate and no test split", async () => {
    expect(await rowsOf("from raw.set", "a,set\n1,train\n2,train\n")).toEqual({
      train: [0, 1],
      validate: [],
      test: [],
    });
  });

  it.each([
    [
      "a,set\n1,train\n2,holdout\n",
      "MC6061 t.csv:3:2: `raw.set` is `holdout`, which is no split. A row says `train`, `validate` or `test`; `clean: keep_words` leaves out those that say something else.",
    ],
    [
      "a,set\n1,train\n2,\n",
      "MC6009 t.csv:3:2: raw.set has no value. The split goes by it: leave such examples out with `clean: drop_missing`.",
    ],
    [
      "a,set\n1,test\n2,test\n",
      "MC6006 t.csv leaves no examples for the train split. No row of it says `train` in `raw.set`.",
    ],
  ])("%j", async (content, message) => expect(await dataOf("from raw.set", content)).toBe(message));
});

describe("folds", () => {
  const ten = table(
    "a,kind",
    Array.from({ length: 23 }, (_, at) => [at, at % 2 === 0 ? "x" : "y"]),
  );

  it.each([
    "folds 5",
    "folds 5, stratified by raw.kind",
    "folds 5, by position",
    "folds 5, grouped by raw.a",
    "folds 5, test 0.2",
  ])("%s: each row is validated once, or is tested always", async (split) => {
    const all = await Promise.all([1, 2, 3, 4, 5].map((fold) => rowsOf(`${split}, fold ${fold}`, ten)));
    const validated = all.flatMap((it) => it.validate);
    expect(new Set(validated).size).toBe(validated.length);
    for (const { train, validate, test } of all) {
      expect([...train, ...validate, ...test].toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: 23 }, (_, at) => at),
      );
      expect(test).toEqual(all[0]?.test);
      expect(Math.abs(validate.length - (23 - test.length) / 5)).toBeLessThan(1);
    }
    expect(validated.length + (all[0]?.test.length ?? 0)).toBe(23);
  });

  it("the first is meant where none is said", async () => {
    expect(await rowsOf("folds 4, seed 3", ten)).toEqual(await rowsOf("folds 4, fold 1, seed 3", ten));
  });

  it("each has its share of every class", async () => {
    const kindsOf = Array.from({ length: 23 }, (_, at) => (at % 2 === 0 ? "x" : "y"));
    for (const fold of [1, 2, 3, 4]) {
      const { validate } = await rowsOf(`folds 4, fold ${fold}, stratified by raw.kind`, ten);
      expect(Math.abs((countsOf(validate, kindsOf)["x"] ?? 0) - 3)).toBeLessThanOrEqual(1);
    }
  });
});

describe("a column that the split alone reads", () => {
  it("is no input of the features", async () => {
    const opened = await dataOf("train 0.5, test 0.5, stratified by raw.kind", "a,kind\n1,x\n2,x\n3,y\n4,y\n");
    if (typeof opened === "string") throw new Error(opened);
    const { preparation } = opened.program.data;
    expect(preparation.raw.map((it) => it.name)).toEqual(["a"]);
    expect(preparation.func.inputNames).toEqual(["a"]);
    expect([...(await opened.dataset.splits.train.gather([0])).keys()]).toEqual(["a"]);
  });

  it("changes no name of what features read", async () => {
    const feature = "  k: f32[2] = raw.kind -> categories -> one_hot(2)\n";
    const content = "a,kind\n1,x\n2,x\n3,y\n4,y\n";
    const [without, beside] = [
      await dataOf("train 0.5, test 0.5", content, feature),
      await dataOf("train 0.5, test 0.5, stratified by raw.kind", content, feature),
    ];
    if (typeof without === "string" || typeof beside === "string") throw new Error("not opened");
    expect(beside.program.data.preparation.raw).toEqual(without.program.data.preparation.raw);
  });

  it("must have a value where a feature fills what is missing", async () => {
    const opened = (clean: string): ReturnType<typeof openData> =>
      openData(
        `  source: csv("t.csv")\n  split: train 0.5, test 0.5, by raw.a\n${clean}  x: f32[] = raw.a -> impute(mean)`,
        "a,b\n1,1\n,2\n3,3\n",
      );
    expect(await opened("")).toMatch(/^MC6009 t\.csv:3:1: raw\.a has no value\. The split goes by it/);
    const kept = await opened("  clean: drop_missing\n");
    if (typeof kept === "string") throw new Error(kept);
    expect(kept.dataset.splits.train.count + kept.dataset.splits.test.count).toBe(2);
  });
});

describe("arrays", () => {
  const idx = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 4, 0, 0, 0, 2, 1, 2, 3, 4, 1, 2, 3, 5);
  const of = (split: string, clean = "") =>
    openData(
      `  source: idx(images="t.idx")\n  split: ${split}\n${clean}  x: f32[] = sum(raw.image, axis=-1)\n  y: f32[2] = raw.image`,
      idx,
      "t.idx",
    );

  it("are groups by all that they hold", async () => {
    const opened = await of("train 0.5, test 0.5, grouped by raw.image");
    if (typeof opened === "string") throw new Error(opened);
    const rows = splits
      .map((it) => opened.dataset.splits[it])
      .map(({ count, rowOf }) => Array.from({ length: count }, (_, at) => rowOf?.(at)));
    expect(rows.find((it) => it.includes(0))).toContain(2);
  });

  it.each([
    ["train 0.5, test 0.5, by raw.image", ""],
    ["train 0.5, test 0.5", "  clean: keep(raw.image, min=0)\n"],
    ["from raw.image", ""],
  ])("have no order: %s%s", async (split, clean) => {
    expect(await of(split, clean)).toBe("MC6005 t.idx holds 2 for each example, but raw.image is used as one number.");
  });
});
