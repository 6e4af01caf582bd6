import * as tf from "@tensorflow/tfjs";
import { bestWeights, keepBest, type Best, type Fitting } from "./progress.ts";
import { placeKey, stepKey, uniformAt } from "./random.ts";
import type { StoredForm } from "./safetensors.ts";
import { runningSums, sumsOf, totalsOf, type Accumulators, type Extremes } from "./sums.ts";
import type { OwnedVariable } from "./variables.ts";

/** How `fit` goes about its work; what is left out is as the train section of the spec says. */
export interface FitOptions<Data, Figures> {
  /** Passes over the data from here on. Without: until the length that the spec gives is reached. */
  readonly epochs?: number;
  readonly batchSize?: number;
  /** Examples that are held out to watch: a data set, or the share of the examples at the end of this one. */
  readonly validation?: Data | number;
  /** Called after every step. */
  readonly onBatchEnd?: (report: BatchReport<Figures>) => void | Promise<void>;
  /** Called after every pass, or as often as the spec says that validation happens. */
  readonly onEpochEnd?: (report: EpochReport<Figures>) => void | Promise<void>;
  /** Ends the training after the step in hand, once it says so. */
  readonly shouldStop?: () => boolean;
}

/** One step, as it is reported. */
export interface BatchReport<Figures> {
  readonly epoch: number;
  /** Steps done, of how many in all. */
  readonly step: number;
  readonly steps: number;
  /** Running figures since the last validation. */
  readonly figures: Figures;
}

/** What was measured at once: a pass, or what lies between two validations. */
export interface EpochReport<Figures> {
  readonly epoch: number;
  readonly step: number;
  readonly train: Figures;
  readonly validation?: Figures;
  /** Whether it is the best so far by what the spec's `save` watches, or else its `stop`. */
  readonly improved: boolean;
}

/** A figure that the spec watches, and whether more of it is better. */
export interface Watch<Figures> {
  /** Its name, after the split that it is of: `validate.loss`. */
  readonly monitor: string;
  readonly figure: (figures: Figures) => number;
  readonly mode: "min" | "max";
}

/** What `fit` needs to know of a model and of its train section. */
export interface FitPlan<Data, Figures> {
  readonly data: Data;
  readonly options: FitOptions<Data, Figures>;
  /** Steps done before, and what is known of their validations; it is kept up to date. */
  readonly start: number;
  readonly fitting: Fitting;
  readonly length: { readonly epochs: number } | { readonly steps: number };
  readonly batchSize: number;
  readonly seed: number;
  /** How far validations are apart; a pass where it is left out. */
  readonly validateEvery?: { readonly epochs: number } | { readonly steps: number };
  /** Ends the training after so many validations that are not the best so far. */
  readonly stop?: Watch<Figures> & { readonly patience: number };
  /** Gives the weights, parameters and states, in the end what they were at the best validation. */
  readonly save?: Watch<Figures> & {
    readonly weights: OwnedVariable[];
    readonly formOf: (path: string) => StoredForm;
  };
  /** Says how many steps there will be: schedules may end there. */
  readonly begin?: (steps: number) => void;
  /** Called before every step, with the steps of a pass: something may be frozen until then. */
  readonly enter?: (step: number, perEpoch: number) => void;
  /** Takes a step on a batch of a pass over the data, which is counted from 0. */
  readonly train: (batch: Data, epoch: number) => Promise<number[]>;
  readonly evaluate: (data: Data) => Promise<Figures>;
  /** What each metric adds up over batches, and how many numbers that is. */
  readonly accumulators: Accumulators;
  readonly extremes?: Extremes;
  readonly figures: (sums: readonly number[]) => Figures;
}

/**
 * Trains in seeded order; the last batch of a pass may be smaller. Gives the report of every pass. Where `save` watches
 * something, the model has its best weights in the end, unless `shouldStop` has ended the training.
 */
