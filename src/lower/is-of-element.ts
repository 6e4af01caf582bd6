import type { DType } from "../ir/types.ts";
import { isFloat } from "../ops/define/dtype-class.ts";

/** Whether an element type is what a word of a signature says, or one of those that a generic word stands for. */
export function isOfElement(word: string, dtype: DType): boolean {
  switch (word) {
    case "any":
      return true;
    case "class":
      return dtype === "i32";
    case "float":
      return isFloat(dtype);
    case "int":
      return !isFloat(dtype) && dtype !== "bool";
    case "number":
      return dtype !== "bool";
    case "weight":
      return isFloat(dtype) || dtype === "bool";
    default:
      return dtype === word;
  }
}
