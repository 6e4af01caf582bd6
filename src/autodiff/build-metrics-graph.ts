import { noFacts } from "../dims/facts.ts";
import type { Graph, GraphOutput } from "../ir/graph.ts";
import { accumulatorPort, portOf } from "../ir/ports.ts";
import type { TrainProgram } from "../ir/program.ts";
import { assembleGraph } from "../graph/assemble-graph.ts";
import { createBuilder } from "../graph/create-builder.ts";
import { createInliner } from "../graph/inline.ts";
import { expandComposites, keepNone } from "../passes/expand-composites.ts";
import { finalPasses, runPasses } from "../passes/pipeline.ts";
import { widen } from "../passes/widen.ts";
import { fault, required } from "../support/fault.ts";
import type { BuildOptions } from "./build-training-step.ts";

/**
 * The figures of a program's metrics, of what batches have given to their accumulators: from
 * `metric/<name>/<accumulator>` to `metric/<name>`, all in f64.
 */
export function buildMetricsGraph(
  { name, metrics, model }: Pick<TrainProgram, "name" | "metrics" | "model">,
  options: BuildOptions,
): Graph {
  const b = createBuilder({ firstId: 0 });
  const functions = new Map([...model.functions, ...metrics.map(({ finish }) => [finish.key, finish] as const)]);
  const nothing = { parameters: new Map(), states: new Map() };
  const inliner = createInliner({ b, functions, variables: nothing, mode: "inference" });
  const outputs = metrics.map(({ name: metric, accumulators, finish }): GraphOutput => {
    const operands = accumulators.map((it) =>
      inliner.input({ name: accumulatorPort(metric, it.name), role: "metric", type: it.type }),
    );
    const [figure] = inliner.apply(finish, "", operands);
    return { name: portOf("metric", metric), role: "metric", value: required(figure, `the figure of ${metric}`) };
  });
  const flat = assembleGraph({ name: `${name}.metrics`, mode: "inference", facts: noFacts, inliner, outputs });
  options.after?.("flatten", flat);
  const wide = widen(expandComposites(flat, keepNone), { rounded: false });
  options.after?.("widen", wide);
  const graph = runPasses(wide, finalPasses(options, "inference"), options.after);
  if (graph.outputs.length > metrics.length) fault("a metric's figure looks up what may be out of range");
  return graph;
}