export async function runFit<Data extends Record<string, tf.Tensor>, Figures extends object>(
  plan: FitPlan<Data, Figures>,
): Promise<EpochReport<Figures>[]> {
  const { options, fitting, batchSize: usual } = plan;
  const batchSize = options.batchSize ?? usual;
  const count = examplesIn(plan.data);
  const held = typeof options.validation === "number" ? Math.floor(count * options.validation) : 0;
  const examples = count - held;
  const validation = typeof options.validation === "number" ? sliceRows(plan.data, examples, held) : options.validation;
  const perEpoch = Math.ceil(examples / batchSize);
  const planned = "steps" in plan.length ? plan.length.steps : plan.length.epochs * perEpoch;
  const steps = options.epochs === undefined ? planned : plan.start + options.epochs * perEpoch;
  const apart = plan.validateEvery ?? { epochs: 1 };
  const every = "steps" in apart ? apart.steps : apart.epochs * perEpoch;
  const blind = Object.entries({ stop: plan.stop, save: plan.save }).find(
    ([, it]) => it !== undefined && !ofTraining(it),
  );
  if (blind !== undefined && validation === undefined) {
    throw new Error(`the spec's ${blind[0]} watches a figure of validation: fit needs the option validation`);
  }
  const reports: EpochReport<Figures>[] = [];
  let order: Int32Array = new Int32Array();
  let sums = runningSums(plan.figures, plan.extremes, fitting.figures && totalsOf(fitting.figures, plan.accumulators));
  plan.begin?.(steps);
  if (plan.save !== undefined) bestWeights(fitting, plan.save.weights, plan.save.formOf);

  try {
    for (let step = plan.start; step < steps; step++) {
      const epoch = Math.floor(step / perEpoch);
      const at = step % perEpoch;
      if (order.length === 0 || at === 0) order = shuffledRows(examples, plan.seed, epoch);
      const rows = order.subarray(at * batchSize, (at + 1) * batchSize);
      const batch = selectRows(plan.data, rows);
      plan.enter?.(step, perEpoch);
      try {
        sums.add(await plan.train(batch, epoch), rows.length);
        fitting.figures = sumsOf(sums.totals(), plan.accumulators);
      } finally {
        tf.dispose(Object.values(batch));
      }
      await options.onBatchEnd?.({ epoch: epoch + 1, step: step + 1, steps, figures: sums.figures() });
      const ended = options.shouldStop?.() === true;
      const due = (step + 1) % every === 0 || step + 1 === steps;
      if (!due && !ended) continue;

      const train = sums.figures();
      const held = validation === undefined ? undefined : await plan.evaluate(validation).catch(ofValidation);
      const measured = { step: step + 1, train, ...(held === undefined ? {} : { validation: held }) };
      // What is cut between two validations goes on to the next one, and is judged there.
      const improved = due && judge(plan, measured);
      const report = { epoch: epoch + 1, ...measured, improved };
      reports.push(report);
      await options.onEpochEnd?.(report);
      if (due) sums = runningSums(plan.figures, plan.extremes);
      if (ended && step + 1 !== steps) return reports;
      if (plan.stop !== undefined && fitting.waited >= plan.stop.patience) break;
    }
    fitting.best?.forEach(({ variable }, i) => plan.save?.weights[i]?.variable.assign(variable));
    return reports;
  } finally {
    if (validation !== options.validation) tf.dispose(Object.values(validation ?? {}));
  }
}

/** What is measured at a validation. */
interface Measured<Figures> {
  readonly step: number;
  readonly train: Figures;
  readonly validation?: Figures;
}

/** Takes note of a validation, and of its weights if they are the best; whether it is the best so far. */
function judge<Data, Figures>({ fitting, save, stop }: FitPlan<Data, Figures>, measured: Measured<Figures>): boolean {
  const { step } = measured;
  fitting.save = save && bestSoFar(save, fitting.save, measured);
  fitting.stop = stop && bestSoFar(stop, fitting.stop, measured);
  fitting.waited = stop === undefined || fitting.stop?.step === step ? 0 : fitting.waited + 1;
  fitting.figures = undefined;
  if (save !== undefined && fitting.save?.step === step) keepBest(fitting, save.weights);
  return (save === undefined ? fitting.stop : fitting.save)?.step === step;
}

