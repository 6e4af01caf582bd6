import { constant, formatDim, product, type Dim } from "../dims/dim.ts";
import type { Value } from "../ir/graph.ts";
import type { GraphBuilder } from "./define/builder.ts";
import { elementAt } from "../support/element-at.ts";
import { definePrimitive, type NdArray } from "./define/operator.ts";
import { broadcastShapes, sharedDType } from "./define/shape-rules.ts";

/**
 * The matrix product of the last two axes; leading axes broadcast as in NumPy. Each matrix may be taken transposed, so
 * that gradients need no transposes of their own.
 */
export const matmul = definePrimitive({
  name: "matmul",
  doc: "The matrix product over the last two axes; leading axes broadcast.",
  exposed: true,
  structure: "other",
  sumsProducts: true,
  operands: [
    { name: "a", dtype: "float", shape: "[..., N, K]" },
    { name: "b", dtype: "float", shape: "[..., K, M]" },
  ],
  attributes: {
    transposeA: { internal: true, kind: "bool", doc: "Takes the last two axes of `a` swapped.", default: false },
    transposeB: { internal: true, kind: "bool", doc: "Takes the last two axes of `b` swapped.", default: false },
  },
  infer: ({ operands, attributes, check }) => {
    const a = elementAt(operands, 0);
    const b = elementAt(operands, 1);
    const dtype = sharedDType(operands, "matmul", check);
    if (dtype === undefined) return undefined;
    if (a.shape.length < 2 || b.shape.length < 2) {
      return check.fail(
        `matmul takes matrices (rank 2 or more), not ranks ${a.shape.length} and ${b.shape.length}`,
        "add an axis: of a vector, `x[None]` is a row and `x[:, None]` a column",
      );
    }
    const [n, ka] = lastTwo(a.shape, attributes.transposeA);
    const [kb, m] = lastTwo(b.shape, attributes.transposeB);
    // Scores of queries and keys: as they stand, they are multiplied along what they have in common.
    if (!attributes.transposeB && !check.provesEqual(ka, kb) && check.provesEqual(ka, m)) {
      return check.fail(
        `matmul multiplies the rows of the first by the columns of the second, and these have ${formatDim(ka)} and ${formatDim(kb)} elements`,
        "the rows of both have the same: write `matmul(a, transpose(b))`",
      );
    }
    const inner = check.equal(ka, kb, "the inner dimensions of matmul");
    const leading = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2), "matmul", check, 2);
    if (!inner || leading === undefined) return undefined;
    return [{ dtype, shape: [...leading, n, m] }];
  },
  cost: ({ operands, results, attributes }) => {
    const a = elementAt(operands, 0);
    const [, inner] = lastTwo(a.shape, attributes.transposeA);
    return { flops: product([constant(2), inner, ...elementAt(results, 0).shape]) };
  },
  samples: [
    { operands: [f32(3, 4), f32(4, 5)] },
    { operands: [f32(4, 3), f32(4, 5)], attributes: { transposeA: true } },
    { operands: [f32(3, 4), f32(5, 4)], attributes: { transposeB: true } },
    { operands: [f32(4, 3), f32(5, 4)], attributes: { transposeA: true, transposeB: true } },
    { operands: [f32(2, 3, 4), f32(4, 5)] },
    { operands: [f32(2, 3, 4), f32(5, 4)], attributes: { transposeB: true } },
    { operands: [f32(2, 4, 3), f32(4, 5)], attributes: { transposeA: true } },
    { operands: [f32(2, 3, 4), f32(2, 4, 5)] },
    { operands: [f32(2, 1, 3, 4), f32(3, 4, 2)] },
    { operands: [f32(2, 4, 3), f32(2, 2, 5, 4)], attributes: { transposeA: true, transposeB: true } },
    { operands: [f32(3, 4), f32(2, 4, 5)] },
  ],
  reference: ({ operands, attributes, results }) => [
    referenceMatmul(
      elementAt(operands, 0),
      elementAt(operands, 1),
      attributes.transposeA,
      attributes.transposeB,
      elementAt(results, 0).shape,
    ),
  ],
  gradient: ({ b: g, operands, g: dy, attributes, needs }) => {
    const [a, b] = [elementAt(operands, 0), elementAt(operands, 1)];
    const { transposeA, transposeB } = attributes;
    const gradientA = (): Value =>
      transposeA ? multiplied(g, b, dy, transposeB, true) : multiplied(g, dy, b, false, !transposeB);
    const gradientB = (): Value => {
      // A rank above 2 times a matrix: one product over all rows, instead of one a batch element and a sum.
      const flat = b.type.shape.length === 2 && a.type.shape.length > 2 && !transposeA;
      const left = flat ? flattenRows(g, a) : a;
      const right = flat ? flattenRows(g, dy) : dy;
      return transposeB ? multiplied(g, right, left, true, transposeA) : multiplied(g, left, right, !transposeA, false);
    };
    return [
      needs[0] === true ? g.reduceTo(gradientA(), a.type) : undefined,
      needs[1] === true ? g.reduceTo(gradientB(), b.type) : undefined,
    ];
  },
});

