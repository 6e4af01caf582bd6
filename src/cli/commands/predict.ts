import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import type { Unit } from "../../compiler.ts";
import { reportOversize } from "../../emit/onnx/report-oversize.ts";
import { entryOf } from "../../graph/parameters-of.ts";
import { decodeText } from "../../support/decode-text.ts";
import { createOnnxTrainer } from "../../runtime/onnx/onnx-trainer.ts";
import { createPredictor, type Predictor } from "../../runtime/onnx/predictor.ts";
import { filesOf } from "../../runtime/data/load-source.ts";
import { toNested, type Nested } from "../../runtime/nested.ts";
import type { Tensors } from "../../runtime/tensor.ts";
import type { Checkpoint } from "../../runtime/train/checkpoint.ts";
import { settledWeights } from "../../runtime/train/settled-weights.ts";
import { withStatistics } from "../../runtime/train/fit-statistics.ts";
import type { Predicted } from "../../ir/prediction.ts";
import type { Split } from "../../ir/program.ts";
import { success } from "../../support/result.ts";
import { drawInputs, drawnInputs, preparationDraws } from "../draw-inputs.ts";
import { exitCode, InputError, upperFirst, UsageError, type ExitCode } from "../exit-code.ts";
import { loadSpec, lowerAll, printFindings, type LoadedSpec, type UnitOptions } from "../load-unit.ts";
import { openData } from "../open-training.ts";
import { printDataFault } from "../print-data-fault.ts";
import { readInputs } from "../read-inputs.ts";
import { readEntries } from "../read-entries.ts";
import { readFileBytes } from "../read-specs.ts";
import { readStandardInput } from "../read-standard-input.ts";
import { checkVocabulary, readWeights, weightsPath } from "../read-weights.ts";
import { reportFeatures } from "../report-features.ts";
import type { Surroundings } from "../surroundings.ts";
import { toJson } from "../../support/show-text.ts";
import { withFold } from "../with-fold.ts";

export interface PredictOptions extends UnitOptions {
  readonly weights?: string;
  readonly data?: string;
  readonly input?: string;
  readonly split?: Split;
  readonly count?: number;
  readonly seed?: number;
  readonly fold?: number;
  readonly threads?: number;
  readonly runtimeFrom?: string;
}

/** `modelc predict`: outputs for inputs from a file, from standard input, or from the network's own data. */
export async function predict(file: string, options: PredictOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { terminal } = surroundings;
  if (options.input !== undefined && options.split !== undefined)
    throw new UsageError("Give either --input or --split, not both.");
  if (options.count === 0) throw new UsageError("--count is a whole number of at least 1, not 0.");
  const spec = loadSpec(file, options, terminal);
  const units = spec === undefined ? undefined : lowerAll(spec, options, terminal);
  if (spec === undefined || units === undefined) return exitCode.findings;
  const [declared] = units;
  if (declared === undefined || units.length > 1)
    throw new UsageError(`${file} has ${units.map((it) => it.name).join(", ")}: name one with --model.`);
  const seed = options.seed ?? declared.train?.seed;
  const unit =
    seed === undefined || declared.train === undefined ? declared : { ...declared, train: { ...declared.train, seed } };
  if (options.count !== undefined && options.split === undefined) requireDrawn(unit);
  reportOversize(unit.module, undefined, unit.span, spec.collector);
  if (!printFindings(spec.collector, terminal)) return exitCode.findings;
  const path = weightsPath(options.weights, unit.name, file);
  const read = readWeights(path, unit.name, unit);
  const checkpoint = { ...read, tensors: settledWeights(read.tensors) };
  const threads = options.threads ?? availableParallelism();
  const created = await createPredictor(unit.module, checkpoint.tensors, {
    threads,
    precision: unit.train?.precision,
    seed,
    runtimeFrom: options.runtimeFrom,
  });
  if (!created.ok) {
    throw /onnxruntime-node/.test(created.error)
      ? new UsageError(upperFirst(created.error))
      : new InputError(`${path} does not fit ${unit.name}: ${created.error}.`);
  }
  const predictor = created.value;
  /** What the section says that is predicted, if it says so. */
  const entriesOf = async (predicted: Predicted | undefined, values: Tensors, tensors: Tensors) =>
    predicted &&
    unit.train &&
    readEntries(
      unit.train,
      predicted,
      values,
      { path, tensors, vocabularies: checkpoint.vocabularies },
      { threads, runtimeFrom: options.runtimeFrom },
    );
  try {
    if (options.seed !== undefined && !predictor.draws && !preparationDraws(unit))
      throw new UsageError(`--seed is of what is drawn, and for ${unit.name} nothing is.`);
    if (options.split !== undefined) {
      const given = { path, checkpoint };
      const found = await examplesOf(spec, unit, given, { ...options, split: options.split }, threads, terminal);
      if (found === undefined) return exitCode.findings;
      const { examples, weights } = found;
      const names = entryOf(unit.module).inputNames;
      const inputs = new Map([...examples].filter(([name]) => names.includes(name)));
      const outputs = await answer(predictor, inputs, file);
      const labels = new Map([...examples].filter(([name]) => !names.includes(name)));
      const words = classWords(unit, checkpoint);
      const predicted = await entriesOf(unit.train?.prediction, outputs, weights);
      const features = { ...nested(labels), ...(await entriesOf(unit.train?.prediction?.actual, examples, weights)) };
      terminal.out(`${print({ outputs: predicted ?? nested(outputs), features, ...words })}\n`);
      return exitCode.clean;
    }
    const { source, inputs } = await inputsOf(unit, checkpoint, options, surroundings);
    if (!inputs.ok) {
      inputs.error.problem.reportTo(spec.collector, inputs.error.origin);
      printFindings(spec.collector, terminal);
      return exitCode.findings;
    }
    const given = await answer(predictor, inputs.value, source);
    const outputs = (await entriesOf(unit.train?.prediction, given, checkpoint.tensors)) ?? nested(given);
    terminal.out(`${print({ ...outputs, ...("classes" in outputs ? {} : classWords(unit, checkpoint)) })}\n`);
    return exitCode.clean;
  } finally {
    await predictor.dispose();
  }
}

