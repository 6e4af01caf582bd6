import { entry } from "../entry.ts";

const list = (paths: readonly string[]): string => {
  const shown = paths.slice(0, 3).map((it) => `\`${it}\``);
  return paths.length > shown.length ? `${shown.join(", ")} and ${paths.length - shown.length} more` : shown.join(", ");
};

const points = `data Points {
  source: synthetic_blobs(count=1025, classes=3)
  x:     f32[2]   = raw.x
  label: class(3) = raw.label
  above: f32[]    = cast(raw.label > 0, f32)
}
`;
const classifier = (classes: number): string => `model M: (x: f32[B, 2]) -> logits: f32[B, ${classes}] {
  x -> Dense(${classes})
}

${points}
train M on Points {
  loss:      cross_entropy(logits, label)
  optimizer: adam
}
`;
const judge = (loss: string): string => `model M: (x: f32[B, 2]) -> score: f32[B] {
  (x -> Dense(1))[:, 0]
}

${points}
train M on Points {
  loss:      ${loss}
  optimizer: adam
}
`;
const normalised = (batch: number): string => `model M: (x: f32[B, 2]) -> logits: f32[B, 3] {
  x -> Dense(8, bias=false) -> BatchNorm -> relu -> Dense(3)
}

${points}
train M on Points {
  loss:      cross_entropy(logits, label)
  optimizer: adam
  batch:     ${batch}
}
`;
const heads = (entries: string): string => `model M: (x: f32[B, 2]) -> (logits: f32[B, 3], size: f32[B, 1]) {
  h = x -> Dense(8, activation=relu)
  (h -> classes: Dense(3), h -> size: Dense(1))
}

${points}
train M on Points {
  loss:      cross_entropy(logits, label)
  optimizer: adam${entries}
}
`;

const augmented = (augment: string): string =>
  judge("binary_cross_entropy(score, above)").replace("  x:     f32[2]", `  augment: ${augment}\n  x:     f32[2]`);

const mixed = (loss: string): string => `model Digit: (image: f32[B, 28, 28, 1]) -> logits: f32[B, 10] {
  image -> Flatten -> Dense(10)
}

data Digits {
  source:  synthetic_digits(count=200)
  augment: (image, shares) -> mixup(0.2)

  image:  f32[28, 28, 1] = raw.image / 255
  shares: f32[10]        = one_hot(cast(raw.label, i32), 10)
  label:  class(10)      = raw.label
}

train Digit on Digits {
  loss:      ${loss}
  optimizer: adam
}
`;

