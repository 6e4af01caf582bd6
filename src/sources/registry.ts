import type { SourceSpec } from "../ir/program.ts";
import { required } from "../support/fault.ts";
import { csv } from "./csv.ts";
import type { Source } from "./define-source.ts";
import { drawn } from "./drawn.ts";
import { imageFolder } from "./image-folder.ts";
import { idx } from "./idx.ts";
import { npy } from "./npy.ts";
import { jsonl } from "./jsonl.ts";
import { npz } from "./npz.ts";
import { parquet } from "./parquet.ts";
import { safetensors } from "./safetensors.ts";
import { sqlite } from "./sqlite.ts";
import { syntheticBlobs } from "./synthetic-blobs.ts";
import { syntheticDigits } from "./synthetic-digits.ts";
import { syntheticSequences } from "./synthetic-sequences.ts";
import { syntheticWaves } from "./synthetic-waves.ts";
import { text } from "./text.ts";
import { wav } from "./wav.ts";

/** All data sources, in the order in which they are listed. */
export const allSources: readonly Source[] = [
  idx,
  csv,
  jsonl,
  parquet,
  sqlite,
  npy,
  npz,
  safetensors,
  imageFolder,
  wav,
  text,
  syntheticDigits,
  syntheticBlobs,
  syntheticSequences,
  syntheticWaves,
  drawn,
];

const byName: ReadonlyMap<string, Source> = new Map(allSources.map((it) => [it.name, it]));

/** The source of a name, where there is one. */
export const findSource = (name: string): Source | undefined => byName.get(name);

/** The source that a program names. */
export function sourceOf({ kind }: Pick<SourceSpec, "kind">): Source {
  return required(findSource(kind), `the source ${kind}`);
}
