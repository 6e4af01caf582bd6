import { writeWeights } from "../../emit/onnx/weights-file.ts";
import type { DataProgram } from "../../ir/program.ts";
import { stringifyNumbers } from "../../support/json-numbers.ts";
import { readSafetensors, writeSafetensors, type SafeTensor } from "../../support/safetensors.ts";
import { jsonKeys } from "../../support/json-keys.ts";
import { failure, success, type Result } from "../../support/result.ts";
import type { Vocabularies } from "../data/number-words.ts";
import { bytesOf, fromBytes } from "../onnx/typed-array.ts";
import { readRegularFile } from "../read-regular-file.ts";
import type { Tensor, Tensors } from "../tensor.ts";
import { isRecord, parseProgress } from "./parse-progress.ts";
import { parseMade, type Made } from "./made-of.ts";
import type { Progress } from "./train-loop.ts";
import { originEntry, originIn, type WeightsOrigin } from "./weights-origin.ts";
import { showName } from "../../support/show-text.ts";

/** What a checkpoint file holds: tensors by path and how far the training was. */
export interface Checkpoint {
  readonly tensors: Tensors;
  /** Stored axis orders of parameters that are not stored in their logical order, by path; absent where a file is silent. */
  readonly perms?: ReadonlyMap<string, readonly number[]>;
  /** Absent in plain weights. */
  readonly progress?: Progress;
  /** What the numbers of words stand for, so that a network can be fed without its data. */
  readonly vocabularies?: Vocabularies;
  /** Absent in weights of other programs. */
  readonly origin?: WeightsOrigin;
  /** What the training is made of; absent in plain weights. */
  readonly made?: Made;
  /** The seed of the training; absent in plain weights. */
  readonly seed?: number;
}

/** The bytes of a checkpoint: a `.safetensors` file with the progress in its metadata. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  return writeSafetensors(storedTensors(checkpoint), metadataOf(checkpoint)).bytes;
}

/**
 * The bytes of a file of weights, laid out as a build lays it out, so that ONNX graphs which refer to it find each weight;
 * `data` is what it was trained on.
 */
export function encodeWeights(
  checkpoint: Checkpoint,
  data: Pick<DataProgram, "source" | "preparation">,
): ReturnType<typeof writeWeights> {
  return writeWeights(storedTensors(checkpoint), metadataOf(checkpoint), data);
}

function storedTensors({ tensors }: Checkpoint): readonly SafeTensor[] {
  return [...tensors].map(([name, tensor]) => ({
    name,
    dtype: tensor.dtype,
    shape: tensor.shape,
    bytes: bytesOf(tensor),
  }));
}

