/**
 * TinyGpt, compiled by modelc for TensorFlow.js.
 *
 * Change the spec rather than this file: the next build writes it anew.
 */

import * as tf from "@tensorflow/tfjs";

/** A TinyGpt. */
export interface TinyGpt {
  /** What training adjusts, by path. */
  parameters: TinyGptParameters;
  /** What the optimizer remembers of each trainable parameter; empty until training asks for it. */
  optimizer: Slot[];
  /** What a checkpoint says of the optimizer, until training asks for it. */
  memory?: Checkpoint | undefined;
  /** Steps of training so far. */
  step: number;
  /** What `fit` goes on from, besides. */
  fitting: Fitting;
  /** Steps of the whole training: the learning rate's schedule ends there. */
  steps: number;
  /** Begins every random number. */
  seed: number;
}

export type TinyGptInputs = {
  /** i32[B, T] */
  tokens: tf.Tensor2D;
};

export type TinyGptOutputs = {
  /** f32[B, T, 65] */
  logits: tf.Tensor3D;
};

/** A batch as the source of the data section delivers it. */
export type TinyGptRaw = {
  /** i32[B, T]: raw.window(64, shift=0) */
  window_64_0: Doubles;
  /** i32[B, T]: raw.window(64, shift=1) */
  window_64_1: Doubles;
};

/** A batch of features, made of raw fields. */
export type TinyGptFeatures = {
  /** i32[B, T] */
  tokens: tf.Tensor2D;
  /** i32[B, T] */
  next: tf.Tensor2D;
};

/** Examples to learn from, or to be judged by. */
export type TinyGptBatch = {
  /** i32[B, T] */
  tokens: tf.Tensor2D;
  /** i32[B, T] */
  next: tf.Tensor2D;
};

export type TinyGptFigures = {
  loss: number;
  perplexity: number;
};

/** A trainable parameter, and what the optimizer remembers of it. */
export interface Slot {
  path: string;
  parameter: tf.Variable;
  m: tf.Variable;
  v: tf.Variable;
  decay: number;
}

/** The parameters of a TinyGpt. */
export interface TinyGptParameters {
  wte: EmbeddingParameters;
  wpe: EmbeddingParameters;
  layer: DecoderBlockParameters[];
  final_norm: LayerNormParameters;
}

/** The parameters of an Embedding. */
export interface EmbeddingParameters {
  table: tf.Variable<tf.Rank.R2>;
}

/** The parameters of a DecoderBlock. */
export interface DecoderBlockParameters {
  norm1: LayerNormParameters;
  attention: CausalSelfAttentionParameters;
  norm2: LayerNormParameters;
  up: DenseParameters;
  down: DenseParameters;
}

/** The parameters of a LayerNorm. */
export interface LayerNormParameters {
  /** [128] */
  scale: tf.Variable<tf.Rank.R1>;
  /** [128] */
  bias: tf.Variable<tf.Rank.R1>;
}

/** The parameters of a CausalSelfAttention. */
export interface CausalSelfAttentionParameters {
  qkv: DenseParameters;
  output: DenseParameters;
}

/** The parameters of a Dense. */
export interface DenseParameters {
  kernel: tf.Variable<tf.Rank.R2>;
  bias: tf.Variable<tf.Rank.R1>;
}

/** A new model, its weights drawn by the seed. */
export function create(seed = 1337): TinyGpt {
  const at = initialKeys(seed);
  return {
    parameters: {
      wte: { table: weights([65, 128], normalWith(0.02), at("wte.table")) },
      wpe: { table: weights([64, 128], normalWith(0.02), at("wpe.table")) },
      layer: Array.from({ length: 2 }, (_, i) => ({
        norm1: { scale: weights([128], ones), bias: weights([128], zeros) },
        attention: {
          qkv: {
            kernel: weights([128, 384], glorotUniform, at("layer.attention.qkv.kernel", i)),
            bias: weights([384], zeros),
          },
          output: {
            kernel: weights([128, 128], glorotUniform, at("layer.attention.output.kernel", i)),
            bias: weights([128], zeros),
          },
        },
        norm2: { scale: weights([128], ones), bias: weights([128], zeros) },
        up: { kernel: weights([128, 512], glorotUniform, at("layer.up.kernel", i)), bias: weights([512], zeros) },
        down: { kernel: weights([512, 128], glorotUniform, at("layer.down.kernel", i)), bias: weights([128], zeros) },
      })),
      final_norm: { scale: weights([128], ones), bias: weights([128], zeros) },
    },
    optimizer: [],
    step: 0,
    fitting: { waited: 0 },
    steps: 1000,
    seed,
  };
}

/** What the model makes of a batch of inputs. The results are the caller's to dispose of. */
export function predict(model: TinyGpt, inputs: TinyGptInputs): TinyGptOutputs {
  checkInputs(inputs);
  const { tokens } = inputs;
  return tf.tidy(() => {
    const logits = tinyGpt(tokens, model.parameters, false, placeAt(model.seed, model.step));
    return { logits: logits as tf.Tensor3D };
  });
}

/** Frees the memory of a model's variables. */
export function dispose(model: TinyGpt): void {
  for (const { variable } of entriesOf(model)) {
    variable.dispose();
  }
}

/**
 * The features of a batch of raw fields, made as they are for training: in double precision, and rounded once. They
 * are the caller's to dispose of.
 */
export function prepare(raw: TinyGptRaw): TinyGptFeatures {
  checkRaw(
    ["window_64_0", raw.window_64_0, ["B", "T"], "whole numbers"],
    ["window_64_1", raw.window_64_1, ["B", "T"], "whole numbers"],
  );
  return tf.tidy(() => ({
    tokens: wholeTensor("tokens", raw.window_64_0) as tf.Tensor2D,
    next: wholeTensor("next", raw.window_64_1) as tf.Tensor2D,
  }));
}

/**
 * One step of training; gives the loss and the metrics that the batch had before it. Throws where the loss is no
 * finite number, or labels or other places are out of range: the model is then as it was before.
 */
export async function trainStep(model: TinyGpt, batch: TinyGptBatch): Promise<TinyGptFigures> {
  return figuresOf(takenStep(model.step, await soundSums(trainSums(model, batch), batch, places)));
}

/**
 * The loss of a batch, then what metrics add up, and the gradients of the loss in the order of
 * `model.optimizer`. They are the caller's to dispose of.
 * The last result is how many places were out of range; with any, the others mean nothing.
 */
export function gradients(model: TinyGpt, batch: TinyGptBatch): { results: tf.Tensor[]; gradients: tf.Tensor[] } {
  checkBatch(batch);
  return tf.tidy(() =>
    differentiate(
      optimizerOf(model).map(({ parameter }) => parameter),
      () => resultsOf(model, batch, true),
    ),
  );
}

/** Loss and metrics over a data set. Throws where labels or other places are out of range. */
export function evaluate(model: TinyGpt, data: TinyGptBatch, batchSize = 256): Promise<TinyGptFigures> {
  checkBatch(data);
  return evaluateBatches(data, batchSize, figuresOf, (batch) => soundSums(evaluateSums(model, batch), data, places));
}

/**
 * Trains on a data set as the spec's train section says, in an order drawn by the seed, and gives a report of every
 * validation.
 */
export function fit(
  model: TinyGpt,
  data: TinyGptBatch,
  options: FitOptions<TinyGptBatch, TinyGptFigures> = {},
): Promise<EpochReport<TinyGptFigures>[]> {
  checkBatch(data);
  return runFit({
    data,
    options,
    start: model.step,
    fitting: model.fitting,
    length: { steps: 1000 },
    batchSize: 12,
    seed: model.seed,
    validateEvery: { steps: 250 },
    begin: (steps) => {
      model.steps = steps;
    },
    train: async (batch) => takenStep(model.step, await soundSums(trainSums(model, batch), data, places)),
    evaluate: (held) => evaluate(model, held),
    accumulators: [{ sum: 1, count: 1 }],
    figures: figuresOf,
  });
}

/** A model as a `.safetensors` file, with all that training needs to go on as if it had never stopped. */
export async function save(model: TinyGpt): Promise<Uint8Array> {
  return writeSafetensors([...variablesOf(model), ...slotVariables(optimizerOf(model))], () => ({}), {
    progress: progressText(model),
    seed: String(model.seed),
  });
}

/**
 * A model with the values of a `.safetensors` file, be it of `save` or of another target: a new one, or the one that is
 * given. Throws where the file is damaged or does not fit; nothing has changed then.
 */
export function load(bytes: Uint8Array, given?: TinyGpt): TinyGpt {
  const checkpoint = readSafetensors(bytes);
  const progress = progressOf(checkpoint);
  const model = given ?? create();
  const misfit = checkpointMisfit(
    checkpoint,
    variablesOf(model),
    slotVariables(createOptimizer(model.parameters, (parameter) => parameter)),
    () => ({}),
  );
  if (misfit !== undefined) {
    if (given === undefined) {
      dispose(model);
    }
    throw new Error(misfit);
  }
  restoreVariables(variablesOf(model), () => ({}), checkpoint);
  model.memory = memoryOf(checkpoint) ?? model.memory;
  return Object.assign(model, progress);
}

// The model.

/**
 * The loss of a batch, then what metrics add up.
 *
 * logits: f32[B, T, 65], next: i32[B, T] -> f32[], f32[], f32[]
 */
