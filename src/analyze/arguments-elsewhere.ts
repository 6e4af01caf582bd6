import { devices, renamedTo, type Answer } from "./names-elsewhere.ts";

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
  kernel_init: ["init"],
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
  device: devices,
  inplace: "Nothing is changed in place: leave it out.",
  requires_grad: "A `param` is trained, unless the training says `freeze`: leave it out.",
  trainable: 'What is not trained is said in the training: `freeze "head.**"`.',
  kernel_regularizer: "Weights are kept small by the optimizer: `adamw(decay=0.01)`.",
  reduction: "A loss is a mean; for the numbers of each element, write the formula: `square(a - b)`.",
  bidirectional: "Both directions are a layer around it: `Bidirectional(LSTM(64, sequences=true))`.",
  num_layers: "Layers stand one after the other: `repeat 2 { LSTM(64, sequences=true) }`.",
  dropout: "Dropout is a stage of its own: `-> Dropout(0.1)`.",
};

const find = (table: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/** What an argument that a callee lacks is answered with, where another framework has it; `known` are those of the callee. */
export function answerOfArgument(name: string, known: readonly string[]): Answer | undefined {
  const isAxis = name === "dim" && (known.includes("axis") || known.includes("axes"));
  const found = Object.hasOwn(renamed, name) ? renamed[name]?.find((it) => known.includes(it)) : undefined;
  // Either word stands for the axis of an operator.
  const instead = isAxis ? "axis" : found;
  if (instead !== undefined) return renamedTo(instead);
  const help = find(told, name);
  return help === undefined ? undefined : { help };
}

/** What a word that an argument does not take is answered with: another framework's, or one that other arguments take. */
export function answerOfWord(name: string, taken: ReadonlySet<string>): Answer | undefined {
  const instead = find(words, name);
  if (instead !== undefined && taken.has(instead)) return renamedTo(instead);
  // A word near to it is not what is meant by who knows it from elsewhere.
  return name === "micro" && taken.size > 0 ? { help: `It takes the words ${[...taken].join(", ")}.` } : undefined;
}
