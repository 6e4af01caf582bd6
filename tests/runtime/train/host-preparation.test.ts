import { describe, expect, it } from "vitest";
import type { Tensor } from "../../../src/runtime/tensor.ts";
import { createHostPreparation } from "../../../src/runtime/train/host-preparation.ts";
import { StrayPlaces } from "../../../src/runtime/train/stray-places.ts";
import type { RawBatch } from "../../../src/runtime/data/dataset.ts";
import { unitOf } from "../../emit/tfjs/spec-unit.ts";

function preparationOf(features: string) {
  const { train } = unitOf(`
model Net: (x: f32[B]) -> y: f32[B] {
  param w: f32[] = ones
  x * w
}
data Rows {
  source: csv("rows.csv")
${features}
}
train Net on Rows { loss: mean(y), optimizer: sgd(lr=0.1), seed: 5 }`);
  if (train === undefined) throw new Error("nothing to train");
  return createHostPreparation(train);
}

const rows = (...data: readonly number[]): RawBatch =>
  new Map([["a", { shape: [data.length], data: Float64Array.from(data) }]]);

const numbers = (tensor: Tensor | undefined): readonly number[] => Array.from(tensor?.data ?? [], Number);

describe("createHostPreparation", () => {
  it("gives each feature in its type, rounded once", () => {
    const { prepare, statistics } = preparationOf("  x: f32[] = raw.a / 3\n  k: class(4) = raw.a");
    const made = prepare(rows(1, 2, 3));
    expect([...made].map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([
      ["x", "f32", [3]],
      ["k", "i32", [3]],
    ]);
    expect(numbers(made.get("x"))).toEqual([1, 2, 3].map((it) => Math.fround(it / 3)));
    expect(numbers(made.get("k"))).toEqual([1, 2, 3]);
    expect([...statistics()]).toEqual([]);
  });

  it("has statistics that change nothing until others are taken over, and takes no other tensors", () => {
    const preparation = preparationOf("  x: f32[] = standardize(raw.a)");
    expect(numbers(preparation.prepare(rows(1, 2, 4)).get("x"))).toEqual([1, 2, 4]);
    const names = [...preparation.statistics().keys()];
    expect(names.every((it) => it.startsWith("statistic/"))).toBe(true);
    const fitted = new Map(
      names.map((it): [string, Tensor] => [
        it,
        { dtype: "f32", shape: [], data: Float32Array.of(it.endsWith("mean") ? 2 : 4) },
      ]),
    );
    preparation.restore(new Map([...fitted, ["w", { dtype: "f32", shape: [], data: Float32Array.of(9) }]]));
    expect([...preparation.statistics().keys()]).toEqual(names);
    expect([...preparation.statistics().values()].every(({ dtype }) => dtype === "f64")).toBe(true);
    const [low = NaN, middle, high] = numbers(preparation.prepare(rows(1, 2, 4)).get("x"));
    expect(middle).toBe(0);
    expect(high).toBeCloseTo(-2 * low, 6);
    expect(low).toBeLessThan(0);
  });

  it("draws anew in each epoch of a training, and nothing for evaluation where training alone draws", () => {
    const { prepare } = preparationOf("  x: f32[] = raw.a -> when training { dropout(rate=0.5) }");
    const batch = rows(1, 2, 3, 4, 5, 6, 7, 8);
    expect(numbers(prepare(batch).get("x"))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const [first, again, second] = [0, 0, 1].map((epoch) => numbers(prepare(batch, { epoch }).get("x")));
    expect(first).toEqual(again);
    expect(first).not.toEqual(second);
    expect(first).not.toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it("refuses places out of range, and counts them", () => {
    const { prepare } = preparationOf("  x: f32[] = gather(stack(10.0, 20.0, 30.0, axis=0), cast(raw.a, i32), axis=0)");
    expect(numbers(prepare(rows(0, 2)).get("x"))).toEqual([10, 30]);
    expect(() => prepare(rows(0, 3))).toThrow(StrayPlaces);
    expect(() => prepare(rows(-4, 3, 1))).toThrow(expect.objectContaining({ count: 2 }) as Error);
  });
});
