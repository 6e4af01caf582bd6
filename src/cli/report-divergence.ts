import type { TrainProgram } from "../ir/program.ts";
import type { Collector } from "../diagnostics/collector.ts";
import type { Divergence } from "../runtime/train/train-loop.ts";
import type { Span } from "../support/source.ts";

/** Reports why a training cannot go on, at its loss. `step` is how many steps were taken; `help` says how to go on. */
export function reportDivergence(
  collector: Collector,
  program: TrainProgram,
  step: number,
  divergence: Divergence,
  help: string,
): void {
  const span = lossOf(program);
  if (divergence.kind === "tensors") {
    const { name, index, value } = divergence.at;
    collector.report("MC4044", span, { step, element: elementText(name, index), value: String(value) }, { help });
  } else collector.report("MC4043", span, { step: step + 1, loss: String(divergence.loss) }, { help });
}

/** `dense_0.kernel[3, 1]`. */
export function elementText(name: string, index: readonly number[]): string {
  return index.length === 0 ? name : `${name}[${index.join(", ")}]`;
}

/** Where the loss is written: the expression, or the section where that is not known. */
function lossOf({ objective, origin }: TrainProgram): Span {
  const [loss] = objective.body.results;
  const span = objective.body.nodes.find(({ results }) => results.some(({ id }) => id === loss?.id))?.origin;
  return span?.file.path === origin.file.path ? span : origin;
}
