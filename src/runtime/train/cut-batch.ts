import { elementAt } from "../../support/element-at.ts";
import type { Tensor, Tensors } from "../tensor.ts";

/** Some of the examples of a batch. */
export interface BatchPart {
  readonly features: Tensors;
  /** How many examples come before it. */
  readonly from: number;
  readonly examples: number;
}

/** A batch in parts of `size` examples, of which the last may have fewer: views of its tensors. */
export function cutBatch(features: Tensors, size: number): readonly BatchPart[] {
  const [first] = features.values();
  const count = first === undefined ? 0 : elementAt(first.shape, 0);
  return Array.from({ length: Math.ceil(count / size) }, (_, part) => {
    const from = part * size;
    const to = Math.min(count, from + size);
    const cut = [...features].map(([name, tensor]) => [name, rows(tensor, from, to)] as const);
    return { features: new Map(cut), from, examples: to - from };
  });
}

function rows({ dtype, shape, data }: Tensor, from: number, to: number): Tensor {
  const [, ...rest] = shape;
  const size = data.length / elementAt(shape, 0);
  return { dtype, shape: [to - from, ...rest], data: data.subarray(from * size, to * size) };
}
