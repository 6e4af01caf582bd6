import { existsSync } from "node:fs";
import { join } from "node:path";
import { isPort } from "../ir/ports.ts";
import { weightProblems, type WeightsOwner } from "../emit/onnx/check-weights.ts";
import type { Dataset } from "../runtime/data/dataset.ts";
import type { Vocabularies } from "../runtime/data/number-words.ts";
import { bytesOf } from "../runtime/onnx/typed-array.ts";
import { readCheckpoint, type Checkpoint } from "../runtime/train/checkpoint.ts";
import type { SafeTensor } from "../support/safetensors.ts";
import { InputError, UsageError } from "./exit-code.ts";

/** The weights that are meant: those given, or where `modelc train` leaves them. */
export function weightsPath(given: string | undefined, name: string, file: string): string {
  const path = given ?? join("out", `${name}.safetensors`);
  if (given !== undefined || existsSync(path)) return path;
  throw new UsageError(
    `There are no weights in ${path}: train first (modelc train ${file}), or name them with --weights.`,
  );
}

/** Reads weights or a checkpoint for a network; an error names the file and says what does not fit. */
export function readWeights(path: string, name: string, owner: WeightsOwner): Checkpoint {
  const read = readCheckpoint(path);
  if (!read.ok) {
    if (read.error.startsWith("There is no file")) throw new UsageError(read.error);
    throw new InputError(read.error);
  }
  const { perms } = read.value;
  const problems = weightProblems(owner, { tensors: storedTensors(read.value), ...(perms !== undefined && { perms }) });
  if (problems.length > 0) {
    const more = problems.length > 3 ? `, and ${problems.length - 3} more` : "";
    throw new InputError(`${path} does not fit ${name}: ${problems.slice(0, 3).join("; ")}${more}.`);
  }
  return read.value;
}

/** The tensors of a checkpoint as files hold them. */
export function storedTensors({ tensors }: Checkpoint): ReadonlyMap<string, SafeTensor> {
  return new Map(
    [...tensors].map(([name, tensor]) => [
      name,
      { name, dtype: tensor.dtype, shape: tensor.shape, bytes: bytesOf(tensor) },
    ]),
  );
}

/** Throws where weights were trained on a text of another vocabulary than the data at hand have. */
export function checkVocabulary(path: string, { vocabularies }: Checkpoint, dataset: Dataset): void {
  const { text: vocabulary } = vocabularies ?? {};
  const { text: found } = dataset.vocabularies;
  if (vocabulary === undefined || found === undefined) return;
  if (vocabulary.length === found.length && vocabulary.every((it, at) => it === found[at])) return;
  const [known, there] = [new Set(vocabulary), new Set(found)];
  const stray = found.find((it) => !known.has(it)) ?? vocabulary.find((it) => !there.has(it));
  const where = stray !== undefined && there.has(stray) ? "the data have" : "its own text had";
  const what = stray === undefined ? "in another order" : `${where} ${JSON.stringify(stray)} in addition`;
  throw new InputError(`${path} is of a text with another vocabulary: ${what}, so that its numbers differ.`);
}

/** What the numbers of words stand for in weights that have what a training has fitted; undefined where there are none such. */
export function knownVocabularies(path: string): Vocabularies | undefined {
  const read = readCheckpoint(path);
  if (!read.ok) return undefined;
  const { tensors, vocabularies } = read.value;
  const isFitted = vocabularies !== undefined || [...tensors.keys()].some((it) => isPort("statistic", it));
  return isFitted ? (vocabularies ?? {}) : undefined;
}
