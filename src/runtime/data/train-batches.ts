import type { TrainProgram } from "../../ir/program.ts";
import { examplesOfUpdate } from "../../ir/update-size.ts";
import { ahead } from "../../support/ahead.ts";
import { epochBatches } from "../train/epoch-batches.ts";
import type { Dataset, RawBatch } from "./dataset.ts";

/** What one step of a training is taken on. */
export interface TrainBatch {
  /** Counted from 0, as is its place in the epoch. */
  readonly epoch: number;
  readonly at: number;
  /** Places of its examples in the train split. */
  readonly indices: Int32Array;
  readonly raw: RawBatch;
}

/** The batches of the steps from one on, in the seeded order of each epoch; the next are read while a step is taken. */
export function trainBatches(
  { splits: { train } }: Pick<Dataset, "splits">,
  program: TrainProgram,
  { from, total }: { readonly from: number; readonly total: number },
): AsyncGenerator<TrainBatch, void> {
  const size = examplesOfUpdate(program);
  const perEpoch = Math.ceil(train.count / size);
  let known: { readonly epoch: number; readonly batchAt: (at: number) => Int32Array } | undefined;
  return ahead(Math.max(0, total - from), async (index) => {
    const step = from + index;
    const epoch = Math.floor(step / perEpoch);
    if (known?.epoch !== epoch) known = { epoch, batchAt: epochBatches(program, train, epoch) };
    const at = step % perEpoch;
    const indices = known.batchAt(at);
    return { epoch, at, indices, raw: await train.gather(indices, epoch) };
  });
}
