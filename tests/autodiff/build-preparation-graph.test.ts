import { describe, expect, it } from "vitest";
import { buildPreparationGraph } from "../../src/autodiff/build-preparation-graph.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { referenceTarget } from "../../src/passes/pipeline.ts";
import { unitOf } from "../emit/tfjs/spec-unit.ts";

const { train } = unitOf(`
fn halved: (x: f32[B]) -> f32[B] {
  x / 2
}
model Net: (x: f32[B]) -> y: f32[B] {
  param w: f32[] = ones
  x * w
}
data Rows {
  source: csv("rows.csv")
  x: f32[] = halved(raw.a) -> when training { dropout(rate=0.5) }
}
train Net on Rows { loss: mean(y), optimizer: sgd(lr=0.1) }`);

describe("buildPreparationGraph", () => {
  it("has what the functions do that features call, and is of inference unless it is for training", () => {
    if (train === undefined) throw new Error("nothing to train");
    const { functions } = train.model;
    const graph = buildPreparationGraph(train.data, { ...referenceTarget, functions });
    expect([graph.name, graph.mode]).toEqual(["Rows.prep", "inference"]);
    const raw = { dtype: "f64", shape: [3], data: Float64Array.of(1, 2, 5) } as const;
    const made = interpretGraph(graph, new Map([["raw/a", raw]])).get("x");
    expect([...(made?.data ?? [])]).toEqual([0.5, 1, 2.5]);
    const training = buildPreparationGraph(train.data, { ...referenceTarget, functions, mode: "training" });
    expect([training.name, training.mode]).toEqual(["Rows.prep.train", "training"]);
    expect(training.inputs.map((it) => it.name)).toEqual(["raw/a", "epoch", "seed", "examples"]);
  });
});
