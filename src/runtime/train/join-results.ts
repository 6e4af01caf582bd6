import { elementAt } from "../../support/element-at.ts";
import { accumulatorSize } from "../../ir/accumulator-shape.ts";
import type { Metric } from "../../ir/program.ts";
import { merges } from "./figures.ts";
import type { StepResult } from "./trainer.ts";

/** What a step found on a part of its examples. */
export interface PartResult {
  readonly result: StepResult;
  readonly examples: number;
}

/** What a step found on all parts together: losses weighted by examples, what `metrics` gather merged as over batches. */
export function joinResults(parts: readonly PartResult[], metrics: readonly Metric[]): StepResult {
  const total = parts.reduce((sum, { examples }) => sum + examples, 0);
  return {
    loss: parts.reduce((sum, { result, examples }) => sum + result.loss * examples, 0) / total,
    metrics: metrics.map(({ accumulators }, metric) =>
      accumulators.map((it, place) => {
        const { start, merge } = merges[it.merge];
        return Float64Array.from({ length: accumulatorSize(it) }, (_, i) =>
          parts
            .map(({ result }) => elementAt(elementAt(elementAt(result.metrics, metric), place), i))
            .reduce((a, b) => merge(a, b), start),
        );
      }),
    ),
  };
}
