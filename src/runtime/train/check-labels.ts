import type { DataProgram, FeatureSpec } from "../../ir/program.ts";
import { createDataset, type Dataset, type Examples } from "../data/dataset.ts";
import { problem, type DataProblem, type RawData } from "../data/raw-data.ts";
import { toNumbers } from "../onnx/typed-array.ts";
import type { Trainer } from "./trainer.ts";

const batchSize = 512;

/** A label that is not in its class's range: where it stands among the examples searched. */
interface Stray {
  readonly feature: FeatureSpec;
  readonly example: number;
  readonly label: number;
}

/**
 * Checks that labels of `class(n)` lie in 0..n-1, over all examples of all splits. `raw` is what the dataset was made
 * of: the message counts examples as their file does.
 */
export async function checkLabels(
  trainer: Trainer,
  data: DataProgram,
  raw: RawData,
  dataset: Dataset,
): Promise<{ readonly problem: DataProblem; readonly feature: FeatureSpec } | undefined> {
  const labels = data.features.filter((it) => it.classes !== undefined);
  if (labels.length === 0) return undefined;
  for (const split of ["train", "validate", "test"] as const) {
    const stray = await findStray(trainer, labels, dataset.splits[split]);
    if (stray === undefined) continue;
    const { feature, label } = stray;
    const all = createDataset(raw, { ...data, clean: [], split: { fractions: { train: 1 }, seed: 0, by: "position" } });
    const inFile = all.ok ? await findStray(trainer, [feature], all.value.splits.train) : undefined;
    const example = (inFile ?? stray).example;
    const found = problem("MC6003", {
      path: fromOf(raw, feature, dataset),
      feature: feature.name,
      example,
      label: inFile?.label ?? label,
      classes: feature.classes ?? 0,
    });
    return { problem: found, feature };
  }
  return undefined;
}

/** The file that a label most likely came from: the column of its name. */
function fromOf(raw: RawData, feature: FeatureSpec, dataset: Dataset): string {
  return raw.kind === "text" ? raw.from : (raw.columns.get(feature.name)?.from ?? dataset.from);
}

async function findStray(
  trainer: Trainer,
  labels: readonly FeatureSpec[],
  examples: Examples,
): Promise<Stray | undefined> {
  for (let from = 0; from < examples.count; from += batchSize) {
    const count = Math.min(batchSize, examples.count - from);
    const features = await trainer.prepare(examples.gather(Int32Array.from({ length: count }, (_, i) => from + i)));
    for (const feature of labels) {
      const tensor = features.get(feature.name);
      if (tensor === undefined) continue;
      const values = toNumbers(tensor);
      const at = values.findIndex((it) => it < 0 || it >= (feature.classes ?? 0));
      if (at >= 0) return { feature, example: from + Math.floor((at * count) / values.length), label: values[at] ?? 0 };
    }
  }
  return undefined;
}
