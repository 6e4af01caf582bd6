import type { Answer } from "./names-elsewhere.ts";

/** Arguments of Keras and PyTorch, and what they may be called here: the first that a callee has. */
const renamed: Readonly<Record<string, readonly string[]>> = {
  dims: ["axes", "axis", "perm"],
  keepdim: ["keep"],
  keepdims: ["keep"],
  return_sequences: ["sequences"],
  return_state: ["states"],
  go_backwards: ["reverse"],
  act: ["activation"],
  act_fn: ["activation"],
  nonlinearity: ["activation"],
  strides: ["stride"],
  stride: ["strides"],
  kernel_size: ["kernel", "size", "window"],
  pool_size: ["size", "window"],
  output_size: ["size", "sizes"],
  scale_factor: ["size"],
  dilation_rate: ["dilation", "dilations"],
  depth_multiplier: ["multiplier"],
  out_channels: ["filters"],
  out_features: ["units"],
  hidden_size: ["units"],
  hidden_dim: ["units", "width"],
  num_units: ["units"],
  num_heads: ["heads"],
  n_heads: ["heads"],
  num_groups: ["groups"],
  num_embeddings: ["vocab"],
  input_dim: ["vocab"],
  vocab_size: ["vocab"],
  num_classes: ["classes", "depth"],
  embedding_dim: ["width"],
  output_dim: ["width"],
  embed_dim: ["width"],
  p: ["rate", "order", "power"],
  drop_rate: ["rate"],
  drop_prob: ["rate"],
  use_bias: ["bias"],
  kernel_initializer: ["init"],
  embeddings_initializer: ["init"],
  bias_initializer: ["bias_init"],
  eps: ["epsilon"],
  ceil_mode: ["ceil"],
  count_include_pad: ["count_padding"],
  is_causal: ["causal"],
  use_causal_mask: ["causal"],
  attn_mask: ["mask"],
  attention_mask: ["mask"],
  key_padding_mask: ["key_mask"],
  sample_weight: ["mask"],
  label_smoothing: ["smoothing"],
  negative_slope: ["alpha"],
  ord: ["order"],
  repeats: ["count", "counts"],
  shifts: ["shift"],
  indices_or_sections: ["count"],
  chunks: ["count"],
  learning_rate: ["lr"],
  weight_decay: ["decay"],
  beta_1: ["beta1"],
  beta_2: ["beta2"],
};

/** Words that arguments take elsewhere, and those that mean the same here. */
const words: Readonly<Record<string, string>> = {
  replicate: "edge",
  nearest: "edge",
  border: "edge",
  circular: "wrap",
  zeros: "constant",
  zero: "constant",
  mirror: "reflect",
};

const known = "What it is given says its size: leave this out.";

/** Arguments that have no counterpart here, and what stands for them. */
const told: Readonly<Record<string, string>> = {
  axis: "It has its axes by what it is, channels and features last: leave it out.",
  betas: "They are `beta1` and `beta2` here.",
  from_logits: "Losses and metrics take logits here, never probabilities: leave it out.",
  in_features: known,
  in_channels: known,
  input_size: known,
  input_shape: known,
  num_features: known,
  normalized_shape: known,
  data_format: "Channels stand last: leave it out.",
  batch_first: "The batch is the first axis: leave it out.",
  name: "A name stands before the stage: `-> head: Dense(10)`.",
  device: "A file says nothing of devices: leave it out.",
  inplace: "Nothing is changed in place: leave it out.",
  requires_grad: "A `param` is trained, unless the training says `freeze`: leave it out.",
  trainable: 'What is not trained is said in the training: `freeze "head.**"`.',
  kernel_regularizer: "Weights are kept small by the optimizer: `adamw(decay=0.01)`.",
  reduction: "A loss is a mean; for the numbers of each element, write the formula: `square(a - b)`.",
  bidirectional: "Both directions are a layer around it: `Bidirectional(LSTM(64, sequences=true))`.",
  num_layers: "Layers stand one after the other: `repeat 2 { LSTM(64, sequences=true) }`.",
  dropout: "Dropout is a stage of its own: `-> Dropout(0.1)`.",
};

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

const rateTold = "The learning rate is the optimizer's: `optimizer: adam(lr=1e-3)`.";
const decayTold = "Weights are kept small by the optimizer: `optimizer: adamw(decay=0.01)`.";
const scheduleTold = "A schedule stands in the place of the rate: `optimizer: adam(lr=cosine(peak=1e-3))`.";
const clipTold = "Write `clip: global_norm(1.0)`.";
const stopTold = "Write `stop: early(validate.loss, patience=3)`.";
const precisionTold = "Write `precision: mixed_f16`, or `mixed_bf16`.";
const splitTold = "Shares stand in the data section: `split: train 0.8, validate 0.2`.";
const runTold = "A file says nothing of how it is run: leave it out.";
const preparedTold =
  "What is fed is made in the data section: `x: f32[3] = stack(raw.a, raw.b, raw.c, axis=-1) -> standardize`.";
const fileTold = 'Files are arguments of the source: `source: csv("points.csv")`.';
const featureTold = "Each feature is an entry of its own, with its type: `label: class(10) = raw.label`.";

/** Keys that mean nothing in any section. */
const keysOfRuns = [
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
];

