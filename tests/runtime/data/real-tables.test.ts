import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fitStatistics } from "../../../src/runtime/train/fit-statistics.ts";
import { dataFolder } from "../../specs/spec-testing.ts";
import { openData } from "./open-data.ts";

const folder = dataFolder("tables");
if (folder === undefined) console.warn("SKIPPED: no tables of real data beside the repository");

describe.skipIf(folder === undefined)("tables of real data", () => {
  it.each([
    ["housing.csv", ["longitude", "median_house_value", "total_bedrooms"]],
    ["mpg.csv", ["mpg", "horsepower", "weight"]],
    ["penguins.csv", ["bill_length_mm", "body_mass_g"]],
    ["titanic.csv", ["Age", "Fare"]],
  ])("%s: every number, and the statistics of two passes in f64", async (file, names) => {
    const text = readFileSync(`${folder ?? ""}/${file}`, "utf8");
    const [header = "", ...lines] = text.replaceAll("\r", "").trim().split("\n");
    // Commas within quotes are the names of titanic.csv alone.
    const cellsOf = (line: string): readonly string[] => line.replaceAll(/"[^"]*"/g, "quoted").split(",");
    const places = names.map((name) => cellsOf(header).indexOf(name));
    const expected = lines
      .map((line) => places.map((at) => cellsOf(line)[at] ?? ""))
      .filter((cells) => cells.every((it) => it !== ""))
      .map((cells) => cells.map(Number));
    const features = names.map((name, at) => `  f${at}: f32[] = raw.${name} -> standardize`).join("\n");
    const opened = await openData(
      `  source: csv("t.csv")\n  split: train 1, by position\n  clean: drop_missing\n  x: f32[] = raw.${names[0] ?? ""}\n${features}`,
      text,
    );
    if (typeof opened === "string") throw new Error(opened);
    const { train } = opened.dataset.splits;
    const all = await train.gather(Array.from({ length: train.count }, (_, i) => i));
    const fitted = await fitStatistics(opened.program, train);
    for (const [at, name] of names.entries()) {
      const values = expected.map((row) => row[at] ?? NaN);
      expect([...(all.get(name)?.data ?? [])]).toEqual(values);
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      const deviation = Math.sqrt(values.reduce((sum, it) => sum + (it - mean) ** 2, 0) / values.length);
      expect(Number(fitted.get(`statistic/f${at}.mean`)?.data[0]) / mean).toBeCloseTo(1, 12);
      expect(Number(fitted.get(`statistic/f${at}.deviation`)?.data[0]) / deviation).toBeCloseTo(1, 12);
    }
  });
});
