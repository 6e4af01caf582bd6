import { gzipSync } from "node:zlib";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { exampleOf, isStored, placeOf } from "../../src/sources/raw-data.ts";
import { openData, problemOf, type Content } from "../runtime/data/open-data.ts";
import { numbersOf, openedData } from "./read-data.ts";

const section = (source: string, features = "  x: f32[] = raw.a", split = "train 1, by position"): string =>
  `  source: ${source}\n  split: ${split}\n${features}`;

const people = readFileSync("tests/sources/files/people.parquet");

async function numbers(source: string, content: Content, features?: string, field = "a"): Promise<unknown> {
  const found = await openData(section(source, features), content);
  return typeof found === "string" ? found : numbersOf(found, field);
}

describe("a table of several files", () => {
  const parts = { "part-2.csv": "a,b\n3,x\n", "part-10.csv": "a,b\n1,y\n2,x\n", "other.csv": "q\n9\n" };

  it("has their rows in the order of the code points of their paths", async () => {
    expect(await numbers('csv("part-*.csv")', parts)).toEqual([1, 2, 3]);
  });

  it("finds columns by their names, in any order and among others", async () => {
    const mixed = { "s/1.csv": "a,b\n1,x\n", "s/2.csv": "more;b;a\n7;y;2\n", "s/sub/3.tsv": "b\ta\nx\t3\n" };
    const features = '  x: f32[] = raw.a\n  c: class(2) = raw.b -> categories(["x", "y"])';
    expect(await numbers('csv("s")', mixed, features)).toEqual([1, 2, 3]);
    expect(await numbers('csv("s")', mixed, features, "b.categories")).toEqual([0, 1, 0]);
  });

  it("is a folder with all files that end so, packed ones too, and no others", async () => {
    const packed = {
      "s/1.csv.gz": gzipSync("a\n1\n"),
      "s/2.CSV": "a\n2\n",
      "s/README.txt": "no table",
      "s/.hidden.csv": "b\n1\n",
    };
    expect(await numbers('csv("s")', packed)).toEqual([1, 2]);
    expect(await numbers('csv("s/*.gz")', packed)).toEqual([1]);
  });

  it("is one file where it has the very name, whatever signs are in it", async () => {
    expect(await numbers('csv("t[1].csv")', { "t[1].csv": "a\n4\n", "t1.csv": "a\n5\n" })).toEqual([4]);
    expect(await numbers('csv("t")', { t: "a\n4\n" })).toEqual([4]);
  });

  it("has the names that are given where its files have none", async () => {
    expect(await numbers('csv("p*.csv", columns=["b", "a"])', { "p1.csv": "x,1\n", "p2.csv": "y,2\n" })).toEqual([
      1, 2,
    ]);
  });

  it("may be of JSON lines, which need not have every name", async () => {
    const lines = { "s/1.jsonl.gz": gzipSync('{"a": 1}\n{"a": 2}\n'), "s/2.jsonl": '{"b": 3}\n' };
    expect(await numbers('jsonl("s/*")', lines, "  x: f32[] = raw.a -> impute(7)", "a.missing")).toEqual([0, 0, 1]);
    expect(await numbers('jsonl("s")', lines)).toMatch(/^MC6009 s\/2\.jsonl:1: raw\.a has no value\./);
  });

  it("may be of Parquet files", async () => {
    const found = await numbers(
      'parquet("p/*.parquet")',
      { "p/1.parquet": people, "p/2.parquet": people },
      "  x: f32[] = cast(raw.big, f32)\n  b: i64[] = raw.big",
      "big",
    );
    expect(found).toEqual([9007199254740993n, 1n, -9007199254740993n, 9007199254740993n, 1n, -9007199254740993n]);
  });

  it("has windows that reach from one file into the next", async () => {
    const features = "  x: f32[] = raw.a\n  w: f32[2] = raw.a -> window(2)";
    expect(
      await numbers('csv("p*.csv")', { "p1.csv": "a\n1\n2\n", "p2.csv": "a\n3\n4\n" }, features, "a.window_2"),
    ).toEqual([1, 2, 2, 3]);
  });

  it("tells the place of an example in its own file", async () => {
    const text = section('csv("p*.csv")', '  x: f32[] = raw.b\n  y: f32[2] = raw.columns("a*")');
    const opened = await openedData(text, { "p1.csv": "a1,b,a2\n1,2,3\n\n1,2,3\n", "p2.csv": "b,a2,a1\n4,5,6\n" });
    const { raw } = opened;
    if (raw.kind !== "columns") throw new Error("no columns");
    const places = [...raw.columns.values()].map((column) =>
      [0, 1, 2].map((row) =>
        [exampleOf(column, row), placeOf(column, row), placeOf(column, row, 1)].join(" ").replaceAll(/\S*\//g, ""),
      ),
    );
    expect(places).toEqual([
      ["p1.csv:2 p1.csv:2:2 p1.csv:2:2", "p1.csv:4 p1.csv:4:2 p1.csv:4:2", "p2.csv:2 p2.csv:2:1 p2.csv:2:1"],
      ["p1.csv:2 p1.csv:2:1 p1.csv:2:3", "p1.csv:4 p1.csv:4:1 p1.csv:4:3", "p2.csv:2 p2.csv:2:3 p2.csv:2:2"],
    ]);
    expect([...raw.columns.values()].map((it) => (isStored(it) ? [] : [...it.data]))).toEqual([
      [2, 2, 4],
      [1, 3, 1, 3, 6, 5],
    ]);
  });

  it.each([
    [
      "a column that one lacks",
      'csv("p*.csv")',
      { "p1.csv": "a,b\n1,2\n", "p2.csv": "b,c\n1,2\n" },
      "MC6007 p2.csv has no column `a`. p1.csv has it: each of the files needs what is read.",
    ],
    [
      "a column that the first lacks",
      'csv("p*.csv")',
      { "p1.csv": "b,c\n1,2\n", "p2.csv": "a,b\n1,2\n" },
      "MC6007 p1.csv has no column `a`. p2.csv has it: each of the files needs what is read.",
    ],
    [
      "a column that is written otherwise",
      'csv("p*.csv")',
      { "p1.csv": "a,b\n1,2\n", "p2.csv": "A,b\n1,2\n" },
      "MC6007 p2.csv has no column `a`. p1.csv has it, and this file has `raw.A`: columns go by their names.",
    ],
    [
      "a file without a line of names",
      'csv("p*.csv")',
      { "p1.csv": "a,b\n1,2\n", "p2.csv": "3,4\n5,6\n" },
      "MC6007 p2.csv has no column `a`. Its first line holds numbers: each of the files begins with the names of its columns.",
    ],
    [
      "a column that none has",
      'csv("p*.csv")',
      { "p1.csv": "b\n1\n", "p2.csv": "b,c\n1,2\n" },
      "MC6007 p*.csv has no column `a`. It has `raw.b`, `raw.c`.",
    ],
    [
      "a column twice",
      'csv("p*.csv")',
      { "p1.csv": "a\n1\n", "p2.csv": "a,b,a\n1,2,3\n" },
      "MC6004 p2.csv:1:3: two columns are named `a`.",
    ],
    [
      "a cell",
      'csv("p*.csv")',
      { "p1.csv": "a,b\n1,2\n", "p2.csv": "b,a\n1,2\n3,many\n" },
      'MC6004 p2.csv:3:2: `many` in column `a` is not a number. Read words with `raw.a -> categories`. Where it stands for a cell without a value, name it in the source: `missing=["many"]`.',
    ],
    [
      "a missing cell",
      'csv("p*.csv")',
      { "p1.csv": "a,b\n1,2\n", "p2.csv": "b,a\n1,2\n3,\n" },
      "MC6009 p2.csv:3:2: raw.a has no value.",
    ],
    [
      "a line",
      'csv("p*.csv")',
      { "p1.csv": "a\n1\n", "p2.csv": "a\n1,2,3\n" },
      "MC6004 p2.csv:2:2: this line has 3 cells, and the header has 1.",
    ],
    ["an empty file", 'csv("p*.csv")', { "p1.csv": "a\n1\n", "p2.csv": "" }, "MC6004 p2.csv:1:1: the file is empty."],
    ["no file", 'csv("q*.csv")', { "p1.csv": "a\n1\n" }, /^MC6050 .*: it holds no files whose names fit `q\*\.csv`\.$/],
    [
      "a folder without one",
      'csv("s")',
      { "s/x.txt": "a\n1\n" },
      "MC6050 s: it holds no files that end in .csv or .tsv.",
    ],
    ["no folder", 'csv("r/*.csv")', { "p1.csv": "a\n1\n" }, "MC6001 I cannot read r/*.csv: there is no such folder."],
    ["no such file", 'csv("q.csv")', { "p1.csv": "a\n1\n" }, "MC6001 I cannot read q.csv: there is no such file."],
  ])("%s, what is wrong", async (_, source, content, message) => {
    const found = await problemOf(section(source), content);
    if (typeof message === "string") expect(found.slice(0, message.length)).toBe(message);
    else expect(found).toMatch(message);
  });
});

describe("splits that are folders of tables", () => {
  const files = {
    "d/train/1.csv": "a\n1\n2\n",
    "d/train/2.csv": "a\n3\n4\n",
    "d/test/1.csv": "a\n5\n",
    "d/more/1.csv": "a\n6\n",
  };

  it("have their rows, and no others are read", async () => {
    const text = section('csv("d")', undefined, 'train from "train", validate 0.25, test from "test", by position');
    const opened = await openedData(text, files);
    expect(await numbersOf(opened, "a")).toEqual([1, 2, 3]);
    expect(await numbersOf(opened, "a", "validate")).toEqual([4]);
    expect(await numbersOf(opened, "a", "test")).toEqual([5]);
  });

  it("may be files", async () => {
    const text = section('csv("d/*.csv")', undefined, 'train from "train.csv", test from "test.csv", by position');
    const opened = await openedData(text, {
      "d/train.csv": "a\n1\n",
      "d/test.csv": "a\n2\n",
      "d/sample.csv": "b\n1\n",
    });
    expect(await numbersOf(opened, "a")).toEqual([1]);
    expect(await numbersOf(opened, "a", "test")).toEqual([2]);
  });

  it.each([
    [
      "is not there",
      'csv("d")',
      'train from "train", test from "tests"',
      "MC6050 d: it has no such files in `tests`, which `split` names.",
    ],
    [
      "would be in a file",
      'csv("d/train/1.csv")',
      'train from "train", test from "test"',
      "MC6050 d/train/1.csv: it is no folder, in which `train` could be. Splits are made of the files of a pattern or a folder.",
    ],
  ])("that %s", async (_, source, split, message) => {
    expect(await problemOf(section(source, undefined, split), files)).toBe(message);
  });
});
