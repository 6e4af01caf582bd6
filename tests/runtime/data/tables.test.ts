import { describe, expect, it } from "vitest";
import { createDataset } from "../../../src/runtime/data/dataset.ts";
import { openData, problemOf, programOf, trainersOf, messageOf, type OpenedData } from "./open-data.ts";

const section = (features: string, more = ""): string =>
  `  source: csv("t.csv")\n  split: train 1, by position\n${more}${features}`;

async function open(features: string, content: string, more = ""): Promise<OpenedData> {
  const found = await openData(section(features, more), content);
  if (typeof found === "string") throw new Error(found);
  return found;
}

/** Each feature of all rows, as both targets prepare them. */
async function features(
  text: string,
  content: string,
  more = "",
): Promise<Readonly<Record<string, readonly number[]>>> {
  const opened = await open(text, content, more);
  const { train } = opened.dataset.splits;
  const all = await train.gather(Array.from({ length: train.count }, (_, at) => at));
  const [onnx, tfjs] = await Promise.all(
    (await trainersOf(opened)).map(async (trainer) => {
      const prepared = await trainer.prepare(all);
      await trainer.dispose();
      return Object.fromEntries([...prepared].map(([name, it]) => [name, Array.from(it.data, Number)]));
    }),
  );
  expect(tfjs).toEqual(onnx);
  return onnx ?? {};
}

describe("words of several columns", () => {
  it("are of one list, in the order of code points, and missing ones are filled in each column", async () => {
    const table = "k,f1,f2\n1,b,q\n2,a,b\n3,c,\n4,c,a\n";
    const section = '  x: f32[] = raw.k\n  w: i32[2] = raw.columns("f*") -> impute("q") -> categories';
    expect((await features(section, table))["w"]).toEqual([1, 3, 0, 1, 2, 3, 2, 0]);
    const { dataset } = await open(section, table);
    expect(dataset.vocabularies).toEqual({
      "columns.categories": ["a", "b", "c", "q"],
      'raw.columns("f*")': ["f1", "f2"],
    });
  });
});

