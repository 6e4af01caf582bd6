import { isWeight } from "../../ir/ports.ts";
import type { SourceSpec } from "../../ir/program.ts";
import { sourceOf } from "../../sources/registry.ts";
import { writeSafetensors, type SafeTensor, type TensorPlace } from "../../support/safetensors.ts";

/**
 * Room in the header for what a training knows and a build does not: statistics, progress and, of a text, its characters.
 */
const room = { text: 262_144, other: 8_192 } as const;

/**
 * A file of weights. Where each weight lies depends on the weights' names and types alone: ONNX graphs refer to the
 * places, and go on to be right when a training writes its weights over the initial ones.
 */
export function writeWeights(
  tensors: Iterable<SafeTensor>,
  metadata: ReadonlyMap<string, string>,
  source: SourceSpec | undefined,
): { readonly bytes: Uint8Array; readonly places: ReadonlyMap<string, TensorPlace> } {
  const all = [...tensors];
  // A tensor's entry in the header is its name, type, shape and two offsets.
  const entries = all
    .filter((it) => isWeight(it.name))
    .reduce((sum, { name, shape }) => sum + 2 * JSON.stringify(name).length + shape.join().length + 128, 0);
  const isText = source !== undefined && sourceOf(source).fields(source).kind === "windows";
  const needed = entries + (isText ? room.text : room.other);
  return writeSafetensors(all, metadata, {
    headerBytes: Math.ceil(needed / 4096) * 4096 - 8,
    behind: (name) => !isWeight(name),
  });
}
