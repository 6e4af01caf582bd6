import { createHash } from "node:crypto";
import { needsTotal } from "../../autodiff/schedules.ts";
import { formatDim } from "../../dims/format.ts";
import { calleesOf } from "../../ir/callees-of.ts";
import type { Func, Module } from "../../ir/graph.ts";
import { leadingStep } from "../../ir/measures-of.ts";
import { printGraph } from "../../ir/print-graph.ts";
import type { SplitSpec, TrainProgram, TrainStep } from "../../ir/program.ts";
import { noFacts } from "../../dims/facts.ts";
import { eliminateDeadNodes } from "../../passes/eliminate-dead-nodes.ts";
import { usesOf } from "../../graph/rewrite.ts";
import { version } from "../../support/version.ts";
import { isStored, type RawData } from "../../sources/raw-data.ts";
import { showCleanStep } from "../../sources/show-clean-step.ts";
import { showField } from "../../sources/show-raw-field.ts";
import { calledFrom, fingerprint, functionsText, modelFingerprint } from "./fingerprint.ts";
import { totalSteps } from "./train-loop.ts";

/** A value of JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What a training is made of, part by part: kept in its checkpoints, so that a later one knows whether it is the same. */
export interface Made {
  /** Of this record's form. */
  readonly form: typeof madeForm;
  readonly parts: Readonly<Record<MadePart, Json>>;
}

/** The form of the record that this version writes and reads. */
export const madeForm = 1;

/** The parts, in the order in which differences are told. */
export const madeParts = [
  "model",
  "loss",
  "metrics",
  "optimizer",
  "clip",
  "groups",
  "average",
  "follow",
  "precision",
  "batch",
  "seed",
  "data",
  "clean",
  "split",
  "features",
  "save",
  "stop",
  "validate",
  "length",
  "source",
  "runtime",
  "version",
] as const;

export type MadePart = (typeof madeParts)[number];

/** The record of a training. */
export function madeOf(program: TrainProgram, raw: RawData, examples: number, runtime: string): Made {
  const { data, stop } = program;
  const { functions } = program.model;
  const { objective } = leadingStep(program);
  const steps = totalSteps(program, examples);
  const parts: Record<MadePart, Json> = {
    model: modelFingerprint(program.model),
    loss: ofSteps(program, (it) => resultsFingerprint(it.objective, 0, 1, functions)),
    metrics: {
      names: program.metrics.map((it) => it.name),
      of: resultsFingerprint(objective, 1, objective.body.results.length, functions),
      finish: program.metrics.map((it) => resultsFingerprint(it.finish, 0, 1, functions)),
    },
    optimizer: ofSteps(program, optimizerOf),
    clip: ofSteps(program, (it) => asJson(it.clip)),
    groups: asJson([...program.groups, ...freezesOf(program)]),
    average: asJson(program.average),
    follow: asJson(program.follows.length === 0 ? undefined : program.follows),
    precision: precisionOf(program),
    batch: batchOf(program),
    seed: program.seed,
    data: { examples: raw.kind === "text" ? raw.tokens.length : raw.count, content: contentOf(raw) },
    clean: data.clean.map(showCleanStep),
    split: splitOf(data.split),
    features: {
      types: Object.fromEntries(
        data.features.map((it) => [it.name, `${it.type.dtype}[${it.type.shape.map(formatDim).join(", ")}]`]),
      ),
      of: resultsFingerprint(data.preparation.func, 0, data.preparation.func.body.results.length, functions),
    },
    save: asJson(program.save),
    stop: asJson(stop),
    validate: asJson(program.validate),
    length: { steps, ends: program.steps.some((it) => needsTotal(it.optimizer.rate)) ? steps : null },
    source: asJson({ kind: data.source.kind, arguments: data.source.arguments }),
    runtime: `${runtime}, ${process.platform} ${process.arch}`,
    version,
  };
  return { form: madeForm, parts };
}

/** How many examples make an update, in parts of how many, and by which size they are put together. */
function batchOf({ batch, accumulate, bucket }: TrainProgram): Json {
  const size = accumulate === 1 ? batch : `${accumulate} of ${batch}`;
  return bucket === undefined ? size : `${size}, bucket by ${bucket}`;
}

/** What something is in the steps of a training: in its only one, or by their names. */
function ofSteps({ steps }: TrainProgram, of: (step: TrainStep) => Json): Json {
  return steps.length === 1 && steps[0].name === undefined
    ? of(steps[0])
    : Object.fromEntries(steps.map((it, at) => [it.name ?? `${at}`, of(it)]));
}

