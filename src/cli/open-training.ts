import { availableParallelism } from "node:os";
import type { Unit } from "../compiler.ts";
import type { TrainProgram } from "../ir/program.ts";
import { createDataset, type Dataset } from "../runtime/data/dataset.ts";
import { loadSource } from "../runtime/data/load-source.ts";
import type { RawData } from "../runtime/data/raw-data.ts";
import type { TfjsBackend } from "../runtime/tfjs/load-tfjs.ts";
import { totalSteps } from "../runtime/train/train-loop.ts";
import type { Trainer, TrainerResult } from "../runtime/train/trainer.ts";
import { upperFirst, UsageError } from "./exit-code.ts";
import { loadSpec, lowerAll, printFindings, type LoadedSpec, type UnitOptions } from "./load-unit.ts";
import type { Terminal } from "./terminal.ts";

/** Options that `train` and `test` share. */
export interface TrainingOptions extends UnitOptions {
  readonly data?: string;
  readonly runtime: "onnx" | "tfjs";
  readonly backend: TfjsBackend;
  readonly runtimeFrom?: string;
  readonly threads?: number;
  readonly epochs?: number;
  readonly steps?: number;
  readonly batch?: number;
  readonly seed?: number;
}

/** A network with its data, ready to be trained or measured. */
export interface OpenTraining {
  readonly spec: LoadedSpec;
  readonly units: readonly Unit[];
  readonly program: TrainProgram;
  readonly raw: RawData;
  readonly dataset: Dataset;
  readonly trainer: Trainer;
}

/** What a file trains, before its data are loaded; undefined after printing what is wrong with it. */
export function planTraining(
  file: string,
  options: TrainingOptions,
  terminal: Terminal,
): Pick<OpenTraining, "spec" | "units" | "program"> | undefined {
  const spec = loadSpec(file, options, terminal);
  const units = spec === undefined ? undefined : lowerAll(spec, options, terminal);
  if (spec === undefined || units === undefined) return undefined;
  return { spec, units, program: withOptions(theTraining(file, units), options) };
}

/** Opens what is planned; undefined after printing what is wrong with its data. */
export async function openTraining(
  plan: Pick<OpenTraining, "spec" | "units" | "program">,
  options: TrainingOptions,
  terminal: Terminal,
): Promise<OpenTraining | undefined> {
  const data = openData(plan.spec, plan.program, options.data, terminal);
  if (data === undefined) return undefined;
  const { trainer } = required(await createTrainer(plan.program, data.dataset, options));
  return { ...plan, ...data, trainer };
}

/** The one training that is meant. */
function theTraining(file: string, units: readonly Unit[]): TrainProgram {
  const trains = units.flatMap((it) => it.train ?? []);
  const [train] = trains;
  if (train === undefined)
    throw new UsageError(
      `${file} has no \`train\` section${units.length > 0 ? ` for ${units.map((it) => it.name).join(", ")}` : ""}.`,
    );
  if (trains.length > 1)
    throw new UsageError(`${file} trains ${trains.map((it) => it.name).join(", ")}: name one with --model.`);
  return train;
}

/** A program with what the command line says in place of its section. */
function withOptions(program: TrainProgram, { epochs, steps, batch, seed }: TrainingOptions): TrainProgram {
  if (epochs !== undefined && steps !== undefined) throw new UsageError("Give either --epochs or --steps, not both.");
  if (epochs === 0 || steps === 0 || batch === 0) throw new UsageError("--epochs, --steps and --batch are at least 1.");
  const length = steps !== undefined ? { steps } : epochs !== undefined ? { epochs } : program.length;
  return { ...program, length, batch: batch ?? program.batch, seed: seed ?? program.seed };
}

/** Loads and splits a program's data; undefined after printing what is wrong with them. */
export function openData(
  { collector }: LoadedSpec,
  { data }: TrainProgram,
  override: string | undefined,
  terminal: Terminal,
): { readonly raw: RawData; readonly dataset: Dataset } | undefined {
  const before = collector.diagnostics.length;
  const raw = loadSource(data, data.source.origin.file.path, override);
  const dataset = raw.ok ? createDataset(raw.value, data) : raw;
  if (raw.ok && dataset.ok) return { raw: raw.value, dataset: dataset.value };
  if (!dataset.ok) dataset.error.reportTo(collector, data.source.origin);
  printFindings(collector, terminal, before);
  return undefined;
}

async function createTrainer(
  program: TrainProgram,
  dataset: Dataset,
  options: TrainingOptions,
): Promise<TrainerResult> {
  const { runtimeFrom } = options;
  const common = {
    totalSteps: totalSteps(program, dataset.splits.train.count),
    ...(runtimeFrom !== undefined && { runtimeFrom }),
  };
  if (options.runtime === "tfjs") {
    const { createTfjsTrainer } = await import("../runtime/tfjs/tfjs-trainer.ts");
    return createTfjsTrainer(program, { ...common, backend: options.backend });
  }
  const { createOnnxTrainer } = await import("../runtime/onnx/onnx-trainer.ts");
  return createOnnxTrainer(program, { ...common, threads: options.threads ?? availableParallelism() });
}

function required(result: TrainerResult): Extract<TrainerResult, { ok: true }> {
  if (result.ok) return result;
  throw new UsageError(upperFirst(result.message));
}
