import { buildPreparationGraph } from "../../autodiff/build-preparation-graph.ts";
import { preparesAnew } from "../../autodiff/flatten-preparation.ts";
import { asNumber } from "../../dims/dim.ts";
import type { FeatureSpec, TrainProgram } from "../../ir/program.ts";
import { referenceTarget } from "../../passes/pipeline.ts";
import type { Dataset } from "../../runtime/data/dataset.ts";
import { exactGroups } from "../../runtime/data/exact-groups.ts";
import { restrictFeatures } from "../../runtime/data/restrict-features.ts";
import { fitStatistics } from "../../runtime/train/fit-statistics.ts";
import { interpretPreparation } from "../../runtime/train/interpret-preparation.ts";
import { required } from "../../support/fault.ts";
import type { Pixels } from "./encode-png.ts";

/** The same examples of a feature as images. */
export interface ImageSamples {
  readonly feature: string;
  /** Outside of training, or in the first epoch of it, where that differs. */
  readonly mode: "inference" | "training";
  readonly images: readonly Pixels[];
}

/** So many examples are shown. */
const shown = 8;

/** Images of these sides are shown. */
const smallest = 4;
const largest = 512;

/** The first examples of the train split, of each feature that is an image. */
export async function sampleImages(program: TrainProgram, dataset: Dataset): Promise<readonly ImageSamples[]> {
  const { train } = dataset.splits;
  const indices = Int32Array.from({ length: Math.min(shown, train.count) }, (_, at) => at);
  const found = program.data.features.flatMap((feature) => {
    const size = imageSize(feature);
    return size === undefined ? [] : [{ feature, size }];
  });
  if (found.length === 0 || indices.length === 0) return [];
  const statistics = await fitStatistics(program, train, dataset.vocabularies);
  const batch = await train.gather(indices);
  return found.flatMap(({ feature: { name }, size }) => {
    const data = restrictFeatures(program.data, [name]);
    const { functions } = program.model;
    const modes = preparesAnew(data, functions) ? (["inference", "training"] as const) : (["inference"] as const);
    return modes.map((mode): ImageSamples => {
      const graph = buildPreparationGraph(data, { ...referenceTarget, functions, mode });
      const length = size.width * size.height * size.channels;
      const values = new Float64Array(indices.length * length);
      for (const { places, raw, of } of exactGroups(
        batch,
        mode === "training" ? { epoch: 0, examples: indices } : {},
      )) {
        const state = { statistics, seed: program.seed, of };
        const { data } = required(interpretPreparation(graph, raw, state).get(name), name);
        for (const [at, place] of places.entries())
          values.set(data.slice(at * length, (at + 1) * length), place * length);
      }
      return { feature: name, mode, images: pixelsOf(values, size) };
    });
  });
}

type Size = Pick<Pixels, "width" | "height" | "channels">;

/** The size of a feature that is an image: height and width, with one or three channels or none behind them. */
function imageSize({ type: { shape }, classes }: FeatureSpec): Size | undefined {
  const sizes = shape.map((it) => asNumber(it) ?? 0);
  const [height = 0, width = 0, channels = 1] = sizes;
  const isImage = [height, width].every((it) => it >= smallest && it <= largest);
  if (classes !== undefined || sizes.length < 2 || sizes.length > 3 || !isImage) return undefined;
  return channels === 1 || channels === 3 ? { width, height, channels } : undefined;
}

/** Numbers as bytes: the least of all is black, the largest white. */
function pixelsOf(values: Float64Array, size: Size): readonly Pixels[] {
  const least = values.reduce((a, b) => Math.min(a, b), Infinity);
  const range = values.reduce((a, b) => Math.max(a, b), -Infinity) - least;
  const bytes = Uint8Array.from(values, (it) => (range === 0 ? 0 : Math.round(((it - least) / range) * 255)));
  const length = size.width * size.height * size.channels;
  return Array.from({ length: bytes.length / length }, (_, at) => ({
    ...size,
    bytes: bytes.subarray(at * length, (at + 1) * length),
  }));
}
