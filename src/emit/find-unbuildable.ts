import { createCollector } from "../diagnostics/collector.ts";
import type { Findings } from "../diagnostics/findings.ts";
import type { Module } from "../ir/graph.ts";
import type { TrainProgram } from "../ir/program.ts";
import type { Span } from "../support/source.ts";
import { sizeOfWeights } from "./onnx/report-oversize.ts";
import { reportOpenSizes } from "./report-open-sizes.ts";
import { mostAxes, widestOf } from "./tfjs/widest-of.ts";

/**
 * What keeps a model from being built that is known before it is: an error where no target can be, whatever sizes are given
 * then, and a warning where one of the two cannot. A model that is trained is given no more sizes.
 */
export function findUnbuildable(module: Module, train: TrainProgram | undefined, span: Span): Findings {
  const collector = createCollector();
  const { found, saysNames } = collector;
  if (reportOpenSizes(module, span, collector, train === undefined ? "nameless" : "trained"))
    return { found, saysNames };
  const size = sizeOfWeights(module);
  if (size !== undefined) {
    const why = `its weights take ${size.bytes}, and modelc writes files of at most ${size.limit}`;
    collector.report("MC5018", span, { model: module.name, target: "ONNX", why });
  }
  const widest = widestOf(module, train);
  if (widest !== undefined) {
    const why = `here is a tensor of ${widest.axes} axes, and TensorFlow.js computes rightly with ${mostAxes} at most`;
    collector.report("MC5018", widest.origin ?? span, { model: module.name, target: "TensorFlow.js", why });
  }
  return { found, saysNames };
}
