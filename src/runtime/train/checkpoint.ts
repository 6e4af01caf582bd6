import { readFileSync } from "node:fs";
import { readSafetensors, writeSafetensors, type SafeTensor } from "../../support/safetensors.ts";
import { failure, success, type Result } from "../../support/result.ts";
import { bytesOf, fromBytes } from "../onnx/typed-array.ts";
import type { Tensor, Tensors } from "../tensor.ts";
import type { FigureState } from "./figures.ts";
import type { Progress } from "./train-loop.ts";

/** What a checkpoint file holds: tensors by path and how far the training was. */
export interface Checkpoint {
  readonly tensors: Tensors;
  /** Stored axis orders of parameters that are not stored in their logical order, by path. */
  readonly perms: ReadonlyMap<string, readonly number[]>;
  /** Absent in plain weights. */
  readonly progress?: Progress;
  /** Distinct characters of a text source, so that a network can be fed without its data. */
  readonly vocabulary?: readonly string[];
}

/** The bytes of a checkpoint: a `.safetensors` file with the progress in its metadata. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const tensors: SafeTensor[] = [];
  for (const [name, tensor] of checkpoint.tensors) {
    tensors.push({ name, dtype: tensor.dtype, shape: tensor.shape, bytes: bytesOf(tensor) });
  }
  const metadata = new Map<string, string>([["format", "modelc"]]);
  const perms = [...checkpoint.perms].sort(([a], [b]) => (a < b ? -1 : 1));
  metadata.set("perm", JSON.stringify(Object.fromEntries(perms)));
  if (checkpoint.progress !== undefined) metadata.set("progress", JSON.stringify(checkpoint.progress));
  if (checkpoint.vocabulary !== undefined) metadata.set("vocabulary", JSON.stringify(checkpoint.vocabulary));
  return writeSafetensors(tensors, metadata).bytes;
}

/** Reads a checkpoint or plain weights; the error names the file and the byte. */
export function readCheckpoint(path: string): Result<Checkpoint, string> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    return failure(code === "ENOENT" ? `There is no file ${path}.` : `I cannot read ${path}.`);
  }
  const parsed = parseCheckpoint(bytes);
  return parsed.ok ? parsed : failure(`${path}, ${parsed.error}`);
}

/** Reads the bytes of a checkpoint; the error names the byte. */
export function parseCheckpoint(bytes: Uint8Array): Result<Checkpoint, string> {
  const parsed = readSafetensors(bytes);
  if (!parsed.ok) return failure(`byte ${parsed.error.offset}: ${parsed.error.message}.`);
  const { file } = parsed;
  const tensors = new Map<string, Tensor>();
  for (const [name, { dtype, shape, bytes: raw }] of file.tensors) {
    tensors.set(name, { dtype, shape, data: fromBytes(dtype, raw) });
  }
  const perms = new Map<string, readonly number[]>();
  const stored = parseJson(file.metadata.get("perm"));
  for (const [key, perm] of Object.entries(isRecord(stored) ? stored : {})) {
    if (isNumbers(perm)) perms.set(key, perm);
  }
  const progress = progressOf(parseJson(file.metadata.get("progress")));
  const vocabulary = parseJson(file.metadata.get("vocabulary"));
  return success({
    tensors,
    perms,
    ...(progress !== undefined && { progress }),
    ...(isTexts(vocabulary) && { vocabulary }),
  });
}

function parseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isNumbers = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((it) => typeof it === "number");

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((it) => typeof it === "string");

function progressOf(value: unknown): Progress | undefined {
  if (!isRecord(value) || typeof value["step"] !== "number") return undefined;
  const { step, waited, best } = value;
  const figures = figuresOf(value["figures"]);
  return {
    step,
    waited: typeof waited === "number" ? waited : 0,
    ...(isRecord(best) &&
      typeof best["value"] === "number" &&
      typeof best["step"] === "number" && { best: { value: best["value"], step: best["step"] } }),
    ...(figures !== undefined && { figures }),
  };
}

function figuresOf(value: unknown): FigureState | undefined {
  if (!isRecord(value)) return undefined;
  const { loss, examples, metrics } = value;
  if (typeof loss !== "number" || typeof examples !== "number" || !Array.isArray(metrics)) return undefined;
  const sums = metrics.map((it: unknown) => ({ sum: numberIn(it, "sum"), count: numberIn(it, "count") }));
  return { loss, examples, metrics: sums };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

function numberIn(value: unknown, key: string): number {
  const found = isRecord(value) ? value[key] : undefined;
  return typeof found === "number" ? found : 0;
}
