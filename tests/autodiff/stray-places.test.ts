import { describe, expect, it } from "vitest";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { evaluateGraph, graphsOf, initialValues } from "../emit/tfjs/reference.ts";
import { trainingOf } from "../specs/spec-testing.ts";
import { lookUpText } from "./look-up-text.ts";

const integers = (shape: readonly number[], data: readonly number[]): NdArray => ({
  dtype: "i32",
  shape,
  data: Float64Array.from(data),
});

/** Loss, gradients and, where places may stray, their number. */
function gradientsOf(body: string, k: readonly number[], y: readonly number[]): ReadonlyMap<string, NdArray> {
  const program = trainingOf(lookUpText(3, body));
  const batch = new Map([
    ["k", integers([y.length, 2], k)],
    ["y", integers([y.length], y)],
  ]);
  return evaluateGraph(graphsOf.gradients(program), { owned: initialValues(program.model, 1), batch, seed: 1 });
}

const withoutCount = (results: ReadonlyMap<string, NdArray>) => [...results].filter(([name]) => name !== "faults");

const rows = "mean(k -> Embedding(4, 5), over=T)";
const inScan = (places: string): string =>
  `mean(scan t in k over T with last: i32[B] = 0 { last <- last + t\n emit ${places} -> Embedding(5, 4) }, over=T)`;
const sound = [0, 3, 1, 2, 2, 0, 3, 1];
const labels = [0, 1, 0, 2];

describe("gradients where places stray", () => {
  it.each([
    ["a row above", rows, [0, 3, 1, 4, 2, 0, 3, 1], labels, [0, 3, 1, 3, 2, 0, 3, 1], labels],
    ["a row below", rows, [0, 3, 1, 2, 2, -5, 3, 1], labels, sound, labels],
    ["a label above", rows, sound, [0, 3, 0, 2], sound, [0, 2, 0, 2]],
    ["a row that a scan comes to", inScan("last"), [0, 3, 1, 2, 2, 9, 3, 1], labels, [0, 3, 1, 2, 2, 2, 3, 1], labels],
  ])("are those at the place that it was brought to: %s", (_, body, k, y, nearK, nearY) => {
    const [strayed, near] = [gradientsOf(body, k, y), gradientsOf(body, nearK, nearY)];
    expect(strayed.get("faults")?.data).toEqual(Float64Array.of(1));
    expect(near.get("faults")?.data).toEqual(Float64Array.of(0));
    expect(withoutCount(strayed)).toEqual(withoutCount(near));
    expect([...near.keys()]).toEqual(expect.arrayContaining(["grad/embedding_0.table", "grad/dense_0.kernel"]));
  });

  it("are, through a scan that counts, those through one whose places are proved", () => {
    const [counting, proved] = [inScan("last"), inScan("clip(last, 0, 4)")].map((it) => gradientsOf(it, sound, labels));
    expect(counting?.get("faults")?.data).toEqual(Float64Array.of(0));
    expect(proved?.has("faults")).toBe(true);
    expect(withoutCount(counting ?? new Map())).toEqual(withoutCount(proved ?? new Map()));
  });
});
