import { describe, expect, it } from "vitest";
import { loadProgram } from "../../../src/analyze/program.ts";
import { declaredUnits, lowerUnit } from "../../../src/compiler.ts";
import { createCollector } from "../../../src/diagnostics/collector.ts";
import type { TrainProgram } from "../../../src/ir/program.ts";
import type { Examples } from "../../../src/runtime/data/dataset.ts";
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
    gather: (indices) => {
      const chosen = Array.from(indices, (it) => rows[it] ?? [NaN, NaN]);
      return new Map([
        ["x", { shape: [chosen.length, 2], data: Float32Array.from(chosen.flat()) }],
        ["label", { shape: [chosen.length], data: new Int32Array(chosen.length) }],
      ]);
    },
  };
}

const numbers = (tensor: { readonly data: ArrayLike<number | bigint> } | undefined): readonly number[] =>
  Array.from(tensor?.data ?? [], Number);

describe("fitStatistics", () => {
  it("gives mean and deviation of every column over all batches", () => {
    // 301 rows: two whole batches and a part of one. The mean is far from 0, the spread small beside it.
    const rows = Array.from({ length: 301 }, (_, i): readonly [number, number] => [4096 + (i % 2), (i % 5) - 2]);
    const fitted = fitStatistics(programOf("raw.x -> standardize"), examples(rows));
    const mean = (at: 0 | 1): number => rows.reduce((sum, row) => sum + row[at], 0) / rows.length;
    const deviation = (at: 0 | 1): number =>
      Math.sqrt(rows.reduce((sum, row) => sum + (row[at] - mean(at)) ** 2, 0) / rows.length);
    expect([...fitted.keys()]).toEqual(["statistic/x.mean", "statistic/x.deviation"]);
    expect(numbers(fitted.get("statistic/x.mean"))).toEqual([0, 1].map((it) => Math.fround(mean(it as 0 | 1))));
    for (const [at, found] of numbers(fitted.get("statistic/x.deviation")).entries())
      expect(found).toBeCloseTo(deviation(at as 0 | 1), 6);
  });

  it("measures what the feature makes of the field", () => {
    const fitted = fitStatistics(
      programOf("(raw.x * 2 + 1) -> standardize"),
      examples([
        [0, 10],
        [2, 30],
      ]),
    );
    expect(numbers(fitted.get("statistic/x.mean"))).toEqual([3, 41]);
    expect(numbers(fitted.get("statistic/x.deviation"))).toEqual([2, 20]);
  });

  it("divides by 1 where nothing varies", () => {
    const fitted = fitStatistics(
      programOf("raw.x -> standardize"),
      examples([
        [7, 1],
        [7, 3],
      ]),
    );
    expect(numbers(fitted.get("statistic/x.deviation"))).toEqual([1, 1]);
  });

  it("fits a second statistic on what the first leaves", () => {
    const fitted = fitStatistics(
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

  it("has nothing to fit where nothing is standardised", () => {
    expect(fitStatistics(programOf("raw.x"), examples([[0, 1]])).size).toBe(0);
  });
});
