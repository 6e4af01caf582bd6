import { existsSync } from "node:fs";
import { scalingMemoryOf } from "../../autodiff/loss-scaling.ts";
import { averagedParameters, slotsOf } from "../../autodiff/slots-of.ts";
import { parametersOf } from "../../graph/parameters-of.ts";
import { asNumber } from "../../dims/dim.ts";
import { figureNames } from "../../ir/measures-of.ts";
import { examplesOfUpdate } from "../../ir/update-size.ts";
import { averagePort, bestSlot, isPort, readSlot } from "../../ir/ports.ts";
import { elementsOf } from "../../graph/measure.ts";
import { encodeCheckpoint, encodeWeights, type Checkpoint } from "../../runtime/train/checkpoint.ts";
import { fitsProgram, type Figures } from "../../runtime/train/figures.ts";
import { modelFingerprint } from "../../runtime/train/fingerprint.ts";
import { madeOf, type Made, type MadePart } from "../../runtime/train/made-of.ts";
import { settledWeights } from "../../runtime/train/settled-weights.ts";
import { withStatistics } from "../../runtime/train/fit-statistics.ts";
import {
  evaluateExamples,
  runTraining,
  totalSteps,
  type Divergence,
  type LoopResult,
  type Progress,
} from "../../runtime/train/train-loop.ts";
import type { Tensor, Tensors } from "../../runtime/tensor.ts";
import { exitCode, InputError, UsageError, type ExitCode } from "../exit-code.ts";
import { checkBuilt } from "../files/check-built.ts";
import { openOutputFolder, type OutputFolder } from "../files/output-folder.ts";
import { readAllowed, reportDifferences } from "../check-resume.ts";
import { formatCount } from "../format-figures.ts";
import { printFindings } from "../load-unit.ts";
import { openTraining, planTraining, type OpenTraining, type TrainingOptions } from "../open-training.ts";
import { checkVocabulary, knownVocabularies, readWeights } from "../read-weights.ts";
import { reportCleaning } from "../report-cleaning.ts";
import { reportFeatures } from "../report-features.ts";
import { reportLeaks, tellNear } from "../report-leaks.ts";
import { reportTimesBeyond } from "../report-times-beyond.ts";
import { elementText, reportDivergence } from "../report-divergence.ts";
import { printStrays } from "../print-strays.ts";
import type { Surroundings } from "../surroundings.ts";
import { formatTables } from "../format-tables.ts";
import { createTrainReport, figuresText, skippedText } from "../train-report.ts";
import { showText, toJson } from "../../support/show-text.ts";
import { required } from "../../support/fault.ts";
import { listenForEndings } from "../listen-for-endings.ts";

export interface TrainOptions extends TrainingOptions {
  readonly out: string;
  readonly resume?: boolean;
  /** Parts that `--resume` may find changed. */
  readonly allow?: readonly string[];
  readonly weights?: string;
  readonly json?: boolean;
}

/** `modelc train`: trains, saves after each epoch, and measures the test split at the end. */
export async function train(file: string, options: TrainOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { terminal } = surroundings;
  if (options.resume === true && options.weights !== undefined)
    throw new UsageError("Give either --resume or --weights, not both.");
  const allowed = readAllowed(options);
  const plan = planTraining(file, options, terminal, "checkpoints");
  if (plan === undefined) return exitCode.findings;
  const { name } = plan.program;
  const written = [`${name}.safetensors`, `${name}.checkpoint.safetensors`];
  const folder = openOutputFolder(options.out, name, "train", written);
  try {
    const files = filesOf(folder, name);
    const earlier = options.resume === true ? files.checkpoint : options.weights;
    const known = earlier === undefined ? undefined : knownVocabularies(earlier);
    const open = await openTraining(plan, options, terminal, known);
    return open === undefined
      ? exitCode.findings
      : await trainInto(files, { ...open, made: recordOf(open) }, file, { ...options, allowed }, surroundings);
  } finally {
    folder.close();
  }
}

