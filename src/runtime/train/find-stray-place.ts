import type { DataProgram, FeatureSpec } from "../../ir/program.ts";
import type { Dataset, Examples } from "../data/dataset.ts";
import { problem, type RawData } from "../../sources/raw-data.ts";
import { toNumbers } from "../onnx/typed-array.ts";
import { readBatches } from "../data/read-batches.ts";
import type { FeatureProblem } from "./check-features.ts";
import type { Trainer } from "./trainer.ts";

const batchSize = 512;

/** A feature whose elements are to be places, and among how many. */
interface Judged {
  readonly feature: FeatureSpec;
  readonly size: number;
}

/** A place out of range: where it stands among the examples searched. */
interface Stray extends Judged {
  readonly example: number;
  readonly value: number;
}

/** Finds the example that has a place out of range, by the sizes that look-ups have room for. */
export async function findStrayPlace(
  trainer: Pick<Trainer, "prepare">,
  data: DataProgram,
  raw: RawData,
  dataset: Dataset,
  places: ReadonlyMap<string, number>,
): Promise<FeatureProblem | undefined> {
  const judged = data.features.flatMap((feature): readonly Judged[] => {
    const size = places.get(feature.name);
    return size === undefined ? [] : [{ feature, size }];
  });
  if (judged.length === 0) return undefined;
  const strays: Stray[] = [];
  for (const split of ["train", "validate", "test"] as const)
    strays.push(...(await findStrays(trainer, judged, dataset.splits[split])));
  const [first, ...others] = strays;
  if (first === undefined) return undefined;
  const { feature, example, value, size } = others.reduce((a, b) => (b.example < a.example ? b : a), first);
  const path = fromOf(raw, feature, dataset);
  return { problem: problem("MC6040", { path, feature: feature.name, example, value, size }), feature };
}

/** The file that a label most likely came from: the column of its name. */
function fromOf(raw: RawData, feature: FeatureSpec, dataset: Dataset): string {
  return raw.kind === "text" ? raw.from : (raw.columns.get(feature.name)?.from ?? dataset.from);
}

/** Strays of some examples: of each batch and feature the first in the file. */
async function findStrays(
  trainer: Pick<Trainer, "prepare">,
  judged: readonly Judged[],
  examples: Examples,
): Promise<readonly Stray[]> {
  const strays: Stray[] = [];
  for await (const { from, indices, raw } of readBatches(examples, batchSize)) {
    const features = await trainer.prepare(raw, { examples: indices });
    for (const { feature, size } of judged) {
      const tensor = features.get(feature.name);
      const values = tensor === undefined ? [] : toNumbers(tensor);
      let first: Stray | undefined;
      values.forEach((value, at) => {
        if (value >= 0 && value < size) return;
        const example = rowIn(examples, from + Math.floor((at * indices.length) / values.length));
        if (first === undefined || example < first.example) first = { feature, size, example, value };
      });
      if (first !== undefined) strays.push(first);
    }
  }
  return strays;
}

function rowIn(examples: Examples, index: number): number {
  return examples.rowOf?.(index) ?? index;
}
