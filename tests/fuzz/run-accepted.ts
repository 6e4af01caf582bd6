import * as tf from "@tensorflow/tfjs";
import { createRequire } from "node:module";
import { compileFunction } from "node:vm";
import { buildInferenceGraph } from "../../src/autodiff/build-evaluation-graph.ts";
import { evaluate } from "../../src/dims/dim.ts";
import { emitOnnx } from "../../src/emit/onnx/emit-graph.ts";
import { onnxTarget } from "../../src/emit/onnx/onnx-target.ts";
import { encodeModel } from "../../src/emit/onnx/proto.ts";
import { emitTfjs } from "../../src/emit/tfjs/emit-tfjs.ts";
import { tfjsDType } from "../../src/emit/tfjs/tfjs-dtype.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import type { Graph, Module } from "../../src/ir/graph.ts";
import { transposeArray } from "../../src/ops/define/nd-array.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { referenceTarget } from "../../src/passes/pipeline.ts";
import type { OnnxSession } from "../../src/runtime/onnx/session.ts";
import { fromNumbers, toNumbers } from "../../src/runtime/onnx/typed-array.ts";
import { stripTypes } from "../../src/runtime/tfjs/strip-types.ts";
import { asInputs, sessionOf } from "../emit/onnx/graphs.ts";
import { widePorts } from "../emit/onnx/wide-ports.ts";
import { initialValues, tensorOf } from "../emit/tfjs/reference.ts";
import type { Sizes } from "./program.ts";
import { agree, drawInputs, stabilityOf, type Stability } from "./values.ts";

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
  const onnx = await tried(problems, "ONNX", () => openOnnx(module));
  const tfjs = withTfjs ? await tried(problems, "TensorFlow.js", () => openTfjs(module)) : undefined;
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
    let stability: Stability | undefined;
    const compare = (target: string, results: ReadonlyMap<string, NdArray> | undefined): void => {
      if (results === undefined) return;
      for (const { name, value } of outputs) {
        const right = expected.get(name);
        const found = results.get(name);
        if (right === undefined || found === undefined) {
          problems.push(`${label}: ${target} gives no ${name}`);
          continue;
        }
        const type = `${found.dtype}[${found.shape.join()}]`;
        const wanted =
          target === "TensorFlow.js" ? tfjsDType(value.type.dtype) : right.dtype === "bf16" ? "f32" : right.dtype;
        if (type !== `${wanted}[${right.shape.join()}]`)
          problems.push(`${label}: ${target} gives ${name} ${type}, not ${wanted}[${right.shape.join()}]`);
        else if (!faults && !agree(found, right)) {
          stability ??= stabilityOf(graph, inputs, at);
          if (stability.isBeyond || agree(found, right, stability.spreads.get(name))) continue;
          problems.push(`${label}: ${target} differs in ${name}: ${shown(found)}, not ${shown(right)}`);
        }
      }
    };
    compare("ONNX", onnx && (await tried(problems, `ONNX at ${label}`, () => onnx.run(inputs))));
    compare("TensorFlow.js", tfjs && (await tried(problems, `TensorFlow.js at ${label}`, () => tfjs.run(inputs))));
    if (!faults) compared++;
  }
  await onnx?.close();
  tfjs?.close();
  return { problems, compared, runs: sizes.length };
}

interface Opened {
  run(inputs: ReadonlyMap<string, NdArray>): Promise<ReadonlyMap<string, NdArray>>;
  close(): Promise<void> | void;
}

async function tried<T>(problems: string[], what: string, action: () => Promise<T>): Promise<T | undefined> {
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

async function openOnnx(module: Module): Promise<Opened> {
  const graph = widePorts(buildInferenceGraph(module, onnxTarget(18)));
  const session: OnnxSession = await sessionOf(encodeModel(emitOnnx(graph, { ...asInputs, opset: 18 })));
  return {
    async run(inputs) {
      const feeds = graph.inputs.flatMap(({ name, perm, value: { type } }) => {
        const given = inputs.get(name);
        if (given === undefined) return [];
        const { shape, data } = perm === undefined ? given : transposeArray(given, perm);
        return [[name, { dtype: type.dtype, shape, data: fromNumbers(type.dtype, data, data.length) }] as const];
      });
      const results = await session.run(new Map(feeds));
      return new Map(
        [...results].map(([name, it]) => [name, { dtype: it.dtype, shape: it.shape, data: toNumbers(it) }]),
      );
    },
    close: () => session.dispose(),
  };
}

interface Generated {
  create(seed: number): object;
  predict(model: object, inputs: Readonly<Record<string, tf.Tensor>>): Readonly<Record<string, tf.Tensor>>;
  dispose(model: object): void;
}

async function openTfjs(module: Module): Promise<Opened> {
  const source = await emitTfjs({ name: module.name, module });
  const script = (await stripTypes(source))
    .replace('import * as tf from "@tensorflow/tfjs"', "const tf = given")
    .replaceAll(/^export (?=(async )?function|const)/gm, "");
  const exported = ["create", "predict", "dispose"].filter((it) => new RegExp(`function ${it}\\b`).test(script));
  const make = compileFunction(`${script}\nreturn { ${exported.join(", ")} };`, ["given", "require"]);
  const generated = make(tf, createRequire(import.meta.url)) as Partial<Generated>;
  const model = generated.create?.(seed);
  return {
    run: (inputs) => {
      tf.engine().startScope();
      try {
        const entry = module.functions.get(module.entry);
        const given = Object.fromEntries(
          [...inputs].flatMap(([name, it]) =>
            entry?.inputNames.includes(name) === true ? [[name, tensorOf(it)]] : [],
          ),
        );
        const results = generated.predict?.(model ?? {}, given) ?? {};
        return Promise.resolve(
          new Map(
            Object.entries(results).map(([name, it]): [string, NdArray] => [
              name,
              { dtype: it.dtype as NdArray["dtype"], shape: it.shape, data: Float64Array.from(it.dataSync()) },
            ]),
          ),
        );
      } finally {
        tf.engine().endScope();
      }
    },
    close: () => {
      if (model !== undefined) generated.dispose?.(model);
    },
  };
}

function shown({ data }: NdArray): string {
  return `[${[...data.slice(0, 6)].map((it) => it.toPrecision(6)).join(", ")}${data.length > 6 ? ", ..." : ""}]`;
}
