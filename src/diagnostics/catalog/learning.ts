import { entry } from "../entry.ts";

/** A model that owns truth values beside what it learns. */
const owning = (what: string): string => `model Line: (x: f32[B, 1]) -> y: f32[B, 1] {
  ${what} kept: bool[1] = ones
  where(kept, x, 0) -> Dense(1)
}
data Points {
  source: csv("points.csv")
  x: f32[1] = stack(raw.x, axis=-1)
  t: f32[1] = stack(raw.t, axis=-1)
}
train Line on Points {
  loss: mse(y, t)
  optimizer: sgd(lr=0.1)
}
`;

/** A model that is trained by a loss. */
const learnedFrom = (loss: string): string => `model Line: (x: f32[B, 1]) -> y: f32[B, 1] {
  x -> Dense(1)
}
data Points {
  source: csv("points.csv")
  x: f32[1] = stack(raw.x, axis=-1)
  t: f32[1] = stack(raw.t, axis=-1)
}
train Line on Points {
  loss: ${loss}
  optimizer: sgd(lr=0.1)
}
`;

/** Two networks of one input, the second of which is to follow the first. */
const twins = (
  second: string,
  entries: string,
): string => `model Twins: (x: f32[B, 2]) -> (y: f32[B, 2], z: f32[B, 2]) {
  (x -> online: Dense(2), x -> ${second})
}
data Points {
  source: csv("points.csv")
  x: f32[2] = stack(raw.a, raw.b, axis=-1)
}
train Twins on Points {
  loss: mse(y, x + 0.9 * z)
  optimizer: sgd(lr=0.1)
  ${entries}
}
`;
const following = 'follow "target.**" of "online.**": decay=0.99';

/** What is wrong with what a training changes, and with what follows it. */
export const learningCatalog = {
  MC4082: entry({
    severity: "error",
    title: "a follower that differs from what it follows",
    message: (it: { what: string }) => `${it.what}.`,
    explanation:
      "`follow` pairs parameters and states by path: what the wildcards of one pattern take stands in those of the other. Each has one partner, of its shape and element type, which nothing else changes: so that two parts of a model that are made alike have all the same paths, apart from the part of the path that the patterns name.",
    bad: twins("target: Dense(2, bias=false)", following),
    good: twins("target: Dense(2)", following),
  }),
  MC4083: entry({
    severity: "warning",
    title: "a pattern that matches nothing but what follows",
    message: (it: { key: string; pattern: string }) =>
      `\`${it.key}\` changes nothing here: all that "${it.pattern}" matches follows other parameters.`,
    explanation:
      "What follows is moved by `follow` alone: no step updates it, and it is frozen as it is. Name what it follows, or leave the line out.",
    bad: twins("target: Dense(2)", `${following}\n  freeze "target.**"`),
    good: twins("target: Dense(2)", `${following}\n  freeze "**.bias"`),
  }),
  MC4085: entry({
    severity: "error",
    title: "parameter that cannot be learned",
    message: (it: { path: string; type: string }) =>
      `\`${it.path}\` is of ${it.type}, and what is learned is of a floating point type.`,
    explanation:
      "Training moves parameters by small steps, which integers and truth values cannot take. A `state` has any element type: it is kept with the weights, and changed by `<-` alone. A parameter of such a type is frozen by `freeze`.",
    bad: owning("param"),
    good: owning("state"),
  }),
  MC4086: entry({
    severity: "error",
    title: "a loss that nothing is learned from",
    message: (it: { model: string; why: string; at?: string }) =>
      `Nothing is learned from this loss of ${it.model}${it.at === undefined ? "" : ` at ${it.at}`}: ${it.why}.`,
    explanation:
      "A step changes parameters by the gradient of its loss. None reaches them where the loss is made of features alone, where comparisons, rounding, whole numbers, `argmax` or `stop_gradient` lie between, which have no slopes, or where all that it reaches is frozen or not what the step updates. A parameter that the loss does not reach beside others that it does is no error: it stays as it is.",
    bad: learnedFrom("mean(abs(t))"),
    good: learnedFrom("mean(abs(y - t))"),
  }),
} as const;
