import { describe, expect, it } from "vitest";
import { parseCsv } from "../../src/sources/parse-csv.ts";
import { parseIdx } from "../../src/sources/idx.ts";
import { drawDigits } from "../../src/sources/synthetic-digits.ts";
import { drawSequences } from "../../src/sources/synthetic-sequences.ts";
import { drawWaves } from "../../src/sources/synthetic-waves.ts";
import { createCollector } from "../../src/diagnostics/collector.ts";
import type { DataProblem } from "../../src/sources/raw-data.ts";
import type { Result } from "../../src/support/result.ts";

const messageOf = (result: Result<unknown, DataProblem>): string => {
  if (result.ok) return "no problem";
  const collector = createCollector();
  result.error.reportTo(collector, { file: { path: "spec.model", text: "" }, start: 0, end: 0 });
  return collector.diagnostics.map((it) => it.message).join("\n");
};

const idx = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

describe("IDX", () => {
  it("reads bytes with their shape", () => {
    expect(parseIdx(idx(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255), "a")).toEqual({
      ok: true,
      value: { shape: [2, 3], data: Int32Array.of(1, 2, 3, 4, 5, 255) },
    });
  });
  it("reads big-endian floats", () => {
    const result = parseIdx(idx(0, 0, 0x0d, 1, 0, 0, 0, 1, 0x3f, 0x80, 0, 0), "a");
    expect(result).toEqual({ ok: true, value: { shape: [1], data: Float32Array.of(1) } });
  });
  it.each([
    ["empty", idx(), "a is damaged at byte 0: the file is empty."],
    ["short magic", idx(0, 0), "a is damaged at byte 2: the file ends within its first four bytes."],
    ["other format", idx(1, 2, 8, 1), "a is damaged at byte 0: an IDX file begins with two zero bytes."],
    ["unknown type", idx(0, 0, 7, 1), "a is damaged at byte 2: unknown element type 0x07."],
    ["cut dimensions", idx(0, 0, 8, 2, 0, 0, 0, 2), "a is damaged at byte 8: the file ends within its 2 dimensions."],
    [
      "cut data",
      idx(0, 0, 8, 1, 0, 0, 0, 3, 9, 9),
      "a is damaged at byte 10: the file ends here, but 3 elements need 11 bytes.",
    ],
    [
      "trailing bytes",
      idx(0, 0, 8, 1, 0, 0, 0, 1, 9, 9),
      "a is damaged at byte 9: 1 bytes follow the 1 elements that it declares.",
    ],
  ])("names the place of damage: %s", (_, bytes, message) => {
    expect(messageOf(parseIdx(bytes, "a"))).toBe(message);
  });
});

describe("CSV", () => {
  it("reads columns of cells, missing ones as undefined", async () => {
    const result = await parseCsv("a,b\n1,2\n,4.5\n", "t.csv");
    expect(result.ok && result.value.count).toBe(2);
    expect(result.ok && result.value.columns.map((it) => it.cells)).toEqual([
      ["1", undefined],
      ["2", "4.5"],
    ]);
  });
  it("names line and column of an empty file", async () => {
    expect(messageOf(await parseCsv("", "t.csv"))).toBe("t.csv:1:1: the file is empty.");
  });
  it("refuses rows of another length with their line", async () => {
    expect(messageOf(await parseCsv("a,b\n1,2\n3\n", "t.csv"))).toMatch(/^t\.csv:3:/);
  });
});

describe("generators", () => {
  it("draw the same examples for a seed, whatever their number", () => {
    const [few] = drawDigits(5, 1);
    const [many] = drawDigits(9, 1);
    expect(few?.data).toEqual(many?.data.slice(0, 5 * 784));
    expect(drawDigits(5, 2)[0]?.data).not.toEqual(few?.data);
  });
  it("draw every digit, in grey levels", () => {
    const [images, labels] = drawDigits(400, 1);
    expect(new Set(labels?.data).size).toBe(10);
    const values = images?.data ?? new Float32Array();
    expect(values.every((it) => Number.isInteger(it) && it >= 0 && it <= 255)).toBe(true);
    expect(values.some((it) => it > 150)).toBe(true);
  });
  it("draw sequences whose label is the last pattern", () => {
    const [, labels] = drawSequences(10, 20, 4, 3, 5);
    expect([...(labels?.data ?? [])].every((it) => it >= 0 && it < 3)).toBe(true);
  });
  it("draw waves whose next is the wave, one step on", () => {
    const [wave, next] = drawWaves(3, 10, 0.1, 1);
    expect(wave?.data.slice(1, 10)).toEqual(next?.data.slice(0, 9));
  });
});
