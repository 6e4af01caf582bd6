import { constant, multiply, product } from "../../dims/dim.ts";
import { elementAt } from "../../support/element-at.ts";
import { definePrimitive, type NdArray } from "../define/operator.ts";

/**
 * Orthonormal rows from linearly independent ones, by Gram and Schmidt in order; each row is freed twice of the ones
 * before it, which keeps them orthogonal in f32 ("twice is enough": Giraud, Langou, Rozložník, 2005).
 */
export const orthogonalize = definePrimitive({
  name: "orthogonalize",
  doc: "Orthonormal rows from linearly independent ones, by Gram and Schmidt.",
  exposed: false,
  structure: "other",
  operands: [{ name: "rows", dtype: "f32", shape: "[N, M]", doc: "N is at most M." }],
  attributes: {},
  infer: ({ operands, check }) => {
    const rows = elementAt(operands, 0);
    const [n, m] = rows.shape;
    if (rows.shape.length !== 2 || n === undefined || m === undefined) {
      return check.fail(`orthogonalize takes a matrix, not rank ${rows.shape.length}`);
    }
    return check.atLeast(m, n, "the columns and the rows of orthogonalize") ? [rows] : undefined;
  },
  cost: ({ operands }) => {
    const { shape } = elementAt(operands, 0);
    return { flops: product([constant(8), elementAt(shape, 0), multiply(elementAt(shape, 0), elementAt(shape, 1))]) };
  },
  samples: [
    { operands: [{ dtype: "f32", shape: [1, 3], range: [0.5, 1] }] },
    { operands: [{ dtype: "f32", shape: [3, 3], data: [1, 0.5, -1, 2, 1, 0.25, -1, 2, 0.5] }] },
    { operands: [{ dtype: "f32", shape: [2, 5], data: [1, 2, 3, 4, 5, -1, 0.5, 2, -0.25, 1] }] },
  ],
  reference: ({ operands }) => [orthonormalRows(elementAt(operands, 0))],
  gradient: "nondifferentiable",
});

function orthonormalRows(rows: NdArray): NdArray {
  const [count = 0, size = 0] = rows.shape;
  const data = Float64Array.from(rows.data);
  const dot = (a: number, b: number): number => {
    let total = 0;
    for (let k = 0; k < size; k++) total += elementAt(data, a * size + k) * elementAt(data, b * size + k);
    return total;
  };
  for (let i = 0; i < count; i++) {
    for (let pass = 0; pass < 2; pass++) {
      const parts = Array.from({ length: i }, (_, j) => dot(i, j));
      parts.forEach((part, j) => {
        for (let k = 0; k < size; k++) {
          data[i * size + k] = elementAt(data, i * size + k) - part * elementAt(data, j * size + k);
        }
      });
    }
    const length = Math.sqrt(dot(i, i));
    for (let k = 0; k < size; k++) data[i * size + k] = elementAt(data, i * size + k) / length;
  }
  return { dtype: rows.dtype, shape: rows.shape, data };
}
