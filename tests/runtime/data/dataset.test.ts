import { describe, expect, it } from "vitest";
import { checkSource } from "../../../src/compiler.ts";
import type { Split } from "../../../src/ir/program.ts";
import { host } from "../../lower/checking.ts";
import { openData, problemOf, type OpenedData } from "./open-data.ts";

const opened = async (section: string, content: string, file?: string): Promise<OpenedData> => {
  const found = await openData(section, content, file);
  if (typeof found === "string") throw new Error(found);
  return found;
};

/** The numbers of a field in a split, in its order. */
async function valuesOf({ dataset }: OpenedData, split: Split, field: string): Promise<readonly number[]> {
  const examples = dataset.splits[split];
  return Array.from(
    (await examples.gather(Array.from({ length: examples.count }, (_, i) => i))).get(field)?.data ?? [],
    Number,
  );
}

const windows = (text: string, size = 4, shift = 1): Promise<OpenedData> =>
  opened(
    `  source: text("t.txt")\n  split: train 1\n  x: f32[] = mean(cast(raw.window(${size}), f32), axis=-1)\n  y: i32[${size}] = raw.window(${size}, shift=${shift})`,
    text,
    "t.txt",
  );

describe("windows of a text", () => {
  it.each([
    [5, 1],
    [8, 1],
    [9, 2],
    [12, 2],
    [13, 3],
    [41, 10],
  ])("a text of %i characters has %i windows of 4 with their next, the last one too", async (length, count) => {
    const text = Array.from({ length }, (_, i) => String.fromCharCode(0x100 + i)).join("");
    const data = await windows(text);
    expect(data.dataset.splits.train.count).toBe(count);
    const [x, y] = await Promise.all(["window_4_0", "window_4_1"].map((it) => valuesOf(data, "train", it)));
    expect(x).toEqual(Array.from({ length: 4 * count }, (_, i) => i));
    expect(y).toEqual(Array.from({ length: 4 * count }, (_, i) => i + 1));
  });

  it("a text shorter than one window has no examples", async () => {
    expect(
      await openData(
        '  source: text("t.txt")\n  x: f32[] = mean(cast(raw.window(4, shift=1), f32), axis=-1)',
        "abcd",
        "t.txt",
      ),
    ).toMatch(/^MC6006 t\.txt leaves no examples for the train split\.$/);
  });
});

describe("splits", () => {
  const rows = `a\n${Array.from({ length: 10 }, (_, i) => i).join("\n")}\n`;
  const split = (shares: string): Promise<OpenedData | string> =>
    openData(`  source: csv("t.csv")\n  split: ${shares}\n  x: f32[] = raw.a`, rows);

  it("by position takes rows in order, each once, and leaves what the shares leave", async () => {
    const data = await opened(
      '  source: csv("t.csv")\n  split: train 0.5, validate 0.2, test 0.2, by position\n  x: f32[] = raw.a',
      rows,
    );
    expect(await valuesOf(data, "train", "a")).toEqual([0, 1, 2, 3, 4]);
    expect(await valuesOf(data, "validate", "a")).toEqual([5, 6]);
    expect(await valuesOf(data, "test", "a")).toEqual([7, 8]);
  });

  it("that add up to 1 but for rounding leave nothing out", async () => {
    const found = await split("train 0.7, validate 0.2, test 0.1");
    if (typeof found === "string") throw new Error(found);
    const each = (["train", "validate", "test"] as const).map((it) => valuesOf(found, it, "a"));
    const all = (await Promise.all(each)).flat();
    expect(all.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it.each([
    ["train 0.01, test 0.99", "train"],
    ["train 0.99, test 0.01", "test"],
    ["train 0.9, validate 0.01", "validate"],
  ])("that end up empty are reported: %s", async (shares, name) => {
    expect(await split(shares)).toBe(
      `MC6006 t.csv leaves no examples for the ${name} split. There are 10 examples to split.`,
    );
  });

  it.each(["train 1.5", "train 0.9, validate 0.2", "train 1, test 0.001", "train -0.1", "train 0, test 1"])(
    "of more than everything or less than nothing are errors: %s",
    (shares) => {
      const text = `data D {\n  source: csv("t.csv")\n  split: ${shares}\n  x: f32[] = raw.a\n}\n`;
      expect(checkSource({ path: "main.model", text }, host).map((it) => it.code)).toEqual(["MC4006"]);
    },
  );
});

describe("clean", () => {
  const kept = async (steps: string, content: string): Promise<readonly number[]> =>
    valuesOf(
      await opened(
        `  source: csv("t.csv")\n  split: train 1, by position\n  clean: ${steps}\n  x: f32[] = raw.a\n  y: f32[] = raw.b`,
        content,
      ),
      "train",
      "a",
    );

  it("drop_duplicates keeps the first of rows that are equal in all fields read", async () => {
    const table = "a,b,c\n1,2,0\n2,1,0\n1,2,9\n1,3,0\n12,,0\n1,2,0\n";
    expect(await kept("drop_missing, drop_duplicates", table)).toEqual([1, 2, 1]);
    expect(await kept("drop_missing", table)).toEqual([1, 2, 1, 1, 1]);
  });

  it("drop_duplicates tells integers apart that doubles cannot", async () => {
    const data = await opened(
      '  source: csv("t.csv")\n  clean: drop_duplicates\n  x: f32[] = raw.a\n  y: i64[] = raw.b',
      "a,b\n1,9007199254740993\n1,9007199254740992\n1,9007199254740993\n",
    );
    expect(data.dataset.splits.train.count).toBe(2);
  });

  it("drop_missing takes a missing integer for one", async () => {
    const data = await opened(
      '  source: csv("t.csv")\n  clean: drop_missing\n  x: f32[] = raw.a\n  y: i64[] = raw.b',
      "a,b\n1,\n2,7\n",
    );
    expect(await valuesOf(data, "train", "b")).toEqual([7]);
  });
});

describe("labels", () => {
  it.each([
    ["0", "none"],
    ["2", "none"],
    ["3", "MC6003 Example 1 of t.csv has the label 3, but y is class(3): labels run from 0 to 2."],
    ["-1", "MC6003 Example 1 of t.csv has the label -1, but y is class(3): labels run from 0 to 2."],
  ])("of class(3): %s", async (label, expected) => {
    const section = '  source: csv("t.csv")\n  clean: drop_duplicates\n  x: f32[] = raw.a\n  y: class(3) = raw.b';
    expect(await problemOf(section, `a,b\n1,0\n2,${label}\n`)).toBe(expected);
  });

  it("that are computed and not of the last batch alone", async () => {
    const rows = Array.from({ length: 600 }, (_, i) => `${i},${i === 530 ? 4 : 1}`);
    const section =
      '  source: csv("t.csv")\n  split: train 0.9, test 0.1\n  x: f32[] = raw.a\n  y: class(3) = raw.b - 1';
    expect(await problemOf(section, `a,b\n${rows.join("\n")}\n`)).toBe(
      "MC6003 Example 530 of t.csv has the label 3, but y is class(3): labels run from 0 to 2.",
    );
  });
});
