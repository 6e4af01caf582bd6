import { describe, expect, it } from "vitest";
import { checkFile } from "./checking.ts";

const findings = (source: string, features: string): readonly string[] =>
  checkFile(`data D {\n  source: ${source}\n${features}\n}\n`)
    .filter((it) => it.severity === "error")
    .map((it) => `${it.code} ${it.message}`);

const feature = (expression: string, type = "f32[2]"): readonly string[] =>
  findings("drawn(count=10)", `  z: ${type} = ${expression}`);

describe("noise", () => {
  it("is drawn in the type that is declared, wherever it stands in a feature", () => {
    expect(feature("noise.normal")).toEqual([]);
    expect(feature("noise.normal", "f16[2, 3]")).toEqual([]);
    expect(feature("3 + 2 * noise.uniform -> clip(0, 4)")).toEqual([]);
    expect(feature("floor(10 * noise.uniform)", "class(10)")).toEqual([]);
    expect(feature("when training { noise.normal } else { 0 * noise.normal }")).toEqual([]);
    expect(findings("synthetic_waves", "  x: f32[T, 1] = raw.wave\n  z: f32[T, 4] = noise.normal")).toEqual([]);
    expect(findings('csv("a.csv")', "  x: f32[] = raw.a\n  z: f32[4] = noise.normal")).toEqual([]);
  });

  it("is normal or uniform, and takes nothing; that is told once", () => {
    expect(feature("noise.gauss")).toEqual(["MC4004 `gauss` is no noise. There are `normal`, `uniform`."]);
    expect(feature("noise.normal(0.5)")).toEqual(["MC4005 `noise.normal` does not take arguments."]);
    expect(feature("raw.number -> noise.normal")).toEqual([expect.stringMatching(/^MC3027 /)]);
    expect(feature("noise")).toEqual(["MC4004 `noise` alone is no noise. There are `noise.normal`, `noise.uniform`."]);
  });

  it("is of the declared type alone", () => {
    expect(feature("noise.normal", "bool[2]")).toEqual([expect.stringMatching(/^MC4016 /)]);
    expect(feature("stack(noise.normal, axis=-1)")).toEqual([expect.stringMatching(/^MC4016 .*f32\[2, 1\]/)]);
  });

  it("has a size that is a number, or that of what is read", () => {
    expect(feature("noise.normal", "f32[T, T, S]")).toEqual([expect.stringMatching(/^MC4081 .*`T`, `S`/)]);
    expect(findings("synthetic_waves", "  x: f32[T, 1] = raw.wave\n  z: f32[S] = noise.normal")).toEqual([
      expect.stringMatching(/^MC4081 .*`S`/),
    ]);
  });

  it("is not standardized, for its mean and deviation are known", () => {
    expect(feature("noise.normal -> standardize")).toEqual([expect.stringMatching(/^MC4069 /)]);
  });
});

describe("a section that only draws", () => {
  const only = (source: string): readonly string[] => findings(source, "  z: f32[2] = noise.normal");

  it("has as many examples as its source counts", () => {
    expect(only("drawn(count=10)")).toEqual([]);
    expect(only("drawn")).toEqual([]);
    expect(only("synthetic_digits(count=10)")).toEqual([]);
    expect(only('text("a.txt")')).toEqual([]);
  });

  it("is refused where that is known by what is read alone", () => {
    expect(only('csv("a.csv")')).toEqual([expect.stringMatching(/^MC4080 .*`D`.*`csv`/)]);
    expect(only('npz("a.npz")')).toEqual([expect.stringMatching(/^MC4080 .*`npz`/)]);
    expect(only('idx(images="a")')).toEqual([expect.stringMatching(/^MC4080 .*`idx`/)]);
  });

  it("tells wrong counts", () => {
    expect(only("drawn(-1)")).toEqual([expect.stringMatching(/^MC4006 `count` of `drawn`/)]);
    expect(only("drawn(0.5)")).toEqual([expect.stringMatching(/^MC4006 `count` of `drawn`/)]);
    expect(only("drawn(seed=1)")).toEqual([expect.stringMatching(/^MC4005 .*`count`/)]);
    expect(findings("drawn", "  z: f32[] = raw.x")).toEqual([expect.stringMatching(/^MC4004 .*`raw.number`/)]);
  });
});
