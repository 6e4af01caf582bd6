import type { Collector } from "../../diagnostics/collector.ts";
import type { Module, Node } from "../../ir/graph.ts";
import type { TrainProgram } from "../../ir/program.ts";
import { nodesWithin } from "../../ir/visit.ts";
import type { Span } from "../../support/source.ts";
import { collectCallables } from "../structured/callables.ts";
import { tfjsTarget } from "./tfjs-target.ts";

/** The most axes that every backend of TensorFlow.js computes with rightly. */
export const mostAxes = 6;

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
  const widest = widestOf(module, train);
  if (widest === undefined) return false;
  collector.report("MC5015", widest.origin ?? span, { model: module.name, axes: widest.axes, most: mostAxes });
  return true;
}

/** The first tensor of more axes than TensorFlow.js computes with; undefined where there is none. */
export function widestOf(
  module: Module,
  train: TrainProgram | undefined,
): { readonly axes: number; readonly origin: Span | undefined } | undefined {
  const functions = new Set([...module.functions.values(), ...(train?.model.functions.values() ?? [])]);
  const { ofNode } = collectCallables(functions, module.facts, tfjsTarget);
  /** The most axes of what a node makes, on the way to it too where it is written as a function of its own. */
  const axesOf = (node: Node): number => {
    const parts = node.kind === "operator" ? (ofNode(node)?.body.nodes ?? []) : [];
    return Math.max(0, ...node.results.map((it) => it.type.shape.length), ...[...nodesWithin(parts)].map(axesOf));
  };
  const nodes = [...functions, ...(train?.steps.map((it) => it.objective) ?? [])].flatMap(({ body }) => body.nodes);
  const widest = [...nodesWithin(nodes)].find((node) => axesOf(node) > mostAxes);
  const entries = module.functions.get(module.entry)?.body.inputs ?? [];
  const given = Math.max(0, ...entries.map((it) => it.type.shape.length));
  if (widest === undefined && given <= mostAxes) return undefined;
  return { axes: widest === undefined ? given : axesOf(widest), origin: widest?.origin };
}