function objective(logits: tf.Tensor, next: tf.Tensor): [tf.Tensor, tf.Tensor, tf.Tensor] {
  const [perplexity_sum, perplexity_count] = perplexity(logits, next);
  return [crossEntropy(logits, next), perplexity_sum, perplexity_count];
}

/**
 * The exponential of the mean negative log likelihood of labels.
 *
 * logits: f32[B, T, 65], labels: i32[B, T] -> f32[], f32[]
 */
function perplexity(logits: tf.Tensor, labels: tf.Tensor): [tf.Tensor, tf.Tensor] {
  const [B, T] = logits.shape as [number, number, number];
  const h = tf.sum(tf.where(tf.cast(oneHot(labels, 65), "bool"), tf.logSoftmax(logits), 0), 2);
  return [tf.sum(tf.neg(h), [0, 1]), tf.scalar(B * T)];
}

/** tokens: i32[B, T] -> f32[B, T, 65] */
function tinyGpt(tokens: tf.Tensor, p: TinyGptParameters, training: boolean, random: Place): tf.Tensor {
  const [, T] = tokens.shape as [number, number];
  const h = embedding(tokens, p.wte);
  const y = embedding(tf.range(0, T, 1, "int32"), p.wpe);
  let z: tf.Tensor = dropoutLayer(tf.add(h, y), training, within(random, "dropout_0"));
  for (const [i, layer] of p.layer.entries()) {
    z = decoderBlock(z, layer, training, within(random, "layer", i));
  }
  const hidden = layerNormLayer(z, p.final_norm);
  return matMul(hidden, tf.transpose(p.wte.table, [1, 0]));
}

/** x: f32[B, T, 128] -> f32[B, T, 128] */
function decoderBlock(x: tf.Tensor, p: DecoderBlockParameters, training: boolean, random: Place): tf.Tensor {
  let y: tf.Tensor = layerNormLayer(x, p.norm1);
  y = causalSelfAttention(y, p.attention, training, within(random, "attention"));
  const h = tf.add(x, y);
  let z: tf.Tensor = layerNormLayer(h, p.norm2);
  z = dense(z, p.up);
  z = dense(gelu(z), p.down);
  return tf.add(h, dropoutLayer(z, training, within(random, "dropout_0")));
}

/**
 * The Gaussian error linear unit: x times the share of a normal distribution below x.
 *
 * x: f32[B, T, 512] -> f32[B, T, 512]
 */
function gelu(x: tf.Tensor): tf.Tensor {
  const h = tf.add(x, tf.mul(0.044715, tf.mul(x, tf.mul(x, x))));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(tf.mul(0.7978846, h)), 1));
}

/** x: f32[B, T, 128] -> f32[B, T, 128] */
function causalSelfAttention(
  x: tf.Tensor,
  p: CausalSelfAttentionParameters,
  training: boolean,
  random: Place,
): tf.Tensor {
  const [B, T] = x.shape as [number, number, number];
  const h = dense(x, p.qkv);
  const [q, k, v] = tf.unstack(tf.transpose(tf.reshape(h, [B, T, 3, 4, 32]), [2, 0, 3, 1, 4]), 0) as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ];
  const scores = causalMask(tf.div(matMul(q, tf.transpose(k, [0, 1, 3, 2])), 5.656854));
  const weights = dropoutLayer(tf.softmax(scores), training, within(random, "dropout_0"));
  const y = dense(tf.reshape(tf.transpose(matMul(weights, v), [0, 2, 1, 3]), [B, T, 128]), p.output);
  return dropoutLayer(y, training, within(random, "dropout_1"));
}

/** A linear map of the last axis, with a bias and an activation: `x @ kernel + bias`. */
function dense(x: tf.Tensor, p: DenseParameters): tf.Tensor {
  const y = matMul(x, p.kernel);
  return tf.add(y, p.bias);
}

/**
 * Zero mean and unit variance along the last axis of every position, then a learned scale and bias.
 *
 * x: f32[B, T, 128] -> f32[B, T, 128]
 */
function layerNormLayer(x: tf.Tensor, p: LayerNormParameters): tf.Tensor {
  return layerNorm(x, p.scale, p.bias, 0.00001);
}

/** In training zeros a share of the elements at random and scales the others up; in inference passes everything. */
function dropoutLayer(x: tf.Tensor, training: boolean, random: Place): tf.Tensor {
  return training ? dropout(x, keyAt(within(random, "dropout_0")), 0.1) : x;
}

/** A table of vectors, looked up by integers. The parameter is `table`. */
function embedding(ids: tf.Tensor, p: EmbeddingParameters): tf.Tensor {
  return gatherRows(p.table, ids);
}

// What the functions above rest on.

/** Throws unless tensors have the types and shapes that the model is compiled for, and places are in range. */
function checkInputs({ tokens }: TinyGptInputs): void {
  checkTensors(["tokens", tokens, "int32", ["B", "T"]]);
  const [, T] = tokens.shape as [number, number];
  checkThat(T <= 64, "T <= 64");
  checkPlaces(["tokens", tokens, 65]);
}

/** Takes a step where the loss is finite and all places are in range; gives what the batch had before it. */
function trainSums(model: TinyGpt, batch: TinyGptBatch): Promise<number[]> {
  return takeStep(
    [],
    () => gradients(model, batch),
    (slopes) => {
      update(model, slopes);
      model.step += 1;
    },
    allInRange,
  );
}

function evaluateSums(model: TinyGpt, batch: TinyGptBatch): Promise<number[]> {
  return numbersOf(tf.tidy(() => resultsOf(model, batch, false)));
}

/** The loss of a batch, then what metrics add up; how many places were out of range comes last. */
function resultsOf(model: TinyGpt, batch: TinyGptBatch, training: boolean): tf.Tensor[] {
  const strays = noStrays();
  const tokens = inRange(batch.tokens, places.tokens, strays);
  const next = inRange(batch.next, places.next, strays);
  const logits = tinyGpt(tokens, model.parameters, training, placeAt(model.seed, model.step));
  return [...objective(logits, next), strays.count];
}

/** Among how many the places are that features hold: labels, and rows of tables. */
const places = { tokens: 65, next: 65 };

/** The figures of a loss, and of what metrics have added up. */
function figuresOf([loss = NaN, perplexitySum = NaN, perplexityCount = NaN]: readonly number[]): TinyGptFigures {
  return { loss, perplexity: Math.exp(perplexitySum / perplexityCount) };
}

/** One step of Adam with decoupled weight decay (Loshchilov and Hutter 2019), as Keras 3 computes it. */
function update(model: TinyGpt, gradients: tf.Tensor[]): void {
  const rate = learningRate(model.step, model.steps);
  const beta1 = 0.9;
  const beta2 = 0.99;
  const t = model.step + 1;
  const correction = Math.sqrt(1 - beta2 ** t) / (1 - beta1 ** t);
  const norm = tf.sqrt(tf.addN(gradients.map((gradient) => tf.sum(tf.square(gradient)))));
  const factor = tf.div(1, tf.maximum(norm, 1));
  for (const [{ parameter, m, v, decay }, gradient] of zip(model.optimizer, gradients)) {
    const clipped = tf.mul(gradient, factor);
    const decayed = tf.sub(parameter, tf.mul(parameter, decay * rate));
    m.assign(tf.add(tf.mul(m, beta1), tf.mul(clipped, 1 - beta1)));
    v.assign(tf.add(tf.mul(v, beta2), tf.mul(tf.square(clipped), 1 - beta2)));
    const change = tf.div(tf.mul(m, rate * correction), tf.add(tf.sqrt(v), 1e-7));
    parameter.assign(tf.sub(decayed, change));
  }
}

/** The learning rate at a step, from 0, of so many. */
function learningRate(step: number, steps: number): number {
  const progress = Math.min(Math.max(step - 100, 0) / Math.max(steps - 100, 1), 1);
  return (0.0001 + 0.00045 * (Math.cos(Math.PI * progress) + 1)) * Math.min((step + 1) / 100, 1);
}

/** What the optimizer remembers, before the first step. */
function createOptimizer(parameters: TinyGptParameters, slot = slotFor): Slot[] {
  return entriesOf(parameters).flatMap(({ path, variable: parameter }) => {
    const { decay: decay = 0.1 } = settingsOf(groups, path);
    return [{ path, parameter, m: slot(parameter), v: slot(parameter), decay }];
  });
}

/** What the optimizer remembers, by its names in a checkpoint. */
function slotVariables(optimizer: Slot[]): NamedVariable[] {
  return optimizer.flatMap(({ path, m, v }) => [
    { path: "opt/m/" + path, variable: m },
    { path: "opt/v/" + path, variable: v },
  ]);
}

/** What the train section sets apart: `**.bias`, `**.*norm*.**`. */
const groups: Group[] = [
  { pattern: /^(?:[^.]+\.)*bias\.$/, decay: 0 },
  { pattern: /^(?:[^.]+\.)*[^.]*norm[^.]*\.(?:[^.]+\.)*$/, decay: 0 },
];

/** Throws unless tensors have the types and shapes that the model is compiled for. */
function checkBatch({ tokens, next }: TinyGptBatch): void {
  checkTensors(["tokens", tokens, "int32", ["B", "T"]], ["next", next, "int32", ["B", "T"]]);
  const [, T] = tokens.shape as [number, number];
  checkThat(T <= 64, "T <= 64");
}

/** All variables of a model but the optimizer's, by their names in a checkpoint. */
function variablesOf(model: TinyGpt): NamedVariable[] {
  return [...entriesOf(model.parameters)];
}