describe("missing cells", () => {
  const ages = "x,k\n3,1\n,2\n8,3\n?,4\n4,5\n";

  it.each([
    ["mean", 5],
    ["median", 4],
    ["mode", 3],
    ["0", 0],
    ["-1.5", -1.5],
    ['"7"', 7],
  ])("become the %s of those that are there", async (rule, fill) => {
    const { x } = await features(`  x: f32[] = raw.x -> impute(${rule})`, ages);
    expect(x).toEqual([3, fill, 8, fill, 4]);
  });

  it("of one column become something else in each place that says so", async () => {
    const found = await features("  x: f32[] = raw.x -> impute(mean)\n  y: f32[] = raw.x -> impute(median)", ages);
    expect(found).toMatchObject({ x: [3, 5, 8, 5, 4], y: [3, 4, 8, 4, 4] });
  });

  it("of the train split alone", async () => {
    const found = await openData(
      '  source: csv("t.csv")\n  split: train 0.4, test 0.6, by position\n  x: f32[] = raw.x -> impute(mean)',
      ages,
    );
    if (typeof found === "string") throw new Error(found);
    const [trainer] = await trainersOf(found);
    const prepared = await trainer?.prepare(await found.dataset.splits.test.gather([0, 1, 2]));
    expect([...(prepared?.get("x")?.data ?? [])]).toEqual([8, 3, 4]);
  });

  it("become the mode of two that are as frequent, the smaller one", async () => {
    expect(
      (await features("  x: f32[] = raw.x -> impute(mode)", "x\n7\n2\n7\n2\n\n,\n".replace("\n\n,", "\nNA")))["x"],
    ).toEqual([7, 2, 7, 2, 2]);
  });

  it("are told apart by `missing`, and filled before what follows is fitted", async () => {
    const found = await features(
      "  x: f32[] = raw.x -> impute(median) -> standardize\n  gone: f32[] = cast(missing(raw.x), f32)\n  is_gone: bool[] = missing(raw.x)",
      ages,
    );
    expect(found["gone"]).toEqual([0, 1, 0, 1, 0]);
    expect(found["is_gone"]).toEqual([0, 1, 0, 1, 0]);
    const filled = [3, 4, 8, 4, 4];
    const mean = filled.reduce((a, b) => a + b) / 5;
    const deviation = Math.sqrt(filled.reduce((sum, it) => sum + (it - mean) ** 2, 0) / 5);
    found["x"]?.forEach((it, at) => {
      expect(it).toBeCloseTo(((filled[at] ?? 0) - mean) / deviation, 6);
    });
  });

  it("of several columns are filled each by its own", async () => {
    const found = await features(
      '  x: f32[] = raw.c\n  y: f32[2] = raw.columns("[ab]") -> impute(mean)'.replace(
        '"[ab]"',
        'numeric, except=["c"]',
      ),
      "a,b,c\n1,10,0\n3,,0\n,30,0\n",
    );
    expect(found["y"]).toEqual([1, 10, 3, 20, 2, 30]);
  });

  it("of words become the most frequent one, or a word that is given", async () => {
    const found = await features(
      '  x: f32[] = raw.k\n  a: class(2) = raw.w -> impute(mode) -> categories\n  b: class(3) = raw.w -> impute("none") -> categories',
      "w,k\nred,1\n,2\nblue,3\nred,4\n",
    );
    expect(found["a"]).toEqual([1, 1, 0, 1]);
    expect(found["b"]).toEqual([2, 1, 0, 2]);
  });

  it("are filled beside a feature that reads the column as it is, where none is missing", async () => {
    const found = await features("  x: f32[] = raw.x\n  y: f32[] = raw.x -> impute(mean) -> standardize", "x\n1\n3\n");
    expect(found["y"]).toEqual([-1, 1]);
    expect(await problemOf(section("  x: f32[] = raw.x\n  y: f32[] = raw.x -> impute(mean)"), 'x\n1\n""\n')).toMatch(
      /^MC6009 t\.csv:3:1/,
    );
  });

  it("are of the type of what is read", async () => {
    const found = await features(
      '  x: f32[] = raw.k\n  t: bool[] = raw.t -> impute(mode) -> truth\n  h: f32[4] = raw.t -> impute("no") -> hashed(4) -> one_hot(4)',
      "t,k\nyes,1\n,2\nyes,3\nno,4\n",
    );
    expect(found["t"]).toEqual([1, 1, 1, 0]);
    const rows = [0, 1, 2, 3].map((it) => found["h"]?.slice(4 * it, 4 * it + 4));
    expect(rows[1]).toEqual(rows[3]);
    expect(rows[0]).toEqual(rows[2]);
  });

  it("are filled with the same in all windows that they are in", async () => {
    const found = await features(
      '  x: f32[] = raw.k\n  v: f32[2] = raw.v -> impute(mode) -> window(2)\n  w: i32[2] = raw.w -> impute("none") -> categories -> window(2)\n  c: f32[2, 2] = raw.columns("[vu]") -> impute(mean) -> window(2)'.replace(
        '"[vu]"',
        'numeric, except=["k"]',
      ),
      "v,u,w,k\n1,10,b,1\n1,20,a,2\n,,,3\n2,60,a,4\n2,30,b,5\n",
    );
    expect(found["v"]).toEqual([1, 1, 1, 1, 1, 2]);
    expect(found["w"]).toEqual([1, 0, 0, 2, 2, 0]);
    // Of the cells of the windows, each as often as it is in one: 1, 1, 1, 2 and 10, 20, 20, 60.
    expect(found["c"]).toEqual([1, 10, 1, 20, 1, 20, 1.25, 27.5, 1.25, 27.5, 2, 60]);
  });

  it("become what the last one before them is", async () => {
    expect((await features("  x: f32[] = raw.x -> impute(previous)", "x\n1\nNA\nNA\n4\nNA\n"))["x"]).toEqual([
      1, 1, 1, 4, 4,
    ]);
  });

  it("are no reason to leave a row out where they are filled", async () => {
    const found = await features(
      "  x: f32[] = raw.x -> impute(0)\n  y: f32[] = raw.y",
      "x,y\n1,1\n,2\n3,\n",
      "  clean: drop_missing\n",
    );
    expect(found["x"]).toEqual([1, 0]);
    expect(found["y"]).toEqual([1, 2]);
  });

  it("are those that the source says", async () => {
    const source = (given: string): string =>
      `  source: csv("t.csv"${given})\n  split: train 1, by position\n  x: f32[] = raw.k\n  w: class(2) = raw.w -> categories`;
    const words = "w,k\nNA,1\nEU,2\n";
    expect(await problemOf(source(""), words)).toMatch(/^MC6009 t\.csv:2:1: raw\.w has no value\./);
    const kept = await openData(source(", marks=false"), words);
    expect(typeof kept === "string" ? kept : kept.dataset.vocabularies).toEqual({ "w.categories": ["EU", "NA"] });
    expect(await problemOf(source(', missing=["EU"]'), "w,k\nUS,1\nEU,2\n")).toMatch(/^MC6009 t\.csv:3:1/);
  });
});

