import { entry } from "../entry.ts";

const undone = (feature: string): string => `model Line: (x: f32[B, 1]) -> y: f32[B] { (x -> Dense(1))[:, 0] }
data Points {
  source: csv("points.csv")
  x: f32[1] = stack(raw.x, axis=-1)
  t: f32[] = ${feature}
}
train Line on Points {
  loss: mse(y, t)
  optimizer: sgd(lr=0.1)
  predict { t: invert(y) }
}
`;

/** What may be wrong with what a training predicts, and with steps that are undone. */
export const predictingCatalog = {
  MC4110: entry({
    severity: "error",
    title: "a step of a feature that cannot be undone",
    message: (it: {
      feature: string;
      step: string;
      why: "lossy" | "repeats" | "several" | "drawn" | "nothing read";
    }) => {
      switch (it.why) {
        case "lossy":
          return `${it.step} cannot be undone: what \`${it.feature}\` was before it is not known.`;
        case "repeats":
          return `${it.step} repeats the numbers of \`${it.feature}\`: one number of each would have to be chosen.`;
        case "several":
          return `${it.step} makes \`${it.feature}\` of several numbers that were read: what each of them was is not known.`;
        case "drawn":
          return `${it.step} changes \`${it.feature}\` by what is drawn: it is not known what was drawn for an example.`;
        case "nothing read":
          return `\`${it.feature}\` is made of nothing that was read.`;
      }
    },
    explanation:
      "`invert` carries out the steps of a feature backwards, from the last to the first, until the numbers are as they were read. A step that gives the same for different numbers has no way back.",
    bad: undone("raw.t -> clip(0, 1) -> standardize"),
    good: undone("raw.t -> log -> standardize"),
  }),
  MC4111: entry({
    severity: "error",
    title: "a call of invert that says too little, or something else",
    message: (it: { problem: string }) => `\`invert\` ${it.problem}.`,
    explanation:
      "`invert(y, of=price)` takes numbers as the feature `price` has them and gives them in the units that they were read in. In `predict`, an entry that is called as the feature needs no `of`; a feature by itself, `invert(price)`, needs none anywhere.",
    bad: undone("raw.t -> standardize").replace("t: invert(y)", "guess: invert(y)"),
    good: undone("raw.t -> standardize"),
  }),
  MC4112: entry({
    severity: "error",
    title: "an entry of predict that is no prediction",
    message: (it: { entry: string; problem: string }) => `The prediction \`${it.entry}\` ${it.problem}.`,
    explanation:
      "Each entry of `predict` is a name and an expression of what the model gives: numbers for each example of a batch.",
    bad: undone("raw.t -> standardize").replace("t: invert(y)", "t: mean(y)"),
    good: undone("raw.t -> standardize"),
  }),
  MC4113: entry({
    severity: "warning",
    title: "numbers in other units side by side",
    message: (it: { name: string; feature: string }) =>
      `\`${it.name}\` stands as it is learned beside what is in the units that \`${it.feature}\` was read in.`,
    explanation:
      "A metric compares what is of one kind: either both as they are learned, or both in the units that were read. What stands between, as an error of dollars in deviations, means nothing.",
    bad: undone("raw.t -> standardize").replace(
      "loss: mse(y, t)",
      "loss: mse(y, t)\n  metrics: mse(invert(y, of=t), t)",
    ),
    good: undone("raw.t -> standardize").replace(
      "loss: mse(y, t)",
      "loss: mse(y, t)\n  metrics: mse(invert(y, of=t), invert(t))",
    ),
  }),
} as const;
