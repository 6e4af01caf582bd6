import { elementAt } from "../../support/element-at.ts";
import { required } from "../../support/fault.ts";
import type { ExactGroup } from "../data/exact-groups.ts";
import { fromNumbers } from "../onnx/typed-array.ts";
import type { Tensor, Tensors } from "../tensor.ts";

/** What was made of one group of a batch. */
export interface MadeOfGroup {
  readonly places: ExactGroup["places"];
  readonly features: Tensors;
}

/** The features of a batch, of those of its groups: each as long as the longest of the batch, with 0 behind what is shorter. */
export function joinGroups(groups: readonly MadeOfGroup[]): Tensors {
  const [first] = groups;
  if (first === undefined || groups.length === 1) return first?.features ?? new Map<string, Tensor>();
  return new Map(
    [...first.features.keys()].map((name): [string, Tensor] => [
      name,
      padded(groups.map(({ places, features }) => ({ places, tensor: required(features.get(name), name) }))),
    ]),
  );
}

interface Part {
  readonly places: Int32Array;
  readonly tensor: Tensor;
}

function padded(parts: readonly Part[]): Tensor {
  const { dtype, shape: some } = elementAt(parts, 0).tensor;
  const count = parts.reduce((sum, { places }) => sum + places.length, 0);
  const inner = some.slice(1).map((_, axis) => Math.max(...parts.map((it) => elementAt(it.tensor.shape, axis + 1))));
  const size = inner.reduce((a, b) => a * b, 1);
  const data = fromNumbers(dtype, 0, count * size);
  for (const { places, tensor } of parts) {
    const own = tensor.shape.slice(1);
    const ownSize = own.reduce((a, b) => a * b, 1);
    for (const [at, place] of places.entries())
      copyBlock(tensor.data, data, { own, whole: inner, from: at * ownSize, to: place * size });
  }
  return { dtype, shape: [count, ...inner], data };
}

interface Block {
  readonly own: readonly number[];
  readonly whole: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** Copies an example into one that is as large along each axis, or larger. */
function copyBlock(from: Tensor["data"], to: Tensor["data"], block: Block): void {
  const { own, whole } = block;
  // Axes behind the last that differs lie side by side in both.
  const last = own.findLastIndex((size, axis) => size !== whole[axis]);
  const row = own.slice(Math.max(0, last)).reduce((a, b) => a * b, 1);
  const outer = own.slice(0, Math.max(0, last));
  const rows = outer.reduce((a, b) => a * b, 1);
  const strides = whole.map((_, axis) => whole.slice(axis + 1).reduce((a, b) => a * b, 1));
  for (let at = 0; at < rows; at++) {
    let rest = at;
    let place = block.to;
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      const size = elementAt(outer, axis);
      place += (rest % size) * elementAt(strides, axis);
      rest = Math.floor(rest / size);
    }
    const start = block.from + at * row;
    setRow(from, to, { start, end: start + row, place });
  }
}

function setRow(
  from: Tensor["data"],
  to: Tensor["data"],
  { start, end, place }: { readonly start: number; readonly end: number; readonly place: number },
): void {
  if (from instanceof BigInt64Array && to instanceof BigInt64Array) to.set(from.subarray(start, end), place);
  else if (!(from instanceof BigInt64Array) && !(to instanceof BigInt64Array)) to.set(from.subarray(start, end), place);
}
