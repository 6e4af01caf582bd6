import { buildPredictionGraph } from "../../autodiff/build-prediction-graph.ts";
import { emitOnnx, opsets } from "../../emit/onnx/emit-graph.ts";
import { onnxTarget } from "../../emit/onnx/onnx-target.ts";
import { encodeModel } from "../../emit/onnx/proto.ts";
import { portOf } from "../../ir/ports.ts";
import type { Predicted } from "../../ir/prediction.ts";
import type { TrainProgram } from "../../ir/program.ts";
import { elementAt } from "../../support/element-at.ts";
import { fault } from "../../support/fault.ts";
import { failure, success, type Result } from "../../support/result.ts";
import { version } from "../../support/version.ts";
import type { Tensor, Tensors } from "../tensor.ts";
import { StrayPlaces } from "../train/stray-places.ts";
import { createOnnxSession } from "./session.ts";
import { toNumbers } from "./typed-array.ts";

/** Gives the entries of `predict`, of what a network gave or of features. */
export interface EntryReader {
  /** Entries by name; of outputs, or features, by theirs. An error where places that they look up are out of range. */
  run(given: Tensors): Promise<Result<Tensors, string>>;
  dispose(): Promise<void>;
}

/** Loads what a prediction consists of into ONNX Runtime; `weights` hold the statistics of the data. */
export async function createEntryReader(
  program: Pick<TrainProgram, "name" | "model">,
  predicted: Predicted,
  weights: Tensors,
  { threads, runtimeFrom }: { readonly threads: number; readonly runtimeFrom?: string | undefined },
): Promise<Result<EntryReader, string>> {
  const opset = opsets.default;
  const graph = buildPredictionGraph(program, predicted, { ...onnxTarget(opset, "cpu"), rounded: true });
  const statistics = new Map<string, Tensor>();
  for (const { name, role, path = "" } of graph.inputs) {
    if (role !== "statistic") continue;
    const found = weights.get(name);
    if (found === undefined) return failure(`the weights have no statistic ${path}`);
    statistics.set(name, found);
  }
  const bytes = encodeModel(emitOnnx(graph, { opset, producerVersion: version, parametersAs: "inputs" }));
  const created = await createOnnxSession(bytes, { threads, runtimeFrom });
  if (!created.ok) return fault(created.message);
  const { session } = created;
  const faults = graph.outputs.find(({ role }) => role === "faults")?.name;
  return success({
    async run(given) {
      const feeds = predicted.inputs.flatMap(({ from, name }) => {
        const tensor = from === "statistic" ? undefined : given.get(name);
        return tensor === undefined ? [] : [[portOf(from, name), tensor] as const];
      });
      const found = new Map(await session.run(new Map([...statistics, ...feeds])));
      const counted = faults === undefined ? undefined : found.get(faults);
      const count = counted === undefined ? 0 : elementAt(toNumbers(counted), 0);
      if (faults !== undefined) found.delete(faults);
      return count > 0 ? failure(new StrayPlaces(count).message) : success(found);
    },
    dispose: () => session.dispose(),
  });
}
