import * as tf from "@tensorflow/tfjs";
import { checkShape } from "./check-tensors.ts";
import type { Doubles } from "./doubles.ts";
import { sizeOf } from "./initializers.ts";
import { computedStrays, elementName, refuseStray } from "./strays.ts";

/**
 * Throws unless raw fields have their shapes, and whole numbers where they are said to. A named size may be any, but the
 * same wherever its name stands.
 */
export function checkRaw(
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

/** Throws where `count` places were out of range, with the first that one of some raw fields holds. */
export function checkLookUps(count: Doubles, ...held: [name: string, field: Doubles, size: number][]): void {
  const [strayed = 0] = Array.from(count.data);
  if (strayed === 0) return;
  for (const [name, field, size] of held) refuseStray(name, field, field.data, size);
  throw new Error(computedStrays(strayed));
}

/** A feature of real numbers, rounded here and nowhere else. Throws where one is too large for a float32. */
export function realTensor(name: string, { shape, data }: Doubles): tf.Tensor {
  const rounded = Float32Array.from(data);
  const lost = rounded.findIndex((value, at) => !Number.isFinite(value) && Number.isFinite(data[at]));
  if (lost < 0) return tf.tensor(rounded, [...shape], "float32");
  throw new Error(`${elementName(name, shape, lost)} is ${data[lost]}, and beyond what a float32 holds`);
}

/** A feature of whole numbers. Throws where one is none, or not from `low` to `high`: those of TensorFlow.js have 32 bits. */
export function wholeTensor(name: string, { shape, data }: Doubles, low = -(2 ** 31), high = 2 ** 31 - 1): tf.Tensor {
  for (let at = 0; at < data.length; at++) {
    const value = data[at] ?? NaN;
    if (Number.isInteger(value) && value >= low && value <= high) continue;
    throw new Error(`${elementName(name, shape, at)} is ${value}, and must be a whole number from ${low} to ${high}`);
  }
  return tf.tensor(Int32Array.from(data), [...shape], "int32");
}

/** A feature of truth values. */
export function truthTensor({ shape, data }: Doubles): tf.Tensor {
  return tf.tensor(Uint8Array.from(data), [...shape], "bool");
}
