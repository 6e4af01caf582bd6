import { figureNames, leadingStep, lossName, summedIn } from "../../ir/measures-of.ts";
import type { TrainProgram } from "../../ir/program.ts";
import { elementAt } from "../../support/element-at.ts";
import { required } from "../../support/fault.ts";
import type { BatchResult } from "./trainer.ts";

/** Losses and metrics over some batches: by name, the loss of a step without one as `loss`. */
export type Figures = ReadonlyMap<string, number>;

/** What a {@link FigureSum} has added up, as plain data. */
export interface FigureState {
  /** Of the leading step. */
  readonly loss: number;
  readonly examples: number;
  /** The losses of the other steps, then the metrics. */
  readonly metrics: readonly { readonly sum: number; readonly count: number }[];
}

/** Accumulates batch results: losses weighted by examples, metrics by their own counts. */
export interface FigureSum {
  add(result: BatchResult, examples: number): void;
  figures(): Figures;
  state(): FigureState;
}

/** A sum for the figures of a training program: empty, or as far as `from` had come. */
export function createFigureSum(program: Pick<TrainProgram, "metrics" | "steps">, from?: FigureState): FigureSum {
  const leading = leadingStep(program);
  const others = program.steps.filter((it) => it !== leading);
  const summed = summedIn(program);
  let loss = from?.loss ?? 0;
  let examples = from?.examples ?? 0;
  const sums = summed.map((_, at) => ({ sum: 0, count: 0, ...from?.metrics[at] }));
  const addTo = (at: number, sum: number, count: number): void => {
    const total = elementAt(sums, at);
    total.sum += sum;
    total.count += count;
  };
  return {
    add({ losses, metrics }, count) {
      loss += required(losses[program.steps.indexOf(leading)], "the leading loss") * count;
      examples += count;
      others.forEach((step, at) => {
        const found = losses[program.steps.indexOf(step)];
        if (found !== undefined) addTo(at, found * count, count);
      });
      metrics.forEach((it, at) => {
        addTo(others.length + at, it.sum, it.count);
      });
    },
    figures() {
      const found = new Map([[lossName(leading), loss / examples]]);
      summed.forEach(({ name, finish }, at) => {
        const { sum, count } = elementAt(sums, at);
        found.set(name, finish === "exp_mean" ? Math.exp(sum / count) : sum / count);
      });
      return new Map(figureNames(program).map((name) => [name, required(found.get(name), name)]));
    },
    state: () => ({ loss, examples, metrics: sums.map((it) => ({ ...it })) }),
  };
}
