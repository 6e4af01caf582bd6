import type { ArgumentSchema, CallSchema } from "../../ir/settings.ts";

const warmup: ArgumentSchema = { kind: "integer", default: 0, min: 0 };
const positive: ArgumentSchema = { kind: "number", above: 0 };
const steps: ArgumentSchema = { kind: "integer", min: 1 };
/** 0 stands for the length of the training. */
const total: ArgumentSchema = { kind: "integer", default: 0, min: 0 };

/** Learning-rate schedules over steps; each may begin with a linear warmup. */
export const scheduleTable = {
  constant: { rate: positive, warmup },
  cosine: { peak: positive, warmup, floor: { kind: "number", default: 0, min: 0 }, total },
  linear: { peak: positive, warmup, floor: { kind: "number", default: 0, min: 0 }, total },
  step: { rate: positive, every: steps, factor: { kind: "number", default: 0.1, above: 0 }, warmup },
  exponential: { rate: positive, decay: { kind: "number", above: 0, max: 1 }, every: { ...steps, default: 1 }, warmup },
} as const satisfies Readonly<Record<string, CallSchema>>;

/** Gradient clipping. */
export const clipTable = {
  global_norm: { limit: positive },
  norm: { limit: positive },
  value: { limit: positive },
} as const satisfies Readonly<Record<string, CallSchema>>;

const count: ArgumentSchema = { kind: "integer", default: 1000, min: 0 };
const seed: ArgumentSchema = { kind: "integer", default: 0, min: 0 };
const path: ArgumentSchema = { kind: "string" };

/** Data sources that are carried out. `idx` takes one file for each raw field and is read apart. */
export const sourceTable = {
  csv: { path },
  text: { path, unit: { kind: "word", default: "character", oneOf: ["character"] } },
  synthetic_digits: { count: { ...count, default: 10000 }, seed },
  synthetic_blobs: {
    count,
    classes: { kind: "integer", default: 2, min: 2 },
    features: { kind: "integer", default: 2, min: 2 },
    spread: { kind: "number", default: 1, min: 0 },
    seed,
  },
  synthetic_sequences: {
    count,
    length: { kind: "integer", default: 64, min: 1 },
    features: { kind: "integer", default: 64, min: 1 },
    classes: { kind: "integer", default: 10, min: 2 },
    seed,
  },
  synthetic_waves: {
    count,
    length: { kind: "integer", default: 40, min: 1 },
    noise: { kind: "number", default: 0, min: 0 },
    seed,
  },
} as const satisfies Readonly<Record<string, CallSchema>>;

/** Sources that the language has and that nothing carries out yet. */
export const laterSources: readonly string[] = ["jsonl", "npy", "npz", "parquet", "wav", "image_folder", "safetensors"];

/** Keys of each section: those that are carried out, and those that the language has and nothing carries out yet. */
export const sectionKeys = {
  data: { now: ["source", "split", "clean"], later: ["augment"] },
  train: {
    now: ["loss", "optimizer", "metrics", "epochs", "steps", "batch", "seed", "clip", "validate", "stop", "save"],
    later: ["accumulate", "precision", "init"],
  },
  step: { now: ["loss", "update", "optimizer", "clip", "every"], later: [] },
} as const;
