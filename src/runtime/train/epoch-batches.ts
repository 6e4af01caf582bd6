import type { TrainProgram } from "../../ir/program.ts";
import { examplesOfUpdate } from "../../ir/update-size.ts";
import { elementAt } from "../../support/element-at.ts";
import { epochOrder, type Examples } from "../data/dataset.ts";
import { shuffled } from "../data/shuffle.ts";

/** So many batches at a time are put in order of length: examples stay as mixed as that leaves them. */
const stretch = 50;

/**
 * The examples of each update of an epoch, by its place in it: shuffled by seed and epoch, the last ones being fewer where they do not
 * come out even. With `bucket`, stretches of the shuffled order are sorted by length and cut, and the batches shuffled.
 */
export function epochBatches(
  program: Pick<TrainProgram, "batch" | "accumulate" | "seed" | "bucket">,
  { count, lengths, order: ownOrder }: Pick<Examples, "count" | "lengths" | "order">,
  epoch: number,
): (at: number) => Int32Array {
  const { seed, bucket } = program;
  const size = examplesOfUpdate(program);
  const own = bucket === undefined ? undefined : lengths?.get(bucket);
  if (own === undefined) {
    const order = ownOrder?.(seed, epoch) ?? epochOrder(count, seed, epoch);
    return (at) => order.subarray(at * size, Math.min(count, (at + 1) * size));
  }
  const sorted = cut(epochOrder(count, seed, epoch), stretch * size).flatMap((part) =>
    cut(
      // Sorting is stable: examples of one length stay in their shuffled order.
      part.toSorted((a, b) => elementAt(own, a) - elementAt(own, b)),
      size,
    ),
  );
  const whole = sorted.filter((it) => it.length === size);
  const mixed = [...shuffled(whole.length, seed, epoch, "batches")].map((at) => elementAt(whole, at));
  const batches = [...mixed, ...sorted.filter((it) => it.length < size)];
  return (at) => elementAt(batches, at);
}

/** So many examples of those of a split at a time for evaluation; those of different lengths by their length, and fewer. */
export function evaluationBatches({
  count,
  lengths,
  most = Infinity,
}: Pick<Examples, "count" | "lengths" | "most">): readonly Int32Array[] {
  const order = Int32Array.from({ length: count }, (_, at) => at);
  const [own] = lengths?.values() ?? [];
  if (own === undefined) return cut(order, Math.min(256, most));
  return cut(
    order.toSorted((a, b) => elementAt(own, a) - elementAt(own, b)),
    Math.min(64, most),
  );
}

function cut(order: Int32Array, size: number): readonly Int32Array[] {
  return Array.from({ length: Math.ceil(order.length / size) }, (_, at) => order.subarray(at * size, (at + 1) * size));
}
