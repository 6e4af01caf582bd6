import type { Graph } from "../../ir/graph.ts";
import { nameIn } from "../../ir/ports.ts";
import { interpretGraph, type Integers } from "../../graph/interpret.ts";
import type { NdArray } from "../../ops/define/operator.ts";
import { seedWords } from "../../ops/random/counter.ts";
import { required } from "../../support/fault.ts";
import { examplesIn, type RawBatch } from "../data/dataset.ts";
import { toNumbers } from "../onnx/typed-array.ts";
import type { Tensors } from "../tensor.ts";
import { evaluationEpoch, type PreparedFor } from "./trainer.ts";

/** What a graph of a data section takes besides raw fields. */
export interface PreparationState {
  /** The fitted ones under `statistic/<path>`. */
  readonly statistics: Tensors;
  /** What is drawn is drawn by the training's seed. */
  readonly seed: number;
  readonly of?: PreparedFor;
  readonly integers?: Integers;
}

/** Runs a graph of a data section on a batch of raw fields, in double precision: its outputs by name, nothing rounded. */
export function interpretPreparation(
  graph: Graph,
  raw: RawBatch,
  { statistics, seed, of: { epoch = evaluationEpoch, examples } = {}, integers = "held" }: PreparationState,
): ReadonlyMap<string, NdArray> {
  const inputs = graph.inputs.map(({ name, role, value }): [string, NdArray] => {
    const { dtype } = value.type;
    if (role === "seed") return [name, { dtype, shape: [2], data: Float64Array.from(seedWords(seed)) }];
    if (role === "epoch") return [name, { dtype, shape: [], data: Float64Array.of(epoch) }];
    if (role === "examples") {
      const numbers = examples ?? Array.from({ length: examplesIn(raw) }, (_, at) => at);
      return [name, { dtype, shape: [numbers.length], data: Float64Array.from(numbers) }];
    }
    const field = nameIn("raw", name);
    if (field !== undefined) {
      const { shape, data } = required(raw.get(field), name);
      return [name, { dtype, shape, data: Float64Array.from(data, Number) }];
    }
    const tensor = required(statistics.get(name), name);
    return [name, { dtype, shape: tensor.shape, data: toNumbers(tensor) }];
  });
  return interpretGraph(graph, new Map(inputs), integers);
}