const keysTold: Readonly<Record<string, string>> = {
  ...Object.fromEntries(keysOfRuns.map((it) => [it, runTold])),
  lr: rateTold,
  learning_rate: rateTold,
  momentum: "It is the optimizer's: `optimizer: momentum(lr=0.01, momentum=0.9)`.",
  weight_decay: decayTold,
  l2: decayTold,
  regularization: decayTold,
  regularizer: decayTold,
  scheduler: scheduleTold,
  schedule: scheduleTold,
  lr_scheduler: scheduleTold,
  lr_schedule: scheduleTold,
  warmup: "It is of the schedule: `optimizer: adam(lr=cosine(peak=1e-3, warmup=100))`.",
  warmup_steps: "It is of the schedule: `optimizer: adam(lr=cosine(peak=1e-3, warmup=100))`.",
  shuffle: "Every epoch has an order of its own, by `seed`: leave it out.",
  callbacks: "Write `stop: early(validate.loss, patience=3)` and `save: best(validate.loss)`.",
  early_stopping: stopTold,
  patience: stopTold,
  checkpoint: "Write `save: best(validate.loss)`; without it the last weights are kept.",
  gradient_clip: clipTold,
  gradient_clipping: clipTold,
  gradient_clip_val: clipTold,
  grad_clip: clipTold,
  clip_norm: clipTold,
  clipnorm: clipTold,
  max_grad_norm: clipTold,
  mixed_precision: precisionTold,
  amp: precisionTold,
  fp16: precisionTold,
  bf16: precisionTold,
  dtype: precisionTold,
  ema: "Write `average: ema(decay=0.999)`.",
  steps_per_epoch: "An epoch is one pass over the train split: leave it out, or give the whole length as `steps`.",
  dropout: "Dropout is a stage of the model: `-> Dropout(0.1)`.",
  label_smoothing: "It is an argument of the loss: `cross_entropy(logits, label, smoothing=0.1)`.",
  class_weight: "Examples count by the mask of the loss: `cross_entropy(logits, label, mask=weight)`.",
  sample_weight: "Examples count by the mask of the loss: `cross_entropy(logits, label, mask=weight)`.",
  normalize: preparedTold,
  drop_last: "The last batch of an epoch may be smaller: leave it out.",
  validation_split: splitTold,
  validation_data: splitTold,
  val_split: splitTold,
  test_size: splitTold,
  device: "A file says nothing of devices: leave it out.",
};

const keysOfDataTold: Readonly<Record<string, string>> = {
  ...Object.fromEntries(keysOfRuns.map((it) => [it, runTold])),
  shuffle: "`split` shuffles by its `seed`, or takes examples in order with `by position`: leave it out.",
  drop_last: "The last batch of an epoch may be smaller: leave it out.",
  stratify: "A split is drawn without regard to labels: leave it out.",
  normalize: preparedTold,
  standardize: preparedTold,
  scale: preparedTold,
  rescale: preparedTold,
  transform: preparedTold,
  transforms: preparedTold,
  preprocess: preparedTold,
  test_size: splitTold,
  train_size: splitTold,
  val_size: splitTold,
  validation_split: splitTold,
  val_split: splitTold,
  path: fileTold,
  file: fileTold,
  files: fileTold,
  root: fileTold,
  dir: fileTold,
  url: fileTold,
  download: "Nothing is downloaded: the source names files. Leave it out.",
  features: featureTold,
  columns: featureTold,
  inputs: featureTold,
  target: featureTold,
  targets: featureTold,
  label: featureTold,
  labels: featureTold,
  device: "A file says nothing of devices: leave it out.",
};

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

const find = (table: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/** What an argument that a callee lacks is answered with, where another framework has it; `known` are those of the callee. */
export function answerOfArgument(name: string, known: readonly string[]): Answer | undefined {
  const isAxis = name === "dim" && (known.includes("axis") || known.includes("axes"));
  const found = Object.hasOwn(renamed, name) ? renamed[name]?.find((it) => known.includes(it)) : undefined;
  // Either word stands for the axis of an operator.
  const instead = isAxis ? "axis" : found;
  if (instead !== undefined) return { help: `It is called \`${instead}\` here.`, instead };
  const help = find(told, name);
  return help === undefined ? undefined : { help };
}

/** What a word that an argument does not take is answered with: another framework's, or one that other arguments take. */
export function answerOfWord(name: string, taken: ReadonlySet<string>): Answer | undefined {
  const instead = find(words, name);
  if (instead !== undefined && taken.has(instead)) return { help: `It is called \`${instead}\` here.`, instead };
  // A word near to it is not what is meant by who knows it from elsewhere.
  return name === "micro" && taken.size > 0 ? { help: `It takes the words ${[...taken].join(", ")}.` } : undefined;
}

/** What a setting that there is not is answered with, where another framework has it; `known` are those that may stand there. */
export function answerOfSetting(name: string, known: readonly string[]): Answer | undefined {
  const instead = known.find((it) => settings[it]?.includes(name) === true);
  return instead === undefined ? undefined : { help: `It is called \`${instead}\` here.`, instead };
}

/** What a key that a section lacks is answered with, where another framework has it. */
export function answerOfKey(key: string, known: readonly string[]): Answer | undefined {
  const instead = find(keys, key);
  if (instead !== undefined && known.includes(instead)) return { help: `It is called \`${instead}\` here.`, instead };
  const told = known.includes("optimizer") ? keysTold : known.includes("source") ? keysOfDataTold : {};
  const help = find(told, key);
  return help === undefined ? undefined : { help };
}
