import * as tf from "@tensorflow/tfjs";
import { parseRecord, restoreVariables, type Checkpoint, type StoredForm } from "./safetensors.ts";
import type { Sums } from "./sums.ts";
import type { OwnedVariable } from "./variables.ts";

/** The best value of what the spec's `stop` or `save` watches, and the step that had it. */
export interface Best {
  /** What it is a value of: `validate.loss`. */
  readonly monitor: string;
  readonly value: number;
  readonly step: number;
}

/** What `fit` knows of the validations so far, so that it goes on as if it had never stopped; `{ waited: 0 }` is nothing. */
export interface Fitting {
  /** The best validation by what `save` watches, whose weights are kept; and by what `stop` watches. */
  save?: Best | undefined;
  stop?: Best | undefined;
  /** Validations since the best one by what `stop` watches. */
  waited: number;
  /** What the batches since the last validation add up to, between two. */
  figures?: Sums | undefined;
  /** The weights of the best validation by what `save` watches, under their names in a checkpoint. */
  best?: OwnedVariable[] | undefined;
  /** The checkpoint that has them, until they are asked for. */
  stored?: Checkpoint | undefined;
}

/** How far a training is, as the metadata of a checkpoint has it. */
export function progressText(model: { readonly step: number; readonly steps?: number; fitting: Fitting }): string {
  const { step, steps, fitting } = model;
  const { waited, save, stop, figures } = fitting;
  const known = steps === Infinity ? undefined : steps;
  // JSON has no infinity, and no NaN.
  return JSON.stringify({ step, steps: known, waited, save, stop, figures }, (_, it: unknown) =>
    typeof it === "number" && !Number.isFinite(it) ? String(it) : it,
  );
}

/** How far the training of a checkpoint was; nothing of it in plain weights. Throws where that cannot be. */
export function progressOf(checkpoint: Checkpoint): {
  step?: number;
  steps?: number;
  fitting?: Fitting;
  seed?: number;
} {
  const text = checkpoint.metadata.get("progress");
  if (text === undefined) return seedOf(checkpoint);
  const progress = parseRecord(text, 'the metadata "progress"');
  // Steps are words of 32 bits in random keys.
  const step = wholeAt(progress, "step", 2 ** 32 - 1);
  const steps = (progress["steps"] ?? undefined) === undefined ? undefined : wholeAt(progress, "steps", 2 ** 32 - 1);
  const fitting = fittingOf(progress, step);
  const kept = { ...fitting, ...storedBest(checkpoint, fitting.save, step) };
  return { step, ...(steps === undefined ? {} : { steps }), fitting: kept, ...seedOf(checkpoint) };
}

function fittingOf(progress: Record<string, unknown>, step: number): Fitting {
  if (progress["best"] !== undefined) {
    throw new Error(
      'the metadata "progress" has a best value that does not say what it is a value of: another version of modelc wrote it',
    );
  }
  const bestAt = (key: "save" | "stop"): { save?: Best; stop?: Best } => {
    if (progress[key] === undefined) return {};
    const best = recordAt(progress, key);
    const monitor = best["monitor"];
    if (typeof monitor !== "string") return refuse(`${key}.monitor`, monitor, "a text");
    const value = numberAt(best, `${key}.value`, Number.isFinite, "a finite number");
    return { [key]: { monitor, value, step: wholeAt(best, `${key}.step`, step) } };
  };
  const waited = progress["waited"] === undefined ? 0 : wholeAt(progress, "waited", step);
  const figures = progress["figures"] === undefined ? {} : { figures: storedSums(recordAt(progress, "figures")) };
  return { waited, ...bestAt("save"), ...bestAt("stop"), ...figures };
}