function metadataOf(checkpoint: Checkpoint): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>([["format", "modelc"]]);
  const perms = [...(checkpoint.perms ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
  metadata.set("perm", JSON.stringify(Object.fromEntries(perms)));
  if (checkpoint.progress !== undefined) metadata.set("progress", stringifyNumbers(checkpoint.progress));
  if (checkpoint.seed !== undefined) metadata.set("seed", String(checkpoint.seed));
  for (const [key, value] of vocabularyEntries(checkpoint)) metadata.set(key, value);
  if (checkpoint.made !== undefined) metadata.set("made", JSON.stringify(checkpoint.made));
  if (checkpoint.origin !== undefined) metadata.set(...originEntry(checkpoint.origin));
  return metadata;
}

const vocabularyKey = "vocabularies";

/** The entry of the metadata with what the numbers of words stand for; none where there are no words. */
export function vocabularyEntries({
  vocabularies = {},
}: Pick<Checkpoint, "vocabularies">): readonly (readonly [string, string])[] {
  return Object.keys(vocabularies).length === 0 ? [] : [[vocabularyKey, JSON.stringify(vocabularies)]];
}

/** Reads a checkpoint or plain weights; the error names the file and the byte. */
export function readCheckpoint(path: string): Result<Checkpoint, string> {
  const read = readRegularFile(path);
  if (!read.ok)
    return failure(read.error.missing ? `There is no file ${path}.` : `I cannot read ${path}: ${read.error.reason}.`);
  const parsed = parseCheckpoint(read.value);
  return parsed.ok ? parsed : failure(`${path}, ${parsed.error}`);
}

/** Reads the bytes of a checkpoint; the error names the byte, or the entry of the metadata. */
export function parseCheckpoint(bytes: Uint8Array): Result<Checkpoint, string> {
  const parsed = readSafetensors(bytes);
  if (!parsed.ok) return failure(`byte ${parsed.error.offset}: ${parsed.error.message}.`);
  const { metadata } = parsed.file;
  const tensors = new Map<string, Tensor>();
  for (const [name, { dtype, shape, bytes: raw }] of parsed.file.tensors) {
    tensors.set(name, { dtype, shape, data: fromBytes(dtype, raw) });
  }
  const perms = parseEntry(metadata, "perm", (value) => parsePerms(value, tensors));
  if (!perms.ok) return perms;
  const progress = parseEntry(metadata, "progress", parseProgress);
  if (!progress.ok) return progress;
  const vocabularies = parseEntry(metadata, vocabularyKey, parseVocabularies);
  if (!vocabularies.ok) return vocabularies;
  const seed = parseEntry(metadata, "seed", parseSeed);
  if (!seed.ok) return seed;
  const origin = originIn(metadata);
  const made = parseMade(metadata.get("made"));
  return success({
    tensors,
    ...(perms.value !== undefined && { perms: perms.value }),
    ...(progress.value !== undefined && { progress: progress.value }),
    ...(vocabularies.value !== undefined && { vocabularies: vocabularies.value }),
    ...(origin !== undefined && { origin }),
    ...(made !== undefined && { made }),
    ...(seed.value !== undefined && { seed: seed.value }),
  });
}

/** An entry of the metadata, which holds JSON; undefined where there is none. */
function parseEntry<T>(
  metadata: ReadonlyMap<string, string>,
  key: string,
  parse: (value: unknown) => Result<T, string>,
): Result<T | undefined, string> {
  const text = metadata.get(key);
  if (text === undefined) return success(undefined);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return failure(`metadata "${key}": this is no JSON.`);
  }
  const repeated = jsonKeys(text).repeated;
  if (repeated !== undefined)
    return failure(`metadata "${key}": it has ${showName(JSON.stringify(repeated.key))} twice.`);
  const parsed = parse(value);
  return parsed.ok ? parsed : failure(`metadata "${key}": ${parsed.error}.`);
}

type Perms = ReadonlyMap<string, readonly number[]>;

function parsePerms(value: unknown, tensors: Tensors): Result<Perms, string> {
  if (!isRecord(value)) return failure("it is no object of axis orders by path");
  const perms = new Map<string, readonly number[]>();
  for (const [path, perm] of Object.entries(value)) {
    const rank = tensors.get(path)?.shape.length;
    if (rank === undefined) return failure(`it speaks of ${showName(path)}, which the file does not hold`);
    if (!isOrder(perm) || perm.length !== rank) {
      return failure(`${path} has ${showName(JSON.stringify(perm))}, which is no order of its ${rank} axes`);
    }
    perms.set(path, perm);
  }
  return success(perms);
}

/** Whether a value lists the numbers from 0 on, each once. */
function isOrder(value: unknown): value is readonly number[] {
  if (!Array.isArray(value)) return false;
  const axes: ReadonlySet<unknown> = new Set<unknown>(value);
  return value.every((_, axis) => axes.has(axis));
}

function parseSeed(value: unknown): Result<number, string> {
  return typeof value === "number" && Number.isSafeInteger(value) ? success(value) : failure("it is no whole number");
}

function parseVocabularies(value: unknown): Result<Vocabularies, string> {
  if (!isRecord(value)) return failure("it is no object of lists of words");
  const vocabularies: Record<string, readonly string[]> = {};
  for (const [field, list] of Object.entries(value)) {
    const words: string[] = [];
    for (const it of Array.isArray(list) ? list : [undefined]) {
      if (typeof it !== "string") return failure(`${showName(field)} has no list of words`);
      words.push(it);
    }
    if (new Set(words).size < words.length) return failure(`${showName(field)} has a word twice`);
    vocabularies[field] = words;
  }
  return success(vocabularies);
}