describe("words", () => {
  it("are numbered in the order of code points, those of the train split", async () => {
    const found = await open(
      "  x: f32[] = raw.k\n  w: class(4) = raw.w -> categories",
      "w,k\nb,1\nB,2\n\u{1f600},3\n\uff5e,4\nb,5\n",
    );
    expect(found.dataset.vocabularies).toEqual({ "w.categories": ["B", "b", "\uff5e", "\u{1f600}"] });
    const all = await found.dataset.splits.train.gather([0, 1, 2, 3, 4]);
    expect([...(all.get("w.categories")?.data ?? [])]).toEqual([1, 0, 3, 2, 1]);
  });

  it("are standardized as numbers", async () => {
    const found = await features(
      "  x: f32[] = raw.k\n  w: f32[] = raw.w -> categories -> standardize\n  t: f32[] = raw.t -> truth -> standardize",
      "w,t,k\nb,yes,1\na,no,2\n",
    );
    expect(found["w"]).toEqual([1, -1]);
    expect(found["t"]).toEqual([1, -1]);
  });

  it("have the numbers of those that are known, wherever they come from", async () => {
    const { program, raw } = await open(
      "  x: f32[] = raw.k\n  w: class(3) = raw.w -> categories",
      "w,k\nb,1\na,2\nc,3\n",
    );
    const known = await createDataset(raw, program.data, { "w.categories": ["c", "b", "a"] });
    if (!known.ok) throw new Error(messageOf(known.error));
    expect([...((await known.value.splits.train.gather([0, 1, 2])).get("w.categories")?.data ?? [])]).toEqual([
      1, 2, 0,
    ]);
    const strange = await createDataset(raw, program.data, { "w.categories": ["c", "b", "d"] });
    expect(strange.ok ? "" : messageOf(strange.error)).toMatch(
      /t\.csv:3:1: raw\.w is `a`, which no row of the train split has\./,
    );
  });

  it("that are given have their numbers in that order, and all others the last one", async () => {
    const { w } = await features(
      '  x: f32[] = raw.k\n  w: f32[3] = raw.w -> categories(["y", "x"], rest=true) -> one_hot(3)',
      "w,k\nx,1\ny,2\nz,3\nq,4\n",
    );
    expect(w).toEqual([0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1]);
  });

  it("that are rare share the last number where only so many are declared", async () => {
    const found = await open(
      "  x: f32[] = raw.k\n  w: class(3) = raw.w -> categories(rest=true)",
      "w,k\nb,1\nb,2\na,3\na,4\nc,5\nd,6\n",
    );
    expect(found.dataset.vocabularies).toEqual({ "w.categories": ["a", "b"] });
    expect([...((await found.dataset.splits.train.gather([0, 2, 4, 5])).get("w.categories")?.data ?? [])]).toEqual([
      1, 0, 2, 2,
    ]);
  });

  it("that are as rare as others have their numbers before them by code points", async () => {
    const found = await open(
      "  x: f32[] = raw.k\n  w: class(3) = raw.w -> categories(rest=true)",
      "w,k\nc,1\na,2\nb,3\n",
    );
    expect(found.dataset.vocabularies).toEqual({ "w.categories": ["a", "b"] });
  });

  it("that missing cells become have a number of their own, however rare", async () => {
    const found = await open(
      '  x: f32[] = raw.k\n  w: class(3) = raw.w -> impute("q") -> categories(rest=true)',
      "w,k\na,1\na,2\nb,3\nb,4\n,5\n",
    );
    expect(Object.values(found.dataset.vocabularies)).toEqual([["a", "q"]]);
  });

  it("that are rare have room where there are fewer than declared", async () => {
    const found = await open("  x: f32[] = raw.k\n  w: class(5) = raw.w -> categories(rest=true)", "w,k\nb,1\na,2\n");
    expect(found.dataset.vocabularies).toEqual({ "w.categories": ["a", "b"] });
  });

  it("are read as words where they are numbers and as several labels", async () => {
    const found = await features(
      '  x: f32[] = raw.k\n  n: class(2) = raw.n -> categories\n  l: f32[2] = raw.l -> labels(["a", "b"], separator="|")',
      "n,l,k\n10,a|b,1\n9,b,2\n10,,3\n",
    );
    expect(found["n"]).toEqual([0, 1, 0]);
    expect(found["l"]).toEqual([1, 1, 0, 1, 0, 0]);
  });
});