function storedSums(figures: Record<string, unknown>): Sums {
  const { metrics } = figures;
  if (!Array.isArray(metrics)) return refuse("figures.metrics", metrics, "a list");
  const loss = numberAt(figures, "figures.loss", Number.isFinite, "a finite number");
  const examples = wholeAt(figures, "figures.examples", Number.MAX_SAFE_INTEGER);
  const sums = metrics.map((_, i) => {
    const metric = recordAt({ [i]: metrics[i] }, `figures.metrics.${i}`);
    const held = Object.entries(metric).map(([name, value]) => {
      const number = (it: unknown): number =>
        numberAt({ [name]: it }, `figures.metrics.${i}.${name}`, () => true, "a number");
      return [name, Array.isArray(value) ? value.map(number) : number(value)] as const;
    });
    return Object.fromEntries(held);
  });
  return { loss, examples, metrics: sums };
}

/**
 * Where a checkpoint has the weights of the best validation. A best value whose weights it does not hold counts for
 * nothing: `fit` could not give them back. `modelc train` keeps them in another file.
 */
function storedBest(
  { tensors, metadata }: Checkpoint,
  save: Best | undefined,
  step: number,
): Pick<Fitting, "save" | "stored"> {
  if (save === undefined) return {};
  const best = [...tensors].filter(([path]) => path.startsWith("opt/best/"));
  // At the best validation itself they are the model's own.
  const own = [...tensors].map(
    ([path, tensor]) => [`opt/best/${path}`, tensors.get(`opt/average/${path}`) ?? tensor] as const,
  );
  const held = best.length > 0 ? best : save.step === step ? own : [];
  return held.length === 0 ? { save: undefined } : { stored: { tensors: new Map(held), metadata } };
}

/** What stands for the weights of the best validation in a checkpoint, by the model's own; none where it has none. */
export function bestNames({ tensors }: Checkpoint, weights: OwnedVariable[]): OwnedVariable[] {
  const holds = [...tensors.keys()].some((path) => path.startsWith("opt/best/"));
  return holds ? weights.map(({ path, variable }) => ({ path: `opt/best/${path}`, variable })) : [];
}

/** The weights of the best validation so far, where there are any; made when they are first asked for. */
export function bestWeights(
  fitting: Fitting,
  weights: OwnedVariable[],
  formOf: (path: string) => StoredForm,
): OwnedVariable[] {
  const { stored } = fitting;
  if (stored !== undefined) {
    keepBest(fitting, weights);
    restoreVariables(fitting.best ?? [], formOf, stored);
  }
  return fitting.best ?? [];
}

/** Keeps the weights as they are as those of the best validation. */
export function keepBest(fitting: Fitting, weights: OwnedVariable[]): void {
  fitting.stored = undefined;
  fitting.best ??= weights.map(({ path, variable }) => ({
    path: `opt/best/${path}`,
    variable: tf.variable(variable, false),
  }));
  fitting.best.forEach(({ variable }, i) => variable.assign(weights[i]?.variable ?? variable));
}

function recordAt(from: Record<string, unknown>, path: string): Record<string, unknown> {
  const value = from[path.slice(path.lastIndexOf(".") + 1)];
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  return refuse(path, value, "an object");
}

function wholeAt(from: Record<string, unknown>, path: string, greatest: number): number {
  const fits = (it: number): boolean => Number.isInteger(it) && it >= 0 && it <= greatest;
  return numberAt(from, path, fits, `a whole number from 0 to ${greatest}`);
}

function numberAt(
  from: Record<string, unknown>,
  path: string,
  fits: (value: number) => boolean,
  wanted: string,
): number {
  const value = from[path.slice(path.lastIndexOf(".") + 1)];
  const number = value === "NaN" || value === "Infinity" || value === "-Infinity" ? Number(value) : value;
  return typeof number === "number" && fits(number) ? number : refuse(path, value, wanted);
}

function refuse(path: string, value: unknown, wanted: string): never {
  const found = value === undefined ? "nothing" : JSON.stringify(value);
  throw new Error(`the metadata "progress" has ${found} as ${path}, not ${wanted}`);
}

/** The seed of a checkpoint, where it has one. */
export function seedOf({ metadata }: Checkpoint): { seed?: number } {
  const text = metadata.get("seed");
  if (text === undefined) return {};
  const seed = /^-?\d+$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(seed)) return { seed };
  throw new Error(`the metadata "seed" is ${JSON.stringify(text)}, which is no whole number`);
}
