import { placesOf } from "../../autodiff/places-of.ts";
import type { Collector } from "../../diagnostics/collector.ts";
import type { TrainProgram } from "../../ir/program.ts";
import type { Dataset } from "../data/dataset.ts";
import { problem, type RawData } from "../../sources/raw-data.ts";
import { findStrayPlace } from "./find-stray-place.ts";
import { StrayPlaces } from "./stray-places.ts";
import type { Trainer } from "./trainer.ts";

/** What a training works with. */
interface Training {
  readonly program: TrainProgram;
  readonly raw: RawData;
  readonly dataset: Dataset;
  readonly trainer: Trainer;
}

/** Reports places that were out of range: the first example in the data that has one, where a feature holds them. */
export async function describeStrays(
  { program, raw, dataset, trainer }: Training,
  { count }: StrayPlaces,
  collector: Collector,
): Promise<void> {
  const found = await findStrayPlace(trainer, program.data, raw, dataset, placesOf(program)).catch((error: unknown) => {
    // What prepares the examples may look up places itself.
    if (error instanceof StrayPlaces) return undefined;
    throw error;
  });
  if (found === undefined) problem("MC6041", { count }).reportTo(collector, program.origin);
  else found.problem.reportTo(collector, found.feature.origin);
}
