import { elementAt } from "../../../support/element-at.ts";
import { swapLastTwo } from "../../../ops/matmul.ts";
import type { OnnxRef, OnnxWriter } from "../onnx-writer.ts";
import type { OnnxLowerings } from "./lowering.ts";

/** Products of matrices, as ONNX says them. */
export const products = {
  matmul: (writer, { operands, refs, attributes }) => {
    const { transposeA, transposeB } = attributes;
    const a = elementAt(refs, 0);
    const b = elementAt(refs, 1);
    const ranks = operands.map((operand) => operand.type.shape.length);
    if (!transposeA && !transposeB) return [writer.node("MatMul", [a, b])];
    if (ranks[0] === 2 && ranks[1] === 2) {
      const flags = { transA: { int: Number(transposeA) }, transB: { int: Number(transposeB) } };
      return [writer.node("Gemm", [a, b], flags)];
    }
    // ONNX Runtime fuses a Transpose of the last two axes into the product.
    const left = transposeA ? transposed(writer, a, elementAt(ranks, 0)) : a;
    const right = transposeB ? transposed(writer, b, elementAt(ranks, 1)) : b;
    return [writer.node("MatMul", [left, right])];
  },
  einsum: "decomposed",
} satisfies Partial<OnnxLowerings>;

function transposed(writer: OnnxWriter, ref: OnnxRef, rank: number): OnnxRef {
  return writer.node("Transpose", [ref], { perm: { ints: swapLastTwo(rank) } });
}