/** That all inputs are drawn, so that their number is all that there is to say. */
function requireDrawn(unit: Unit): void {
  const drawn = drawnInputs(unit);
  const other = entryOf(unit.module).inputNames.find((it) => !drawn.includes(it));
  if (other === undefined) return;
  throw new UsageError(
    `--count draws examples, or says how many of a split: ${unit.name} is given ${other}, which is not drawn. Give --split or --input.`,
  );
}

/** The inputs that a person gives, or so many as `--count` says where they are drawn; `source` is what messages call them. */
async function inputsOf(
  unit: Unit,
  checkpoint: Checkpoint,
  { input, count, data, runtimeFrom }: PredictOptions,
  surroundings: Surroundings,
): Promise<{ readonly source: string; readonly inputs: Awaited<ReturnType<typeof readInputs>> }> {
  if (count === undefined) {
    const { name, text } = readInput(input, surroundings);
    const spec = unit.train?.data.source.origin.file.path ?? ".";
    const files = filesOf(dirname(spec), data, runtimeFrom);
    return { source: name, inputs: await readInputs(text, name, unit, checkpoint, files) };
  }
  return { source: "--count", inputs: success(drawInputs(unit, drawnInputs(unit), count)) };
}

async function answer(predictor: Predictor, inputs: Tensors, source: string): Promise<Tensors> {
  const outputs = await predictor.run(inputs);
  if (!outputs.ok) throw new InputError(`${source}: ${outputs.error}.`);
  return outputs.value;
}

/** The words of the classes that features are of which the network is not given, where they are words: `{ classes: { species: ["Adelie", ...] } }`. */
function classWords(
  { train, module }: Unit,
  { vocabularies = {} }: Checkpoint,
): { readonly classes?: Readonly<Record<string, readonly string[]>> } {
  const named = (train?.data.features ?? []).flatMap(({ name, classes, direct = [] }) => {
    const words = direct.flatMap((it) => (Object.hasOwn(vocabularies, it) ? [vocabularies[it]] : []))[0];
    const isGiven = entryOf(module).inputNames.includes(name);
    return classes === undefined || words === undefined || isGiven ? [] : [[name, words] as const];
  });
  return named.length === 0 ? {} : { classes: Object.fromEntries(named) };
}

const nested = (tensors: Tensors): Readonly<Record<string, Nested>> =>
  Object.fromEntries([...tensors].map(([name, tensor]) => [name, toNested(tensor)]));

function readInput(
  input: string | undefined,
  { stdin }: Surroundings,
): { readonly name: string; readonly text: string } {
  if (input !== undefined && input !== "-") {
    const text = decodeText(readFileBytes(input));
    if (!text.ok) throw new InputError(`I cannot read ${input}: ${text.error}.`);
    return { name: input, text: text.value };
  }
  return { name: "standard input", text: (stdin ?? readStandardInput)() };
}

/** Features of some examples of a split, prepared as for training, by the statistics of the weights that are given back. */
async function examplesOf(
  spec: LoadedSpec,
  unit: Unit,
  weights: { readonly path: string; readonly checkpoint: Checkpoint },
  { split, count = 5, data, fold, runtimeFrom }: PredictOptions & { readonly split: Split },
  threads: number,
  terminal: Surroundings["terminal"],
): Promise<{ readonly examples: Tensors; readonly weights: Tensors } | undefined> {
  if (unit.train === undefined)
    throw new UsageError(`No train section names data for ${unit.name}: give inputs with --input.`);
  const train = withFold(unit.train, fold);
  const opened = await openData(spec, train, { data, runtimeFrom }, terminal, weights.checkpoint.vocabularies);
  if (opened === undefined) return undefined;
  const { raw, dataset } = opened;
  checkVocabulary(weights.path, weights.checkpoint, dataset);
  const whole = dataset.splits[split];
  const examples = { ...whole, count: Math.min(count, whole.count) };
  const created = await createOnnxTrainer(train, {
    totalSteps: 1,
    threads,
    ...(runtimeFrom !== undefined && { runtimeFrom }),
  });
  if (!created.ok) throw new UsageError(upperFirst(created.message));
  const { trainer } = created;
  try {
    const fitted = await withStatistics(weights.checkpoint.tensors, train, dataset);
    await trainer.restore(fitted);
    if (!(await reportFeatures({ spec, program: train, trainer, raw, dataset }, terminal, [examples])))
      return undefined;
    const rows = Int32Array.from({ length: examples.count }, (_, i) => i);
    return { examples: await trainer.prepare(await examples.gather(rows)), weights: fitted };
  } catch (error) {
    printDataFault({ spec, program: train }, error, terminal);
    return undefined;
  } finally {
    await trainer.dispose();
  }
}

/** JSON with the innermost lists on one line each. */
function print(value: unknown): string {
  return toJson(value, 2).replaceAll(/\[[^[\]{}]*\]/g, (it) =>
    it.replaceAll(/\s+/g, " ").replaceAll(/\[ | \]/g, (end) => end.trim()),
  );
}
