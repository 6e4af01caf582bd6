import { elementAt } from "../../../support/element-at.ts";
import { swapLastTwo } from "../../../ops/matmul.ts";
import type { TfjsLowerings } from "./lowering.ts";

/** Products of matrices, as TensorFlow.js says them. */
export const products = {
  matmul: (writer, { operands, args, attributes }) => {
    const matrix = (index: number, swap: boolean) => {
      const value = elementAt(args, index);
      if (!swap) return value;
      return writer.tf("transpose", value, writer.numbers(swapLastTwo(elementAt(operands, index).type.shape.length)));
    };
    return writer.helper("matMul", matrix(0, attributes.transposeA), matrix(1, attributes.transposeB));
  },
  einsum: "decomposed",
} satisfies Partial<TfjsLowerings>;
