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

/** Keys of each section: those that are carried out, and those that the language has and nothing carries out yet. */
export const sectionKeys = {
  data: { now: ["source", "split", "clean"], later: ["augment"] },
  train: {
    now: ["loss", "optimizer", "metrics", "epochs", "steps", "batch", "seed", "clip", "validate", "stop", "save"],
    later: ["accumulate", "precision", "init"],
  },
  step: { now: ["loss", "update", "optimizer", "clip", "every"], later: [] },
} as const;
