import { devices, renamedTo, type Answer } from "./names-elsewhere.ts";

/** Keys of sections that other frameworks have as arguments of their trainers: what they may be called here. */
const keys: Readonly<Record<string, string>> = {
  batch_size: "batch",
  batchsize: "batch",
  bs: "batch",
  num_epochs: "epochs",
  n_epochs: "epochs",
  max_epochs: "epochs",
  max_steps: "steps",
  num_steps: "steps",
  criterion: "loss",
  loss_fn: "loss",
  objective: "loss",
  opt: "optimizer",
  random_state: "seed",
  random_seed: "seed",
  gradient_accumulation_steps: "accumulate",
  accumulate_grad_batches: "accumulate",
};

const shares = "Shares stand in the data section: `split: train 0.8, validate 0.2`.";
const prepared =
  "What is fed is made in the data section: `x: f32[3] = stack(raw.a, raw.b, raw.c, axis=-1) -> standardize`.";

/** Names, and what each of them is answered with. */
type Told = readonly (readonly [names: readonly string[], help: string])[];

/** Keys that mean nothing in any section. */
const toldOfAny: Told = [
  [
    [
      "num_workers",
      "workers",
      "pin_memory",
      "prefetch",
      "cache",
      "verbose",
      "log_every",
      "logger",
      "tensorboard",
      "distributed",
      "compile",
    ],
    "A file says nothing of how it is run: leave it out.",
  ],
  [["device"], devices],
  [["drop_last"], "The last batch of an epoch may be smaller: leave it out."],
];

const toldOfTraining: Told = [
  ...toldOfAny,
  [["predict", "predictions"], "It takes braces, and no colon: `predict { price: invert(y) }`."],
  [["lr", "learning_rate"], "The learning rate is the optimizer's: `optimizer: adam(lr=1e-3)`."],
  [["momentum"], "It is the optimizer's: `optimizer: momentum(lr=0.01, momentum=0.9)`."],
  [
    ["weight_decay", "l2", "regularization", "regularizer"],
    "Weights are kept small by the optimizer: `optimizer: adamw(decay=0.01)`.",
  ],
  [
    ["scheduler", "schedule", "lr_scheduler", "lr_schedule"],
    "A schedule stands in the place of the rate: `optimizer: adam(lr=cosine(peak=1e-3))`.",
  ],
  [["warmup", "warmup_steps"], "It is of the schedule: `optimizer: adam(lr=cosine(peak=1e-3, warmup=100))`."],
  [["shuffle"], "Every epoch has an order of its own, by `seed`: leave it out."],
  [["callbacks"], "Write `stop: early(validate.loss, patience=3)` and `save: best(validate.loss)`."],
  [["early_stopping", "patience"], "Write `stop: early(validate.loss, patience=3)`."],
  [["checkpoint"], "Write `save: best(validate.loss)`; without it the last weights are kept."],
  [
    ["gradient_clip", "gradient_clipping", "gradient_clip_val", "grad_clip", "clip_norm", "clipnorm", "max_grad_norm"],
    "Write `clip: global_norm(1.0)`.",
  ],
  [["mixed_precision", "amp", "fp16", "bf16", "dtype"], "Write `precision: mixed_f16`, or `mixed_bf16`."],
  [["ema"], "Write `average: ema(decay=0.999)`."],
  [
    ["steps_per_epoch"],
    "An epoch is one pass over the train split: leave it out, or give the whole length as `steps`.",
  ],
  [["dropout"], "Dropout is a stage of the model: `-> Dropout(0.1)`."],
  [["label_smoothing"], "It is an argument of the loss: `cross_entropy(logits, label, smoothing=0.1)`."],
  [
    ["class_weight", "sample_weight"],
    "Examples count by the mask of the loss: `cross_entropy(logits, label, mask=weight)`.",
  ],
  [["normalize"], prepared],
  [["validation_split", "validation_data", "val_split", "test_size"], shares],
];

const toldOfData: Told = [
  ...toldOfAny,
  [["shuffle"], "`split` shuffles by its `seed`, or takes examples in order with `by position`: leave it out."],
  [["stratify"], "It belongs to the split: `split: train 0.8, test 0.2, stratified by raw.label`."],
  [["normalize", "standardize", "scale", "rescale", "transform", "transforms", "preprocess"], prepared],
  [["test_size", "train_size", "val_size", "validation_split", "val_split"], shares],
  [["path", "file", "files", "root", "dir", "url"], 'Files are arguments of the source: `source: csv("points.csv")`.'],
  [["download"], "Nothing is downloaded: the source names files. Leave it out."],
  [["predict"], "What a training predicts stands in its `train` section: `predict { price: invert(y) }`."],
  [
    ["features", "columns", "inputs", "target", "targets", "label", "labels"],
    "Each feature is an entry of its own, with its type: `label: class(10) = raw.label`.",
  ],
];

/** What settings of a training are called elsewhere: optimizers, schedules, ways of clipping, precisions, steps of cleaning. */
const settings: Readonly<Record<string, readonly string[]>> = {
  global_norm: ["clip_grad_norm", "clip_grad_norm_", "clip_by_global_norm", "global_clipnorm"],
  norm: ["clip_by_norm", "clipnorm"],
  value: ["clip_grad_value", "clip_grad_value_", "clip_by_value", "clipvalue"],
  cosine: ["CosineDecay", "CosineAnnealingLR", "cosine_decay", "OneCycleLR"],
  exponential: ["ExponentialDecay", "ExponentialLR", "exponential_decay"],
  step: ["StepLR", "MultiStepLR", "PiecewiseConstantDecay"],
  linear: ["LinearLR", "PolynomialDecay", "linear_decay"],
  rmsprop: ["RMSprop", "RMSProp"],
  mixed_f16: ["fp16", "float16", "half", "f16", "mixed", "amp", "mixed_float16"],
  mixed_bf16: ["bf16", "bfloat16", "mixed_bfloat16"],
  f32: ["fp32", "float32", "full"],
  drop_missing: ["dropna", "drop_na", "drop_nan", "drop_nulls"],
  drop_duplicates: ["dedupe", "deduplicate", "distinct", "unique"],
};

/** What a setting that there is not is answered with, where another framework has it; `known` are those that may stand there. */
export function answerOfSetting(name: string, known: readonly string[]): Answer | undefined {
  const instead = known.find((it) => settings[it]?.includes(name) === true);
  return instead === undefined ? undefined : renamedTo(instead);
}

/** What a key that a section lacks is answered with, where another framework has it. */
export function answerOfKey(key: string, known: readonly string[]): Answer | undefined {
  const instead = Object.hasOwn(keys, key) ? keys[key] : undefined;
  if (instead !== undefined && known.includes(instead)) return renamedTo(instead);
  const told = known.includes("optimizer") ? toldOfTraining : known.includes("source") ? toldOfData : [];
  const help = told.find(([names]) => names.includes(key))?.[1];
  return help === undefined ? undefined : { help };
}