/** A training with the record of what it is made of, which its checkpoints keep. */
interface RecordedTraining extends OpenTraining {
  readonly made: Made;
}

function recordOf({ program, raw, dataset, trainer }: OpenTraining): Made {
  return madeOf(program, raw, dataset.splits.train.count, trainer.description);
}

async function trainInto(
  files: Files,
  open: RecordedTraining,
  file: string,
  options: TrainOptions & { readonly allowed: ReadonlySet<MadePart> },
  { terminal, signal }: Surroundings,
): Promise<ExitCode> {
  const { program, dataset, trainer, spec } = open;
  try {
    const start = await begin(open, files, options, terminal);
    if (start === "refused") return exitCode.findings;
    await checkFolder(open, files);
    if (!printFindings(spec.collector, terminal)) return exitCode.findings;
    if (!(await reportFeatures(open, terminal))) return exitCode.findings;
    const near = await reportLeaks(open, spec.collector);
    reportTimesBeyond(open, terminal);
    const json = options.json === true;
    reportCleaning(dataset.cleaning, terminal, json);
    tellNear(near, terminal, json);
    const stop = listenForEndings(terminal, signal);
    if (!json) terminal.out(`${headline(open, start)}\n`);
    const perEpoch = Math.ceil(dataset.splits.train.count / examplesOfUpdate(program));
    const report = createTrainReport(terminal, { json, now: () => performance.now() });
    /** The step of the checkpoint that this training goes on from, or has written. */
    let saved = start?.step;
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
        onEpoch(it, progress, tensors) {
          const isBest = progress.save?.step === progress.step;
          save(open, files, progress, tensors, { weights: program.save === undefined || isBest });
          saved = progress.step;
          report.epoch(it, perEpoch);
          if (!json) terminal.out(skippedText(it));
        },
      });
    } finally {
      stop.release();
      report.pause();
    }
    if (result.outcome === "interrupted") {
      const weights = program.save === undefined || !existsSync(files.weights);
      save(open, files, result.progress, result.tensors, { weights });
      if (json)
        terminal.out(`${toJson({ event: "interrupted", step: result.progress.step, checkpoint: files.checkpoint })}\n`);
      else
        terminal.error(
          `\nStopped after step ${result.progress.step}; saved to ${showText(files.checkpoint)}.\nGo on with: ${showText(resumeCommand(file, options))}\n`,
        );
      return exitCode.interrupted;
    }
    if (result.outcome === "diverged") {
      const { divergence, progress } = result;
      const goesOn =
        saved === undefined
          ? "Nothing was written. Try a lower learning rate, `warmup`, or `clip`."
          : `${showText(files.checkpoint)} is as it was after step ${saved}. With a lower learning rate, or \`clip\`, go on from there: ${showText(resumeCommand(file, options))}`;
      const { runtimeFrom } = options;
      const cause = await reportDivergence(
        { collector: spec.collector, program, trainer, step: progress.step, help: goesOn, runtimeFrom },
        divergence,
      );
      if (json) {
        const event = divergenceEvent(progress, divergence, saved, files);
        terminal.out(`${toJson({ ...event, ...(cause !== undefined && { cause }) })}\n`);
      }
      printFindings(spec.collector, terminal);
      return exitCode.findings;
    }
    // With `save`, the weights are those of the best validation; where none had a finite value, the last ones.
    if (result.progress.save !== undefined && existsSync(files.weights))
      await trainer.restore(
        readWeights(files.weights, program.name, { module: program.model, train: program }).tensors,
      );
    else save(open, files, result.progress, await trainer.snapshot(), { weights: true });
    const test =
      dataset.splits.test.count > 0 ? await evaluateExamples(trainer, dataset.splits.test, program) : undefined;
    finish(files, result, test, json, terminal);
    return exitCode.clean;
  } catch (error) {
    return await printStrays(open, error, terminal);
  } finally {
    await trainer.dispose();
  }
}

