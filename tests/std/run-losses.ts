import { buildInferenceGraph } from "../../src/autodiff/build-evaluation-graph.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { referenceTarget } from "../../src/passes/pipeline.ts";
import { elementAt } from "../../src/support/element-at.ts";
import { required } from "../../src/support/fault.ts";
import { lower } from "../lower/checking.ts";
import { lossCases, lossInputs } from "./loss-cases.ts";

/** What a case comes to. */
export interface LossRun {
  readonly value: number;
  readonly gradient: readonly number[];
}

/** The text of a model that computes the value and the gradient of every case. */
export function lossText(): string {
  const inputs = Object.entries(lossInputs).map(([name, { type }]) => `${name}: ${type}`);
  const lines = lossCases.map(({ call }, at) => `  v${String(at)} = ${call}`);
  const results = lossCases.flatMap(({ of }, at) => [`v${String(at)}`, `gradient(v${String(at)}, ${of})`]);
  const types = lossCases.flatMap(({ of }, at) => [
    `value_${String(at)}: f32[]`,
    `gradient_${String(at)}: ${required(lossInputs[of], `input ${of}`).type}`,
  ]);
  const header = `model M:\n  (${inputs.join(", ")})\n  -> (${types.join(", ")})`;
  return `${header} {\n${lines.join("\n")}\n  (${results.join(", ")})\n}\n`;
}

/** The inputs of all cases by name. */
export const lossArrays: ReadonlyMap<string, NdArray> = new Map(
  Object.entries(lossInputs).map(([name, { dtype, shape, data }]) => [
    name,
    { dtype, shape, data: Float64Array.from(data) },
  ]),
);

/** The results of `lossText`, in order, by case. */
export function lossRuns(results: readonly NdArray[]): readonly LossRun[] {
  return lossCases.map((_, at) => ({
    value: elementAt([...elementAt(results, 2 * at).data], 0),
    gradient: [...elementAt(results, 2 * at + 1).data],
  }));
}

/** A function that computes all cases in double precision. */
export function referenceLosses(): (inputs: ReadonlyMap<string, NdArray>) => readonly LossRun[] {
  const graph = buildInferenceGraph(lower(lossText(), "M"), referenceTarget);
  const names = graph.outputs.filter((it) => it.role !== "faults").map((it) => it.name);
  return (inputs) => {
    const outputs = interpretGraph(graph, inputs);
    return lossRuns(names.map((name) => required(outputs.get(name), `output ${name}`)));
  };
}
