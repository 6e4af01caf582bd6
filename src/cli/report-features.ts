import type { TrainProgram } from "../ir/program.ts";
import type { Dataset, Examples } from "../runtime/data/dataset.ts";
import type { RawData } from "../sources/raw-data.ts";
import { checkFeatures } from "../runtime/train/check-features.ts";
import type { Trainer } from "../runtime/train/trainer.ts";
import { printFindings, type LoadedSpec } from "./load-unit.ts";
import type { Terminal } from "./terminal.ts";

interface Prepared {
  readonly spec: LoadedSpec;
  readonly program: TrainProgram;
  readonly trainer: Pick<Trainer, "prepare" | "snapshot" | "narrow">;
  readonly raw: RawData;
  readonly dataset: Dataset;
}

/** Whether features are what they are declared to be, in all splits or in the examples given; false after printing. */
export async function reportFeatures(
  { spec, program, trainer, raw, dataset }: Prepared,
  terminal: Terminal,
  searched?: readonly Examples[],
): Promise<boolean> {
  const stray = await checkFeatures(trainer, program, raw, dataset, searched);
  if (stray === undefined) return true;
  stray.problem.reportTo(spec.collector, stray.feature.origin);
  printFindings(spec.collector, terminal);
  return false;
}
