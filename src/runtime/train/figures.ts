import { buildMetricsGraph } from "../../autodiff/build-metrics-graph.ts";
import { interpretGraph } from "../../graph/interpret.ts";
import { accumulatorShape, accumulatorSize } from "../../ir/accumulator-shape.ts";
import { figureNames, gatheredIn, leadingStep, lossName } from "../../ir/measures-of.ts";
import { accumulatorPort, portOf } from "../../ir/ports.ts";
import type { Merge, TrainProgram } from "../../ir/program.ts";
import { referenceTarget } from "../../passes/pipeline.ts";
import type { NdArray } from "../../ops/define/operator.ts";
import { elementAt } from "../../support/element-at.ts";
import { fault, required } from "../../support/fault.ts";
import type { BatchResult } from "./trainer.ts";

/** A loss, or what a metric has come to: a number, a row of them, or a table of rows. */
export type Figure = number | readonly number[] | readonly (readonly number[])[];

/** Losses and metrics over some batches: by name, the loss of a step without one as `loss`. */
export type Figures = ReadonlyMap<string, Figure>;

/** The figure of a name that is one number; NaN where it is none. */
export function numberIn(figures: Figures, name: string): number {
  const figure = figures.get(name);
  return typeof figure === "number" ? figure : NaN;
}

/** What a {@link FigureSum} has come to, as plain data. */
export interface FigureState {
  /** Of the leading step, weighted by examples. */
  readonly loss: number;
  readonly examples: number;
  /**
   * The losses of the other steps, then the metrics: of each what it gathers, by name, as one number, or as all elements
   * row by row.
   */
  readonly metrics: readonly Readonly<Record<string, number | readonly number[]>>[];
}

/** Merges batches: losses weighted by examples, what metrics gather element by element, in doubles. */
export interface FigureSum {
  add(result: BatchResult, examples: number): void;
  figures(): Figures;
  state(): FigureState;
}

/** How accumulators are merged: what they begin with, and what comes of them and a batch. */
export const merges: Readonly<
  Record<Merge, { readonly start: number; readonly merge: (a: number, b: number) => number }>
> = {
  sum: { start: 0, merge: (a, b) => a + b },
  max: { start: -Infinity, merge: Math.max },
  min: { start: Infinity, merge: Math.min },
};

/** What figures are made of. */
export type Measured = Pick<TrainProgram, "name" | "model" | "metrics" | "steps">;

/** A sum for the figures of a training program: empty, or as far as `from`, which fits it, had come. */
export function createFigureSum(program: Measured, from?: FigureState): FigureSum {
  const graph = buildMetricsGraph(program, referenceTarget);
  const leading = leadingStep(program);
  const others = program.steps.filter((it) => it !== leading);
  let loss = from?.loss ?? 0;
  let examples = from?.examples ?? 0;
  const sums = gatheredIn(program).map(({ accumulators }, at) =>
    accumulators.map((it) => {
      const { start, merge } = merges[it.merge];
      const data = new Float64Array(accumulatorSize(it)).fill(start);
      if (from !== undefined) data.set(required(heldIn(from, at, it.name), `the state of ${it.name}`));
      return { name: it.name, shape: accumulatorShape(it), data, merge };
    }),
  );
  const addTo = (at: number, given: readonly ArrayLike<number>[]): void => {
    elementAt(sums, at).forEach(({ name, data, merge }, place) => {
      const added = required(given[place], name);
      if (added.length !== data.length) fault(`${name} has ${added.length} elements, not ${data.length}`);
      data.forEach((it, i) => (data[i] = merge(it, elementAt(added, i))));
    });
  };
  return {
    add({ losses, metrics }, count) {
      loss += required(losses[program.steps.indexOf(leading)], "the leading loss") * count;
      examples += count;
      others.forEach((step, at) => {
        const found = losses[program.steps.indexOf(step)];
        if (found !== undefined) addTo(at, [[found * count], [count]]);
      });
      program.metrics.forEach((_, at) => {
        addTo(others.length + at, elementAt(metrics, at));
      });
    },
    figures() {
      const found = new Map<string, Figure>([[lossName(leading), loss / examples]]);
      others.forEach((step, at) => {
        const [sum, count] = elementAt(sums, at).map(({ data }) => elementAt(data, 0));
        found.set(lossName(step), required(sum, "sum") / required(count, "count"));
      });
      const gathered = program.metrics.flatMap((metric, at) =>
        elementAt(sums, others.length + at).map(
          ({ name, shape, data }) => [accumulatorPort(metric.name, name), { dtype: "f64", shape, data }] as const,
        ),
      );
      const made = interpretGraph(graph, new Map(gathered));
      for (const { name } of program.metrics) {
        found.set(name, figureOf(required(made.get(portOf("metric", name)), name)));
      }
      return new Map(figureNames(program).map((name) => [name, required(found.get(name), name)]));
    },
    state: () => ({
      loss,
      examples,
      metrics: sums.map((held) =>
        Object.fromEntries(held.map(({ name, data }) => [name, data.length === 1 ? elementAt(data, 0) : [...data]])),
      ),
    }),
  };
}

/** An array of no axes as a number, of one as a row, of two as a table. */
function figureOf({ shape, data }: NdArray): Figure {
  const [rows, columns] = shape;
  if (rows === undefined) return elementAt(data, 0);
  if (columns === undefined) return [...data];
  return Array.from({ length: rows }, (_, row) => [...data.subarray(row * columns, (row + 1) * columns)]);
}

/** Whether a state is of the figures of a program: it has all that these gather, in its size, and nothing else. */
export function fitsProgram(state: FigureState, program: Pick<TrainProgram, "metrics" | "steps">): boolean {
  const gathered = gatheredIn(program);
  return (
    state.metrics.length === gathered.length &&
    gathered.every(
      ({ accumulators }, at) =>
        Object.keys(elementAt(state.metrics, at)).length === accumulators.length &&
        accumulators.every((it) => heldIn(state, at, it.name)?.length === accumulatorSize(it)),
    )
  );
}

/** What a state holds of one accumulator. */
function heldIn({ metrics }: FigureState, at: number, name: string): readonly number[] | undefined {
  const held = metrics[at];
  const value = held !== undefined && Object.hasOwn(held, name) ? held[name] : undefined;
  return typeof value === "number" ? [value] : value;
}