/** The optimizer of a model, made when training first asks for it, with what a checkpoint remembers. */
function optimizerOf(model: TinyGpt): Slot[] {
  if (model.optimizer.length === 0) {
    model.optimizer = createOptimizer(model.parameters);
  }
  if (model.memory !== undefined) {
    restoreVariables(slotVariables(model.optimizer), () => ({}), model.memory);
    model.memory = undefined;
  }
  return model.optimizer;
}

// Helpers for what TensorFlow.js lacks.

/** Replaces the scores of later positions (column > row in the last two axes) by a value that softmax turns into 0. */
function causalMask(scores: tf.Tensor, value = -1e9): tf.Tensor {
  const size = scores.shape[scores.rank - 1] ?? 1;
  const seen = new Float32Array(size * size);
  for (let row = 0; row < size; row++) seen.fill(1, row * size, row * size + row + 1);
  const mask = tf.tensor2d(seen, [size, size]);
  // Multiplying and adding is faster than choosing on every backend.
  return tf.add(tf.mul(scores, mask), tf.mul(tf.sub(1, mask), value));
}

/**
 * Throws unless every tensor has its element type and its shape. A named size may be any, but the same wherever its name
 * stands.
 */
function checkTensors(
  ...tensors: [name: string, tensor: tf.Tensor, dtype: tf.DataType, shape: (number | string)[]][]
): void {
  const sizes = new Map<string, number>();
  for (const [name, tensor, dtype, shape] of tensors) {
    if (tensor.dtype !== dtype) {
      throw new Error(`${name} holds ${tensor.dtype}, not ${dtype}: make it with that type, or tf.cast it`);
    }
    checkShape(name, tensor.shape, shape, sizes);
  }
}

/** Throws unless a shape is the wanted one; `sizes` are those that names have had so far. */
function checkShape(
  name: string,
  given: readonly number[],
  shape: (number | string)[],
  sizes: Map<string, number>,
): void {
  const before = new Map(sizes);
  const fits =
    given.length === shape.length &&
    shape.every((wanted, axis) => {
      const size = given[axis] ?? 0;
      if (typeof wanted === "number") return size === wanted;
      const known = sizes.get(wanted) ?? size;
      sizes.set(wanted, known);
      return size === known;
    });
  if (fits) return;
  const known = shape.map((size) =>
    typeof size === "string" && before.has(size) ? `${size} = ${before.get(size) ?? 0}` : size,
  );
  throw new Error(`${name} has shape [${given.join(", ")}], not [${known.join(", ")}]`);
}

/** Throws unless a condition on the inputs holds. */
function checkThat(holds: boolean, message: string): void {
  if (!holds) throw new Error(message);
}

/** The mean negative log likelihood of labels under logits, whose last axis is the classes. */
function crossEntropy(logits: tf.Tensor, labels: tf.Tensor): tf.Tensor {
  const hot = oneHot(tf.cast(labels, "int32"), logits.shape[logits.rank - 1] ?? 1);
  return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), hot), -1)));
}

/**
 * Computes `forward()` with a gradient of its own. `forward` may keep tensors for it; `backward` sees the gradient of
 * the result and the saved tensors (the inputs, the result, then what was kept) and returns a gradient for each input.
 */
function withGradient(
  inputs: tf.Tensor[],
  forward: (keep: (...tensors: tf.Tensor[]) => void) => tf.Tensor,
  backward: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor[],
): tf.Tensor {
  return tf.customGrad((...args) => {
    const kept: tf.Tensor[] = [];
    const value = forward((...tensors) => kept.push(...tensors));
    // TensorFlow.js passes the function that keeps tensors for the gradient as the last argument.
    const save = args[args.length - 1];
    if (typeof save === "function") save([...inputs, value, ...kept]);
    return { value, gradFunc: backward };
  })(...inputs);
}

/**
 * The results of `forward`, and the gradients of the first of them, the loss, with respect to the variables. To be
 * called within `tf.tidy`.
 */
function differentiate(
  variables: readonly tf.Variable[],
  forward: () => readonly tf.Tensor[],
): { results: tf.Tensor[]; gradients: tf.Tensor[] } {
  let kept: tf.Tensor[] = [];
  const { value, grads } = tf.variableGrads(() => {
    const [loss = tf.scalar(0), ...others] = forward();
    kept = others.map((tensor) => tf.keep(tensor.clone()));
    return loss.asScalar();
  }, [...variables]);
  // What was kept for the way out of the gradient's scope is this scope's again.
  const results = [value, ...kept.map((tensor) => tensor.clone())];
  kept.forEach((tensor) => tensor.dispose());
  return { results, gradients: variables.map((variable) => grads[variable.name] ?? tf.zerosLike(variable)) };
}

