import { availableParallelism } from "node:os";
import { declaredUnits, type Unit } from "../compiler.ts";
import type { TrainProgram } from "../ir/program.ts";
import { reportOversize } from "../emit/onnx/report-oversize.ts";
import { reportTfjsLimits } from "../emit/tfjs/report-tfjs-limits.ts";
import { createDataset, type Dataset } from "../runtime/data/dataset.ts";
import type { Vocabularies } from "../runtime/data/number-words.ts";
import { loadSource } from "../runtime/data/load-source.ts";
import type { RawData } from "../sources/raw-data.ts";
import type { TfjsBackend } from "../runtime/tfjs/load-tfjs.ts";
import { totalSteps } from "../runtime/train/train-loop.ts";
import type { Trainer, TrainerResult } from "../runtime/train/trainer.ts";
import { upperFirst, UsageError } from "./exit-code.ts";
import { heldLimit } from "./held-limit.ts";
import { loadSpec, lowerAll, printFindings, type LoadedSpec, type UnitOptions } from "./load-unit.ts";
import type { Terminal } from "./terminal.ts";
import { withFold } from "./with-fold.ts";

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
  readonly fold?: number;
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

/**
 * What a file trains, before its data are loaded, and whether weights alone or checkpoints too are to be kept; undefined
 * after printing what is wrong with it.
 */
export function planTraining(
  file: string,
  options: TrainingOptions,
  terminal: Terminal,
  keeps: "weights" | "checkpoints",
): Pick<OpenTraining, "spec" | "units" | "program"> | undefined {
  const spec = loadSpec(file, options, terminal);
  const units = spec === undefined ? undefined : lowerAll(spec, options, terminal);
  if (spec === undefined || units === undefined) return undefined;
  const program = withOptions(theTraining(file, spec, units), options);
  reportOversize(program.model, keeps === "checkpoints" ? program : undefined, program.origin, spec.collector);
  if (options.runtime === "tfjs") reportTfjsLimits(program.model, program, program.origin, spec.collector);
  return printFindings(spec.collector, terminal) ? { spec, units, program } : undefined;
}

/** Opens what is planned, words with the numbers of those that are known; undefined after printing what is wrong with its data. */
export async function openTraining(
  plan: Pick<OpenTraining, "spec" | "units" | "program">,
  options: TrainingOptions,
  terminal: Terminal,
  known?: Vocabularies,
): Promise<OpenTraining | undefined> {
  const { spec, program } = plan;
  const data = await openData(spec, program, options, terminal, known);
  if (data === undefined || !reportUnwatched(program, data.dataset, spec, terminal)) return undefined;
  const { trainer } = required(await createTrainer(plan.program, data.dataset, options));
  return { ...plan, ...data, trainer };
}

/** Whether each split that the training watches has examples: a column may say of none that it is of it. False after printing. */
function reportUnwatched(
  { stop, save, data: { source } }: TrainProgram,
  { splits, from }: Dataset,
  { collector }: LoadedSpec,
  terminal: Terminal,
): boolean {
  const watched = Object.entries({ stop, save }).find(
    ([, it]) => it !== undefined && splits[it.monitor.split].count === 0,
  );
  if (watched?.[1] === undefined) return true;
  const [key, { monitor }] = watched;
  const help = { help: `\`${key}\` watches it.` };
  collector.report("MC6006", source.origin, { path: from, split: monitor.split }, help);
  printFindings(collector, terminal);
  return false;
}

/** The one training that is meant. */
function theTraining(file: string, { program }: LoadedSpec, units: readonly Unit[]): TrainProgram {
  const trains = units.flatMap((it) => it.train ?? []);
  const [train] = trains;
  if (train === undefined) {
    const names = units.map((it) => it.name);
    const of = names.length > 0 ? ` for ${names.join(", ")}` : "";
    // A model's name means a training without a label.
    const labels = declaredUnits(program).flatMap(({ name, model, train: section }) =>
      section !== undefined && names.includes(model.name.text) ? [name] : [],
    );
    throw new UsageError(
      labels.length === 0
        ? `${file} has no \`train\` section${of}.`
        : `${file} has no \`train\` section without a label${of}: name ${labels.join(" or ")} with --model.`,
    );
  }
  if (trains.length > 1)
    throw new UsageError(`${file} trains ${trains.map((it) => it.name).join(", ")}: name one with --model.`);
  return train;
}

/** A program with what the command line says in place of its section. */
function withOptions(given: TrainProgram, { epochs, steps, batch, seed, fold }: TrainingOptions): TrainProgram {
  if (epochs !== undefined && steps !== undefined) throw new UsageError("Give either --epochs or --steps, not both.");
  if (epochs === 0 || steps === 0 || batch === 0) throw new UsageError("--epochs, --steps and --batch are at least 1.");
  const program = withFold(given, fold);
  const length = steps !== undefined ? { steps } : epochs !== undefined ? { epochs } : program.length;
  return { ...program, length, batch: batch ?? program.batch, seed: seed ?? program.seed };
}

/** Loads and splits a program's data, words with the numbers of those that are known; undefined after printing what is wrong with them. */
export async function openData(
  { collector }: LoadedSpec,
  { data }: TrainProgram,
  { data: override, runtimeFrom }: { readonly data?: string | undefined; readonly runtimeFrom?: string | undefined },
  terminal: Terminal,
  known?: Vocabularies,
): Promise<{ readonly raw: RawData; readonly dataset: Dataset } | undefined> {
  const raw = await loadSource(data, data.source.origin.file.path, override, runtimeFrom, heldLimit(), known);
  const dataset = raw.ok ? await createDataset(raw.value, data, known) : raw;
  if (raw.ok && dataset.ok) return { raw: raw.value, dataset: dataset.value };
  if (!dataset.ok) dataset.error.reportTo(collector, data.source.origin);
  printFindings(collector, terminal);
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
