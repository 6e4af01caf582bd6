import { constant, multiply, product } from "../../dims/dim.ts";
import { elementAt } from "../element-at.ts";
import { definePrimitive, type NdArray } from "../operator.ts";

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
  onnx: (writer, { operands, refs }) => {
    const { dtype, shape } = elementAt(operands, 0).type;
    const [n, m] = [elementAt(shape, 0), elementAt(shape, 1)];
    const rows = elementAt(refs, 0);
    const zero = writer.constant(dtype, 0);
    const body = writer.subgraph(
      [
        { name: "finished", dtype, shape },
        { name: "row", dtype, shape: [m] },
        { name: "place", dtype, shape: [n] },
      ],
      (inner, [finished = inner.absent, row = inner.absent, place = inner.absent]) => {
        const columns = inner.node("Transpose", [finished], { perm: { ints: [1, 0] } });
        const freed = (it: typeof row): typeof row => {
          // Rows that are not finished are zero and free of nothing.
          const parts = inner.node("MatMul", [it, columns]);
          return inner.node("Sub", [it, inner.node("MatMul", [parts, finished])]);
        };
        const rest = freed(freed(inner.node("Unsqueeze", [row, inner.ints([0])])));
        const squares = inner.node("ReduceSum", [inner.node("Mul", [rest, rest]), inner.ints([1])]);
        const unit = inner.node("Div", [rest, inner.node("Sqrt", [squares])]);
        const placed = inner.node("Mul", [inner.node("Unsqueeze", [place, inner.ints([1])]), unit]);
        return [{ ref: inner.node("Add", [finished, placed]), dtype, shape }];
      },
    );
    const start = writer.node("Expand", [zero, writer.shape(shape)]);
    const square = writer.node("Expand", [zero, writer.shape([n, n])]);
    return writer.withSubgraph("Scan", [start, rows, writer.node("EyeLike", [square])], 1, body, {
      num_scan_inputs: { int: 2 },
    });
  },
  tfjs: (writer, { args }) => writer.helper("orthogonalize", elementAt(args, 0)),
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
