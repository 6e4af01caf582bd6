import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { loadProgram, type ProgramHost } from "../../src/analyze/program.ts";
import { createCollector } from "../../src/diagnostics/collector.ts";
import { renderText } from "../../src/diagnostics/render.ts";
import type { Module } from "../../src/ir/graph.ts";
import type { TrainProgram } from "../../src/ir/program.ts";
import { elaborateModel, type ModelOptions } from "../../src/lower/elaborate-model.ts";
import { lowerTrain } from "../../src/lower/sections/lower-sections.ts";
import { createDataset, type Dataset } from "../../src/runtime/data/dataset.ts";
import { loadSource } from "../../src/runtime/data/load-source.ts";
import type { Trainer, TrainerResult } from "../../src/runtime/train/trainer.ts";
import type { Tensors } from "../../src/runtime/tensor.ts";

/** The six specs with which the language begins. */
export const specNames = [
  "linear-regression",
  "logistic-regression",
  "mnist-cnn",
  "stacked-lstm",
  "simple-rnn",
  "tiny-gpt",
] as const;

export const specPath = (name: string): string => join("specs", `${name}.model`);

const host: ProgramHost = {
  read: (path) => (existsSync(path) ? { path, text: readFileSync(path, "utf8") } : undefined),
  resolve: (from, to) => resolve(dirname(from), to),
};

function load(path: string, text: string) {
  const collector = createCollector();
  const program = loadProgram({ path, text }, host, collector);
  const done = <T>(value: T | undefined): T => {
    if (value === undefined || collector.hasErrors)
      throw new Error(renderText(collector.diagnostics, { color: false }));
    return value;
  };
  return { collector, program, done };
}

/** The model or the block of a name, or the first model of a spec. */
export function loadModule(path: string, options: ModelOptions = {}, name?: string): Module {
  const { collector, program, done } = load(path, readFileSync(path, "utf8"));
  const model = program.entry.ast.declarations.find(
    (it) => it.kind === "callable" && (name === undefined ? it.flavor === "model" : it.name.text === name),
  );
  return done(model?.kind === "callable" ? elaborateModel(program, model.name.text, options, collector) : undefined);
}

/** The training of a spec, which has one. `edit` changes its text first. */
export function loadTraining(path: string, edit: (text: string) => string = (text) => text): TrainProgram {
  return trainingOf(edit(readFileSync(path, "utf8")), path);
}

/** The training of a text, which has one. */
export function trainingOf(text: string, path = "net.model"): TrainProgram {
  const { collector, program, done } = load(path, text);
  const declaration = program.entry.ast.declarations.find((it) => it.kind === "train");
  return done(declaration?.kind === "train" ? lowerTrain(program, declaration, {}, collector) : undefined);
}

/** The data of a training; `override` is what `--data` gives. */
export async function loadData(program: TrainProgram, path: string, override?: string): Promise<Dataset> {
  const raw = await loadSource(program.data, path, override);
  const dataset = raw.ok ? await createDataset(raw.value, program.data) : raw;
  if (dataset.ok) return dataset.value;
  const collector = createCollector();
  dataset.error.reportTo(collector, program.data.source.origin);
  throw new Error(renderText(collector.diagnostics, { color: false }));
}

/** The trainer, or an error with what kept it from being made. */
export function trainerOf(result: TrainerResult): Trainer {
  if (!result.ok) throw new Error(result.message);
  return result.trainer;
}

/** Largest difference over largest magnitude of the first. */
export function relativeError(expected: ArrayLike<number>, actual: ArrayLike<number>): number {
  if (expected.length !== actual.length) return Infinity;
  let difference = 0;
  let magnitude = 0;
  for (let i = 0; i < expected.length; i++) {
    const value = expected[i] ?? NaN;
    const error = Math.abs(value - (actual[i] ?? NaN));
    if (Number.isNaN(error)) return Infinity;
    difference = Math.max(difference, error);
    magnitude = Math.max(magnitude, Math.abs(value));
  }
  return magnitude === 0 ? difference : difference / magnitude;
}

/** The weights among the tensors of a snapshot as one vector, by path in order. */
export function weightVector(tensors: Tensors): Float64Array {
  const names = [...tensors.keys()].filter((it) => !it.startsWith("opt/") && !it.startsWith("statistic/")).sort();
  return Float64Array.from(names.flatMap((name) => Array.from(tensors.get(name)?.data ?? [], Number)));
}

/** The Euclidean norm of a difference over that of the first. */
export function relativeNorm(first: Float64Array, second: Float64Array): number {
  const norm = (at: (i: number) => number): number => Math.sqrt(first.reduce((sum, _, i) => sum + at(i) ** 2, 0));
  return norm((i) => (first[i] ?? 0) - (second[i] ?? 0)) / norm((i) => first[i] ?? 0);
}

/** Real data for tests, beside the repository; absent on most machines. */
export function dataFolder(name: string): string | undefined {
  const folder = join("..", "shared", "data", name);
  return existsSync(folder) ? folder : undefined;
}
