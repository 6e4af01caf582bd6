import { elementAt } from "../../support/element-at.ts";
import { buildUnroundedGraph } from "../../autodiff/build-preparation-graph.ts";
import { preparesAnew } from "../../autodiff/flatten-preparation.ts";
import type { Graph } from "../../ir/graph.ts";
import type { FeatureSpec, TrainProgram } from "../../ir/program.ts";
import type { DType } from "../../ir/types.ts";
import { inClass, isFloat } from "../../ops/define/dtype-class.ts";
import { eliminateDeadNodes } from "../../passes/eliminate-dead-nodes.ts";
import { referenceTarget } from "../../passes/pipeline.ts";
import { fault, required } from "../../support/fault.ts";
import type { Dataset, Examples } from "../data/dataset.ts";
import { exactGroups } from "../data/exact-groups.ts";
import { findMisfit } from "../data/find-misfit.ts";
import { readBatches, type ExampleBatch } from "../data/read-batches.ts";
import {
  exampleOf,
  problem,
  type Column,
  type DataProblem,
  type RawData,
  type StoredColumn,
} from "../../sources/raw-data.ts";
import { toNumbers } from "../onnx/typed-array.ts";
import { interpretPreparation, type PreparationState } from "./interpret-preparation.ts";
import type { Trainer } from "./trainer.ts";

const batchSize = 512;

/** What is wrong with a feature, and the feature. */
export interface FeatureProblem {
  readonly problem: DataProblem;
  readonly feature: FeatureSpec;
}

/** Examples to search, and the epoch in which they are trained on; for evaluation where there is none. */
interface Search {
  readonly examples: Examples;
  readonly epoch?: number;
}

/** A value of a feature that cannot be: which of the examples searched has it. */
interface Stray {
  readonly feature: FeatureSpec;
  readonly example: number;
  readonly value: number;
  /** What the value becomes in the integer types that it is computed with, where these do not hold what they should. */
  readonly overflown?: number;
}

/**
 * Checks the features of examples, of all splits unless some are given: that they are finite, that integers are whole
 * and in the range of their type before they are cut to it, that no integer on the way to a feature overflows and changes
 * it, and that labels of `class(n)` lie in 0..n-1. Where training prepares the train split otherwise, it is also checked
 * as the first epoch sees it, unless examples are given. `raw` is what the dataset was made of: messages name examples as
 * their file does.
 */
export async function checkFeatures(
  trainer: Pick<Trainer, "prepare" | "snapshot" | "narrow">,
  program: TrainProgram,
  raw: RawData,
  dataset: Dataset,
  searched?: readonly Examples[],
): Promise<FeatureProblem | undefined> {
  const { train, validate, test } = dataset.splits;
  const searches: Search[] = (searched ?? [train, validate, test]).map((examples) => ({ examples }));
  const anew = preparesAnew(program.data, program.model.functions);
  if (searched === undefined && anew) searches.push({ examples: train, epoch: 0 });
  const evaluated = unroundedFeatures(program, "inference");
  const trained = searches.some(({ epoch }) => epoch !== undefined)
    ? unroundedFeatures(program, "training")
    : undefined;
  const statistics = evaluated === undefined && trained === undefined ? new Map() : await trainer.snapshot();
  for (const search of searches) {
    const { examples, epoch } = search;
    const unrounded = epoch === undefined ? evaluated : trained;
    const misfits = unrounded && lookForMisfits(unrounded, { statistics, seed: program.seed }, epoch);
    const found = await findFirst(examples, misfits, lookForStrays(trainer, program, epoch));
    if (found === undefined) continue;
    const { stray, isMisfit } = found;
    const row = search.examples.rowOf?.(stray.example) ?? stray.example;
    return {
      problem: describe(stray, search, { raw, row, dataset }, !isMisfit, trainer.narrow),
      feature: stray.feature,
    };
  }
  return undefined;
}

function describe(
  { feature, value, overflown }: Stray,
  { epoch }: Search,
  { raw, row, dataset }: { readonly raw: RawData; readonly row: number; readonly dataset: Dataset },
  rounded: boolean,
  narrow: string | undefined,
): DataProblem {
  const { name, classes } = feature;
  const { dtype } = feature.type;
  const column = columnOf(raw, feature);
  const place = column === undefined ? `${dataset.from}, example ${row}` : exampleOf(column, row);
  const what = `the feature ${name}${epoch === undefined ? "" : " in training"}`;
  if (!Number.isFinite(value)) return problem("MC6021", { place, what, value });
  if (overflown !== undefined)
    return problem("MC6022", { place, what, value: String(value), overflown: String(overflown) });
  if (rounded && classes !== undefined) {
    const path = column?.from ?? dataset.from;
    return problem("MC6003", { path, feature: name, example: row, label: value, classes });
  }
  const held = rounded ? "i32" : dtype;
  const taker = rounded ? `${narrow ?? "the runtime"} takes it as` : "it is declared as";
  const misfit = findMisfit(held, value) ?? fault(`${name} is ${value}, which fits ${held}`);
  const parameters = { place, what, value: String(value), taker, dtype: held };
  return misfit.kind === "fraction"
    ? problem("MC6010", parameters)
    : problem("MC6020", { ...parameters, limits: misfit.limits });
}

/** The column that a feature most likely came from: the one that it holds, the one of its name, or the first. */
function columnOf(raw: RawData, { name, direct }: FeatureSpec): Column | StoredColumn | undefined {
  if (raw.kind === "text") return undefined;
  return raw.columns.get(direct?.[0] ?? name) ?? raw.columns.get(name) ?? raw.columns.values().next().value;
}

