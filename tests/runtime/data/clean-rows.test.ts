import { describe, expect, it } from "vitest";
import type { CleanReport } from "../../../src/runtime/data/clean-rows.ts";
import { openData } from "./open-data.ts";

/** What the steps of a section leave out of a table of `a` and `b`, and the numbers of `a` that stay. */
async function cleaned(
  clean: string,
  content: string,
  features = "  x: f32[] = raw.a\n  y: f32[] = raw.b",
): Promise<{ readonly kept: readonly number[]; readonly reports: readonly CleanReport[] }> {
  const opened = await openData(
    `  source: csv("t.csv")\n  split: train 1, by position\n  clean: ${clean}\n${features}`,
    content,
  );
  if (typeof opened === "string") throw new Error(opened);
  const { train } = opened.dataset.splits;
  const all = await train.gather(Array.from({ length: train.count }, (_, at) => at));
  return { kept: Array.from(all.get("a")?.data ?? [], Number), reports: opened.dataset.cleaning.map(named) };
}

/** A report whose places have no folders. */
function named({ first, near, ...rest }: CleanReport): CleanReport {
  const bare = (place: string): string => place.replace(/^.*\//, "");
  return {
    ...rest,
    ...(first && { first: { place: bare(first.place), ...(first.like !== undefined && { like: bare(first.like) }) } }),
    ...(near && { near: { ...near, places: [bare(near.places[0]), bare(near.places[1])] } }),
  };
}

const reported = async (...given: Parameters<typeof cleaned>): Promise<CleanReport | undefined> =>
  (await cleaned(...given)).reports.at(-1);

describe("what a step leaves out", () => {
  it("drop_missing: which column lacks a value, and where the first is", async () => {
    const { kept, reports } = await cleaned("drop_missing", "a,b\n1,\n,2\n3,3\nNA,\n5,5\n");
    expect(kept).toEqual([3, 5]);
    expect(reports).toEqual([
      {
        step: "drop_missing",
        rows: 5,
        leftOut: 3,
        why: new Map([
          ["raw.b is missing", 1],
          ["raw.a is missing", 2],
        ]),
        first: { place: "t.csv:2" },
      },
    ]);
  });

  it("drop_duplicates: what the first is equal to, and what is nearly so", async () => {
    const rows = ["1,7", "2,7", "1,7", "100,7", "100.01,7", "2.0,7"];
    const { kept, reports } = await cleaned("drop_duplicates", `a,b\n${rows.join("\n")}\n`);
    expect(kept).toEqual([1, 2, 100, 100.01]);
    expect(reports[0]).toMatchObject({
      leftOut: 2,
      first: { place: "t.csv:4", like: "t.csv:2" },
      near: { count: 1, places: ["t.csv:5", "t.csv:6"] },
    });
  });

  it("words are nearly equal without case and signs", async () => {
    const words = '  a: f32[] = raw.a\n  x: f32[] = cast(raw.b -> categories(["x y", "X-Y", "z"]), f32)';
    expect(
      (await reported("drop_duplicates", "a,b\n1,x y\n1,X-Y\n1,z\n", words.replace("  a:", "  w:")))?.near,
    ).toEqual({
      count: 1,
      places: ["t.csv:2", "t.csv:3"],
    });
  });

  it("keep: what lies below and above, its ends and what is missing stay", async () => {
    const filled = "  x: f32[] = raw.a -> impute(0)\n  y: f32[] = raw.b";
    const { kept, reports } = await cleaned(
      "keep(raw.a, min=0, max=2)",
      "a,b\n-1,1\n0,1\n2,1\n2.5,1\n,1\n3,1\n",
      filled,
    );
    expect(kept).toEqual([0, 2, 0]);
    expect(reports[0]).toMatchObject({ step: "keep(raw.a, min=0, max=2)", leftOut: 3, first: { place: "t.csv:2" } });
    expect([...(reports[0]?.why ?? [])]).toEqual([
      ["below 0", 1],
      ["above 2", 2],
    ]);
  });

  it("keep: all but one number where both ends are it", async () => {
    expect((await cleaned("keep(raw.a, min=2, max=2)", "a,b\n1,1\n2,1\n3,1\n")).kept).toEqual([2]);
  });

  it("keep: by a column that no feature reads, and a reading of one that features read otherwise", async () => {
    const days = "a,b,day\n1,1,2020-01-01 05:00:00\n2,1,2020-01-01 12:00:00\n3,1,2020-01-01 23:00:00\n";
    expect((await cleaned("keep(raw.day -> hour, min=6, max=22)", days)).kept).toEqual([2]);
    expect((await cleaned("keep(raw.day -> hour, min=6)", days)).reports[0]?.step).toBe("keep(raw.day -> hour, min=6)");
  });

  it("keep_words: which words went", async () => {
    const { kept, reports } = await cleaned(
      'keep_words(raw.kind, ["x", "y"])',
      "a,b,kind\n1,1,x\n2,1,z\n3,1,y\n4,1,w\n5,1,z\n6,1,\n",
    );
    expect(kept).toEqual([1, 3, 6]);
    expect(reports[0]?.step).toBe('keep_words(raw.kind, words=["x", "y"])');
    expect([...(reports[0]?.why ?? [])]).toEqual([
      ["`z`", 2],
      ["`w`", 1],
    ]);
  });

  it("drop_outliers: beyond quantiles of all rows that the steps before keep, as NumPy takes them", async () => {
    const rows = Array.from({ length: 101 }, (_, at) => `${at},1`).join("\n");
    expect((await cleaned("drop_outliers(raw.a, 0.02, 0.98)", `a,b\n${rows}\n`)).kept).toEqual(
      Array.from({ length: 97 }, (_, at) => at + 2),
    );
    const { kept, reports } = await cleaned("keep(raw.a, max=9), drop_outliers(raw.a, high=0.9)", `a,b\n${rows}\n`);
    // The quantile of 0 to 9 is 8.1.
    expect(kept).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect([...(reports[1]?.why ?? [])]).toEqual([["above 8.1", 1]]);
  });

  it("drop_outliers of a column without a value leaves all rows", async () => {
    expect((await cleaned("drop_outliers(raw.c, 0.1, 0.9)", "a,b,c\n1,1,\n2,2,\n")).kept).toEqual([1, 2]);
  });

  it("nothing", async () => {
    expect(await reported("drop_missing", "a,b\n1,1\n")).toEqual({
      step: "drop_missing",
      rows: 1,
      leftOut: 0,
      why: new Map(),
    });
  });

  it.each([
    ["drop_missing", "a,b\n,1\n2,\n", "`drop_missing` leaves out all 2 rows that it is given."],
    ["keep(raw.a, min=9), drop_missing", "a,b\n1,1\n", "`keep(raw.a, min=9)` leaves out all 1 rows that it is given."],
  ])("everything is an error that names the step: %s", async (clean, content, help) => {
    const section = `  source: csv("t.csv")\n  clean: ${clean}\n  x: f32[] = raw.a\n  y: f32[] = raw.b`;
    expect(await openData(section, content)).toBe(`MC6006 t.csv leaves no examples for the train split. ${help}`);
  });

  it.each([
    ["keep(raw.c, min=0)", "MC6007 t.csv has no column `c`. It has `raw.a`, `raw.b`."],
    [
      "keep(raw.b, min=0)",
      'MC6004 t.csv:2:2: `x` in column `b` is not a number. Read words with `raw.b -> categories`. Where it stands for a cell without a value, name it in the source: `missing=["x"]`.',
    ],
    [
      "keep(raw.b -> hour, min=0)",
      "MC6004 t.csv:2:2: `x` in column `b` is no date (`2019-03-23`, `2019-03-23 20:21:09`).",
    ],
    ['keep_words(raw.kind, ["x"])', "MC6007 t.csv has no column `kind`. It has `raw.a`, `raw.b`."],
  ])("%s of what is not there, or is something else", async (clean, message) => {
    expect(await openData(`  source: csv("t.csv")\n  clean: ${clean}\n  x: f32[] = raw.a`, "a,b\n1,x\n")).toBe(message);
  });

  it("rows that differ in what features do not read are duplicates, whatever the split goes by", async () => {
    const opened = await openData(
      '  source: csv("t.csv")\n  split: train 0.5, test 0.5, grouped by raw.b\n  clean: drop_duplicates\n  x: f32[] = raw.a',
      "a,b\n1,p\n1,q\n2,r\n",
    );
    if (typeof opened === "string") throw new Error(opened);
    expect(opened.dataset.splits.train.count + opened.dataset.splits.test.count).toBe(2);
  });
});