/** MC4201 and on: what fits in a training by all types, and is most often a slip. */
export const lintsOfTrainingsCatalog = {
  MC4201: entry({
    severity: "warning",
    title: "a batch of one for a batch normalisation",
    message: (it: { readonly norm: string; readonly examples: number; readonly batch: number }) =>
      it.batch === 1
        ? `\`${it.norm}\` normalises over the batch, and a batch here is one example: what it gives is the same for all of them.`
        : `\`${it.norm}\` normalises over the batch, and the last batch of an epoch is one example: ${it.examples} leave one over in batches of ${it.batch}.`,
    explanation:
      "One example is its own mean, and its spread is 0: what the normalisation gives does not depend on it, so that nothing is learned from it, and the averages that are kept for later take the spread of 0 in.",
    bad: normalised(32),
    good: normalised(33),
  }),
  MC4202: entry({
    severity: "warning",
    title: "a loss whose arguments are swapped",
    message: (it: {
      readonly loss: string;
      readonly first: string;
      readonly second: string;
      readonly given: string;
      readonly instead: string;
    }) =>
      `\`${it.loss}\` takes \`${it.first}\` first and \`${it.second}\` second; here \`${it.given}\` is made of the data alone, and \`${it.instead}\` of what the model gives.`,
    explanation:
      "Losses take what the model gives first and what is real second, as PyTorch has it; Keras has it the other way round. Where both are of one type nothing else tells, and the network learns something else.",
    bad: judge("binary_cross_entropy(above, score)"),
    good: judge("binary_cross_entropy(score, above)"),
  }),
  MC4203: entry({
    severity: "warning",
    title: "more classes than labels",
    message: (it: {
      readonly loss: string;
      readonly logits: number;
      readonly label: string;
      readonly classes: number;
    }) =>
      `\`${it.loss}\` is given logits of ${it.logits} classes, and \`${it.label}\` is class(${it.classes}): no example is ever of the ${it.logits === it.classes + 1 ? "last one" : "others"}.`,
    explanation:
      "The network learns never to choose a class that no label names, and `accuracy` says nothing of it. Most often one of the two counts is wrong. Nothing is said of multiples of 64, to which tables are widened for speed, and of labels of each step of a sequence, where some classes may only begin or fill one.",
    bad: classifier(4),
    good: classifier(3),
  }),
  MC4204: entry({
    severity: "warning",
    title: "parameters that no loss reaches",
    message: (it: { readonly model: string; readonly paths: readonly string[] }) =>
      `No gradient reaches ${list(it.paths)} of \`${it.model}\`: ${it.paths.length === 1 ? "it stays as it begins" : "they stay as they begin"}.`,
    explanation:
      "The loss does not depend on these parameters, or only through what has no slopes, so that a training leaves them as they are drawn, or as they were loaded. Make the loss of what they are for, leave them out, or say that it is meant: `freeze`.",
    bad: heads(""),
    good: heads('\n  freeze "size.**"'),
  }),
  MC4205: entry({
    severity: "warning",
    title: "labels that are augmented alone",
    message: (it: { readonly features: readonly string[]; readonly model: string }) =>
      `\`${it.model}\` does not read ${it.features.map((name) => `\`${name}\``).join(", ")}: what it is trained towards is changed, and what it sees is not.`,
    explanation:
      "What is augmented is most often what the network sees. Where what it is compared with goes along, as a mask does with its image, one entry has both: `augment: (image, mask) -> random_flip`.",
    bad: augmented("above -> gaussian_noise(0.1)"),
    good: augmented("x -> gaussian_noise(0.1)"),
  }),
  MC4206: entry({
    severity: "warning",
    title: "examples that are mixed without their labels",
    message: (it: { readonly features: readonly string[]; readonly model: string }) =>
      `What \`${it.model}\` sees is mixed with other examples, and what it is trained towards is not: no loss reads ${it.features.map((name) => `\`${name}\``).join(" or ")}.`,
    explanation:
      "An example that is half of another is to be told as half of both. The label that is mixed along is the one for the loss, as shares: `soft_cross_entropy(logits, shares)`. Metrics may go by the label that stays what it is.",
    bad: mixed("cross_entropy(logits, label)"),
    good: mixed("soft_cross_entropy(logits, shares)"),
  }),
  MC4207: entry({
    severity: "warning",
    title: "padding that counts",
    message: (it: { readonly loss: string; readonly feature: string }) =>
      `\`${it.feature}\` is of another length in each example, and \`${it.loss}\` counts what it is padded with.`,
    explanation:
      "A batch is as long as the longest of its examples, and what is shorter has 0 behind it. A loss that is not told how long they are is of that too: it depends on which examples come together, and the network learns to find padding. Where that is meant, give all the same length, `f32[100, 80]`.",
    bad: tagged("cross_entropy(logits, tags)"),
    good: tagged("cross_entropy(logits, tags, lengths=lengths(tags))"),
  }),
};

function tagged(loss: string): string {
  return `model Tagger: (words: class(99)[B, T]) -> logits: f32[B, T, 5] {
  words -> Embedding(99, 8) -> Dense(5)
}

data Sentences {
  source: csv("sentences.csv")
  words: class(99)[T] = raw.words -> words
  tags:  class(5)[T]  = raw.tags -> words
}

train Tagger on Sentences {
  loss:      ${loss}
  optimizer: adam
}
`;
}
