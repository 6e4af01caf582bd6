import * as tf from "@tensorflow/tfjs";

/** The key of a random draw: two unsigned 32-bit words. */
export type RandomKey = readonly [number, number];

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
export function foldKey(key: RandomKey, word: number): RandomKey {
  const low = mixWord((key[0] ^ mixWord((word + 0x9e3779b9) | 0)) >>> 0);
  const high = mixWord((key[1] + mixWord((word ^ 0x85ebca6b) >>> 0) + 0x9e3779b9) | 0);
  return [low, high];
}

/** The key that everything drawn at one step is derived from. */
export function stepKey(seed: number, step: number): RandomKey {
  return foldKey([seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0], step >>> 0);
}

/** The key of a place in the model: its path, without loop indices, then the index of each enclosing repeat. */
export function placeKey(base: RandomKey, path: string, indices: readonly number[] = []): RandomKey {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(path)) hash = Math.imul(hash ^ byte, 0x01000193);
  return indices.reduce<RandomKey>((key, index) => foldKey(key, index), foldKey(base, hash >>> 0));
}

/** The random word at a counter. */
export function wordAt(key: RandomKey, counter: number): number {
  return mixWord((mixWord((Math.imul(counter, 0x9e3779b9) + key[0]) | 0) ^ key[1]) >>> 0);
}

/** The uniform number in [0, 1) at a counter: a multiple of 2^-24. */
export function uniformAt(key: RandomKey, counter: number): number {
  return (wordAt(key, counter) >>> 8) * 2 ** -24;
}

/** The standard normal number at an index, by Box and Muller. */
export function normalAt(key: RandomKey, index: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniformAt(key, 2 * index)));
  return radius * Math.cos(2 * Math.PI * uniformAt(key, 2 * index + 1));
}

/** A tensor whose element at each row-major index is what a function gives for it. */
export function drawTensor(shape: number[], at: (index: number) => number): tf.Tensor {
  const values = new Float32Array(tf.util.sizeFromShape(shape));
  for (let index = 0; index < values.length; index++) values[index] = at(index);
  return tf.tensor(values, shape);
}

/** Uniform 32-bit words, as the int32 numbers of the same bits. */
export function randomBits(key: RandomKey, shape: number[]): tf.Tensor {
  const values = new Int32Array(tf.util.sizeFromShape(shape));
  for (let index = 0; index < values.length; index++) values[index] = wordAt(key, index);
  return tf.tensor(values, shape, "int32");
}

/** Uniform numbers in [0, 1). */
export function randomUniform(key: RandomKey, shape: number[]): tf.Tensor {
  return drawTensor(shape, (index) => uniformAt(key, index));
}

/** Standard normal numbers. */
export function randomNormal(key: RandomKey, shape: number[]): tf.Tensor {
  return drawTensor(shape, (index) => normalAt(key, index));
}
