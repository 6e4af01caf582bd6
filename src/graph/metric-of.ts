import type { Func, Value } from "../ir/graph.ts";
import type { Metric } from "../ir/program.ts";
import type { TensorType } from "../ir/types.ts";
import { asNumber } from "../dims/dim.ts";
import type { MetricTrait } from "../ops/define/operator.ts";
import { fault, required } from "../support/fault.ts";
import { createBuilder } from "./create-builder.ts";

/** A metric under a name, of what makes it one and of the types of what a batch gives to its accumulators. */
export function metricOf(name: string, trait: MetricTrait, types: readonly TensorType[]): Metric {
  const accumulators = trait.accumulators.map((it, at): Metric["accumulators"][number] => {
    const type = required(types[at], `type of ${name}'s ${it}`);
    const isStatic = type.dtype === "f32" && type.shape.every((dim) => asNumber(dim) !== undefined);
    return isStatic ? { name: it, type, merge: "sum" } : fault(`${name}'s ${it} is no f32 of a static shape`);
  });
  const b = createBuilder({ firstId: 0 });
  const inputs = accumulators.map((it): Value => b.value(it.type, it.name));
  const result = trait.finish(b, inputs);
  const finish: Func = {
    key: `metric ${name}`,
    name,
    flavor: "fn",
    hyperparameters: [],
    inputNames: trait.accumulators,
    resultNames: [name],
    parameters: [],
    states: [],
    body: { inputs, nodes: b.nodes, results: [result] },
  };
  return { name, better: trait.better, accumulators, finish };
}