interface Files {
  readonly folder: OutputFolder;
  readonly name: string;
  readonly weights: string;
  readonly checkpoint: string;
}

function filesOf(folder: OutputFolder, name: string): Files {
  return {
    folder,
    name,
    weights: folder.at(`${name}.safetensors`),
    checkpoint: folder.at(`${name}.checkpoint.safetensors`),
  };
}

/** What the weights' file holds after so many steps. */
function weightsAt({ program, trainer, dataset }: OpenTraining, step: number, all: Tensors): Checkpoint {
  const tensors = settledWeights(all);
  const { perms } = trainer;
  const origin = { by: "train", step, model: modelFingerprint(program.model) } as const;
  return { tensors, perms, origin, vocabularies: dataset.vocabularies };
}

/** Reports a built graph in the folder that would read other weights than its own. */
async function checkFolder(open: OpenTraining, { folder, name }: Files): Promise<void> {
  const { program, spec, trainer } = open;
  const weights = weightsAt(open, 0, await trainer.snapshot());
  const { places } = encodeWeights(weights, program.data);
  const fingerprint = modelFingerprint(program.model);
  checkBuilt(folder, name, { tensors: weights.tensors, places, fingerprint }, program.origin, spec.collector);
}

/**
 * Gives the network what it begins with: a checkpoint, other weights, or fresh ones; and the statistics of its data. A
 * checkpoint of another training is refused, after a report.
 */
async function begin(
  open: RecordedTraining,
  files: Files,
  options: TrainOptions & { readonly allowed: ReadonlySet<MadePart> },
  terminal: Surroundings["terminal"],
): Promise<Progress | "refused" | undefined> {
  const { program, dataset, trainer } = open;
  const owner = { module: program.model, train: program };
  if (options.resume === true) {
    if (!existsSync(files.checkpoint)) {
      throw new UsageError(
        `There is nothing to resume: ${files.checkpoint} does not exist. Train without --resume, or name its folder with --out.`,
      );
    }
    const { collector } = open.spec;
    reportDifferences(files.checkpoint, open.made, options.allowed, program.origin, collector);
    if (!printFindings(collector, terminal)) return "refused";
    const fresh = (["optimizer", "groups", "features", "average", "precision"] as const).some((it) =>
      options.allowed.has(it),
    );
    const checkpoint = readWeights(files.checkpoint, program.name, { ...owner, resumes: !fresh });
    checkVocabulary(files.checkpoint, checkpoint, dataset);
    // What another optimizer remembers is of no use to this one: its own begins as zeros.
    const slots = new Set([...slotsOf(program), ...scalingMemoryOf(program)].map(({ port }) => port));
    const kept = new Map([...checkpoint.tensors].filter(([name]) => !isPort("slot", name) || slots.has(name)));
    // A training that begins to keep averages does so with the parameters as they are.
    for (const { path } of averagedParameters(program)) {
      const parameter = kept.get(path);
      if (parameter !== undefined && !kept.has(averagePort(path))) kept.set(averagePort(path), parameter);
    }
    const restored = await withStatistics(kept, program, dataset);
    await trainer.restore(restored);
    saveBest(open, files, checkpoint, restored);
    return checkProgress(files.checkpoint, checkpoint, open);
  }
  const given = options.weights === undefined ? undefined : readWeights(options.weights, program.name, owner);
  if (given !== undefined) checkVocabulary(options.weights ?? "", given, dataset);
  const weights = settledWeights(given?.tensors ?? new Map<string, Tensor>());
  await trainer.restore(await withStatistics(weights, program, dataset));
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
  if (figures !== undefined && !fitsProgram(figures, program)) {
    const names = figureNames(program).join(", ");
    throw new InputError(`${path} has other figures than this training, whose figures are ${names}.`);
  }
  return progress;
}

