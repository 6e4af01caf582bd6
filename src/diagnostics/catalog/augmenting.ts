import { entry } from "../entry.ts";

const digits = (augment: string, more = ""): string => `data Digits {
  source: synthetic_digits(count=100)
  augment: ${augment}
  image: f32[28, 28, 1] = raw.image / 255
  label: class(10) = raw.label
}
${more}`;

const trained = `
model Net: (image: f32[B, 28, 28, 1]) -> logits: f32[B, 10] {
  image -> Flatten -> Dense(10)
}

train Net on Digits {
  loss: cross_entropy(logits, label)
  optimizer: adam
}
`;

/** What `augment` of a data section may get wrong. */
export const augmentingCatalog = {
  MC4095: entry({
    severity: "error",
    title: "augmented twice",
    message: (it: { feature: string }) => `\`${it.feature}\` is augmented already in this section.`,
    explanation:
      "Features have one entry in `augment`, and its stages are carried out in their order: `image -> random_flip -> random_crop(4)`. A feature may have one of its own beside one that it shares, `(image, mask) -> random_flip, image -> random_brightness(0.2)`.",
    bad: digits("image -> random_flip, image -> random_crop(4)"),
    good: digits("image -> random_flip -> random_crop(4)"),
  }),
  MC4096: entry({
    severity: "error",
    title: "an augmentation that changes the type of a feature",
    message: (it: { feature: string; declared: string; found: string }) =>
      `The feature \`${it.feature}\` is ${it.declared} for one example, and this makes ${it.found} of it.`,
    explanation:
      "An augmented feature is of the type that it has outside of training. Expressions are carried out on whole batches, so count axes from the end (`axis=-1`).",
    bad: digits("image -> mean(axis=-1)"),
    good: digits("image -> random_flip"),
  }),
  MC4097: entry({
    severity: "warning",
    title: "an augmentation without a training",
    message: (it: { data: string }) =>
      `\`augment\` changes what is trained on, and no training of this file is on \`${it.data}\`.`,
    explanation: "Validation, tests and predictions see examples as they are, so that this has no effect.",
    bad: digits("image -> random_flip", trained).replace("train Net on Digits", "train Net on Others") + others(),
    good: digits("image -> random_flip", trained),
  }),
  MC4098: entry({
    severity: "error",
    title: "whole numbers that are to be mixed",
    message: (it: { feature: string; type: string }) =>
      `\`${it.feature}\` is ${it.type} for one example, and a share of one number with another is no such number.`,
    explanation:
      "`mixup` and `cutmix` mix labels as shares of the classes: `shares: f32[10] = one_hot(cast(raw.label, i32), 10)`, which the loss `soft_cross_entropy(logits, shares)` takes. Metrics go on by labels of their own, `label: class(10) = raw.label`.",
    bad: digits("(image, label) -> mixup"),
    good: digits("(image, shares) -> mixup").replace(
      "  label: class(10) = raw.label",
      "  shares: f32[10] = one_hot(cast(raw.label, i32), 10)",
    ),
  }),
  MC4100: entry({
    severity: "error",
    title: "mixed examples of different lengths",
    message: (it: { feature: string }) =>
      `Examples are mixed with others of their batch, and \`${it.feature}\` is of another length in each.`,
    explanation:
      "`mixup` and `cutmix` add up two examples of a batch, element by element, so that all must be of one size. Where features have sizes, `f32[64, 80]` in place of `f32[T, 80]`, what is longer is cut, and what is shorter has silence behind it.",
    bad: sounds("T"),
    good: sounds("64"),
  }),
} as const;

function sounds(length: string): string {
  return `data Clips {
  source: wav("clips", name="{label}_{take}.wav")
  augment: (frames, shares) -> mixup
  frames: f32[${length}, 40] = raw.audio -> log_mel(bands=40)
  shares: f32[10] = one_hot(raw.label -> categories, 10)
}`;
}

function others(): string {
  return digits("image -> random_flip").replace("data Digits", "data Others");
}
