import { describe, expect, it } from "vitest";
import { openData, problemOf } from "../runtime/data/open-data.ts";
import { npy, npz } from "./write-npz.ts";

const doubles = (...values: readonly number[]): Uint8Array => new Uint8Array(Float64Array.from(values).buffer);
const column = (...values: readonly number[]): Uint8Array => npy("'<f8'", [values.length], doubles(...values));
const section = (features: string): string =>
  `  source: npy(x="x.npy", images="y.npy")\n  split: train 1, by position\n${features}`;
const both = "  x: f32[] = raw.x\n  y: f32[] = raw.images";

describe("npy", () => {
  it("reads one array for each field, by the names of its arguments", async () => {
    const pairs = npy("'>i2'", [2, 3], Uint8Array.of(0, 1, 0, 2, 0, 3, 1, 0, 255, 255, 0, 6), true);
    const found = await openData(section("  x: f32[] = raw.x\n  y: f32[3, 1] = raw.images"), {
      "x.npy": column(0.5, -1),
      "y.npy": pairs,
    });
    if (typeof found === "string") throw new Error(found);
    const batch = await found.dataset.splits.train.gather([1, 0]);
    expect([...(batch.get("x")?.data ?? [])]).toEqual([-1, 0.5]);
    expect(batch.get("images")?.shape).toEqual([2, 3, 1]);
    // In Fortran's order: the first axis runs first.
    expect([...(batch.get("images")?.data ?? [])]).toEqual([2, 256, 6, 1, 3, -1]);
  });

  it("does not open a file that no feature reads", async () => {
    const found = await openData(section("  x: f32[] = raw.x"), { "x.npy": column(1, 2) });
    expect(typeof found === "string" ? found : found.raw.kind === "columns" && found.raw.count).toBe(2);
  });

  it("keeps integers of 64 bits that a feature takes as such", async () => {
    const big = npy("'<i8'", [2], new Uint8Array(BigInt64Array.of(9007199254740993n, -1n).buffer));
    const files = { "x.npy": column(1, 2), "y.npy": big };
    const found = await openData(section("  x: f32[] = raw.x\n  id: i64[] = raw.images"), files);
    if (typeof found === "string") throw new Error(found);
    expect([...((await found.dataset.splits.train.gather([0, 1])).get("images")?.data ?? [])]).toEqual([
      9007199254740993n,
      -1n,
    ]);
  });

  it.each<readonly [what: string, files: Readonly<Record<string, Uint8Array>>, said: string]>([
    ["a file that is not there", { "x.npy": column(1) }, "MC6001 I cannot read y.npy: there is no such file."],
    [
      "another format",
      { "x.npy": Buffer.from("a,b\n1,2\n"), "y.npy": column(1) },
      "MC6002 x.npy is damaged at byte 0: an array begins with \\x93NUMPY.",
    ],
    [
      "a file of several arrays",
      { "x.npy": npz([["x", column(1)]]), "y.npy": column(1) },
      'MC6001 I cannot read x.npy: it is a zip file of arrays, of `numpy.savez`. Such files are read by `npz("data.npz")`.',
    ],
    [
      "a file that is cut",
      { "x.npy": column(1).subarray(0, -1), "y.npy": column(1) },
      "MC6002 x.npy is damaged at byte 75: it ends here, but 1 elements of f8 need 76 bytes.",
    ],
    [
      "texts",
      { "x.npy": npy("'<U1'", [1], Uint8Array.of(97, 0, 0, 0)), "y.npy": column(1) },
      "MC6001 I cannot read x.npy: it holds texts, and features are made of numbers. Save numbers in their place: `numpy.unique(x, return_inverse=True)`.",
    ],
    [
      "arrays of different length",
      { "x.npy": column(1, 2), "y.npy": column(1) },
      "MC6008 x.npy holds 2 examples, but y.npy holds 1.",
    ],
    [
      "another shape",
      { "x.npy": column(1), "y.npy": npy("'<f8'", [1, 2], doubles(1, 2)) },
      "MC6005 y.npy holds 2 for each example, but raw.images is used as one number.",
    ],
    [
      "a value that is none",
      { "x.npy": column(1, NaN), "y.npy": column(1, 2) },
      "MC6009 x.npy, example 1: raw.x has no value. Leave such examples out with `clean: drop_missing`.",
    ],
  ])("says file and cause: %s", async (_, files, said) => {
    expect(await problemOf(section(both), files)).toBe(said);
  });
});