/** The optimizer of a step; with it what it changes, and how often, where that is not everything at each step. */
function optimizerOf({ optimizer: { settings, rate, ...optimizer }, updates, every }: TrainStep): Json {
  const all = every === 1 && updates.includes("**");
  const { total, ...numbers } = rate.settings;
  const schedule = { kind: rate.kind, ...numbers, ...(total !== undefined && total > 0 && { total }) };
  return asJson({ ...optimizer, rate: schedule, ...settings, ...(!all && { updates, every }) });
}

/** In what is computed, with how the loss is scaled; nothing of `f32`. */
function precisionOf({ precision }: TrainProgram): Json {
  return precision === undefined ? null : { kind: precision.kind, ...precision.scaling };
}

/** What is frozen: by pattern, or phase by phase. */
function freezesOf({ phases }: TrainProgram): readonly unknown[] {
  return phases.length > 1 ? phases : phases[0].frozen.map((pattern) => ({ pattern, frozen: true }));
}

/** A split, with the column that it goes by as it is read: a feature of its name would be read the same. */
function splitOf({ column, ...split }: SplitSpec): Json {
  const { field } = column ?? {};
  return asJson({ ...split, ...(field && { column: showField(field), reading: field.reading }) });
}

/** A value as it comes back from a file: what is not there is null, places in the source are left out. */
function asJson(value: unknown): Json {
  const text = JSON.stringify(value, (key, it: unknown) => (key === "origin" ? undefined : it)) as string | undefined;
  return JSON.parse(text ?? "null") as Json;
}

/**
 * A fingerprint of what gives some results of a function, what it calls included, whatever its values are called and
 * numbered.
 */
function resultsFingerprint(
  { key, body, inputNames }: Func,
  from: number,
  to: number,
  functions: Module["functions"],
): string {
  const { nodes, outputs } = eliminateDeadNodes({
    name: key,
    mode: "training",
    facts: noFacts,
    nextId: 0,
    inputs: [],
    nodes: body.nodes,
    outputs: body.results.slice(from, to).map((value, at) => ({ name: `${at}`, role: "output", value })),
  });
  const used = new Set(
    [...nodes.flatMap((it) => [...usesOf(it)]), ...outputs.map((it) => it.value)].map((it) => it.id),
  );
  const inputs = body.inputs.flatMap((value, at) =>
    used.has(value.id) ? [{ name: inputNames[at] ?? "", role: "feature" as const, value }] : [],
  );
  const text = printGraph({ name: "", mode: "training", facts: noFacts, nextId: 0, inputs, nodes, outputs });
  const numbers = new Map<string, number>();
  const canonical = text.replaceAll(/%(?:"(?:[^"\\]|\\.)*"\.|[A-Za-z_][A-Za-z_0-9]*\.)?(\d+)/g, (_, id: string) => {
    const number = numbers.get(id) ?? numbers.size;
    numbers.set(id, number);
    return `%${number}`;
  });
  const called = calledFrom(calleesOf({ inputs: [], nodes, results: [] }), functions);
  return fingerprint(canonical + functionsText(called));
}

/** A fingerprint of all that a source has delivered. */
function contentOf(raw: RawData): string {
  const hash = createHash("sha256");
  const add = (data: ArrayBufferView): void =>
    void hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  if (raw.kind === "text") {
    hash.update(JSON.stringify(raw.vocabulary));
    add(raw.tokens);
  } else {
    for (const name of [...raw.columns.keys()].sort()) {
      const column = raw.columns.get(name);
      if (column === undefined) continue;
      if (isStored(column)) {
        hash.update(JSON.stringify([name, column.shape, column.holds, column.content, ...(column.dictionary ?? [])]));
        continue;
      }
      const { shape, data, dictionary = [] } = column;
      hash.update(JSON.stringify([name, shape, data.constructor.name, ...dictionary]));
      add(column.data);
      if (column.starts !== undefined) add(column.starts);
    }
  }
  return hash.digest("hex").slice(0, 24);
}

/** A record that a file holds; undefined where it holds none that this version reads. */
export function parseMade(text: string | undefined): Made | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text ?? "null");
  } catch {
    return undefined;
  }
  if (typeof parsed !== "object" || parsed === null) return undefined;
  const { form, parts } = parsed as { readonly form?: unknown; readonly parts?: unknown };
  if (form !== madeForm || typeof parts !== "object" || parts === null) return undefined;
  const given = parts as Readonly<Record<string, Json | undefined>>;
  return {
    form: madeForm,
    parts: Object.fromEntries(madeParts.map((it) => [it, given[it] ?? null])) as Record<MadePart, Json>,
  };
}
