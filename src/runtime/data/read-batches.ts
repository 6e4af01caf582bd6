import { ahead } from "../../support/ahead.ts";
import type { Examples, RawBatch } from "./dataset.ts";

/** Examples of a split that follow on each other. */
export interface ExampleBatch {
  /** The number of the first. */
  readonly from: number;
  readonly indices: Int32Array;
  readonly raw: RawBatch;
}

/**
 * All examples of a split in their order, `wanted` at a time, or as many as may be, with all raw fields or some; the next are read
 * while some are in use.
 */
export function readBatches(
  examples: Pick<Examples, "count" | "gather" | "most">,
  wanted: number,
  only?: ReadonlySet<string>,
): AsyncGenerator<ExampleBatch, void> {
  const size = Math.min(wanted, examples.most ?? wanted);
  return ahead(Math.ceil(examples.count / size), async (batch) => {
    const from = batch * size;
    const indices = Int32Array.from({ length: Math.min(size, examples.count - from) }, (_, at) => from + at);
    return { from, indices, raw: await examples.gather(indices, undefined, only) };
  });
}
