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
