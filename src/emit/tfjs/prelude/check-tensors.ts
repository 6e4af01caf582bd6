import type * as tf from "@tensorflow/tfjs";

/**
 * Throws unless every tensor has its element type and its shape. A named size may be any, but the same wherever its name
 * stands.
 */
export function checkTensors(
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
export function checkShape(
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
export function checkThat(holds: boolean, message: string): void {
  if (!holds) throw new Error(message);
}
