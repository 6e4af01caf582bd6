import { existsSync } from "node:fs";
import { join } from "node:path";
import { parametersOf } from "../../passes/parameters-of.ts";
import { asNumber } from "../../dims/dim.ts";
import { elementsOf } from "../../passes/measure.ts";
import { checkLabels } from "../../runtime/train/check-labels.ts";
import { encodeCheckpoint, type Checkpoint } from "../../runtime/train/checkpoint.ts";
import type { Figures } from "../../runtime/train/figures.ts";
import { withStatistics } from "../../runtime/train/fit-statistics.ts";
import {
  evaluateExamples,
  runTraining,
  totalSteps,
  type LoopResult,
  type Progress,
} from "../../runtime/train/train-loop.ts";
import { exitCode, InputError, UsageError, type ExitCode } from "../exit-code.ts";
import { formatCount } from "../format-figures.ts";
import { printFindings } from "../load-unit.ts";
import { openTraining, type OpenTraining, type TrainingOptions } from "../open-training.ts";
import { checkVocabulary, readWeights } from "../read-weights.ts";
import type { Surroundings } from "../surroundings.ts";
import { createTrainReport, figuresText } from "../train-report.ts";
import { writeOutput } from "../write-output.ts";

export interface TrainOptions extends TrainingOptions {
  readonly out: string;
  readonly resume?: boolean;
  readonly weights?: string;
  readonly json?: boolean;
}

/** `modelc train`: trains, saves after each epoch, and measures the test split at the end. */
export async function train(
  file: string,
  options: TrainOptions,
  { terminal, signal }: Surroundings,
): Promise<ExitCode> {
  if (options.resume === true && options.weights !== undefined)
    throw new UsageError("Give either --resume or --weights, not both.");
  const open = await openTraining(file, options, terminal);
  if (open === undefined) return exitCode.findings;
  const { program, dataset, trainer, spec } = open;
  try {
    const files = filesOf(options.out, program.name);
    const start = await begin(open, files, options);
    const stray = await checkLabels(trainer, program.data, open.raw, dataset);
    if (stray !== undefined) {
      const before = spec.collector.diagnostics.length;
      stray.problem.reportTo(spec.collector, stray.feature.origin);
      printFindings(spec.collector, terminal, before);
      return exitCode.findings;
    }
    const json = options.json === true;
    const stop = listen(terminal, signal);
    if (!json) terminal.out(`${headline(open, start)}\n`);
    const perEpoch = Math.ceil(dataset.splits.train.count / program.batch);
    const report = createTrainReport(terminal, { json, now: () => performance.now() });
    let result: LoopResult;
    try {
      result = await runTraining({
        program,
        dataset,
        trainer,
        ...(start !== undefined && { start }),
        signal: stop.signal,
        now: () => performance.now(),
        onStep: (it) => report.step(it),
        async onEpoch(it, progress) {
          await save(open, files, progress, { weights: program.save === undefined });
          report.epoch(it, perEpoch);
        },
        onBest: (progress) => save(open, files, progress, { weights: true }),
      });
    } finally {
      stop.release();
      report.pause();
    }
    if (result.outcome === "interrupted") {
      await save(open, files, result.progress, { weights: program.save === undefined || !existsSync(files.weights) });
      if (json)
        terminal.out(
          `${JSON.stringify({ event: "interrupted", step: result.progress.step, checkpoint: files.checkpoint })}\n`,
        );
      else
        terminal.error(
          `\nStopped after step ${result.progress.step}; saved to ${files.checkpoint}.\nGo on with: ${resumeCommand(file, options)}\n`,
        );
      return exitCode.interrupted;
    }
    if (program.save !== undefined && existsSync(files.weights))
      await trainer.restore(
        readWeights(files.weights, program.name, { module: program.model, train: program }).tensors,
      );
    else await save(open, files, result.progress, { weights: true });
    const test =
      dataset.splits.test.count > 0 ? await evaluateExamples(trainer, dataset.splits.test, program.metrics) : undefined;
    finish(open, files, result, test, json, terminal);
    return exitCode.clean;
  } finally {
    await trainer.dispose();
  }
}

interface Files {
  readonly weights: string;
  readonly checkpoint: string;
}

function filesOf(out: string, name: string): Files {
  return { weights: join(out, `${name}.safetensors`), checkpoint: join(out, `${name}.checkpoint.safetensors`) };
}

