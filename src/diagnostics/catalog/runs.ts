import { entry } from "../entry.ts";

// What is wrong here shows while a network trains.
const training = (rate: string): string => `model Line: (x: f32[B, 2]) -> y: f32[B, 1] { x -> Dense(1) }
data Blobs {
  source: synthetic_blobs(count=64, classes=2, features=2, spread=1.0, seed=3)
  x: f32[2] = raw.x
  t: f32[1] = stack(cast(raw.label, f32), axis=-1)
}
train Line on Blobs {
  loss: mse(y, t)
  optimizer: sgd(lr=${rate})
  epochs: 10
}`;

/** What is wrong with a training that has begun. */
export const runsCatalog = {
  MC4046: entry({
    severity: "warning",
    title: "a training that ends too early",
    message: (it: { what: string; steps: number; epochs: number }) =>
      `${it.what}, and this training ends before: after ${it.steps} steps, in epoch ${it.epochs}.`,
    explanation:
      "How many steps an epoch has is known with the data alone, and the command line may make a training shorter. So a time of freezing in the other unit than the length of the training, and a warmup, may lie behind its end: what was to thaw never does, and the rate never has its full value. Validation less often than a training is long happens once, at its end.",
    bad: training("0.1").replace("epochs: 10", 'epochs: 2\n  freeze "**.bias": until step 100'),
    good: training("0.1").replace("epochs: 10", 'epochs: 2\n  freeze "**.bias": until step 3'),
  }),
  MC4043: entry({
    severity: "error",
    title: "a loss that is no finite number",
    message: (it: { step: number; loss: string; cause?: string }) =>
      `The loss of step ${it.step} is ${it.loss}${it.cause === undefined ? "" : `: ${it.cause}`}.`,
    explanation:
      "A loss that is NaN or infinite has no gradient to learn from, so the step is not taken and the training ends; what was saved before stays. The message names the first value that was not finite. Mostly the steps are too large: a lower learning rate, `warmup` or `clip` helps. Else look for a logarithm of 0 or a division by 0 in the loss.",
    bad: training("1e9"),
    good: training("0.1"),
  }),
  MC4044: entry({
    severity: "error",
    title: "a network that is no longer finite",
    message: (it: { step: number; element: string; value: string }) =>
      `After step ${it.step} ${it.element} is ${it.value}.`,
    explanation:
      "The losses were finite, but an update was not: a gradient or a step beyond the range of its element type. Nothing can be learned from there on, and no such network is saved; what was saved before stays. A lower learning rate or `clip` helps.",
    bad: training("1e38").replace("epochs: 10", "steps: 1"),
    good: training("0.1").replace("epochs: 10", "steps: 1"),
  }),
  MC4045: entry({
    severity: "error",
    title: "gradients that no loss scale makes finite",
    message: (it: { step: number; scale: string }) =>
      `A gradient of step ${it.step} is not finite, though the loss scale has fallen to ${it.scale}.`,
    explanation:
      "With `precision: mixed_f16` a step with a gradient that is not finite is skipped, and the loss scale halved. Where one is infinite or NaN at a scale that small, it is so whatever the scale, and all further steps would be skipped: look for a square root or a norm of 0, or for gradients beyond the 65504 at which f16 ends. `mixed_bf16` has the range of f32.",
    bad: training("0.1")
      .replace("epochs: 10", "epochs: 20\n  precision: mixed_f16")
      .replace("mse(y, t)", "mean(sqrt(abs(0 * y)))"),
    good: training("0.1").replace("epochs: 10", "epochs: 20\n  precision: mixed_f16"),
  }),
} as const;
