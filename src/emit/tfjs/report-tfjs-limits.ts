import type { Collector } from "../../diagnostics/collector.ts";
import type { Module, Node } from "../../ir/graph.ts";
import type { TrainProgram } from "../../ir/program.ts";
import type { Span } from "../../support/source.ts";
import { collectCallables } from "../structured/callables.ts";
import { tfjsTarget } from "./tfjs-target.ts";
import { mostAxes, widestOf } from "./widest-of.ts";

/**
 * Whether a model needs what TensorFlow.js does wrongly and without a word: tensors of seven axes and more, of which the
 * backend `wasm` makes wrong numbers. True after a report of the first place. A precision that it lacks is told as well,
 * which keeps nothing from being built.
 */
export function reportTfjsLimits(
  module: Module,
  train: TrainProgram | undefined,
  span: Span,
  collector: Collector,
): boolean {
  if (train?.precision !== undefined)
    collector.report("MC5016", train.origin, { model: module.name, half: train.precision.half });
  const functions = [...module.functions.values(), ...(train?.model.functions.values() ?? [])];
  const { ofNode } = collectCallables(functions, module.facts, tfjsTarget);
  const partsOf = (node: Node): readonly Node[] => (node.kind === "operator" ? (ofNode(node)?.body.nodes ?? []) : []);
  const widest = widestOf(module, train, partsOf);
  if (widest === undefined) return false;
  collector.report("MC5015", widest.origin ?? span, { model: module.name, axes: widest.axes, most: mostAxes });
  return true;
}
