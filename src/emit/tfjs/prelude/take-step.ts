import * as tf from "@tensorflow/tfjs";
import { numbersOf } from "./fit.ts";

/**
 * One step of training in two halves: `compute` runs the model, which gives its states their next values, then `update`
 * changes the parameters by the gradients. Where the loss turns out to be no finite number, or `accept` refuses the sums,
 * or `compute` throws, nothing changes: the states are given back what they had. Gives the loss, and what metrics add up.
 */
export async function takeStep(
  states: readonly { variable: tf.Variable }[],
  compute: () => { results: tf.Tensor[]; gradients: tf.Tensor[] },
  update: (gradients: tf.Tensor[]) => void,
  accept: (sums: readonly number[]) => boolean = () => true,
): Promise<number[]> {
  const before = states.map(({ variable }) => variable.clone());
  let gradients: tf.Tensor[] = [];
  let sound = false;
  try {
    const { results, ...computed } = compute();
    gradients = computed.gradients;
    const sums = await numbersOf(results);
    sound = Number.isFinite(sums[0]) && accept(sums);
    if (sound) tf.tidy(() => update(gradients));
    return sums;
  } finally {
    if (!sound) states.forEach(({ variable }, i) => variable.assign(before[i] ?? variable));
    tf.dispose([before, gradients]);
  }
}

/** What {@link takeStep} gave for a step, counted from 0; throws where it was not taken. */
export function takenStep(step: number, sums: number[]): number[] {
  if (Number.isFinite(sums[0])) return sums;
  throw new Error(
    `the loss of step ${step + 1} is ${sums[0]}: the model is as it was before it. A lower learning rate, or clip, may help.`,
  );
}