describe("several columns", () => {
  it("are read in the order of the file, those whose names fit", async () => {
    const table = "p2,k,p1,q\n1,9,2,x\n3,9,4,y\n";
    expect((await features('  x: f32[] = raw.k\n  p: f32[2] = raw.columns("p*")', table))["p"]).toEqual([1, 2, 3, 4]);
    expect(
      (await features('  x: f32[] = raw.k\n  p: f32[2] = raw.columns(numeric, except=["k"])', table))["p"],
    ).toEqual([1, 2, 3, 4]);
    // What has no name numbers the rows.
    expect(
      (await features("  x: f32[] = raw.a\n  p: f32[2] = raw.columns(numeric)", ",a,b\n0,1,2\n1,3,4\n"))["p"],
    ).toEqual([1, 2, 3, 4]);
    expect(
      (
        await features(
          '  x: f32[] = raw.k\n  p: f32[3] = concat(raw.columns("p*", count=2), raw.k[:, None], axis=-1)',
          table,
        )
      )["p"],
    ).toEqual([1, 2, 9, 3, 4, 9]);
  });
});

describe("windows of rows", () => {
  const series = "t,s,v\n3,a,13\n1,a,11\n2,b,22\n2,a,12\n1,b,21\n4,a,14\n3,b,23\n";

  it("hold the rows before, oldest first, in the order of a column and of a group", async () => {
    const found = await features('  x: f32[] = raw.v\n  w: f32[2] = raw.v -> window(2, order="t", by="s")', series);
    expect(found["x"]).toEqual([13, 14, 23]);
    expect(found["w"]).toEqual([11, 12, 12, 13, 21, 22]);
  });

  it("end so many rows before", async () => {
    const found = await features(
      "  x: f32[] = raw.v\n  w: f32[2] = raw.v -> window(2, horizon=2)",
      "v\n1\n2\n3\n4\n5\n",
    );
    expect(found["x"]).toEqual([4, 5]);
    expect(found["w"]).toEqual([1, 2, 2, 3]);
  });

  it("of several columns, words and dates", async () => {
    const found = await features(
      "  x: f32[] = raw.a\n  w: f32[2, 2] = raw.columns(numeric) -> window(2)\n  c: i32[2] = raw.c -> categories -> window(2)\n  d: f32[1] = raw.d -> day -> window(1)",
      "a,b,c,d\n1,5,u,2020-01-01\n2,6,v,2020-01-02\n3,7,u,2020-01-03\n",
    );
    expect(found["w"]).toEqual([1, 5, 2, 6]);
    expect(found["c"]).toEqual([0, 1]);
    expect(found["d"]).toEqual([2]);
  });

  it("are ordered by dates and by numbers, not by their letters", async () => {
    const dates = "d,v\n2020-10-01,3\n2020-9-1,2\n2020-08-01,1\n";
    expect((await features('  x: f32[] = raw.v\n  w: f32[1] = raw.v -> window(1, order="d")', dates))["w"]).toEqual([
      2, 1,
    ]);
    expect(
      (await features('  x: f32[] = raw.v\n  w: f32[1] = raw.v -> window(1, order="d")', "d,v\n10,3\n9,2\n"))["w"],
    ).toEqual([2]);
  });

  it("go by the file where their order says the same", async () => {
    const found = await features(
      '  x: f32[] = raw.v\n  w: f32[1] = raw.v -> window(1, order="t")',
      "t,v\n2,5\n1,1\n1,2\n1,3\n",
    );
    expect(found).toMatchObject({ x: [5, 2, 3], w: [3, 1, 2] });
  });
});

