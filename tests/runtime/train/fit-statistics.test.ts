import { describe, expect, it } from "vitest";
import { loadProgram } from "../../../src/analyze/program.ts";
import { declaredUnits, lowerUnit } from "../../../src/compiler.ts";
import { createCollector } from "../../../src/diagnostics/collector.ts";
import type { TrainProgram } from "../../../src/ir/program.ts";
import type { Examples, RawBatchField } from "../../../src/runtime/data/dataset.ts";
import { fitStatistics } from "../../../src/runtime/train/fit-statistics.ts";

function programOf(feature: string): TrainProgram {
  const text = `model Net: (x: f32[B, 2]) -> logits: f32[B, 3] { x -> Dense(3) }
data Blobs {
  source: synthetic_blobs(count=30, classes=3, features=2)
  x:      f32[2]   = ${feature}
  label:  class(3) = raw.label
}
train Net on Blobs {
  loss: cross_entropy(logits, label)
  optimizer: sgd(lr=0.1)
  epochs: 1
}
`;
  const collector = createCollector();
  const program = loadProgram(
    { path: "net.model", text },
    { read: () => undefined, resolve: (_, to) => to },
    collector,
  );
  const train = declaredUnits(program).flatMap((it) => lowerUnit(program, it, {}, collector)?.train ?? [])[0];
  if (train === undefined) throw new Error(collector.diagnostics.map((it) => it.message).join("\n"));
  return train;
}

/** Examples whose field `x` holds the given rows. */
function examples(rows: readonly (readonly [number, number])[]): Examples {
  return {
    count: rows.length,
    rowOf: (index) => index,
    gather: (indices) => {
      const chosen = Array.from(indices, (it) => rows[it] ?? [NaN, NaN]);
      return Promise.resolve(
        new Map<string, RawBatchField>([
          ["x", { shape: [chosen.length, 2], data: Float64Array.from(chosen.flat()) }],
          ["label", { shape: [chosen.length], data: new Int32Array(chosen.length) }],
        ]),
      );
    },
  };
}

const numbers = (tensor: { readonly data: ArrayLike<number | bigint> } | undefined): readonly number[] =>
  Array.from(tensor?.data ?? [], Number);

