import * as tf from "@tensorflow/tfjs";
import { restoreVariables, type Checkpoint, type StoredForm } from "./safetensors.ts";
import type { OwnedVariable } from "./variables.ts";

/** The average of what training has made of a parameter, which predictions have in place of it; its name in a checkpoint. */
export interface Average extends OwnedVariable {
  readonly parameter: tf.Variable;
}

/** What stands for averages in a checkpoint, by parameters: one for a parameter that several steps change. */
export function averageNames(slots: readonly { path: string; parameter: tf.Variable }[]): OwnedVariable[] {
  const parameters = new Map(slots.map(({ path, parameter }) => [path, parameter]));
  return [...parameters].map(([path, variable]) => ({ path: `opt/average/${path}`, variable }));
}

/** Averages of parameters, each as its parameter is. */
export function averagesFor(slots: readonly { path: string; parameter: tf.Variable }[]): Average[] {
  return averageNames(slots).map(({ path, variable: parameter }) => ({
    path,
    parameter,
    variable: tf.variable(parameter, false),
  }));
}

/** Lets averages go on by what a step, counted from 0, has made of parameters: the first one gives what it has made. */
export function moveAverages(
  averages: readonly Average[],
  changed: readonly { readonly parameter: tf.Variable }[],
  decay: number,
  step: number,
): void {
  const learned = new Set(changed.map(({ parameter }) => parameter));
  const [kept, taken] = step === 0 ? [0, 1] : [decay, 1 - decay];
  for (const { parameter, variable } of averages) {
    if (learned.has(parameter)) variable.assign(tf.add(tf.mul(variable, kept), tf.mul(parameter, taken)));
  }
}

/** Computes something with averages in place of their parameters. */
export function averaged<Result>(averages: readonly Average[], compute: () => Result): Result {
  const before = averages.map(({ parameter }) => parameter.clone());
  try {
    averages.forEach(({ parameter, variable }) => parameter.assign(variable));
    return compute();
  } finally {
    averages.forEach(({ parameter }, i) => parameter.assign(before[i] ?? parameter));
    tf.dispose(before);
  }
}

/** Weights with averages in place of the parameters that have one, under the names of these. */
export function averagedWeights(weights: readonly OwnedVariable[], averages: readonly Average[]): OwnedVariable[] {
  const variables = new Map(averages.map(({ path, variable }) => [path, variable]));
  return weights.map(({ path, variable }) => ({ path, variable: variables.get(`opt/average/${path}`) ?? variable }));
}

/** Gives averages what a checkpoint has, or what their parameters are where it has none. */
export function restoreAverages(
  averages: readonly Average[],
  formOf: (path: string) => StoredForm,
  checkpoint: Checkpoint,
): void {
  averages.forEach(({ parameter, variable }) => variable.assign(parameter));
  restoreVariables(averages, formOf, checkpoint);
}