describe("tables as they lie around", () => {
  it.each([
    ["commas", "a,b\n1,2\n"],
    ["semicolons", "a;b\n1;2\n"],
    ["tabs", "a\tb\n1\t2\n"],
    ["bars", "a|b\n1|2\n"],
    ["semicolons around commas in words", 'a;b;w\n1;2;"x, y, z"\n'],
    ["semicolons around words of commas, as many in each line", '"a";"b";"w, x, y"\n1;2;"3, 4, 5"\n'],
    ["semicolons, and more commas in a name", "a;b;w, x, y, z\n1;2;3\n"],
    ["a byte order mark", "\ufeffa,b\n1,2\n"],
    ["carriage returns", "a,b\r\n1,2\r\n"],
    ["blanks", " a , b \n 1 , 2 \n"],
    ["a comma behind the last cell", "a,b\n1,2,\n"],
    ["an unnamed column of numbers", ",a,b\n0,1,2\n"],
    ["lines within quotes", 'w,a,b\n"x\ny",1,2\n'],
  ])("with %s", async (_, content) => {
    expect(await features("  x: f32[] = raw.a + 10 * raw.b", content)).toEqual({ x: [21] });
  });

  it("without a line of names", async () => {
    const found = await openData(
      '  source: csv("t.csv", columns=["a", "b c"])\n  split: train 1, by position\n  x: f32[] = raw.a + raw["b c"]',
      "1,2\n3,4\n",
    );
    expect(typeof found === "string" ? found : found.dataset.splits.train.count).toBe(2);
  });
});