/** Numbers in double precision, row by row. Any array of numbers serves: a Float64Array, or the Uint8Array of an image. */
interface Doubles {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** Zeros a share of the elements at random and scales the others, so that the mean stays. */
function dropout(x: tf.Tensor, key: RandomKey, rate: number): tf.Tensor {
  if (rate === 0) return x;
  const threshold = Math.fround(rate);
  const scale = 1 / (1 - rate);
  return tf.mul(
    x,
    drawTensor(x.shape, (index) => (uniformAt(key, index) >= threshold ? scale : 0)),
  );
}

/**
 * Throws unless raw fields have their shapes, and whole numbers where they are said to. A named size may be any, but the
 * same wherever its name stands.
 */
function checkRaw(
  ...fields: [name: string, field: Doubles, shape: (number | string)[], holds: "numbers" | "whole numbers"][]
): void {
  const sizes = new Map<string, number>();
  for (const [name, { shape, data }, wanted, holds] of fields) {
    checkShape(name, shape, wanted, sizes);
    if (data.length !== sizeOf(shape)) {
      throw new Error(`${name} has ${data.length} numbers, and shape [${shape.join(", ")}] wants ${sizeOf(shape)}`);
    }
    for (let at = 0; holds === "whole numbers" && at < data.length; at++) {
      if (Number.isSafeInteger(data[at])) continue;
      throw new Error(`${elementName(name, shape, at)} is ${data[at]}, and must be a whole number`);
    }
  }
}

/** A feature of whole numbers. Throws where one is none, or not from `low` to `high`: those of TensorFlow.js have 32 bits. */
function wholeTensor(name: string, { shape, data }: Doubles, low = -(2 ** 31), high = 2 ** 31 - 1): tf.Tensor {
  for (let at = 0; at < data.length; at++) {
    const value = data[at] ?? NaN;
    if (Number.isInteger(value) && value >= low && value <= high) continue;
    throw new Error(`${elementName(name, shape, at)} is ${value}, and must be a whole number from ${low} to ${high}`);
  }
  return tf.tensor(Int32Array.from(data), [...shape], "int32");
}

/** How `fit` goes about its work; what is left out is as the train section of the spec says. */
interface FitOptions<Data, Figures> {
  /** Passes over the data from here on. Without: until the length that the spec gives is reached. */
  readonly epochs?: number;
  readonly batchSize?: number;
  /** Examples that are held out to watch: a data set, or the share of the examples at the end of this one. */
  readonly validation?: Data | number;
  /** Called after every step. */
  readonly onBatchEnd?: (report: BatchReport<Figures>) => void | Promise<void>;
  /** Called after every pass, or as often as the spec says that validation happens. */
  readonly onEpochEnd?: (report: EpochReport<Figures>) => void | Promise<void>;
  /** Ends the training after the step in hand, once it says so. */
  readonly shouldStop?: () => boolean;
}

/** One step, as it is reported. */
interface BatchReport<Figures> {
  readonly epoch: number;
  /** Steps done, of how many in all. */
  readonly step: number;
  readonly steps: number;
  /** Running figures since the last validation. */
  readonly figures: Figures;
}

/** What was measured at once: a pass, or what lies between two validations. */
interface EpochReport<Figures> {
  readonly epoch: number;
  readonly step: number;
  readonly train: Figures;
  readonly validation?: Figures;
  /** Whether it is the best so far by what the spec's `save` watches, or else its `stop`. */
  readonly improved: boolean;
}

/** A figure that the spec watches, and whether more of it is better. */
interface Watch<Figures> {
  /** Its name, after the split that it is of: `validate.loss`. */
  readonly monitor: string;
  readonly figure: (figures: Figures) => number;
  readonly mode: "min" | "max";
}

/** What `fit` needs to know of a model and of its train section. */
interface FitPlan<Data, Figures> {
  readonly data: Data;
  readonly options: FitOptions<Data, Figures>;
  /** Steps done before, and what is known of their validations; it is kept up to date. */
  readonly start: number;
  readonly fitting: Fitting;
  readonly length: { readonly epochs: number } | { readonly steps: number };
  readonly batchSize: number;
  readonly seed: number;
  /** How far validations are apart; a pass where it is left out. */
  readonly validateEvery?: { readonly epochs: number } | { readonly steps: number };
  /** Ends the training after so many validations that are not the best so far. */
  readonly stop?: Watch<Figures> & { readonly patience: number };
  /** Gives the weights, parameters and states, in the end what they were at the best validation. */
  readonly save?: Watch<Figures> & {
    readonly weights: OwnedVariable[];
    readonly formOf: (path: string) => StoredForm;
  };
  /** Says how many steps there will be: schedules may end there. */
  readonly begin?: (steps: number) => void;
  /** Called before every step, with the steps of a pass: something may be frozen until then. */
  readonly enter?: (step: number, perEpoch: number) => void;
  /** Takes a step on a batch of a pass over the data, which is counted from 0. */
  readonly train: (batch: Data, epoch: number) => Promise<number[]>;
  readonly evaluate: (data: Data) => Promise<Figures>;
  /** What each metric adds up over batches, and how many numbers that is. */
  readonly accumulators: Accumulators;
  readonly extremes?: Extremes;
  readonly figures: (sums: readonly number[]) => Figures;
}

/**
 * Trains in seeded order; the last batch of a pass may be smaller. Gives the report of every pass. Where `save` watches
 * something, the model has its best weights in the end, unless `shouldStop` has ended the training.
 */
async function runFit<Data extends Record<string, tf.Tensor>, Figures extends object>(
  plan: FitPlan<Data, Figures>,
): Promise<EpochReport<Figures>[]> {
  const { options, fitting, batchSize: usual } = plan;
  const batchSize = options.batchSize ?? usual;
  const count = examplesIn(plan.data);
  const held = typeof options.validation === "number" ? Math.floor(count * options.validation) : 0;
  const examples = count - held;
  const validation = typeof options.validation === "number" ? sliceRows(plan.data, examples, held) : options.validation;
  const perEpoch = Math.ceil(examples / batchSize);
  const planned = "steps" in plan.length ? plan.length.steps : plan.length.epochs * perEpoch;
  const steps = options.epochs === undefined ? planned : plan.start + options.epochs * perEpoch;
  const apart = plan.validateEvery ?? { epochs: 1 };
  const every = "steps" in apart ? apart.steps : apart.epochs * perEpoch;
  const blind = Object.entries({ stop: plan.stop, save: plan.save }).find(
    ([, it]) => it !== undefined && !ofTraining(it),
  );
  if (blind !== undefined && validation === undefined) {
    throw new Error(`the spec's ${blind[0]} watches a figure of validation: fit needs the option validation`);
  }
  const reports: EpochReport<Figures>[] = [];
  let order: Int32Array = new Int32Array();
  let sums = runningSums(plan.figures, plan.extremes, fitting.figures && totalsOf(fitting.figures, plan.accumulators));
  plan.begin?.(steps);
  if (plan.save !== undefined) bestWeights(fitting, plan.save.weights, plan.save.formOf);

  try {
    for (let step = plan.start; step < steps; step++) {
      const epoch = Math.floor(step / perEpoch);
      const at = step % perEpoch;
      if (order.length === 0 || at === 0) order = shuffledRows(examples, plan.seed, epoch);
      const rows = order.subarray(at * batchSize, (at + 1) * batchSize);
      const batch = selectRows(plan.data, rows);
      plan.enter?.(step, perEpoch);
      try {
        sums.add(await plan.train(batch, epoch), rows.length);
        fitting.figures = sumsOf(sums.totals(), plan.accumulators);
      } finally {
        tf.dispose(Object.values(batch));
      }
      await options.onBatchEnd?.({ epoch: epoch + 1, step: step + 1, steps, figures: sums.figures() });
      const ended = options.shouldStop?.() === true;
      const due = (step + 1) % every === 0 || step + 1 === steps;
      if (!due && !ended) continue;

      const train = sums.figures();
      const held = validation === undefined ? undefined : await plan.evaluate(validation).catch(ofValidation);
      const measured = { step: step + 1, train, ...(held === undefined ? {} : { validation: held }) };
      // What is cut between two validations goes on to the next one, and is judged there.
      const improved = due && judge(plan, measured);
      const report = { epoch: epoch + 1, ...measured, improved };
      reports.push(report);
      await options.onEpochEnd?.(report);
      if (due) sums = runningSums(plan.figures, plan.extremes);
      if (ended && step + 1 !== steps) return reports;
      if (plan.stop !== undefined && fitting.waited >= plan.stop.patience) break;
    }
    fitting.best?.forEach(({ variable }, i) => plan.save?.weights[i]?.variable.assign(variable));
    return reports;
  } finally {
    if (validation !== options.validation) tf.dispose(Object.values(validation ?? {}));
  }
}

/** What is measured at a validation. */
interface Measured<Figures> {
  readonly step: number;
  readonly train: Figures;
  readonly validation?: Figures;
}

/** Takes note of a validation, and of its weights if they are the best; whether it is the best so far. */
function judge<Data, Figures>({ fitting, save, stop }: FitPlan<Data, Figures>, measured: Measured<Figures>): boolean {
  const { step } = measured;
  fitting.save = save && bestSoFar(save, fitting.save, measured);
  fitting.stop = stop && bestSoFar(stop, fitting.stop, measured);
  fitting.waited = stop === undefined || fitting.stop?.step === step ? 0 : fitting.waited + 1;
  fitting.figures = undefined;
  if (save !== undefined && fitting.save?.step === step) keepBest(fitting, save.weights);
  return (save === undefined ? fitting.stop : fitting.save)?.step === step;
}

function ofTraining({ monitor }: { readonly monitor: string }): boolean {
  return monitor.startsWith("train.");
}

/** Says of an error that it is about the examples of validation, for it may name their rows. */
function ofValidation(error: unknown): never {
  throw error instanceof Error ? Object.assign(error, { message: `validation: ${error.message}` }) : error;
}

/**
 * The best so far after a validation: a new one, or the one before. Only a finite value is ever better; a value of
 * something else than what is watched now is none.
 */
function bestSoFar<Figures>(
  watch: Watch<Figures>,
  before: Best | undefined,
  { step, train, validation }: Measured<Figures>,
): Best | undefined {
  const { monitor, figure, mode } = watch;
  const known = before?.monitor === monitor ? before : undefined;
  const figures = ofTraining(watch) ? train : validation;
  const value = figures === undefined ? NaN : figure(figures);
  if (!Number.isFinite(value)) return known;
  if (known !== undefined && !(mode === "max" ? value > known.value : value < known.value)) return known;
  return { monitor, value, step };
}

/** The figures of a data set, batch by batch. */
async function evaluateBatches<Data extends Record<string, tf.Tensor>, Figures>(
  data: Data,
  batchSize: number,
  figures: (sums: readonly number[]) => Figures,
  evaluate: (batch: Data) => Promise<number[]>,
  extremes?: Extremes,
): Promise<Figures> {
  const sums = runningSums(figures, extremes);
  const examples = examplesIn(data);
  for (let from = 0; from < examples; from += batchSize) {
    const count = Math.min(batchSize, examples - from);
    const batch = sliceRows(data, from, count);
    try {
      sums.add(await evaluate(batch), count);
    } finally {
      tf.dispose(Object.values(batch));
    }
  }
  return sums.figures();
}

/** How many examples a data set has: the first size of its tensors. */
function examplesIn(data: Record<string, tf.Tensor>): number {
  return Object.values(data)[0]?.shape[0] ?? 0;
}

/** The rows of a data set at some indices. */
function selectRows<Data extends Record<string, tf.Tensor>>(data: Data, rows: Int32Array): Data {
  const indices = tf.tensor1d(rows, "int32");
  const entries = Object.entries(data).map(([name, tensor]) => [name, tf.gather(tensor, indices)] as const);
  indices.dispose();
  return Object.fromEntries(entries) as Record<string, tf.Tensor> as Data;
}

/** `count` rows of a data set from one on. */
function sliceRows<Data extends Record<string, tf.Tensor>>(data: Data, from: number, count: number): Data {
  const entries = Object.entries(data).map(([name, tensor]) => {
    const rest = tensor.shape.slice(1);
    return [name, tf.slice(tensor, [from, ...rest.map(() => 0)], [count, ...rest])] as const;
  });
  return Object.fromEntries(entries) as Record<string, tf.Tensor> as Data;
}

/** The numbers 0 .. count - 1 in an order that depends on the seed and the pass alone. */
function shuffledRows(count: number, seed: number, epoch: number): Int32Array {
  const key = placeKey(stepKey(seed, epoch), "epoch");
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const other = Math.floor(uniformAt(key, i) * (i + 1));
    const held = order[i] ?? 0;
    order[i] = order[other] ?? 0;
    order[other] = held;
  }
  return order;
}

/** The numbers of some tensors, one after the other, read at once; the tensors are disposed of. */
async function numbersOf(tensors: tf.Tensor[]): Promise<number[]> {
  const joined = tf.tidy(() => tf.concat(tensors.map((tensor) => tf.reshape(tensor, [-1]))));
  tf.dispose(tensors);
  const numbers = Array.from(await joined.data());
  joined.dispose();
  return numbers;
}

/** Rows of a table by their indices, whose axes take the place of the table's first. */
function gatherRows(table: tf.Tensor, indices: tf.Tensor): tf.Tensor {
  return withGradient(
    [table],
    (keep) => {
      keep(indices);
      return tf.gather(table, tf.cast(indices, "int32"));
    },
    (dy, [, , rows = indices]) => [scatterRows(rows, dy, table.shape)],
  );
}

/** Zeros of a shape to whose rows the updates are added; rows that are named twice get both. */
function scatterRows(indices: tf.Tensor, updates: tf.Tensor, shape: number[]): tf.Tensor {
  return withGradient(
    [updates],
    (keep) => {
      keep(indices);
      const places = tf.reshape(tf.cast(indices, "int32"), [-1, 1]);
      return tf.scatterND(places, tf.reshape(updates, [places.shape[0] ?? 1, ...shape.slice(1)]), shape);
    },
    (dy, [, , rows = indices]) => [tf.reshape(tf.gather(dy, tf.cast(rows, "int32")), updates.shape)],
  );
}