function ofTraining({ monitor }: { readonly monitor: string }): boolean {
  return monitor.startsWith("train.");
}

/** Says of an error that it is about the examples of validation, for it may name their rows. */
export function ofValidation(error: unknown): never {
  throw error instanceof Error ? Object.assign(error, { message: `validation: ${error.message}` }) : error;
}

/**
 * The best so far after a validation: a new one, or the one before. Only a finite value is ever better; a value of
 * something else than what is watched now is none.
 */
export function bestSoFar<Figures>(
  watch: Watch<Figures>,
  before: Best | undefined,
  { step, train, validation }: Measured<Figures>,
): Best | undefined {
  const { monitor, figure, mode } = watch;
  const known = before?.monitor === monitor ? before : undefined;
  const figures = ofTraining(watch) ? train : validation;
  const value = figures === undefined ? NaN : figure(figures);
  if (!Number.isFinite(value)) return known;
  if (known !== undefined && !(mode === "max" ? value > known.value : value < known.value)) return known;
  return { monitor, value, step };
}

/** The figures of a data set, batch by batch. */
export async function evaluateBatches<Data extends Record<string, tf.Tensor>, Figures>(
  data: Data,
  batchSize: number,
  figures: (sums: readonly number[]) => Figures,
  evaluate: (batch: Data) => Promise<number[]>,
  extremes?: Extremes,
): Promise<Figures> {
  const sums = runningSums(figures, extremes);
  const examples = examplesIn(data);
  for (let from = 0; from < examples; from += batchSize) {
    const count = Math.min(batchSize, examples - from);
    const batch = sliceRows(data, from, count);
    try {
      sums.add(await evaluate(batch), count);
    } finally {
      tf.dispose(Object.values(batch));
    }
  }
  return sums.figures();
}

/** How many examples a data set has: the first size of its tensors. */
export function examplesIn(data: Record<string, tf.Tensor>): number {
  return Object.values(data)[0]?.shape[0] ?? 0;
}

/** The rows of a data set at some indices. */
export function selectRows<Data extends Record<string, tf.Tensor>>(data: Data, rows: Int32Array): Data {
  const indices = tf.tensor1d(rows, "int32");
  const entries = Object.entries(data).map(([name, tensor]) => [name, tf.gather(tensor, indices)] as const);
  indices.dispose();
  return Object.fromEntries(entries) as Record<string, tf.Tensor> as Data;
}

/** `count` rows of a data set from one on. */
export function sliceRows<Data extends Record<string, tf.Tensor>>(data: Data, from: number, count: number): Data {
  const entries = Object.entries(data).map(([name, tensor]) => {
    const rest = tensor.shape.slice(1);
    return [name, tf.slice(tensor, [from, ...rest.map(() => 0)], [count, ...rest])] as const;
  });
  return Object.fromEntries(entries) as Record<string, tf.Tensor> as Data;
}

/** The numbers 0 .. count - 1 in an order that depends on the seed and the pass alone. */
export function shuffledRows(count: number, seed: number, epoch: number): Int32Array {
  const key = placeKey(stepKey(seed, epoch), "epoch");
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const other = Math.floor(uniformAt(key, i) * (i + 1));
    const held = order[i] ?? 0;
    order[i] = order[other] ?? 0;
    order[other] = held;
  }
  return order;
}

/** The numbers of some tensors, one after the other, read at once; the tensors are disposed of. */
export async function numbersOf(tensors: tf.Tensor[]): Promise<number[]> {
  const joined = tf.tidy(() => tf.concat(tensors.map((tensor) => tf.reshape(tensor, [-1]))));
  tf.dispose(tensors);
  const numbers = Array.from(await joined.data());
  joined.dispose();
  return numbers;
}