describe("what is wrong with a table is said with its place and what to write", () => {
  it.each([
    [
      "words where numbers are read",
      "raw.a",
      "a\nred\n",
      'MC6004 t.csv:2:1: `red` in column `a` is not a number. Read words with `raw.a -> categories`. Where it stands for a cell without a value, name it in the source: `missing=["red"]`.',
    ],
    [
      "dates",
      "raw.a",
      "a\n2020-01-01\n",
      "MC6004 t.csv:2:1: `2020-01-01` in column `a` is not a number. Read dates with `raw.a -> days_since`.",
    ],
    [
      "dates of another order",
      "raw.a",
      "a\n1.12.2020\n",
      'MC6004 t.csv:2:1: `1.12.2020` in column `a` is not a number. Read dates with `raw.a -> days_since(format="%d.%m.%Y")`.',
    ],
    [
      "percentages",
      "raw.a",
      "a\n12%\n",
      "MC6004 t.csv:2:1: `12%` in column `a` is not a number. Read percentages with `raw.a -> percent`.",
    ],
    [
      "amounts",
      "raw.a",
      "a\n$12\n",
      "MC6004 t.csv:2:1: `$12` in column `a` is not a number. Read amounts with `raw.a -> currency`.",
    ],
    [
      "thousands",
      "raw.a",
      'a\n"1,200"\n',
      'MC6004 t.csv:2:1: `1,200` in column `a` is not a number. Read such numbers with `raw.a -> number(thousands=",")`.',
    ],
    [
      "decimal commas",
      "raw.a",
      "a;b\n1,25;1\n",
      'MC6004 t.csv:2:1: `1,25` in column `a` is not a number. Read such numbers with `raw.a -> number(decimal=",")`.',
    ],
    [
      "truths",
      "raw.a",
      "a\nyes\n",
      "MC6004 t.csv:2:1: `yes` in column `a` is not a number. Read truth values with `raw.a -> truth`.",
    ],
    [
      "infinity",
      "raw.a",
      "a\ninf\n",
      "MC6004 t.csv:2:1: `inf` in column `a` is not a number. No feature can hold it: correct the file, or leave the row out.",
    ],
    [
      "a cell that a reading cannot read",
      "raw.a -> days_since",
      "a\nsoon\n",
      "MC6004 t.csv:2:1: `soon` in column `a` is no date (`2019-03-23`, `2019-03-23 20:21:09`).",
    ],
    [
      "a missing cell",
      "raw.a",
      "a,b\n,1\n",
      "MC6009 t.csv:2:1: raw.a has no value. Leave such examples out with `clean: drop_missing`, fill them with `raw.a -> impute(median)`, or ask for them with `missing(raw.a)`.",
    ],
    [
      "a missing word",
      "cast(raw.a -> categories, f32)",
      "a,b\nu,1\n,1\n",
      "MC6009 t.csv:3:1: raw.a has no value. Leave such examples out with `clean: drop_missing`, fill them with `raw.a -> impute(mode)`, or ask for them with `missing(raw.a)`.",
    ],
    [
      "nothing to fill with",
      "raw.a -> impute(mean)",
      "a,b\n,1\n?,2\n",
      "MC6014 t.csv: raw.a has no mean to fill in, as none of its cells in the train split has a value.",
    ],
    [
      "no row before with a value",
      "raw.a -> impute(previous)",
      "a,b\n,1\n2,2\n",
      "MC6009 t.csv:2:1: raw.a has no value.",
    ],
    [
      "no value where it is read without being filled as well",
      "raw.a + (raw.a -> impute(0))",
      "a,b\n1,1\n,2\n",
      "MC6009 t.csv:3:1: raw.a has no value.",
    ],
    [
      "no column that fits",
      'raw.columns("p*", count=2)[:, 0]',
      "a,b\n1,2\n",
      'MC6011 t.csv has no column for `raw.columns("p*")`: it has `raw.a`, `raw.b`.',
    ],
    [
      "other columns than declared",
      'raw.columns("p*", count=3)[:, 0]',
      "p1,p2\n1,2\n",
      'MC6011 t.csv has 2 columns for `raw.columns("p*")`, but 3 are declared: p1, p2.',
    ],
    [
      "a missing cell among several columns",
      'raw.columns("p*", count=2)[:, 0]',
      "p1,p2\n1,\n",
      'MC6009 t.csv:2:2: raw.columns("p*") has no value.',
    ],
    [
      "an unknown column to order by",
      'raw.a -> window(1, order="day") -> sum(axis=-1)',
      "a,b\n1,2\n",
      "MC6007 t.csv has no column `day`. It has `a`, `b`.",
    ],
    [
      "a missing cell to order by",
      'raw.a -> window(1, order="b") -> sum(axis=-1)',
      "a,b\n1,\n",
      "MC6009 t.csv:2:2: raw.b has no value. The rows of a window are told apart and ordered by it",
    ],
    [
      "nothing before the first row",
      "raw.b -> impute(previous)",
      "a,b\n1,\n2,3\n",
      "MC6009 t.csv:2:2: raw.b has no value. No row before it has one either: leave such examples out with `clean: drop_missing`.",
    ],
    [
      "words of which none is there",
      "cast(raw.b -> impute(mode) -> categories, f32) + raw.a",
      "a,b\n1,\n2,\n",
      "MC6014 t.csv: raw.b has no mode to fill in",
    ],
    [
      "no rows",
      "sum(raw.b -> categories -> one_hot(2), axis=-1)",
      "a,b\n",
      "MC6006 t.csv leaves no examples for the train split.",
    ],
    [
      "no word in any window",
      "cast(raw.b -> categories(rest=true) -> window(1) -> one_hot(2) -> sum(axis=[-1, -2]), f32)",
      "a,b\n1,\n2,\n3,\n",
      "MC6006 t.csv leaves no examples for the train split. `drop_missing` leaves out all 2 rows that it is given.",
      "  clean: drop_missing, drop_duplicates\n",
    ],
    [
      "rows without a window alone",
      "raw.a -> window(3) -> sum(axis=-1)",
      "a\n1\n2\n",
      "MC6006 t.csv leaves no examples for the train split. A window takes 3 rows before its own, and no row has as many.",
    ],
  ])("%s", async (_, feature, content, message, more = "") => {
    const found = await problemOf(section(`  x: f32[] = ${feature}`, more), content);
    expect(found.startsWith(message), found).toBe(true);
  });

  it.each([
    [
      "too few words",
      "class(3) = raw.w -> categories",
      "w,k\nb,1\na,2\n",
      "MC6013 t.csv: raw.w has, in the train split, 2 words (`a`, `b`), but 3 are declared. Declare as many as there are: `2`, or give the rare ones one number with `categories(rest=true)`.",
    ],
    [
      "other words than are given",
      'class(2) = raw.w -> categories(["a", "c"])',
      "w,k\nb,1\na,2\n",
      "MC6013 t.csv:2:1: raw.w is `b`, which is none of the words given. Add it to them, or give all others one number with `rest=true`.",
    ],
    [
      "other words given than declared",
      'class(2) = raw.w -> categories(["a", "b", "c"])',
      "w,k\nb,1\na,2\n",
      "MC6013 t.csv: raw.w is given 3 words (`a`, `b`, `c`), but 2 are declared. Declare as many as there are: `3`.",
    ],
    [
      "a fill that is none of the words",
      'class(2) = raw.w -> impute("q") -> categories(["a", "b"])',
      "w,k\nb,1\na,2\n",
      "MC6013 t.csv: raw.w is filled with `q`, which is none of its words.",
    ],
  ])("%s", async (_, declared, content, message) => {
    expect(await problemOf(section(`  x: f32[] = raw.k\n  w: ${declared}`), content)).toBe(message);
  });
});