/** How many bits of the types of two bytes are the exponent; the others, but for the sign, are digits. */
const halfExponents = { F16: 5, BF16: 8 };

/** Numbers in a type of two bytes, the nearest ones, ties to even; throws where one is too large for it. */
function toHalves(type: keyof typeof halfExponents, numbers: ArrayLike<number>, name: string): Uint16Array {
  const digits = 15 - halfExponents[type];
  const least = 2 - 2 ** (halfExponents[type] - 1);
  const infinity = 0x8000 - 2 ** digits;
  return Uint16Array.from(numbers, (value, at) => {
    const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
    if (Number.isNaN(value)) return infinity + 1;
    if (Math.abs(value) === Infinity) return sign + infinity;
    const exponent = Math.max(least, value === 0 ? least : Math.floor(Math.log2(Math.abs(value))));
    const scaled = Math.abs(value) / 2 ** (exponent - digits);
    const rest = scaled % 2;
    // Ties go to the even one; a carry makes the next exponent by itself.
    const bits = (exponent - least) * 2 ** digits + (rest === 0.5 ? Math.floor(scaled) : Math.round(scaled));
    if (bits < infinity) return sign + bits;
    throw new Error(`${name} has ${value} at element ${at}, which ${type} cannot hold`);
  });
}

/** The numbers that bits of a type of two bytes are. */
function fromHalves(type: keyof typeof halfExponents, bits: Uint16Array): Float32Array {
  const digits = 15 - halfExponents[type];
  const least = 2 - 2 ** (halfExponents[type] - 1);
  const infinity = 0x8000 - 2 ** digits;
  return Float32Array.from(bits, (it) => {
    const sign = it >= 0x8000 ? -1 : 1;
    const size = it % 0x8000;
    if (size >= infinity) return size === infinity ? sign * Infinity : NaN;
    const exponent = Math.max(0, Math.floor(size / 2 ** digits) - 1);
    return sign * (size - exponent * 2 ** digits) * 2 ** (exponent + least - digits);
  });
}

/** Fills a shape with the numbers that a parameter begins with. */
type Initializer = (shape: number[], key: RandomKey) => Float32Array;

/** A variable that begins as an initialiser says. */
function weights<R extends tf.Rank>(
  shape: tf.ShapeMap[R],
  initializer: Initializer,
  key: RandomKey = [0, 0],
): tf.Variable<R> {
  return tf.tidy(() => tf.variable(tf.tensor(initializer(shape, key), shape)));
}

/** Gives the keys of initial weights by their paths (loop indices apart). */
function initialKeys(seed: number): (path: string, ...indices: number[]) => RandomKey {
  const base = stepKey(seed, 0);
  return (path, ...indices) => placeKey(base, path, indices);
}

function zeros(shape: number[]): Float32Array {
  return new Float32Array(sizeOf(shape));
}

function ones(shape: number[]): Float32Array {
  return new Float32Array(sizeOf(shape)).fill(1);
}

/** Uniform in [min, max). */
function uniformWithin(min = -0.05, max = 0.05): Initializer {
  return (shape, key) =>
    Float32Array.from(
      { length: sizeOf(shape) },
      (_, i) => Math.fround(uniformAt(key, i) * Math.fround(max - min)) + Math.fround(min),
    );
}

/** Normal with a standard deviation and a mean. */
function normalWith(stddev = 0.05, mean = 0): Initializer {
  return (shape, key) => Float32Array.from({ length: sizeOf(shape) }, (_, i) => normalAt(key, i) * stddev + mean);
}

/** Uniform with the variance 1 / (mean of fan in and fan out): Glorot and Bengio 2010. */
function glorotUniform(shape: number[], key: RandomKey): Float32Array {
  const { fanIn, fanOut } = fansOf(shape);
  return uniformWith(6 / (fanIn + fanOut))(shape, key);
}

/** Uniform within the square root of a bound on either side of zero. */
function uniformWith(square: number): Initializer {
  const limit = Math.sqrt(square);
  return uniformWithin(-limit, limit);
}

/** The fans of a kernel: its last two axes, times the extent of those before. */
function fansOf(shape: number[]): { fanIn: number; fanOut: number } {
  if (shape.length < 2) return { fanIn: sizeOf(shape), fanOut: sizeOf(shape) };
  const field = sizeOf(shape.slice(0, -2));
  return { fanIn: field * (shape[shape.length - 2] ?? 1), fanOut: field * (shape[shape.length - 1] ?? 1) };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Normalises the last axis to mean 0 and variance 1, then scales and shifts it. */
function layerNorm(x: tf.Tensor, scale: tf.Tensor, bias: tf.Tensor, epsilon = 1e-3): tf.Tensor {
  return withGradient(
    [x, scale, bias],
    (keep) => {
      const centred = tf.sub(x, tf.mean(x, -1, true));
      const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon));
      const normal = tf.mul(centred, inverse);
      keep(normal, inverse);
      return tf.add(tf.mul(normal, scale), bias);
    },
    (dy, [, factor = scale, , , normal = x, inverse = x]) => {
      const size = factor.size;
      const rows = tf.reshape(dy, [-1, size]);
      const g = tf.mul(dy, factor);
      const along = tf.mul(normal, tf.mean(tf.mul(g, normal), -1, true));
      return [
        tf.mul(tf.sub(tf.sub(g, tf.mean(g, -1, true)), along), inverse),
        tf.sum(tf.mul(rows, tf.reshape(normal, [-1, size])), 0),
        tf.sum(rows, 0),
      ];
    },
  );
}

/**
 * The matrix product of the last two axes; leading axes broadcast. Its gradient transposes before it multiplies, which
 * is an order of magnitude faster on WebAssembly than the transposing product.
 */
function matMul(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  if (b.rank === 2 && a.rank > 2) {
    const rows = tf.reshape(a, [-1, a.shape[a.rank - 1] ?? 1]);
    return tf.reshape(matMul(rows, b), [...a.shape.slice(0, -1), b.shape[1] ?? 1]);
  }
  const batch = tf.backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return withGradient(
    [a, b],
    // TensorFlow.js pairs batches wrongly where both operands broadcast.
    () => tf.matMul(withBatch(a, batch), withBatch(b, batch)),
    (dy, [left = a, right = b]) => [
      sumToShape(tf.matMul(dy, swapLastAxes(withBatch(right, batch))), left.shape),
      sumToShape(tf.matMul(swapLastAxes(withBatch(left, batch)), dy), right.shape),
    ],
  );
}

function withBatch(x: tf.Tensor, batch: number[]): tf.Tensor {
  const shape = [...batch, ...x.shape.slice(-2)];
  return x.size === tf.util.sizeFromShape(shape) ? x : tf.broadcastTo(x, shape);
}

function swapLastAxes(x: tf.Tensor): tf.Tensor {
  const axes = x.shape.map((_, axis) => axis);
  return tf.transpose(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2]);
}

/** For each index a row of zeros with a 1 at its place; unlike `tf.oneHot`, for rows of one element as well. */
function oneHot(indices: tf.Tensor, depth: number): tf.Tensor {
  return tf.cast(tf.equal(tf.expandDims(indices, -1), tf.range(0, depth, 1, "int32")), "int32");
}

/** Where in the network a random number is drawn: its key depends on the seed, the step and this alone. */
interface Place {
  readonly base: RandomKey;
  readonly path: string;
  /** Indices of the repeats around it, outermost first. */
  readonly indices: readonly number[];
}

/** The network itself, at a step of training. */
function placeAt(seed: number, step: number): Place {
  return { base: stepKey(seed, step), path: "", indices: [] };
}

/** A block within a place; `indices` say which one of each repeat. */
function within(place: Place, path: string, ...indices: number[]): Place {
  return {
    base: place.base,
    path: place.path === "" ? path : `${place.path}.${path}`,
    indices: [...place.indices, ...indices],
  };
}

/** The random key of a place. */
function keyAt(place: Place): RandomKey {
  return placeKey(place.base, place.path, place.indices);
}

/** The best value of what the spec's `stop` or `save` watches, and the step that had it. */
interface Best {
  /** What it is a value of: `validate.loss`. */
  readonly monitor: string;
  readonly value: number;
  readonly step: number;
}

/** What `fit` knows of the validations so far, so that it goes on as if it had never stopped; `{ waited: 0 }` is nothing. */
interface Fitting {
  /** The best validation by what `save` watches, whose weights are kept; and by what `stop` watches. */
  save?: Best | undefined;
  stop?: Best | undefined;
  /** Validations since the best one by what `stop` watches. */
  waited: number;
  /** What the batches since the last validation add up to, between two. */
  figures?: Sums | undefined;
  /** The weights of the best validation by what `save` watches, under their names in a checkpoint. */
  best?: OwnedVariable[] | undefined;
  /** The checkpoint that has them, until they are asked for. */
  stored?: Checkpoint | undefined;
}

/** How far a training is, as the metadata of a checkpoint has it. */
function progressText(model: { readonly step: number; readonly steps?: number; fitting: Fitting }): string {
  const { step, steps, fitting } = model;
  const { waited, save, stop, figures } = fitting;
  const known = steps === Infinity ? undefined : steps;
  // JSON has no infinity, and no NaN.
  return JSON.stringify({ step, steps: known, waited, save, stop, figures }, (_, it: unknown) =>
    typeof it === "number" && !Number.isFinite(it) ? String(it) : it,
  );
}

