import * as tf from "@tensorflow/tfjs";

/** Places that were looked up, labels and rows of tables, and that were out of range: how many, as a scalar. */
export interface Strays {
  count: tf.Tensor;
}

/** None so far. */
export function noStrays(): Strays {
  return { count: tf.scalar(0) };
}

/** Places brought into 0..size-1, so that look-ups stay within their tables; those that were elsewhere are counted. */
export function inRange(places: tf.Tensor, size: number, strays: Strays): tf.Tensor {
  // clipByValue is wrong for integers on the wasm backend.
  const held = tf.minimum(tf.maximum(places, tf.scalar(0, "int32")), tf.scalar(size - 1, "int32"));
  strays.count = tf.add(strays.count, tf.sum(tf.cast(tf.notEqual(places, held), "float32")));
  return held;
}

/** A tensor that holds places, and among how many they are. */
export type Places = [name: string, tensor: tf.Tensor, size: number];

/** Throws where one of some tensors holds a place that is out of range. */
export function checkPlaces(...held: Places[]): void {
  for (const [name, tensor, size] of held) refuseStray(name, tensor, tensor.dataSync(), size);
}

/** Throws where places were out of range, with the first that one of some tensors holds. */
export function checkStrays({ count }: Strays, ...held: Places[]): void {
  const [strayed = 0] = count.dataSync();
  if (strayed === 0) return;
  checkPlaces(...held);
  throw new Error(computedStrays(strayed));
}

/** Whether all places were in range: the last of a batch's sums says how many were not. */
export function allInRange(sums: readonly number[]): boolean {
  return sums[sums.length - 1] === 0;
}

/**
 * The sums of a batch, which was taken from `examples`, but for the last: how many places were out of range. Throws where
 * some were, with the first that the examples hold: `places` says which features do, and among how many.
 */
export async function soundSums(
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

export function refuseStray(
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
export function elementName(name: string, shape: readonly number[], at: number): string {
  const index = shape.map((length, axis) => Math.floor(at / shape.slice(axis + 1).reduce((a, b) => a * b, 1)) % length);
  return index.length === 0 ? name : `${name}[${index.join(", ")}]`;
}

export function computedStrays(count: number): string {
  return `${count} of the places that the network computes are out of range: labels, or rows of tables`;
}
