import * as tf from "@tensorflow/tfjs";
import { examplesIn, sliceRows } from "./fit.ts";
import type { Extremes } from "./sums.ts";

/** What a batch gives: its sums, the loss first, and gradients. */
type PartGradients = Record<"results" | "gradients", tf.Tensor[]>;

/**
 * What `measure` finds on the parts of a batch, of `size` examples each, taken together: the loss and gradients as means over
 * all examples, the other sums merged. Each part draws by a step of its own, as if there were `parts` of them in each step.
 */
export function accumulated<Batch extends Record<string, tf.Tensor>>(
  model: { step: number },
  batch: Batch,
  { size, parts }: { readonly size: number; readonly parts: number },
  extremes: Extremes,
  measure: (part: Batch) => PartGradients,
): PartGradients {
  const { step } = model;
  const examples = examplesIn(batch);
  let all: PartGradients | undefined;
  try {
    for (let from = 0, part = 0; from < examples; from += size, part++) {
      const count = Math.min(size, examples - from);
      const rows = sliceRows(batch, from, count);
      model.step = step * parts + part;
      let own: PartGradients | undefined;
      try {
        own = measure(rows);
        const [before, found] = [all, own];
        all = tf.tidy(() => joinParts(before, found, count / examples, extremes));
        tf.dispose([before?.results ?? [], before?.gradients ?? []]);
      } finally {
        tf.dispose([Object.values(rows), own?.results ?? [], own?.gradients ?? []]);
      }
    }
  } catch (error) {
    tf.dispose([all?.results ?? [], all?.gradients ?? []]);
    throw error;
  } finally {
    model.step = step;
  }
  if (all === undefined) throw new Error("the batch has no examples");
  return all;
}

/** What there was with what a part gives, whose share of the examples is known. */
function joinParts(
  before: PartGradients | undefined,
  own: PartGradients,
  share: number,
  extremes: Extremes,
): PartGradients {
  let place = 0;
  const results = own.results.map((result, i) => {
    const known = before?.results[i];
    const extreme = extremes.find(({ from, size }) => from <= place && place < from + size);
    place += result.size;
    const counted = i === 0 ? tf.mul(result, share) : result.clone();
    if (known === undefined) return counted;
    if (extreme === undefined) return tf.add(known, counted);
    return extreme.of === "max" ? tf.maximum(known, counted) : tf.minimum(known, counted);
  });
  const gradients = own.gradients.map((gradient, i) => {
    const counted = tf.mul(gradient, share);
    const known = before?.gradients[i];
    return known === undefined ? counted : tf.add(known, counted);
  });
  return { results, gradients };
}
