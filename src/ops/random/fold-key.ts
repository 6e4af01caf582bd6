import { asNumber, constant } from "../../dims/dim.ts";
import type { TensorType } from "../../ir/types.ts";
import { elementAt } from "../../support/element-at.ts";
import { arrayOf } from "../define/nd-array.ts";
import { definePrimitive, type OperandSpec, type ShapeChecker } from "../define/operator.ts";
import { fold } from "./counter.ts";

/** The operand that a random operator draws by. */
export const keyOperand: OperandSpec = {
  name: "key",
  dtype: "u32",
  shape: "[2]",
  doc: "A random key.",
  isKey: true,
};

/** Reports unless a type is that of a key, u32[2]. */
export function checkKey(what: string, type: TensorType, check: ShapeChecker): boolean {
  if (type.shape.length === 1 && asNumber(elementAt(type.shape, 0)) === 2) return true;
  check.fail(`the key of ${what} must be u32[2]`);
  return false;
}

/** Derives a key from a key and a word. */
export const foldKey = definePrimitive({
  name: "fold_key",
  doc: "Derives a random key from a key and a word.",
  exposed: false,
  structure: "other",
  operands: [keyOperand, { name: "data", dtype: "u32", shape: "[]" }],
  attributes: {},
  infer: ({ operands, check }) => {
    const [key, data] = [elementAt(operands, 0), elementAt(operands, 1)];
    if (!checkKey("fold_key", key, check)) return undefined;
    if (data.shape.length > 0) return check.fail("the data of fold_key must be a scalar");
    return [key];
  },
  cost: () => ({ flops: constant(40) }),
  samples: [
    {
      operands: [
        { dtype: "u32", shape: [2], data: [0, 0] },
        { dtype: "u32", shape: [], data: [0] },
      ],
    },
    {
      operands: [
        { dtype: "u32", shape: [2], data: [0xffffff00, 0x12345600] },
        { dtype: "u32", shape: [], data: [0xfedcba00] },
      ],
    },
  ],
  reference: ({ operands }) => {
    const [key, data] = [elementAt(operands, 0), elementAt(operands, 1)];
    const folded = fold([elementAt(key.data, 0), elementAt(key.data, 1)], elementAt(data.data, 0));
    return [arrayOf("u32", [2], folded)];
  },
  gradient: "nondifferentiable",
});
