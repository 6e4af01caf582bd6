import * as tf from "@tensorflow/tfjs";

/** Orthonormal rows from linearly independent ones, by Gram and Schmidt; each is freed twice of those before it. */
export function orthogonalize(rows: tf.Tensor): tf.Tensor {
  const [count = 0, size = 0] = rows.shape;
  const values = Float64Array.from(rows.dataSync());
  const finished: Float64Array[] = [];
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((total, value, i) => total + value * (b[i] ?? 0), 0);
  for (let row = 0; row < count; row++) {
    let rest = values.slice(row * size, (row + 1) * size);
    for (let pass = 0; pass < 2; pass++) {
      const parts = finished.map((other) => dot(rest, other));
      rest = rest.map((value, i) =>
        finished.reduce((left, other, j) => left - (parts[j] ?? 0) * (other[i] ?? 0), value),
      );
    }
    const length = Math.sqrt(dot(rest, rest));
    finished.push(rest.map((value) => value / length));
  }
  return tf.tensor2d(Float32Array.from(finished.flatMap((row) => [...row])), [count, size]);
}
