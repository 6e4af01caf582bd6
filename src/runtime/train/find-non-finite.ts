import { elementAt } from "../../support/element-at.ts";
import { firstNonFinite } from "../../support/element-bytes.ts";
import { indexIn } from "../../support/index-in.ts";
import { bytesOf, toNumbers } from "../onnx/typed-array.ts";
import type { Tensors } from "../tensor.ts";

/** An element of a tensor that is NaN or infinite. */
export interface NonFiniteElement {
  readonly name: string;
  /** Its place, one index for each axis. */
  readonly index: readonly number[];
  readonly value: number;
}

/** The first element that is NaN or infinite, in the tensors' order; undefined where there is none. */
export function findNonFinite(tensors: Tensors): NonFiniteElement | undefined {
  for (const [name, tensor] of tensors) {
    const at = firstNonFinite(tensor.dtype, bytesOf(tensor));
    if (at !== undefined) return { name, index: indexIn(tensor.shape, at), value: elementAt(toNumbers(tensor), at) };
  }
  return undefined;
}
