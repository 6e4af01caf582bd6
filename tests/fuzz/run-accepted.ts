import { buildInferenceGraph } from "../../src/autodiff/build-evaluation-graph.ts";
import { evaluate } from "../../src/dims/dim.ts";
import { onnxTarget } from "../../src/emit/onnx/onnx-target.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import type { Graph, Module } from "../../src/ir/graph.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { referenceTarget } from "../../src/passes/pipeline.ts";
import { initialValues } from "../emit/tfjs/reference.ts";
import { compareOutputs, stabilityOnce, type Expected } from "./compare-outputs.ts";
import { openOnnx } from "../emit/onnx/open-onnx.ts";
import { openTfjs } from "./open-tfjs.ts";
import type { Sizes } from "./program.ts";
import { drawInputs } from "./values.ts";

/** How an accepted program did at some sizes. */
export interface RunReport {
  readonly problems: readonly string[];
  /** Runs whose values were compared: the others have places out of range, or numbers beyond their types. */
  readonly compared: number;
  readonly runs: number;
}

const seed = 5;

/** Runs a module on both targets at each of some sizes, and compares shapes, types and values with the reference. */
export async function runAccepted(module: Module, sizes: readonly Sizes[], withTfjs: boolean): Promise<RunReport> {
  const problems: string[] = [];
  let compared = 0;
  const graph = buildInferenceGraph(module, referenceTarget);
  const owned = initialValues(module, seed);
  const onnx = await tried(problems, "ONNX", () => openOnnx(buildInferenceGraph(module, onnxTarget(18))));
  const tfjs = withTfjs ? await tried(problems, "TensorFlow.js", () => openTfjs(module, seed)) : undefined;
  for (const at of sizes) {
    const label = [...at].map(([name, size]) => `${name}=${String(size)}`).join(" ");
    const given = settledInputs(graph, owned, at);
    if (given === undefined) continue;
    const { inputs, expected, faults } = given;
    const outputs = graph.outputs.filter((it) => it.role !== "faults");
    for (const { name, value } of outputs) {
      const shape = value.type.shape.map((dim) => evaluate(dim, at));
      const found = expected.get(name);
      if (found?.shape.join() !== shape.join() || found.dtype !== value.type.dtype)
        problems.push(
          `${label}: the reference gives ${name} ${String(found?.dtype)}[${String(found?.shape.join())}], not ${value.type.dtype}[${shape.join()}]`,
        );
    }
    const wanted: Expected = { graph, sizes: at, inputs, outputs: expected, hasFaults: faults };
    const stability = stabilityOnce(wanted);
    for (const [target, opened] of [["ONNX", onnx] as const, ["TensorFlow.js", tfjs] as const]) {
      const found = opened && (await tried(problems, `${target} at ${label}`, () => opened.run(inputs)));
      if (found === undefined) continue;
      problems.push(...compareOutputs(target, found, wanted, stability).map((it) => `${label}: ${it}`));
    }
    if (!faults) compared++;
  }
  await onnx?.close();
  tfjs?.close();
  return { problems, compared, runs: sizes.length };
}

/** What an action gives; undefined where it throws, which is a problem. */
export async function tried<T>(problems: string[], what: string, action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    problems.push(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return undefined;
  }
}

/** Inputs at which no place is out of range, if there are any, with what the reference makes of them. */
function settledInputs(
  graph: Graph,
  owned: ReadonlyMap<string, NdArray>,
  sizes: Sizes,
):
  | { readonly inputs: Map<string, NdArray>; readonly expected: Map<string, NdArray>; readonly faults: boolean }
  | undefined {
  const counted = graph.outputs.find((it) => it.role === "faults")?.name;
  for (const places of [3, 2, 1]) {
    const inputs = new Map([...owned, ...drawInputs(graph, sizes, 11, places)]);
    for (const { name, role } of graph.inputs) {
      if (role === "seed") inputs.set(name, { dtype: "u32", shape: [2], data: Float64Array.of(seed, 0) });
      if (role === "step") inputs.set(name, { dtype: "i64", shape: [], data: Float64Array.of(0) });
    }
    const expected = interpretGraph(graph, inputs);
    const faults = counted !== undefined && (expected.get(counted)?.data[0] ?? 0) > 0;
    if (!faults || places === 1) return { inputs, expected, faults };
  }
  return undefined;
}
