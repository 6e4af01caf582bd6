import { describe, expect, it } from "vitest";
import { isFloat } from "../../src/ops/define/dtype-class.ts";
import type { Graph } from "../../src/ir/graph.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import type { Operator, Sample } from "../../src/ops/define/operator.ts";
import { allOperators } from "../../src/ops/registry.ts";
import { expandComposites } from "../../src/passes/expand-composites.ts";
import { required } from "../../src/support/fault.ts";
import { inDouble, isDouble } from "./double-samples.ts";
import { openBatch, type Arrays } from "./onnx-batch.ts";
import { relativeError } from "./relative-error.ts";
import {
  describeSample,
  gradientGraphOfSample,
  graphOfSample,
  inputsOfSample,
  isDifferentiable,
} from "./sample-graphs.ts";
import { onnxTarget } from "../../src/emit/onnx/onnx-target.ts";
import { isFusedByOnnx } from "../../src/emit/onnx/lowerings/onnx-lowerings.ts";

/** The default operator set and the newest that ONNX Runtime knows. */
const opsets = [18, 26] as const;

/** A graph of a sample before it is made for an opset, and what it must give. */
interface Case {
  readonly title: string;
  readonly mode: "inference" | "training";
  readonly graph: Graph;
  readonly inputs: Arrays;
  readonly expected: Arrays;
}

function caseOf(operator: Operator, sample: Sample, mode: Case["mode"]): Case {
  const graph = mode === "training" ? gradientGraphOfSample(operator, sample, "own") : graphOfSample(operator, sample);
  const inputs = inputsOfSample(graph, sample);
  const title = `${mode} of ${describeSample(sample)}`;
  return { title, mode, graph, inputs, expected: interpretGraph(graph, inputs) };
}

/** Whether the graph of the gradient leaves something of the operator unseen: nodes that stand in inference alone. */
function needsInference(operator: Operator, sample: Sample): boolean {
  if (!isDifferentiable(operator, sample)) return true;
  return operator.kind === "composite" && isFusedByOnnx(operator, "inference");
}

/** Every sample, and every second one in f64 besides, where the operator takes that. */
function casesOf(operator: Operator): readonly Case[] {
  const doubles = operator.samples.flatMap((it, place) => (place % 2 === 0 ? (inDouble(operator, it) ?? []) : []));
  return [...operator.samples, ...doubles].flatMap((sample) => [
    ...(needsInference(operator, sample) ? [caseOf(operator, sample, "inference")] : []),
    ...(isDifferentiable(operator, sample) ? [caseOf(operator, sample, "training")] : []),
  ]);
}

function expectReference(found: Arrays, { title, expected }: Case, isExact: boolean): void {
  expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [name, array] of expected) {
    const it = required(found.get(name), name);
    const shown = `${name} of ${title}: ${[...it.data.slice(0, 6)].join()} for ${[...array.data.slice(0, 6)].join()}`;
    // f32 against f64, unless all is f64.
    const tolerance = !isFloat(array.dtype) ? 0 : isExact ? 1e-12 : 1e-5;
    expect(relativeError(it, array), shown).toBeLessThanOrEqual(tolerance);
  }
}

describe("on ONNX Runtime, in inference and through gradients, in f32 and f64", () => {
  it.each(allOperators.map((operator) => [operator.name, operator] as const))("%s", async (_, operator) => {
    const cases = casesOf(operator);
    for (const opset of opsets) {
      const graphs = cases.map(({ graph, mode }) => expandComposites(graph, onnxTarget(opset).keeps(mode)));
      const batch = await openBatch(graphs, opset);
      const results = await batch.run(cases.map((it) => it.inputs));
      await batch.dispose();
      cases.forEach((it, place) => {
        expectReference(required(results[place], "results"), it, isDouble(required(graphs[place], "graph")));
      });
    }
  });
});