/** Writes the weights of the best validation that a checkpoint of generated TypeScript holds, unless their file is there. */
function saveBest(
  open: RecordedTraining,
  { folder, name, weights }: Files,
  { tensors, progress }: Checkpoint,
  restored: Tensors,
): void {
  if (progress?.save === undefined || existsSync(weights)) return;
  const best = [...tensors].flatMap(([port, tensor]): [string, Tensor][] => {
    const { slot, path = "" } = readSlot(port) ?? {};
    return slot === bestSlot ? [[path, tensor]] : [];
  });
  if (best.length === 0) return;
  const checkpoint = weightsAt(open, progress.save.step, new Map([...settledWeights(restored), ...best]));
  folder.write(new Map([[`${name}.safetensors`, encodeWeights(checkpoint, open.program.data).bytes]]));
}

/**
 * Writes the weights where they are wanted, then the checkpoint that says whose they are: what is killed between the two
 * goes on from the checkpoint before, and comes to the same weights again.
 */
function save(
  open: RecordedTraining,
  { folder, name }: Files,
  progress: Progress,
  tensors: Tensors,
  wanted: { readonly weights: boolean },
): void {
  const weights = weightsAt(open, progress.step, tensors);
  const checkpoint = encodeCheckpoint({ ...weights, tensors, progress, made: open.made, seed: open.program.seed });
  folder.write(
    new Map([
      ...(wanted.weights ? [[`${name}.safetensors`, encodeWeights(weights, open.program.data).bytes] as const] : []),
      [`${name}.checkpoint.safetensors`, checkpoint] as const,
    ]),
  );
}

function headline({ program, dataset, trainer }: OpenTraining, start: Progress | undefined): string {
  const parameters = parametersOf(program.model).reduce(
    (sum, it) => sum + required(asNumber(elementsOf(it.type)), `the size of ${it.path}`),
    0,
  );
  const { train: examples } = dataset.splits;
  const from = start === undefined ? "" : `, from step ${start.step}`;
  return `${program.name}: ${formatCount(parameters)} parameters, ${formatCount(examples.count)} examples of ${showText(dataset.from)}, ${trainer.description}${from}`;
}

/** What `--json` says of a training that cannot go on. */
function divergenceEvent(
  { step }: Progress,
  divergence: Divergence,
  saved: number | undefined,
  files: Files,
): Readonly<Record<string, unknown>> {
  const what =
    divergence.kind === "loss"
      ? { step: step + 1, loss: divergence.loss }
      : divergence.kind === "scale"
        ? { step, lossScale: divergence.scale }
        : { step, element: elementText(divergence.at.name, divergence.at.index), value: divergence.at.value };
  return { event: "diverged", ...what, ...(saved !== undefined && { checkpoint: files.checkpoint, saved }) };
}

function finish(
  files: Files,
  result: LoopResult,
  test: Figures | undefined,
  json: boolean,
  terminal: Surroundings["terminal"],
): void {
  const { step, save: best } = result.progress;
  if (json) {
    const figures = test === undefined ? {} : { test: Object.fromEntries(test) };
    terminal.out(`${toJson({ event: "end", outcome: result.outcome, step, ...figures, weights: files.weights })}\n`);
    return;
  }
  if (result.outcome === "stopped early")
    terminal.out(`stopped early: no better for ${result.progress.waited} validations\n`);
  if (best !== undefined) terminal.out(`best at step ${best.step}\n`);
  if (test !== undefined) {
    terminal.out(`${figuresText(test, "test.")}\n`);
    for (const line of formatTables(test, "test.")) terminal.out(`${line}\n`);
  }
  terminal.out(`weights: ${showText(files.weights)}\n`);
}

/** The command line that goes on, with all options that it needs. */
function resumeCommand(file: string, options: TrainOptions): string {
  const { model, set, data, runtime, backend, runtimeFrom, threads, epochs, steps, batch, seed, fold, out } = options;
  const quoted = (text: string | number): string =>
    /^[\w./=-]+$/.test(String(text)) ? String(text) : `'${String(text).replaceAll("'", `'\\''`)}'`;
  const given = {
    model,
    data,
    epochs,
    steps,
    batch,
    seed,
    fold,
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