/** Gives the network what it begins with: a checkpoint, other weights, or fresh ones; and the statistics of its data. */
async function begin(open: OpenTraining, files: Files, options: TrainOptions): Promise<Progress | undefined> {
  const { program, dataset, trainer } = open;
  const owner = { module: program.model, train: program };
  if (options.resume === true) {
    if (!existsSync(files.checkpoint)) {
      throw new UsageError(
        `There is nothing to resume: ${files.checkpoint} does not exist. Train without --resume, or name its folder with --out.`,
      );
    }
    const checkpoint = readWeights(files.checkpoint, program.name, { ...owner, resumes: true });
    checkVocabulary(files.checkpoint, checkpoint, dataset.vocabulary);
    await trainer.restore(checkpoint.tensors);
    return checkProgress(files.checkpoint, checkpoint, open);
  }
  const given = options.weights === undefined ? undefined : readWeights(options.weights, program.name, owner);
  if (given !== undefined) checkVocabulary(options.weights ?? "", given, dataset.vocabulary);
  const weights = new Map([...(given?.tensors ?? [])].filter(([name]) => !name.startsWith("opt/")));
  await trainer.restore(withStatistics(weights, program, dataset.splits.train));
  return undefined;
}

/** The progress of a checkpoint, where this training can go on from it. */
function checkProgress(path: string, { progress }: Checkpoint, { program, dataset }: OpenTraining): Progress {
  if (progress === undefined) {
    throw new InputError(`${path} has no progress: these are plain weights. Begin with them by --weights.`);
  }
  const total = totalSteps(program, dataset.splits.train.count);
  if (progress.step > total) {
    throw new InputError(
      `${path} is at step ${progress.step}, but this training ends at step ${total}: give it more --epochs or --steps.`,
    );
  }
  const { figures } = progress;
  if (figures !== undefined && figures.metrics.length !== program.metrics.length) {
    throw new InputError(
      `${path} has figures of ${figures.metrics.length} metrics, but this training has ${program.metrics.length}.`,
    );
  }
  return progress;
}

/** Writes the checkpoint, and the weights where they are wanted. */
async function save(
  { trainer, dataset }: OpenTraining,
  files: Files,
  progress: Progress,
  { weights }: { readonly weights: boolean },
): Promise<void> {
  const tensors = await trainer.snapshot();
  const { perms } = trainer;
  const vocabulary = dataset.vocabulary === undefined ? {} : { vocabulary: dataset.vocabulary };
  if (weights) {
    const kept = new Map([...tensors].filter(([name]) => !name.startsWith("opt/")));
    writeOutput(files.weights, encodeCheckpoint({ tensors: kept, perms, ...vocabulary }));
  }
  writeOutput(files.checkpoint, encodeCheckpoint({ tensors, perms, progress, ...vocabulary }));
}

function headline({ program, dataset, trainer }: OpenTraining, start: Progress | undefined): string {
  const parameters = parametersOf(program.model).reduce((sum, it) => sum + (asNumber(elementsOf(it.type)) ?? 0), 0);
  const { train: examples } = dataset.splits;
  const from = start === undefined ? "" : `, from step ${start.step}`;
  return `${program.name}: ${formatCount(parameters)} parameters, ${formatCount(examples.count)} examples of ${dataset.from}, ${trainer.description}${from}`;
}

function finish(
  open: OpenTraining,
  files: Files,
  result: LoopResult,
  test: Figures | undefined,
  json: boolean,
  terminal: Surroundings["terminal"],
): void {
  const { step, best } = result.progress;
  if (json) {
    const figures = test === undefined ? {} : { test: Object.fromEntries(test) };
    terminal.out(
      `${JSON.stringify({ event: "end", outcome: result.outcome, step, ...figures, weights: files.weights })}\n`,
    );
    return;
  }
  if (result.outcome === "stopped early")
    terminal.out(`stopped early: no better for ${result.progress.waited} validations\n`);
  if (open.program.save !== undefined && best !== undefined) terminal.out(`best at step ${best.step}\n`);
  if (test !== undefined) terminal.out(`${figuresText(test, "test.")}\n`);
  terminal.out(`weights: ${files.weights}\n`);
}

/** Ctrl-C ends after the step in flight; a second one ends at once. */
function listen(
  terminal: Surroundings["terminal"],
  given: AbortSignal | undefined,
): { readonly signal: AbortSignal; release(): void } {
  if (given !== undefined) return { signal: given, release: () => undefined };
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(exitCode.interrupted);
    terminal.error("\nstopping after this step (again: at once, without saving)\n");
    controller.abort();
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  return { signal: controller.signal, release: () => void process.off("SIGINT", onSignal).off("SIGTERM", onSignal) };
}

/** The command line that goes on, with all options that it needs. */
function resumeCommand(file: string, options: TrainOptions): string {
  const { model, set, data, runtime, backend, runtimeFrom, threads, epochs, steps, batch, seed, out } = options;
  const quoted = (text: string | number): string =>
    /^[\w./=-]+$/.test(String(text)) ? String(text) : `'${String(text).replaceAll("'", `'\\''`)}'`;
  const given = {
    model,
    data,
    epochs,
    steps,
    batch,
    seed,
    threads,
    ...(out !== "out" && { out }),
    ...(runtime === "tfjs" && { runtime, backend }),
    "runtime-from": runtimeFrom,
  };
  const words = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name} ${quoted(value)}`],
  );
  return ["modelc train", quoted(file), ...words, ...(set ?? []).map((it) => `--set ${quoted(it)}`), "--resume"].join(
    " ",
  );
}