describe("what makes no sense is refused before anything is read", () => {
  it.each([
    [
      "raw.x -> categories -> impute(mode)",
      "`impute` has no place here: what is missing is filled before `categories` reads the cells.",
    ],
    [
      'cast(raw.columns("x*") -> characters, f32)',
      "`characters` has no place here: columns that are read together have one number each.",
    ],
    [
      'raw.columns("x*") -> labels(["a", "b"])',
      "`labels` has no place here: columns that are read together have one number each.",
    ],
    ["raw.x -> days_since -> month", "`month` has no place here: `days_since` has read the cells already."],
    ["raw.x -> impute(0) -> impute(1)", "`impute` has no place here: what is missing is filled already."],
    ["raw.x -> impute(previous) -> impute(1)", "`impute` has no place here: what is missing is filled already."],
    [
      "raw.x -> window(3) -> impute(0) -> sum(axis=-1)",
      "`impute` has no place here: a window is of cells that have been read.",
    ],
    ["cast(raw.x -> impute(mean) -> categories, f32)", "`impute` has no place here: words have no mean."],
    ["cast(raw.x -> impute(3) -> categories, f32)", "`impute` has no place here: 3 is no word."],
    [
      "cast(raw.x -> impute(mean) -> truth, f32)",
      "`impute` has no place here: the mean of truth values is none of them.",
    ],
    [
      'raw.x -> impute("never") -> days_since',
      "`impute` has no place here: `never` is no date (`2019-03-23`, `2019-03-23 20:21:09`).",
    ],
    ["raw.x -> impute", "`impute` lacks what to fill in."],
    [
      "raw.x -> impute(medan)",
      "`fill` of `impute` must be `mean`, `median`, `mode`, `previous`, a number or a text in double quotes, not `medan`.",
    ],
    ["raw.x -> impute(mean, 3)", "`impute` does not take a further argument."],
    ["raw.x -> impute(by=mean)", "`impute` does not take the argument `by`."],
    [
      "cast(raw.x -> categories(rest=true), f32)",
      "`categories` has no place here: nothing says how many words there are to be, the rest among them.",
    ],
    ['raw.x -> days_since("then")', '`start` of `days_since` must be a date, as `"1970-01-01"`, not "then".'],
    [
      'raw.x -> days_since(format="%d.%q")',
      '`format` of `days_since` must be made of `%Y`, `%y`, `%m`, `%d`, `%H`, `%M`, `%S`, of which `%q` is none, not "%d.%q".',
    ],
    ['raw.x -> number(decimal=";")', '`decimal` of `number` must be `"."` or `","`, not ";".'],
    ["raw.x -> window(0) -> sum(axis=-1)", "`size` of `window` must be a whole number of at least 1, not `0`."],
    ["raw.x -> window -> sum(axis=-1)", "`window` lacks the argument `size`."],
    ["raw.columns() -> sum(axis=-1)", "`raw.columns` lacks the argument `pattern`."],
    [
      'raw.columns("a*", but=["b"]) -> sum(axis=-1)',
      "`raw.columns` does not take the argument `but`; it takes `pattern`, `except`, `count`.",
    ],
  ])("%s", (feature, message) => {
    expect(() => programOf(section(`  x: f32[] = ${feature}`))).toThrow(message);
  });

  it.each([
    ['delimiter=""', '`delimiter` of `csv` must be what stands between two cells of a line, as `";"`, not "".'],
    ['delimiter="\\n"', "`delimiter` of `csv` must be what stands between two cells of a line"],
    ['quote="xx"', '`quote` of `csv` must be one sign, or nothing, not "xx".'],
    [`delimiter="'", quote="'"`, '`quote` of `csv` must be another sign than what stands between cells, not "\'".'],
    [
      'columns=["a", "b", "a"]',
      '`columns` of `csv` must be each name once, and `a` is there twice, not `["a", "b", "a"]`.',
    ],
  ])("csv(..., %s)", (given, message) => {
    expect(() => programOf(`  source: csv("t.csv", ${given})\n  x: f32[] = raw.x`)).toThrow(message);
  });

  it("a reading of what is no table", () => {
    expect(() => programOf("  source: synthetic_blobs\n  x: f32[] = cast(raw.label -> categories, f32)")).toThrow(
      "`categories` has no place here: the source `synthetic_blobs` has no cells.",
    );
  });
});
