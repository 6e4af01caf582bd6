import { describe, expect, it } from "vitest";
import { createCollector } from "../../../src/diagnostics/collector.ts";
import { createDataset } from "../../../src/runtime/data/dataset.ts";
import type { Column, RawData } from "../../../src/sources/raw-data.ts";
import type { Tensor } from "../../../src/runtime/tensor.ts";
import { findStrayPlace } from "../../../src/runtime/train/find-stray-place.ts";
import type { Trainer } from "../../../src/runtime/train/trainer.ts";
import { trainingOf } from "../../specs/spec-testing.ts";

const program = trainingOf(`model Net: (k: i32[B], x: f32[B]) -> logits: f32[B, 3] {
  k -> Embedding(5, 3)
}
data Rows {
  source: csv("rows.csv")
  split:  train 0.5, validate 0.25, test 0.25, by position
  clean:  drop_missing
  k: i32[] = raw.k
  x: f32[] = raw.x
  y: i32[] = raw.y
}
train Net on Rows {
  loss:      cross_entropy(logits, y)
  optimizer: sgd(lr=0.1)
  epochs:    1
}
`);

/** 1200 rows of 1, of which one has no `x` and is dropped; what `others` has stands at its row. */
function rowsWith(others: Readonly<Record<"k" | "y", Readonly<Record<number, number>>>>): RawData {
  const column = (name: string, at: Readonly<Record<number, number>> = {}): Column => ({
    name,
    shape: [],
    data: Float64Array.from({ length: 1200 }, (_, row) => at[row] ?? 1),
    from: `${name}.idx`,
  });
  const columns = [column("k", others.k), column("x", { 100: NaN }), column("y", others.y)];
  return { kind: "columns", count: 1200, columns: new Map(columns.map((it) => [it.name, it])) };
}

/** A trainer whose features are the fields as they are. */
const trainer: Pick<Trainer, "prepare"> = {
  prepare: (batch) =>
    Promise.resolve(
      new Map(
        [...batch].map(([name, { shape, data }]): [string, Tensor] => [
          name,
          { dtype: "i32", shape, data: Int32Array.from(data, Number) },
        ]),
      ),
    ),
};

const places = new Map([
  ["k", 5],
  ["y", 3],
]);

async function messageFor(raw: RawData, among: ReadonlyMap<string, number> = places): Promise<string | undefined> {
  const dataset = await createDataset(raw, program.data);
  if (!dataset.ok) throw new Error(dataset.error.code);
  const found = await findStrayPlace(trainer, program.data, raw, dataset.value, among);
  const collector = createCollector();
  found?.problem.reportTo(collector, program.data.origin);
  expect(collector.diagnostics.length).toBe(found === undefined ? 0 : 1);
  return collector.diagnostics[0]?.message;
}

describe("a place out of range", () => {
  it.each([
    ["at the end of the train split", { k: { 598: 5 }, y: {} }, "598 of k.idx has 5 for k", 5],
    ["in the second batch", { k: { 560: -1 }, y: {} }, "560 of k.idx has -1 for k", 5],
    ["in the validate split", { k: {}, y: { 700: 3 } }, "700 of y.idx has 3 for y", 3],
    ["in the test split", { k: {}, y: { 1199: 7 } }, "1199 of y.idx has 7 for y", 3],
    [
      "in several, of which the first in the file is told",
      { k: { 950: 9, 9: 8 }, y: { 3: -2, 5: 4 } },
      "3 of y.idx has -2 for y",
      3,
    ],
  ])("is found by its row in the file: %s", async (_, others, told, size) => {
    expect(await messageFor(rowsWith(others))).toBe(
      `Example ${told}, and the network has room for ${size}: 0 to ${size - 1}.`,
    );
  });

  it("is found by its number, where examples are no rows", async () => {
    const raw = rowsWith({ k: { 7: 5 }, y: {} });
    const dataset = await createDataset(raw, program.data);
    if (!dataset.ok) throw new Error(dataset.error.code);
    const { train, ...others } = dataset.value.splits;
    const splits = { ...others, train: { count: train.count, gather: train.gather } };
    const found = await findStrayPlace(trainer, program.data, raw, { ...dataset.value, splits }, places);
    expect(found?.feature.name).toBe("k");
  });

  it("is none in rows that are, and none where no feature holds places", async () => {
    expect(await messageFor(rowsWith({ k: { 0: 0, 1: 4 }, y: { 0: 0, 1: 2 } }))).toBe(undefined);
    expect(await messageFor(rowsWith({ k: { 3: 9 }, y: {} }), new Map())).toBe(undefined);
  });
});