describe("fitStatistics", () => {
  it("gives mean and deviation of every column over all batches", async () => {
    // 301 rows: two whole batches and a part of one. The mean is far from 0, the spread small beside it.
    const rows = Array.from({ length: 301 }, (_, i): readonly [number, number] => [4096 + (i % 2), (i % 5) - 2]);
    const fitted = await fitStatistics(programOf("raw.x -> standardize"), examples(rows));
    const mean = (at: 0 | 1): number => rows.reduce((sum, row) => sum + row[at], 0) / rows.length;
    const deviation = (at: 0 | 1): number =>
      Math.sqrt(rows.reduce((sum, row) => sum + (row[at] - mean(at)) ** 2, 0) / rows.length);
    expect([...fitted.keys()]).toEqual(["statistic/x.mean", "statistic/x.deviation"]);
    for (const [at, found] of numbers(fitted.get("statistic/x.mean")).entries())
      expect(found).toBeCloseTo(mean(at as 0 | 1), 12);
    for (const [at, found] of numbers(fitted.get("statistic/x.deviation")).entries())
      expect(found).toBeCloseTo(deviation(at as 0 | 1), 12);
  });

  it("measures what the feature makes of the field", async () => {
    const fitted = await fitStatistics(
      programOf("(raw.x * 2 + 1) -> standardize"),
      examples([
        [0, 10],
        [2, 30],
      ]),
    );
    expect(numbers(fitted.get("statistic/x.mean"))).toEqual([3, 41]);
    expect(numbers(fitted.get("statistic/x.deviation"))).toEqual([2, 20]);
  });

  it.each([7.3, 1e-300, 1e15, 1700000001.25])("counts no rounding of a constant %d as variation", async (value) => {
    for (const feature of ["raw.x -> log -> standardize", "(raw.x / 3 * 3) -> standardize"]) {
      const rows = Array.from({ length: 257 }, (): readonly [number, number] => [value, value]);
      expect(numbers((await fitStatistics(programOf(feature), examples(rows))).get("statistic/x.deviation"))).toEqual([
        1, 1,
      ]);
    }
  });

  it("counts what rounding explains as no variation: the same sum in two orders", async () => {
    const rows = [0.1 + 0.2 + 0.3, 0.3 + 0.2 + 0.1].flatMap((it) => [[it, 1] as const, [it, 1] as const]);
    expect(new Set(rows.map(([x]) => x)).size).toBe(2);
    const fitted = await fitStatistics(programOf("raw.x -> standardize"), examples(rows));
    expect(numbers(fitted.get("statistic/x.deviation"))[0]).toBe(1);
  });

  it("measures what a source of single precision can tell by that", async () => {
    const rows = [7.3, 7.3 + 2 ** -21].map((it): readonly [number, number] => [Math.fround(it), Math.fround(it)]);
    const double = examples(rows);
    const single: Examples = {
      ...double,
      gather: async (indices) =>
        new Map([...(await double.gather(indices))].map(([name, it]) => [name, { ...it, single: true }])),
    };
    const program = programOf("raw.x -> standardize");
    expect(numbers((await fitStatistics(program, single)).get("statistic/x.deviation"))).toEqual([1, 1]);
    expect(numbers((await fitStatistics(program, double)).get("statistic/x.deviation"))[0]).toBeCloseTo(2 ** -22, 12);
  });

  it("agrees with two passes in f64, whatever the offset and the scale, and keeps all real variation", async () => {
    for (let offset = -12; offset <= 12; offset += 3) {
      for (let scale = -12; scale <= 12; scale += 3) {
        // Less than eleven digits of variation are left beside this offset.
        if (offset - scale > 12) continue;
        const rows = Array.from({ length: 200 }, (_, i): readonly [number, number] => [
          10 ** offset + 10 ** scale * Math.sin(i * i),
          -(10 ** offset) + 10 ** scale * ((i * 7) % 5),
        ]);
        const fitted = await fitStatistics(programOf("raw.x -> standardize"), examples(rows));
        for (const at of [0, 1] as const) {
          const mean = rows.reduce((sum, row) => sum + row[at], 0) / rows.length;
          const spread = Math.sqrt(rows.reduce((sum, row) => sum + (row[at] - mean) ** 2, 0) / rows.length);
          const [found, deviation] = ["mean", "deviation"].map((it) => numbers(fitted.get(`statistic/x.${it}`))[at]);
          expect(Math.abs((found ?? NaN) - mean) / (10 ** offset + 10 ** scale)).toBeLessThan(1e-14);
          expect(Math.abs((deviation ?? NaN) / spread - 1)).toBeLessThan(1e-3);
        }
      }
    }
  });

  it("divides by 1 where nothing varies", async () => {
    const fitted = await fitStatistics(
      programOf("raw.x -> standardize"),
      examples([
        [7, 1],
        [7, 3],
      ]),
    );
    expect(numbers(fitted.get("statistic/x.deviation"))).toEqual([1, 1]);
  });

  it("fits a second statistic on what the first leaves", async () => {
    const fitted = await fitStatistics(
      programOf("raw.x -> standardize -> standardize"),
      examples([
        [0, 10],
        [2, 30],
        [7, 5],
      ]),
    );
    const last = [...fitted.entries()].slice(-2);
    expect(fitted.size).toBe(4);
    for (const [name, tensor] of last) {
      for (const it of numbers(tensor)) expect(it).toBeCloseTo(name.includes("mean") ? 0 : 1, 5);
    }
  });

  it("has nothing to fit where nothing is standardised", async () => {
    expect((await fitStatistics(programOf("raw.x"), examples([[0, 1]]))).size).toBe(0);
  });
});
