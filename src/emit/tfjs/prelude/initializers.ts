import * as tf from "@tensorflow/tfjs";
import { normalAt, placeKey, stepKey, uniformAt, type RandomKey } from "./random.ts";

/** Fills a shape with the numbers that a parameter begins with. */
export type Initializer = (shape: number[], key: RandomKey) => Float32Array;

/** A variable that begins as an initialiser says. */
export function weights<R extends tf.Rank>(
  shape: tf.ShapeMap[R],
  initializer: Initializer,
  key: RandomKey = [0, 0],
): tf.Variable<R> {
  return tf.tidy(() => tf.variable(tf.tensor(initializer(shape, key), shape)));
}

/** Gives the keys of initial weights by their paths (loop indices apart). */
export function initialKeys(seed: number): (path: string, ...indices: number[]) => RandomKey {
  const base = stepKey(seed, 0);
  return (path, ...indices) => placeKey(base, path, indices);
}

export function zeros(shape: number[]): Float32Array {
  return new Float32Array(sizeOf(shape));
}

export function ones(shape: number[]): Float32Array {
  return new Float32Array(sizeOf(shape)).fill(1);
}

/** All elements one number. */
export function filledWith(value: number): Initializer {
  return (shape) => new Float32Array(sizeOf(shape)).fill(value);
}

/** Uniform in [min, max). */
export function uniformWithin(min = -0.05, max = 0.05): Initializer {
  return (shape, key) =>
    Float32Array.from(
      { length: sizeOf(shape) },
      (_, i) => Math.fround(uniformAt(key, i) * Math.fround(max - min)) + Math.fround(min),
    );
}

/** Normal with a standard deviation and a mean. */
export function normalWith(stddev = 0.05, mean = 0): Initializer {
  return (shape, key) => Float32Array.from({ length: sizeOf(shape) }, (_, i) => normalAt(key, i) * stddev + mean);
}

/** Uniform with the variance 1 / (mean of fan in and fan out): Glorot and Bengio 2010. */
export function glorotUniform(shape: number[], key: RandomKey): Float32Array {
  const { fanIn, fanOut } = fansOf(shape);
  return uniformWith(6 / (fanIn + fanOut))(shape, key);
}

/** Uniform with the variance 2 / fan in: He et al. 2015. */
export function heUniform(shape: number[], key: RandomKey): Float32Array {
  return uniformWith(6 / fansOf(shape).fanIn)(shape, key);
}

/** Uniform with the variance 1 / fan in: LeCun et al. 1998. */
export function lecunUniform(shape: number[], key: RandomKey): Float32Array {
  return uniformWith(3 / fansOf(shape).fanIn)(shape, key);
}

/** Uniform within the square root of a bound on either side of zero. */
export function uniformWith(square: number): Initializer {
  const limit = Math.sqrt(square);
  return uniformWithin(-limit, limit);
}

/** What an initialiser gives, times a factor. */
export function timesGain(initializer: Initializer, gain: number): Initializer {
  return (shape, key) => initializer(shape, key).map((value) => value * gain);
}

/** The fans of a kernel: its last two axes, times the extent of those before. */
export function fansOf(shape: number[]): { fanIn: number; fanOut: number } {
  if (shape.length < 2) return { fanIn: sizeOf(shape), fanOut: sizeOf(shape) };
  const field = sizeOf(shape.slice(0, -2));
  return { fanIn: field * (shape[shape.length - 2] ?? 1), fanOut: field * (shape[shape.length - 1] ?? 1) };
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