/** How far the training of a checkpoint was; nothing of it in plain weights. Throws where that cannot be. */
function progressOf(checkpoint: Checkpoint): {
  step?: number;
  steps?: number;
  fitting?: Fitting;
  seed?: number;
} {
  const text = checkpoint.metadata.get("progress");
  if (text === undefined) return seedOf(checkpoint);
  const progress = parseRecord(text, 'the metadata "progress"');
  // Steps are words of 32 bits in random keys.
  const step = wholeAt(progress, "step", 2 ** 32 - 1);
  const steps = (progress["steps"] ?? undefined) === undefined ? undefined : wholeAt(progress, "steps", 2 ** 32 - 1);
  const fitting = fittingOf(progress, step);
  const kept = { ...fitting, ...storedBest(checkpoint, fitting.save, step) };
  return { step, ...(steps === undefined ? {} : { steps }), fitting: kept, ...seedOf(checkpoint) };
}

function fittingOf(progress: Record<string, unknown>, step: number): Fitting {
  if (progress["best"] !== undefined) {
    throw new Error(
      'the metadata "progress" has a best value that does not say what it is a value of: another version of modelc wrote it',
    );
  }
  const bestAt = (key: "save" | "stop"): { save?: Best; stop?: Best } => {
    if (progress[key] === undefined) return {};
    const best = recordAt(progress, key);
    const monitor = best["monitor"];
    if (typeof monitor !== "string") return refuse(`${key}.monitor`, monitor, "a text");
    const value = numberAt(best, `${key}.value`, Number.isFinite, "a finite number");
    return { [key]: { monitor, value, step: wholeAt(best, `${key}.step`, step) } };
  };
  const waited = progress["waited"] === undefined ? 0 : wholeAt(progress, "waited", step);
  const figures = progress["figures"] === undefined ? {} : { figures: storedSums(recordAt(progress, "figures")) };
  return { waited, ...bestAt("save"), ...bestAt("stop"), ...figures };
}

function storedSums(figures: Record<string, unknown>): Sums {
  const { metrics } = figures;
  if (!Array.isArray(metrics)) return refuse("figures.metrics", metrics, "a list");
  const loss = numberAt(figures, "figures.loss", Number.isFinite, "a finite number");
  const examples = wholeAt(figures, "figures.examples", Number.MAX_SAFE_INTEGER);
  const sums = metrics.map((_, i) => {
    const metric = recordAt({ [i]: metrics[i] }, `figures.metrics.${i}`);
    const held = Object.entries(metric).map(([name, value]) => {
      const number = (it: unknown): number =>
        numberAt({ [name]: it }, `figures.metrics.${i}.${name}`, () => true, "a number");
      return [name, Array.isArray(value) ? value.map(number) : number(value)] as const;
    });
    return Object.fromEntries(held);
  });
  return { loss, examples, metrics: sums };
}

/**
 * Where a checkpoint has the weights of the best validation. A best value whose weights it does not hold counts for
 * nothing: `fit` could not give them back. `modelc train` keeps them in another file.
 */
function storedBest(
  { tensors, metadata }: Checkpoint,
  save: Best | undefined,
  step: number,
): Pick<Fitting, "save" | "stored"> {
  if (save === undefined) return {};
  const best = [...tensors].filter(([path]) => path.startsWith("opt/best/"));
  // At the best validation itself they are the model's own.
  const own = [...tensors].map(
    ([path, tensor]) => [`opt/best/${path}`, tensors.get(`opt/average/${path}`) ?? tensor] as const,
  );
  const held = best.length > 0 ? best : save.step === step ? own : [];
  return held.length === 0 ? { save: undefined } : { stored: { tensors: new Map(held), metadata } };
}

/** The weights of the best validation so far, where there are any; made when they are first asked for. */
function bestWeights(
  fitting: Fitting,
  weights: OwnedVariable[],
  formOf: (path: string) => StoredForm,
): OwnedVariable[] {
  const { stored } = fitting;
  if (stored !== undefined) {
    keepBest(fitting, weights);
    restoreVariables(fitting.best ?? [], formOf, stored);
  }
  return fitting.best ?? [];
}

/** Keeps the weights as they are as those of the best validation. */
function keepBest(fitting: Fitting, weights: OwnedVariable[]): void {
  fitting.stored = undefined;
  fitting.best ??= weights.map(({ path, variable }) => ({
    path: `opt/best/${path}`,
    variable: tf.variable(variable, false),
  }));
  fitting.best.forEach(({ variable }, i) => variable.assign(weights[i]?.variable ?? variable));
}

function recordAt(from: Record<string, unknown>, path: string): Record<string, unknown> {
  const value = from[path.slice(path.lastIndexOf(".") + 1)];
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  return refuse(path, value, "an object");
}

function wholeAt(from: Record<string, unknown>, path: string, greatest: number): number {
  const fits = (it: number): boolean => Number.isInteger(it) && it >= 0 && it <= greatest;
  return numberAt(from, path, fits, `a whole number from 0 to ${greatest}`);
}

function numberAt(
  from: Record<string, unknown>,
  path: string,
  fits: (value: number) => boolean,
  wanted: string,
): number {
  const value = from[path.slice(path.lastIndexOf(".") + 1)];
  const number = value === "NaN" || value === "Infinity" || value === "-Infinity" ? Number(value) : value;
  return typeof number === "number" && fits(number) ? number : refuse(path, value, wanted);
}

function refuse(path: string, value: unknown, wanted: string): never {
  const found = value === undefined ? "nothing" : JSON.stringify(value);
  throw new Error(`the metadata "progress" has ${found} as ${path}, not ${wanted}`);
}

/** The seed of a checkpoint, where it has one. */
function seedOf({ metadata }: Checkpoint): { seed?: number } {
  const text = metadata.get("seed");
  if (text === undefined) return {};
  const seed = /^-?\d+$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(seed)) return { seed };
  throw new Error(`the metadata "seed" is ${JSON.stringify(text)}, which is no whole number`);
}

/** The key of a random draw: two unsigned 32-bit words. */
type RandomKey = readonly [number, number];

/** Scrambles a 32-bit word (lowbias32). */
function mixWord(word: number): number {
  let x = word;
  x ^= x >>> 16;
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  x ^= x >>> 16;
  return x >>> 0;
}

/** Derives a key from a key and a word. */
function foldKey(key: RandomKey, word: number): RandomKey {
  const low = mixWord((key[0] ^ mixWord((word + 0x9e3779b9) | 0)) >>> 0);
  const high = mixWord((key[1] + mixWord((word ^ 0x85ebca6b) >>> 0) + 0x9e3779b9) | 0);
  return [low, high];
}

/** The key that everything drawn at one step is derived from. */
function stepKey(seed: number, step: number): RandomKey {
  return foldKey([seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0], step >>> 0);
}

/** The key of a place in the model: its path, without loop indices, then the index of each enclosing repeat. */
function placeKey(base: RandomKey, path: string, indices: readonly number[] = []): RandomKey {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(path)) hash = Math.imul(hash ^ byte, 0x01000193);
  return indices.reduce<RandomKey>((key, index) => foldKey(key, index), foldKey(base, hash >>> 0));
}

/** The random word at a counter. */
function wordAt(key: RandomKey, counter: number): number {
  return mixWord((mixWord((Math.imul(counter, 0x9e3779b9) + key[0]) | 0) ^ key[1]) >>> 0);
}

/** The uniform number in [0, 1) at a counter: a multiple of 2^-24. */
function uniformAt(key: RandomKey, counter: number): number {
  return (wordAt(key, counter) >>> 8) * 2 ** -24;
}

/** The standard normal number at an index, by Box and Muller. */
function normalAt(key: RandomKey, index: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniformAt(key, 2 * index)));
  return radius * Math.cos(2 * Math.PI * uniformAt(key, 2 * index + 1));
}

/** A tensor whose element at each row-major index is what a function gives for it. */
function drawTensor(shape: number[], at: (index: number) => number): tf.Tensor {
  const values = new Float32Array(tf.util.sizeFromShape(shape));
  for (let index = 0; index < values.length; index++) values[index] = at(index);
  return tf.tensor(values, shape);
}

