import { broadcastDoubles, type Doubles } from "./doubles.ts";
import { sizeOf } from "./initializers.ts";

/** The matrix product over the last two axes, each matrix transposed where said; the axes before them broadcast. */
export function matMulDoubles(a: Doubles, b: Doubles, transposeA: boolean, transposeB: boolean): Doubles {
  const rank = Math.max(a.shape.length, b.shape.length) - 2;
  const leading = Array.from({ length: rank }, (_, axis) =>
    Math.max(a.shape[a.shape.length - 2 - rank + axis] ?? 1, b.shape[b.shape.length - 2 - rank + axis] ?? 1),
  );
  const [left, right] = [a, b].map((it) => broadcastDoubles(it, [...leading, ...it.shape.slice(-2)]).data);
  const [p = 1, q = 1] = a.shape.slice(-2);
  const [r = 1, s = 1] = b.shape.slice(-2);
  const [rows, inner] = transposeA ? [q, p] : [p, q];
  const columns = transposeB ? r : s;
  const shape = [...leading, rows, columns];
  const data = new Float64Array(sizeOf(shape));
  for (let at = 0; at < data.length; at++) {
    const [i, j] = [Math.floor(at / columns) % rows, at % columns];
    const batch = Math.floor(at / (rows * columns));
    for (let k = 0; k < inner; k++) {
      const x = left?.[batch * p * q + (transposeA ? k * q + i : i * q + k)] ?? NaN;
      const y = right?.[batch * r * s + (transposeB ? j * s + k : k * s + j)] ?? NaN;
      data[at] = (data[at] ?? NaN) + x * y;
    }
  }
  return { shape, data };
}