/** The graph with the outputs of some features alone. */
function restrictTo(graph: Graph, features: readonly FeatureSpec[]): Graph {
  const outputs = graph.outputs.filter((output) => features.some((it) => it.name === output.name));
  return eliminateDeadNodes({ ...graph, outputs });
}

/** Whether a feature is of an integer type, or computed from what is. */
function meetsIntegers(graph: Graph, feature: FeatureSpec): boolean {
  if (!isFloat(feature.type.dtype)) return true;
  return restrictTo(graph, [feature]).nodes.some((node) =>
    node.results.some(({ type: { dtype } }) => inClass(dtype, "integer")),
  );
}

/** Features that are or pass through integers, before they are cut to their types. */
interface Unrounded {
  readonly graph: Graph;
  readonly features: readonly FeatureSpec[];
}

function unroundedFeatures({ data, model }: TrainProgram, mode: "training" | "inference"): Unrounded | undefined {
  const graph = buildUnroundedGraph(data, { ...referenceTarget, functions: model.functions, mode });
  // Real numbers are augmented by way of places in images and sequences, which no integer is too small for.
  const augmented = new Set(mode === "training" ? data.augmented.flatMap((it) => it.features) : []);
  const features = data.features.filter(
    (it) => it.direct === undefined && !(augmented.has(it.name) && isFloat(it.type.dtype)) && meetsIntegers(graph, it),
  );
  return features.length === 0 ? undefined : { graph: restrictTo(graph, features), features };
}

/** What may be wrong with the features of a batch; undefined where nothing is. */
type Look = (batch: ExampleBatch) => Promise<Stray | undefined>;

/**
 * What is wrong with some examples, in one pass over them: the first that no integer type holds, where there is one, else
 * the first that cannot be.
 */
async function findFirst(examples: Examples, misfit: Look | undefined, stray: Look): Promise<Found | undefined> {
  let first: Found | undefined;
  for await (const batch of readBatches(examples, batchSize)) {
    const found = await misfit?.(batch);
    if (found !== undefined) return { stray: found, isMisfit: true };
    if (first !== undefined) continue;
    const other = await stray(batch);
    if (other === undefined) continue;
    first = { stray: other, isMisfit: false };
    if (misfit === undefined) return first;
  }
  return first;
}

interface Found {
  readonly stray: Stray;
  readonly isMisfit: boolean;
}

/** What a feature should be where integers hold all that is computed, and what it is. */
function lookForMisfits(
  { graph, features }: Unrounded,
  prepared: Omit<PreparationState, "integers" | "of">,
  epoch: number | undefined,
): Look {
  return ({ raw: batch, indices, from }) => {
    for (const { places, raw, of } of exactGroups(batch, {
      ...(epoch !== undefined && { epoch }),
      examples: indices,
    })) {
      const state = { ...prepared, of };
      const exact = interpretPreparation(graph, raw, { ...state, integers: "exact" });
      const held = interpretPreparation(graph, raw, { ...state, integers: "held" });
      for (const feature of features) {
        const right = required(exact.get(feature.name), feature.name).data;
        const made = required(held.get(feature.name), feature.name).data;
        const { dtype } = feature.type;
        const isMisfit = (it: number): boolean =>
          !isFloat(dtype) && (Number.isNaN(it) || findMisfit(dtype, it) !== undefined);
        const at = right.findIndex((it, index) => isMisfit(it) || !Object.is(it, made[index]));
        if (at < 0) continue;
        const [value, overflown] = [required(right[at], "value"), required(made[at], "value")];
        const example = from + elementAt(places, exampleAt(at, right, places));
        return Promise.resolve({ feature, example, value, ...(!isMisfit(value) && { overflown }) });
      }
    }
    return Promise.resolve(undefined);
  };
}

/** What the trainer makes of a feature. */
function lookForStrays(
  trainer: Pick<Trainer, "prepare" | "narrow">,
  { data, model, steps }: TrainProgram,
  epoch: number | undefined,
): Look {
  const inputs = required(model.functions.get(model.entry), "the model's function").inputNames;
  const used = new Set([...inputs, ...steps.flatMap((step) => step.objectiveInputs.map((it) => it.name))]);
  return async ({ raw, indices, from }) => {
    const features = await trainer.prepare(raw, { ...(epoch !== undefined && { epoch }), examples: indices });
    for (const feature of data.features) {
      const isStray = strayness(
        feature.type.dtype,
        feature.classes,
        trainer.narrow !== undefined && used.has(feature.name),
      );
      const tensor = features.get(feature.name);
      if (tensor === undefined || isStray === undefined) continue;
      const values = tensor.data instanceof Float32Array ? tensor.data : toNumbers(tensor);
      const at = values.findIndex(isStray);
      if (at >= 0) return { feature, example: from + exampleAt(at, values, indices), value: elementAt(values, at) };
    }
    return undefined;
  };
}

/** Tells which values of a feature cannot be; undefined where all can. */
function strayness(
  dtype: DType,
  classes: number | undefined,
  narrow: boolean,
): ((value: number) => boolean) | undefined {
  if (narrow && (dtype === "i64" || dtype === "u32")) return (it) => findMisfit("i32", it) !== undefined;
  if (classes !== undefined) return (it) => it < 0 || it >= classes;
  return isFloat(dtype) ? (it) => !Number.isFinite(it) : undefined;
}

function exampleAt(at: number, values: ArrayLike<number>, indices: ArrayLike<number>): number {
  return Math.floor((at * indices.length) / values.length);
}
