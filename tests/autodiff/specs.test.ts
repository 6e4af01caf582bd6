import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadProgram } from "../../src/analyze/program.ts";
import { buildEvaluationGraph, buildInferenceGraph } from "../../src/autodiff/build-evaluation-graph.ts";
import { buildInitGraph } from "../../src/autodiff/build-init-graph.ts";
import { buildPreparationGraph } from "../../src/autodiff/build-preparation-graph.ts";
import { buildTrainingGraph } from "../../src/autodiff/build-training-step.ts";
import { createCollector } from "../../src/diagnostics/collector.ts";
import { asNumber, formatDim } from "../../src/dims/dim.ts";
import type { Graph, GraphInput } from "../../src/ir/graph.ts";
import type { TrainProgram } from "../../src/ir/program.ts";
import { lowerTrain } from "../../src/lower/sections/lower-sections.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { seedWords } from "../../src/ops/random/counter.ts";
import { transposeArray } from "../../src/ops/define/nd-array.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { inversePermutation } from "../../src/ops/transpose.ts";
import { verifyGraph } from "../../src/graph/verify.ts";
import { measure } from "../../src/graph/measure.ts";
import { dataFor } from "./gradient-testing.ts";
import { onnxTarget } from "../../src/emit/onnx/onnx-target.ts";
import { referenceTarget } from "../../src/passes/pipeline.ts";

/** Models with more parameters are too slow for the interpreter: their graphs are checked, not run. */
const interpreted = 20_000;
const smaller: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "tiny-gpt.model": { width: 16, heads: 2 },
};

const folder = new URL("../../specs/", import.meta.url);

function trainingsOf(file: string, hyperparameters: Readonly<Record<string, number>> = {}): readonly TrainProgram[] {
  const source = { path: file, text: readFileSync(new URL(file, folder), "utf8") };
  const collector = createCollector();
  const program = loadProgram(source, { read: () => undefined, resolve: (_, to) => to }, collector);
  const trainings = program.entry.ast.declarations.flatMap((it) =>
    it.kind === "train" ? (lowerTrain(program, it, { hyperparameters }, collector) ?? []) : [],
  );
  expect(collector.diagnostics.map((it) => it.message)).toEqual([]);
  return trainings;
}

/** Small sizes for what is free. */
const sizes = new Map([
  ["B", 2],
  ["T", 3],
]);

function dataOf({ name, role, value, logicalType }: GraphInput): NdArray {
  const scalar = (dtype: NdArray["dtype"], number: number): NdArray => ({
    dtype,
    shape: [],
    data: Float64Array.of(number),
  });
  if (role === "seed") return { dtype: "u32", shape: [2], data: Float64Array.from(seedWords(11)) };
  if (role === "step") return scalar("i64", 3);
  if (role === "hyper") return scalar("f32", name === "hyper/total_steps" ? 100 : 1);
  const data = dataFor(name, logicalType ?? value.type, sizes);
  if (role === "optimizer") return { ...data, data: data.data.map((it) => it * it) };
  // Integers are labels, and all labels exist here; weights are kept small, so that nothing saturates.
  return role === "parameter" ? { ...data, data: data.data.map((it) => it / 8) } : data;
}

/** Outputs in logical order. */
function run(graph: Graph): Map<string, NdArray> {
  const inputs = new Map(
    graph.inputs.map((it) => [it.name, it.perm === undefined ? dataOf(it) : transposeArray(dataOf(it), it.perm)]),
  );
  return new Map(
    [...interpretGraph(graph, inputs)].map(([name, array]) => {
      const perm = graph.inputs.find((it) => name === `next/${it.name}`)?.perm;
      return [name, perm === undefined ? array : transposeArray(array, inversePermutation(perm))];
    }),
  );
}

function expectSame(actual: ReadonlyMap<string, NdArray>, expected: ReadonlyMap<string, NdArray>): void {
  expect([...actual.keys()]).toEqual([...expected.keys()]);
  for (const [name, array] of expected) {
    const scale = array.data.reduce((most, it) => Math.max(most, Math.abs(it)), 1e-3);
    const worst = array.data.reduce(
      (most, it, index) => Math.max(most, Math.abs((actual.get(name)?.data[index] ?? NaN) - it)),
      0,
    );
    expect(worst / scale, name).toBeLessThan(1e-8);
  }
}

const after = (name: string, graph: Graph): void => {
  expect(verifyGraph(graph), name).toEqual([]);
};

describe.each(readdirSync(folder).filter((it) => it.endsWith(".model")))("%s", (file) => {
  it("has training and evaluation graphs that are well formed after every pass, and the same for both targets", () => {
    const trainings = trainingsOf(file, smaller[file]);
    expect(trainings.length).toBeGreaterThan(0);
    for (const program of trainings) {
      for (const build of [buildTrainingGraph, buildEvaluationGraph]) {
        const reference = build(program, { ...referenceTarget, after });
        const onnx = build(program, { ...onnxTarget(), after });
        expect(onnx.outputs.map((it) => it.name)).toEqual(reference.outputs.map((it) => it.name));
        const parameters = asNumber(measure(program.model).trainable) ?? Infinity;
        if (parameters < interpreted) expectSame(run(onnx), run(reference));
      }
    }
  });

  it("has its other graphs, and measures", () => {
    const trainings = trainingsOf(file);
    for (const program of trainings) {
      buildInferenceGraph(program.model, { ...onnxTarget(), after });
      buildInitGraph(program.model, { ...onnxTarget(), after });
      const prepared = buildPreparationGraph(program.data, {
        ...onnxTarget(),
        after,
        functions: program.model.functions,
      });
      expect(prepared.outputs.map((it) => it.name)).toEqual(program.data.features.map((it) => it.name));
      const { layers, trainable, total, flops } = measure(program.model);
      expect(layers.length).toBeGreaterThan(0);
      expect([formatDim(trainable), formatDim(total), formatDim(flops)]).toMatchSnapshot();
    }
  });
});