/** What a checkpoint holds: tensors by name, the orders of their axes where it tells them, and texts. */
interface Checkpoint {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly orders?: ReadonlyMap<string, unknown>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** A tensor of a checkpoint, with its element type there. */
interface StoredTensor {
  readonly type: string;
  readonly shape: number[];
  readonly data: Float32Array | Float64Array;
}

/** How a checkpoint holds a variable, where it is not as float32 in the order of its axes here. */
interface StoredForm {
  readonly type?: keyof typeof elementArrays;
  /** Stored axis i is axis `order[i]` here. */
  readonly order?: number[];
}

/** A variable, and its name in a checkpoint. */
interface NamedVariable {
  readonly path: string;
  readonly variable: tf.Variable | Statistic;
}

/** What the data section fits on the training examples, in double precision. */
interface Statistic {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** The arrays of the element types of a `.safetensors` file. */
const elementArrays = {
  F16: Uint16Array,
  BF16: Uint16Array,
  F32: Float32Array,
  F64: Float64Array,
  I8: Int8Array,
  I32: Int32Array,
  I64: BigInt64Array,
  U8: Uint8Array,
  U32: Uint32Array,
  BOOL: Uint8Array,
};

/** Variables as a `.safetensors` file. */
async function writeSafetensors(
  variables: readonly NamedVariable[],
  formOf: (path: string) => StoredForm,
  metadata: Readonly<Record<string, string>>,
): Promise<Uint8Array> {
  const sorted = [...variables].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const header: [string, unknown][] = [["__metadata__", metadata]];
  const parts: Uint8Array[] = [];
  let end = 0;
  for (const { path, variable } of sorted) {
    const { order, type = "F32" } = formOf(path);
    const numbers = variable instanceof tf.Variable ? await storedNumbers(variable, order) : variable.data;
    const shape = order?.map((axis) => variable.shape[axis]) ?? variable.shape;
    const data =
      type === "I64"
        ? BigInt64Array.from(numbers, (value) => BigInt(Math.trunc(value)))
        : type === "F16" || type === "BF16"
          ? toHalves(type, numbers, path)
          : elementArrays[type].from(numbers);
    header.push([path, { dtype: type, shape, data_offsets: [end, end + data.byteLength] }]);
    parts.push(new Uint8Array(data.buffer));
    end += data.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const start = 8 + Math.ceil(text.byteLength / 8) * 8;
  const bytes = new Uint8Array(start + end).fill(0x20, 8, start);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.set(text, 8);
  let at = start;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}

async function storedNumbers(variable: tf.Variable, order: number[] | undefined): Promise<ArrayLike<number>> {
  const stored = order === undefined ? variable.clone() : tf.transpose(variable, order);
  try {
    return await stored.data();
  } finally {
    stored.dispose();
  }
}

/** The tensors and texts of a `.safetensors` file; throws where it is none, or damaged. */
function readSafetensors(bytes: Uint8Array): Checkpoint {
  const length =
    bytes.byteLength < 8 ? 0 : Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  const start = 8 + length;
  if (length === 0 || start > bytes.byteLength) throw new Error("this is no .safetensors file, or a truncated one");
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(8, start));
  const header = parseRecord(text, "the header of the .safetensors file");
  const metadata = new Map<string, string>();
  const found: (StoredEntry & { readonly name: string })[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name !== "__metadata__") found.push({ name, ...storedEntry(name, entry) });
    else {
      for (const [key, value] of Object.entries(recordOf(entry, "the metadata"))) {
        if (typeof value !== "string") throw new Error(`the metadata has "${key}" that is no text`);
        metadata.set(key, value);
      }
    }
  }
  found.sort((a, b) => a.from - b.from || a.to - b.to);
  const tensors = new Map<string, StoredTensor>();
  let end = 0;
  for (const { name, type, shape, from, to } of found) {
    if (from !== end) throw new Error(`tensor "${name}" begins at byte ${start + from}, not ${start + end}`);
    end = to;
    if (start + to > bytes.byteLength) throw new Error(`the .safetensors file is truncated: ${name} is not all there`);
    // Copied, since arrays must begin at a multiple of their elements; not by slice(), which Node's buffers share.
    const { buffer } = new Uint8Array(bytes.subarray(start + from, start + to));
    tensors.set(name, { type, shape, data: numbersIn(name, type, buffer) });
  }
  if (start + end < bytes.byteLength) throw new Error("the .safetensors file goes on after its last tensor");
  const perm = metadata.get("perm");
  if (perm === undefined) return { tensors, metadata };
  return { tensors, metadata, orders: new Map(Object.entries(parseRecord(perm, 'the metadata "perm"'))) };
}

function numbersIn(name: string, type: keyof typeof elementArrays, buffer: ArrayBuffer): StoredTensor["data"] {
  if (type === "F32") return new Float32Array(buffer);
  if (type === "F64") return new Float64Array(buffer);
  if (type === "F16" || type === "BF16") return fromHalves(type, new Uint16Array(buffer));
  const values = [...new elementArrays[type](buffer)];
  const inexact = values.findIndex((value) => typeof value === "bigint" && BigInt(Number(value)) !== value);
  if (inexact >= 0)
    throw new Error(`${name} has ${values[inexact]} at element ${inexact}, which no number holds exactly`);
  return Float64Array.from(values, Number);
}

/** What the header of a file says of a tensor. */
interface StoredEntry {
  readonly type: keyof typeof elementArrays;
  readonly shape: number[];
  readonly from: number;
  readonly to: number;
}

function storedEntry(name: string, entry: unknown): StoredEntry {
  const { dtype, shape, data_offsets: offsets } = recordOf(entry, `tensor "${name}"`);
  const type = Object.keys(elementArrays).find((key) => key === dtype) as StoredEntry["type"] | undefined;
  if (type === undefined) throw new Error(`tensor "${name}" has an element type that is not supported`);
  if (!isSizes(shape)) throw new Error(`tensor "${name}" has no valid shape`);
  if (!isSizes(offsets) || offsets.length !== 2) throw new Error(`tensor "${name}" has no valid offsets`);
  const [from = 0, to = 0] = offsets;
  const count = shape.includes(0) ? 0 : shape.reduce((a, b) => a * b, 1);
  const size = count * elementArrays[type].BYTES_PER_ELEMENT;
  if (to - from !== size) throw new Error(`tensor "${name}" has ${to - from} bytes where its type takes ${size}`);
  return { type, shape, from, to };
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function recordOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error(`${what} is no object`);
}

/** The object that a JSON text is; throws where it is none, or has a key twice. */
function parseRecord(json: string, what: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new Error(`${what} is no JSON`);
  }
  const around: (Set<string> | undefined)[] = [];
  let awaitsKey = false;
  for (const [token] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],]/g)) {
    if (token === "{") around.push(new Set());
    else if (token === "[") around.push(undefined);
    else if (token === "}" || token === "]") around.pop();
    else if (token !== "," && awaitsKey) {
      const key = String(JSON.parse(token));
      if (around[around.length - 1]?.has(key)) throw new Error(`${what} has ${JSON.stringify(key)} twice`);
      around[around.length - 1]?.add(key);
    }
    awaitsKey = token === "{" || (token === "," && around[around.length - 1] !== undefined);
  }
  return recordOf(value, what);
}

/**
 * What is wrong with a checkpoint for variables, if anything. Weights from elsewhere come without statistics; `slots`,
 * what an optimizer remembers, are there where a training was saved. A slot is given by its parameter, whose form it has.
 */
