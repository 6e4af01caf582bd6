import { isWeight } from "../../ir/ports.ts";
import type { DataProgram } from "../../ir/program.ts";
import { readingOf } from "../../sources/readings.ts";
import { sourceOf } from "../../sources/registry.ts";
import { writeSafetensors, type SafeTensor, type TensorPlace } from "../../support/safetensors.ts";

/** Room in the header for what a training knows and a build does not: statistics, progress, and the words of its data. */
const room = { words: 262_144, numbers: 8_192 } as const;

/**
 * A file of weights. Where each weight lies depends on the weights' names and types alone: ONNX graphs refer to the
 * places, and go on to be right when a training writes its weights over the initial ones.
 */
export function writeWeights(
  tensors: Iterable<SafeTensor>,
  metadata: ReadonlyMap<string, string>,
  data: Pick<DataProgram, "source" | "preparation"> | undefined,
): { readonly bytes: Uint8Array; readonly places: ReadonlyMap<string, TensorPlace> } {
  const all = [...tensors];
  // A tensor's entry in the header is its name, type, shape and two offsets.
  const entries = all
    .filter((it) => isWeight(it.name))
    .reduce((sum, { name, shape }) => sum + 2 * JSON.stringify(name).length + shape.join().length + 128, 0);
  const needed = entries + (data !== undefined && hasWords(data) ? room.words : room.numbers);
  return writeSafetensors(all, metadata, {
    headerBytes: Math.ceil(needed / 4096) * 4096 - 8,
    behind: (name) => !isWeight(name),
  });
}

/** Whether the numbers of its features stand for characters or words. */
function hasWords({ source, preparation }: Pick<DataProgram, "source" | "preparation">): boolean {
  const isText = sourceOf(source).fields(source).kind === "windows";
  return isText || preparation.raw.some((it) => ["words", "sequence"].includes(readingOf(it.reading).kind));
}
