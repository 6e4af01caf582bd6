import type { Graph } from "../../ir/graph.ts";
import { nameIn } from "../../ir/ports.ts";
import { interpretGraph, type Integers } from "../../graph/interpret.ts";
import type { NdArray } from "../../ops/define/operator.ts";
import { required } from "../../support/fault.ts";
import type { RawBatch } from "../data/dataset.ts";
import { toNumbers } from "../onnx/typed-array.ts";
import type { Tensors } from "../tensor.ts";

/**
 * Runs a graph of a data section on a batch of raw fields, in double precision: its outputs by name, nothing rounded.
 * `statistics` holds the fitted ones under `statistic/<path>`.
 */
export function interpretPreparation(
  graph: Graph,
  raw: RawBatch,
  statistics: Tensors,
  integers: Integers = "held",
): ReadonlyMap<string, NdArray> {
  const inputs = graph.inputs.map((it): [string, NdArray] => {
    const { dtype } = it.value.type;
    const field = nameIn("raw", it.name);
    if (field !== undefined) {
      const { shape, data } = required(raw.get(field), it.name);
      return [it.name, { dtype, shape, data: Float64Array.from(data, Number) }];
    }
    const tensor = required(statistics.get(it.name), it.name);
    return [it.name, { dtype, shape: tensor.shape, data: toNumbers(tensor) }];
  });
  return interpretGraph(graph, new Map(inputs), integers);
}
