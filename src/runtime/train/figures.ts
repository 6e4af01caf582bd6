import type { TrainProgram } from "../../ir/program.ts";
import type { BatchResult } from "./trainer.ts";

/** Loss and metrics over some batches: by name, the loss as `loss`. */
export type Figures = ReadonlyMap<string, number>;

/** What a {@link FigureSum} has added up, as plain data. */
export interface FigureState {
  readonly loss: number;
  readonly examples: number;
  readonly metrics: readonly { readonly sum: number; readonly count: number }[];
}

/** Accumulates batch results: the loss weighted by examples, metrics by their own counts. */
export interface FigureSum {
  add(result: BatchResult, examples: number): void;
  figures(): Figures;
  state(): FigureState;
}

/** A sum for the metrics of a training program: empty, or as far as `from` had come. */
export function createFigureSum(metrics: TrainProgram["metrics"], from?: FigureState): FigureSum {
  let loss = from?.loss ?? 0;
  let examples = from?.examples ?? 0;
  const sums = metrics.map((_, at) => ({ sum: 0, count: 0, ...from?.metrics[at] }));
  return {
    add(result, count) {
      loss += result.loss * count;
      examples += count;
      for (const [at, metric] of result.metrics.entries()) {
        const total = sums[at];
        if (total === undefined) continue;
        total.sum += metric.sum;
        total.count += metric.count;
      }
    },
    figures() {
      const entries: [string, number][] = [["loss", loss / examples]];
      for (const [at, { name, finish }] of metrics.entries()) {
        const { sum, count } = sums[at] ?? { sum: 0, count: 0 };
        entries.push([name, finish === "exp_mean" ? Math.exp(sum / count) : sum / count]);
      }
      return new Map(entries);
    },
    state: () => ({ loss, examples, metrics: sums.map((it) => ({ ...it })) }),
  };
}
