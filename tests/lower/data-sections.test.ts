import { describe, expect, it } from "vitest";
import { checkFile } from "./checking.ts";

const findings = (lines: string): readonly string[] =>
  checkFile(`data D {\n  source: csv("d.csv")\n${lines}\n}\n`)
    .filter((it) => it.severity === "error")
    .map((it) => `${it.code} ${it.message}`);

describe("split", () => {
  const split = (shares: string): readonly string[] => findings(`  split: ${shares}\n  x: f32[] = raw.a`);

  it("says what its shares add up to, where that is more than everything", () => {
    expect(split("train 0.9, validate 0.2")).toEqual([expect.stringContaining("shares that add up to 1.1")]);
    expect(split("train 0.9, validate 0.2")).toEqual([expect.stringContaining("shares that add up to at most 1")]);
    expect(split("train 0.9, validate 0.2")).toEqual([expect.stringMatching(/`split`.*this section/)]);
  });

  it("takes shares whose sum is rounded", () => {
    expect(0.33 + 0.56 + 0.11).toBeGreaterThan(1);
    expect(split("train 0.33, validate 0.56, test 0.11")).toEqual([]);
  });
});

describe("standardize", () => {
  const feature = (expression: string): readonly string[] => findings(`  x: f32[] = ${expression}`);

  it("is a stage or a call, with nothing but what it measures", () => {
    expect(feature("raw.a -> standardize")).toEqual([]);
    expect(feature("standardize(raw.a)")).toEqual([]);
    expect(feature("standardize()")).toHaveLength(1);
    expect(feature("standardize(raw.a, raw.b)")).toHaveLength(1);
  });
});

describe("windows of rows", () => {
  const warned = (split: string, window: string): boolean =>
    checkFile(
      `data D {\n  source: csv("d.csv")\n  split: ${split}\n  x: f32[2] = raw.a -> window(2${window})\n}\n`,
    ).some((it) => it.code === "MC4091");

  it.each([
    ["train 0.8, test 0.2", ', by="g"', true],
    ["train 0.8, test 0.2, stratified by raw.k", ', by="g"', true],
    ["train 0.8, test 0.2, grouped by raw.g", "", true],
    ["folds 5, seed 1", "", true],
    ["train 0.8, test 0.2, grouped by raw.g", ', by="g"', false],
    ["train 0.8, test 0.2, by position", "", false],
    ["train 0.8, test 0.2, by raw.day", "", false],
    ["train 1", "", false],
  ])("are warned of where rows of other splits lie in them: %s%s", (split, window, expected) => {
    expect(warned(split, window)).toBe(expected);
  });
});
