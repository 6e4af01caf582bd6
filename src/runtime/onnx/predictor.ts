import { seedWords } from "../../ops/random/counter.ts";
import { elementAt } from "../../support/element-at.ts";
import { buildInferenceGraph } from "../../autodiff/build-evaluation-graph.ts";
import { emitOnnx, opsets } from "../../emit/onnx/emit-graph.ts";
import { buildManifest, type ManifestInput } from "../../emit/onnx/manifest.ts";
import { encodeModel } from "../../emit/onnx/proto.ts";
import type { Module } from "../../ir/graph.ts";
import type { PrecisionSpec } from "../../ir/program.ts";
import { fault, required } from "../../support/fault.ts";
import { failure, success, type Result } from "../../support/result.ts";
import { version } from "../../support/version.ts";
import type { Tensor, Tensors } from "../tensor.ts";
import { bindDimensions } from "./check-constraints.ts";
import { createOnnxSession } from "./session.ts";
import { StrayPlaces } from "../train/stray-places.ts";
import { toNumbers } from "./typed-array.ts";
import { onnxTarget } from "../../emit/onnx/onnx-target.ts";

/** A network that answers. */
export interface Predictor {
  /** Whether the network draws random numbers as it answers. */
  readonly draws: boolean;
  /** Outputs by name, or what is wrong with the inputs. */
  run(inputs: Tensors): Promise<Result<Tensors, string>>;
  dispose(): Promise<void>;
}

/** `tokens[0, 3] is 65`: the first place of an input that is out of range, where one is. */
function describeStray(features: readonly ManifestInput[], inputs: Tensors): string | undefined {
  for (const { name, places } of features) {
    const tensor = inputs.get(name);
    if (places === undefined || tensor === undefined) continue;
    const values = toNumbers(tensor);
    const at = values.findIndex((it) => it < 0 || it >= places);
    if (at < 0) continue;
    const index = tensor.shape.map((size, axis) => {
      const inner = tensor.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
      return Math.floor(at / inner) % size;
    });
    const element = index.length === 0 ? name : `${name}[${index.join(", ")}]`;
    return `${element} is ${elementAt(values, at)}, and must be from 0 to ${places - 1}`;
  }
  return undefined;
}

/** How a network answers. */
export interface PredictorOptions {
  readonly threads: number;
  /** That of its training. */
  readonly precision?: PrecisionSpec | undefined;
  /** What a network that draws in inference draws by: the seed of its training, where nobody wants another. */
  readonly seed?: number | undefined;
  /** The project whose runtime is loaded; modelc's own without it. */
  readonly runtimeFrom?: string | undefined;
}

/** Loads a model's inference graph into ONNX Runtime; `weights` are a checkpoint's tensors, by path. */
export async function createPredictor(
  module: Module,
  weights: Tensors,
  { threads, precision, seed = 0, runtimeFrom }: PredictorOptions,
): Promise<Result<Predictor, string>> {
  const opset = opsets.default;
  const graph = buildInferenceGraph(module, onnxTarget(opset, "cpu"), precision);
  const parts = {
    module,
    version,
    opset,
    weights: "",
    graphs: [{ name: { kind: "inference" }, file: "", graph, stored: false }],
  } as const;
  const manifest = buildManifest(parts);
  const description = required(manifest.graphs.inference, "the inference graph");
  const stored = new Map<string, Tensor>();
  for (const input of description.inputs) {
    const { name, role, path, dtype, shape } = input;
    // A network that draws in inference answers alike for one seed.
    if (role === "seed") stored.set(name, { dtype, shape: [2], data: Uint32Array.from(seedWords(seed)) });
    if (role === "step") stored.set(name, { dtype, shape: [], data: BigInt64Array.of(0n) });
    if (role !== "parameter" && role !== "state") continue;
    const tensor = weights.get(path ?? "");
    if (tensor === undefined) return failure(`the weights have no ${path ?? name}`);
    if (tensor.dtype !== dtype || tensor.shape.join() !== shape.join()) {
      return failure(
        `the weights have ${path ?? name} as ${tensor.dtype}[${tensor.shape.join(", ")}], not ${dtype}[${shape.join(", ")}]`,
      );
    }
    stored.set(name, tensor);
  }
  const bytes = encodeModel(emitOnnx(graph, { opset, producerVersion: version, parametersAs: "inputs" }));
  const created = await createOnnxSession(bytes, { threads, runtimeFrom });
  if (!created.ok) return /onnxruntime-node/.test(created.message) ? failure(created.message) : fault(created.message);
  const { session } = created;
  const features = description.inputs.filter((it) => it.role === "feature");
  const faults = description.outputs.find((it) => it.role === "faults")?.name;
  return success({
    draws: description.inputs.some((it) => it.role === "seed"),
    async run(inputs) {
      const unknown = [...inputs.keys()].find((name) => !features.some((it) => it.name === name));
      if (unknown !== undefined)
        return failure(`there is no input ${unknown}; the inputs are ${features.map((it) => it.name).join(", ")}`);
      const bound = bindDimensions(features, manifest.constraints, inputs);
      if (!bound.ok) return failure(bound.message);
      const outputs = new Map(await session.run(new Map([...stored, ...inputs])));
      const counted = faults === undefined ? undefined : outputs.get(faults);
      const count = counted === undefined ? 0 : elementAt(toNumbers(counted), 0);
      outputs.delete(faults ?? "");
      return count > 0 ? failure(describeStray(features, inputs) ?? new StrayPlaces(count).message) : success(outputs);
    },
    dispose: () => session.dispose(),
  });
}