function f32(...shape: readonly number[]) {
  return { dtype: "f32", shape } as const;
}

function lastTwo(shape: readonly Dim[], swap: boolean): readonly [Dim, Dim] {
  const rows = elementAt(shape, shape.length - 2);
  const columns = elementAt(shape, shape.length - 1);
  return swap ? [columns, rows] : [rows, columns];
}

export function swapLastTwo(rank: number): readonly number[] {
  return Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : i === rank - 2 ? rank - 1 : rank - 2));
}

function multiplied(g: GraphBuilder, a: Value, b: Value, transposeA: boolean, transposeB: boolean): Value {
  return g.op("matmul", [a, b], { transposeA, transposeB });
}

function flattenRows(g: GraphBuilder, x: Value): Value {
  const { shape } = x.type;
  return g.reshape(x, [product(shape.slice(0, -1)), elementAt(shape, shape.length - 1)]);
}

function referenceMatmul(
  a: NdArray,
  b: NdArray,
  transposeA: boolean,
  transposeB: boolean,
  shape: readonly number[],
): NdArray {
  const [n = 1, m = 1] = shape.slice(-2);
  const inner = elementAt(a.shape, a.shape.length - (transposeA ? 2 : 1));
  const leading = shape.slice(0, -2);
  const batches = leading.reduce((x, y) => x * y, 1);
  const data = new Float64Array(batches * n * m);
  for (let batch = 0; batch < batches; batch++) {
    const offsetA = broadcastOffset(batch, leading, a.shape.slice(0, -2)) * n * inner;
    const offsetB = broadcastOffset(batch, leading, b.shape.slice(0, -2)) * inner * m;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < m; j++) {
        let total = 0;
        for (let k = 0; k < inner; k++) {
          const x = elementAt(a.data, offsetA + (transposeA ? k * n + i : i * inner + k));
          const y = elementAt(b.data, offsetB + (transposeB ? j * inner + k : k * m + j));
          total += x * y;
        }
        data[(batch * n + i) * m + j] = total;
      }
    }
  }
  return { dtype: a.dtype, shape, data };
}

/** The row-major index in `own`, broadcast to `full`, of the element at `index` of `full`. */
function broadcastOffset(index: number, full: readonly number[], own: readonly number[]): number {
  let rest = index;
  let offset = 0;
  let stride = 1;
  for (let i = 1; i <= full.length; i++) {
    const size = elementAt(full, full.length - i);
    const extent = own[own.length - i] ?? 1;
    offset += (extent === 1 ? 0 : rest % size) * stride;
    stride *= extent;
    rest = Math.floor(rest / size);
  }
  return offset;
}
