import { buildTracedGraph, type TracedValue } from "../../autodiff/build-traced-graph.ts";
import { emitOnnx, opsets } from "../../emit/onnx/emit-graph.ts";
import { buildManifest } from "../../emit/onnx/manifest.ts";
import { onnxTarget } from "../../emit/onnx/onnx-target.ts";
import { encodeModel } from "../../emit/onnx/proto.ts";
import { nameIn } from "../../ir/ports.ts";
import type { StepPlace, TrainProgram } from "../../ir/program.ts";
import { fault, required } from "../../support/fault.ts";
import { failure, success, type Result } from "../../support/result.ts";
import { version } from "../../support/version.ts";
import type { Tensor, Tensors } from "../tensor.ts";
import { findNonFinite } from "../train/find-non-finite.ts";
import { firstNonFiniteValue, type Oddity } from "../train/first-non-finite-value.ts";
import { loadRuntime } from "./load-runtime.ts";
import { createOnnxSession } from "./session.ts";
import { defaultTensor } from "./step-loop.ts";
import { toNumbers } from "./typed-array.ts";

/** A step to look into: what a trainer's snapshot gave before it, its batch, and its number from 0. */
export interface StepToReplay {
  readonly snapshot: Tensors;
  readonly features: Tensors;
  readonly step: number;
  /** Which of its steps, in which phase. */
  readonly place: StepPlace;
}

/** The first value of a step that is not finite. */
export interface FirstOddity extends Oddity {
  readonly traced: TracedValue;
  /** Its shape in this step. */
  readonly shape: readonly number[];
}

/** Values that are fetched at once: all of a large network would not fit into memory. */
const atOnce = 64;

/**
 * Computes the forward half of a step again on ONNX Runtime, with all that it computes on the way, and gives the first value
 * that is not finite of those that make the loss so: undefined where the loss is finite here. A failure says that ONNX
 * Runtime is not there.
 */
export async function replayStep(
  program: TrainProgram,
  { snapshot, features, step, place }: StepToReplay,
  runtimeFrom: string | undefined,
): Promise<Result<FirstOddity | undefined, string>> {
  const loaded = loadRuntime(runtimeFrom);
  if (!loaded.ok) return failure(loaded.message);
  const opset = opsets.default;
  const { graph, values, loss } = buildTracedGraph(program, place, onnxTarget(opset, "cpu"));
  const manifest = buildManifest({
    module: program.model,
    train: program,
    version,
    opset,
    weights: "",
    graphs: [{ name: { kind: "eval" }, file: "", graph, stored: false }],
  });
  const feeds = new Map<string, Tensor>();
  for (const input of required(manifest.graphs.eval, "the traced graph").inputs) {
    const { name, role, path } = input;
    const given =
      role === "feature"
        ? features.get(required(nameIn("feature", name), name))
        : role === "step"
          ? ({ dtype: "i64", shape: [], data: BigInt64Array.of(BigInt(step)) } as const)
          : (snapshot.get(path ?? "") ?? snapshot.get(name) ?? defaultTensor(input));
    feeds.set(name, required(given, name));
  }
  const bytes = encodeModel(emitOnnx(graph, { opset, producerVersion: version, parametersAs: "inputs" }));
  const created = await createOnnxSession(bytes, { threads: 1, runtimeFrom });
  if (!created.ok) return fault(`ONNX Runtime refuses the traced graph: ${created.message}`);
  const { session } = created;
  try {
    const fetch = async (names: readonly string[]): Promise<Tensors> => {
      const computed = names.filter((it) => !feeds.has(it));
      return new Map([...feeds, ...(computed.length === 0 ? [] : await session.run(feeds, computed))]);
    };
    const oddities = new Map<number, Oddity>();
    const shapes = new Map<number, readonly number[]>();
    for (let from = 0; from < values.length; from += atOnce) {
      const part = values.slice(from, from + atOnce);
      const tensors = await fetch(part.map(({ name }) => name));
      part.forEach(({ name }, at) => {
        const tensor = required(tensors.get(name), name);
        const found = findNonFinite(new Map([[name, tensor]]));
        if (found === undefined) return;
        oddities.set(from + at, { ...found, hasNaN: toNumbers(tensor).some(Number.isNaN) });
        shapes.set(from + at, tensor.shape);
      });
    }
    const tensor = async (place: number): Promise<Tensor> => {
      const { name } = required(values[place], "value");
      return required((await fetch([name])).get(name), name);
    };
    const first = await firstNonFiniteValue({ values, loss, oddities, tensor });
    if (first === undefined) return success(undefined);
    const oddity = required(oddities.get(first), "oddity");
    return success({ ...oddity, traced: required(values[first], "value"), shape: shapes.get(first) ?? [] });
  } finally {
    await session.dispose();
  }
}
