import { buildGradientGraph } from "../../src/autodiff/build-training-step.ts";
import { emitOnnx, opsets } from "../../src/emit/onnx/emit-graph.ts";
import { buildManifest } from "../../src/emit/onnx/manifest.ts";
import { onnxTarget } from "../../src/emit/onnx/onnx-target.ts";
import { encodeModel } from "../../src/emit/onnx/proto.ts";
import type { TrainProgram } from "../../src/ir/program.ts";
import { createOnnxSession } from "../../src/runtime/onnx/session.ts";
import { defaultTensor } from "../../src/runtime/onnx/step-loop.ts";
import type { Tensor, Tensors } from "../../src/runtime/tensor.ts";
import { required } from "../../src/support/fault.ts";
import { version } from "../../src/support/version.ts";

/** What a gradient graph gives on ONNX Runtime. */
export interface GradientRun {
  readonly loss: number;
  /** By path, in stored order; neither clipped nor decayed. */
  readonly gradients: Tensors;
}

/** A gradient graph, loaded. */
export interface Gradients {
  /** Loss and gradients of prepared features; weights by path. */
  run(weights: Tensors, features: Tensors): Promise<GradientRun>;
  dispose(): Promise<void>;
}

/** Loads the gradient graph of a program into ONNX Runtime. */
export async function openGradients(program: TrainProgram, threads: number): Promise<Gradients> {
  const opset = opsets.default;
  const graph = buildGradientGraph(program, onnxTarget(opset, "cpu"));
  const graphs = [{ name: { kind: "grad" }, file: "", graph, stored: false }] as const;
  const manifest = buildManifest({ module: program.model, train: program, version, opset, weights: "", graphs });
  const { inputs, outputs } = required(manifest.graphs.grad, "the gradient graph");
  const created = await createOnnxSession(
    encodeModel(emitOnnx(graph, { opset, producerVersion: version, parametersAs: "inputs" })),
    {
      threads,
    },
  );
  if (!created.ok) throw new Error(created.message);
  const { session } = created;
  return {
    async run(weights, features) {
      const feeds = inputs.map((it): [string, Tensor] => {
        if (it.role === "feature") return [it.name, required(features.get(it.name.slice("batch/".length)), it.name)];
        return [it.name, required(weights.get(it.path ?? "") ?? defaultTensor(it), it.name)];
      });
      const results = await session.run(new Map(feeds));
      const gradients = outputs.flatMap(({ name, role, path }): [string, Tensor][] =>
        role === "gradient" && path !== undefined ? [[path, required(results.get(name), name)]] : [],
      );
      return { loss: Number(required(results.get("loss"), "loss").data[0]), gradients: new Map(gradients) };
    },
    dispose: () => session.dispose(),
  };
}