function checkpointMisfit(
  { tensors, metadata, orders }: Checkpoint,
  variables: readonly NamedVariable[],
  slots: readonly NamedVariable[],
  formOf: (path: string) => StoredForm,
): string | undefined {
  const holds = (kind: string) => [...tensors.keys()].some((path) => path.startsWith(kind));
  const optional = (path: string) => path.startsWith("statistic/") && !holds("statistic/");
  const resumes = holds("opt/") || metadata.has("progress");
  const needed = [...variables.filter(({ path }) => !optional(path)), ...(resumes ? slots : [])];
  const missing = needed.find(({ path }) => !tensors.has(path));
  if (missing !== undefined) return `the checkpoint has no ${missing.path}`;
  const known = new Map([...variables, ...slots].map(({ path, variable }) => [path, variable]));
  const knowsData = variables.some(({ path }) => path.startsWith("statistic/"));
  const stray = [...(orders?.keys() ?? [])].find((path) => !tensors.has(path));
  if (stray !== undefined) return `the metadata "perm" speaks of ${stray}, which the checkpoint does not hold`;
  for (const [path, { type, shape, data }] of tensors) {
    const held = path.startsWith("statistic/") ? Number : Math.fround;
    const infinite = data.findIndex((value) => !Number.isFinite(held(value)));
    if (infinite >= 0) return `${path} has ${data[infinite] ?? NaN} at element ${infinite}`;
    // A loss scale is of another target: nothing is scaled here.
    if (/^opt\/(\w+_)?(loss_scale|finite_steps|skipped_steps)$/.test(path)) continue;
    // Another optimizer's memory is passed over, if it is of this model.
    const variable = known.get(path) ?? known.get(path.replace(/^opt\/\w+\//, ""));
    if (variable === undefined && path.startsWith("statistic/") && !knowsData) continue;
    if (variable === undefined) return `the model has no ${path}`;
    const { type: usual = "F32", order } = formOf(path);
    // Statistics have become float64.
    const older = path.startsWith("statistic/") && type === "F32";
    if (type !== usual && !older) return `${path} is ${type} in the checkpoint, not ${usual}`;
    // Variables of integers have 32 bits.
    const isWhole = variable instanceof tf.Variable && variable.dtype !== "float32";
    const beyond = isWhole ? data.findIndex((value) => (value | 0) !== value) : -1;
    if (beyond >= 0) return `${path} has ${data[beyond]} at element ${beyond}, which an int32 variable cannot hold`;
    const logical = variable.shape.map((_, axis) => axis);
    const wanted = (order ?? logical).map((axis) => variable.shape[axis] ?? 0);
    if (shape.join() !== wanted.join()) {
      return `${path} has shape [${shape.join(", ")}] in the checkpoint, not [${wanted.join(", ")}]`;
    }
    const given = JSON.stringify(orders?.get(path) ?? logical);
    if (orders !== undefined && !path.startsWith("opt/") && given !== JSON.stringify(order ?? logical)) {
      return `${path} has its axes in the order ${given} in the checkpoint, not ${JSON.stringify(order ?? logical)}`;
    }
  }
  return undefined;
}

/** Gives variables the values that a checkpoint has for their paths; those that it lacks stay as they are. */
function restoreVariables(
  variables: readonly NamedVariable[],
  formOf: (path: string) => StoredForm,
  { tensors }: Checkpoint,
): void {
  for (const { path, variable } of variables) {
    const found = tensors.get(path);
    if (found === undefined) continue;
    if (!(variable instanceof tf.Variable)) {
      variable.data.set(found.data);
      continue;
    }
    const { order } = formOf(path);
    tf.tidy(() => {
      const numbers = variable.dtype === "float32" ? Float32Array.from(found.data) : Int32Array.from(found.data);
      const stored = tf.tensor(numbers, found.shape, variable.dtype);
      const inverse = order?.map((_, axis) => order.indexOf(axis));
      variable.assign(inverse === undefined ? stored : tf.transpose(stored, inverse));
    });
  }
}

/** What a checkpoint says of the optimizer, if anything. */
function memoryOf({ tensors, metadata }: Checkpoint): Checkpoint | undefined {
  const slots = [...tensors].filter(([path]) => path.startsWith("opt/"));
  return slots.length === 0 ? undefined : { tensors: new Map(slots), metadata };
}

/** Settings of the parameters whose paths match; of several, the last one counts. */
interface Group {
  readonly pattern: RegExp;
  readonly frozen?: boolean;
  readonly decay?: number;
  readonly scale?: number;
}

/** What the groups say of a path. */
function settingsOf(groups: readonly Group[], path: string): { frozen?: boolean; decay?: number; scale?: number } {
  const matching = groups.filter(({ pattern }) => pattern.test(`${path}.`));
  return Object.assign({}, ...matching);
}

/** Places that were looked up, labels and rows of tables, and that were out of range: how many, as a scalar. */
interface Strays {
  count: tf.Tensor;
}

/** None so far. */
function noStrays(): Strays {
  return { count: tf.scalar(0) };
}

/** Places brought into 0..size-1, so that look-ups stay within their tables; those that were elsewhere are counted. */
function inRange(places: tf.Tensor, size: number, strays: Strays): tf.Tensor {
  // clipByValue is wrong for integers on the wasm backend.
  const held = tf.minimum(tf.maximum(places, tf.scalar(0, "int32")), tf.scalar(size - 1, "int32"));
  strays.count = tf.add(strays.count, tf.sum(tf.cast(tf.notEqual(places, held), "float32")));
  return held;
}

/** A tensor that holds places, and among how many they are. */
type Places = [name: string, tensor: tf.Tensor, size: number];

/** Throws where one of some tensors holds a place that is out of range. */
function checkPlaces(...held: Places[]): void {
  for (const [name, tensor, size] of held) refuseStray(name, tensor, tensor.dataSync(), size);
}

/** Whether all places were in range: the last of a batch's sums says how many were not. */
function allInRange(sums: readonly number[]): boolean {
  return sums[sums.length - 1] === 0;
}

/**
 * The sums of a batch, which was taken from `examples`, but for the last: how many places were out of range. Throws where
 * some were, with the first that the examples hold: `places` says which features do, and among how many.
 */
async function soundSums(
  batch: Promise<number[]>,
  examples: Readonly<Record<string, tf.Tensor>> = {},
  places: Readonly<Record<string, number>> = {},
): Promise<number[]> {
  const sums = await batch;
  if (allInRange(sums)) return sums.slice(0, -1);
  for (const [name, size] of Object.entries(places)) {
    const tensor = examples[name];
    if (tensor !== undefined) refuseStray(name, tensor, await tensor.data(), size);
  }
  throw new Error(computedStrays(sums[sums.length - 1] ?? NaN));
}

function refuseStray(
  name: string,
  { shape }: { readonly shape: readonly number[] },
  numbers: ArrayLike<number>,
  size: number,
): void {
  for (let at = 0; at < numbers.length; at++) {
    const value = numbers[at] ?? NaN;
    if (value >= 0 && value < size) continue;
    throw new Error(`${elementName(name, shape, at)} is ${value}, and must be from 0 to ${size - 1}`);
  }
}

/** `x[2, 0]`: what the element of an array is called that stands at a place in the row of all. */
function elementName(name: string, shape: readonly number[], at: number): string {
  const index = shape.map((length, axis) => Math.floor(at / shape.slice(axis + 1).reduce((a, b) => a * b, 1)) % length);
  return index.length === 0 ? name : `${name}[${index.join(", ")}]`;
}

function computedStrays(count: number): string {
  return `${count} of the places that the network computes are out of range: labels, or rows of tables`;
}

/** Sums over the axes along which a tensor of `shape` was broadcast. */
function sumToShape(x: tf.Tensor, shape: number[]): tf.Tensor {
  const extra = x.rank - shape.length;
  const axes = x.shape
    .map((_, axis) => axis)
    .filter((axis) => axis < extra || (shape[axis - extra] === 1 && x.shape[axis] !== 1));
  return axes.length === 0 ? x : tf.reshape(tf.sum(x, axes), shape);
}

/** What batches add up to, as a checkpoint has it. */
interface Sums {
  /** Weighted by examples. */
  readonly loss: number;
  readonly examples: number;
  /** Of each metric what it adds up, by name: one number, or all elements row by row. */
  readonly metrics: readonly Readonly<Record<string, number | number[]>>[];
}

/** What batches add up to, in a row: the loss weighted by examples, then all that metrics add up. */
interface Totals {
  readonly totals: readonly number[];
  readonly examples: number;
}

/** What each metric adds up, by name, and how many numbers that is. */
type Accumulators = readonly Readonly<Record<string, number>>[];

/** Places in a row of which metrics want the largest or the smallest number of all batches, rather than the sum. */
type Extremes = readonly { readonly from: number; readonly size: number; readonly of: "max" | "min" }[];

/** Adds up batches, from where it had come: the loss, which comes first, weighted by examples, and what metrics add up. */
function runningSums<Figures>(
  figures: (sums: readonly number[]) => Figures,
  extremes: Extremes = [],
  before: Totals = { totals: [], examples: 0 },
): {
  add: (sums: readonly number[], examples: number) => void;
  figures: () => Figures;
  totals: () => Totals;
} {
  let { totals, examples } = before;
  return {
    add: (sums, count) => {
      const weighted = sums.map((sum, i) => (i === 0 ? sum * count : sum));
      totals = weighted.map((sum, i) => {
        const extreme = extremes.find(({ from, size }) => from <= i && i < from + size);
        return extreme === undefined ? (totals[i] ?? 0) + sum : Math[extreme.of](totals[i] ?? sum, sum);
      });
      examples += count;
    },
    figures: () => figures(totals.map((total, i) => (i === 0 ? total / examples : total))),
    totals: () => ({ totals, examples }),
  };
}

/** Totals by their names. */
function sumsOf({ totals, examples }: Totals, accumulators: Accumulators): Sums {
  const [loss = NaN, ...rest] = totals;
  const metrics = accumulators.map((sizes) =>
    Object.fromEntries(
      Object.entries(sizes).map(([name, size]) => {
        const numbers = rest.splice(0, size);
        return [name, size === 1 ? (numbers[0] ?? NaN) : numbers] as const;
      }),
    ),
  );
  return { loss, examples, metrics };
}

/** Sums in a row; throws where they are of other metrics. */
function totalsOf({ loss, examples, metrics }: Sums, accumulators: Accumulators): Totals {
  const fits = (sizes: Readonly<Record<string, number>>, i: number): boolean =>
    Object.entries(sizes).every(([name, size]) => [metrics[i]?.[name] ?? []].flat().length === size);
  if (metrics.length !== accumulators.length || !accumulators.every(fits)) {
    throw new Error("the model's fitting has figures of other metrics: model.fitting = { waited: 0 } begins anew");
  }
  const rest = accumulators.flatMap((sizes, i) => Object.keys(sizes).flatMap((name) => metrics[i]?.[name] ?? []));
  return { totals: [loss, ...rest], examples };
}

/**
 * One step of training in two halves: `compute` runs the model, which gives its states their next values, then `update`
 * changes the parameters by the gradients. Where the loss turns out to be no finite number, or `accept` refuses the sums,
 * or `compute` throws, nothing changes: the states are given back what they had. Gives the loss, and what metrics add up.
 */
async function takeStep(
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
function takenStep(step: number, sums: number[]): number[] {
  if (Number.isFinite(sums[0])) return sums;
  throw new Error(
    `the loss of step ${step + 1} is ${sums[0]}: the model is as it was before it. A lower learning rate, or clip, may help.`,
  );
}

/** A variable of a model, and where it is. */
interface OwnedVariable {
  readonly path: string;
  readonly variable: tf.Variable;
}

/** All variables of a tree, each with its path. */
function entriesOf(tree: object, prefix = ""): OwnedVariable[] {
  return Object.entries(tree).flatMap(([name, value]: [string, unknown]) => {
    const path = prefix === "" ? name : `${prefix}.${name}`;
    if (value instanceof tf.Variable) return [{ path, variable: value }];
    return typeof value === "object" && value !== null ? entriesOf(value, path) : [];
  });
}

/** A variable like another one, full of one number. */
function slotFor(parameter: tf.Variable, value = 0): tf.Variable {
  return tf.tidy(() => tf.variable(tf.fill(parameter.shape, value), false));
}

/** The elements of several lists, side by side. */
function zip<T extends readonly unknown[][]>(...lists: T): { [K in keyof T]: T[K][number] }[] {
  const count = Math.min(...lists.map((list) => list.length));
  return Array.from({ length: count }, (_, i) => lists.map((list) => list[i]) as { [K in keyof T]: T[K][number] });
}
