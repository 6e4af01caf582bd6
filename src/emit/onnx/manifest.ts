import { averagedParameters } from "../../autodiff/slots-of.ts";
import { asNumber, formatDim, type Atom, type Dim } from "../../dims/dim.ts";
import { formatRelation, relationKey, type Relation } from "../../dims/facts.ts";
import type { Graph, GraphInput, GraphOutput, Module, Role } from "../../ir/graph.ts";
import { accumulatorPort, averagePort, lossPort, portOf, ports } from "../../ir/ports.ts";
import type { PredictedValue } from "../../ir/prediction.ts";
import type { DataProgram, Merge, TrainProgram, TrainStep } from "../../ir/program.ts";
import type { DType } from "../../ir/types.ts";
import { seedWords } from "../../ops/random/counter.ts";
import { required } from "../../support/fault.ts";
import { isStored } from "./emit-graph.ts";
import { describeData, type ManifestData } from "./manifest-data.ts";
import { graphKey, stepGraphs, type GraphKey, type GraphKind, type GraphName } from "./graph-name.ts";

/** What a driver must know of the graphs of one model: `NAME.manifest.json`, described by its published JSON schema. */
export interface Manifest {
  readonly $schema: string;
  /** Changes when a driver written for the previous one would break. */
  readonly format: 2;
  readonly name: string;
  readonly doc?: string;
  readonly producer: { readonly name: "modelc"; readonly version: string };
  readonly opset: number;
  /** File with the parameters and states, by path, in stored order. */
  readonly weights: string;
  /** By kind; of a training with several steps or phases, `train.<step>.phase<n>` and the like, as `training` lists them. */
  readonly graphs: Readonly<Partial<Record<GraphKind, ManifestGraph>>> &
    Readonly<Record<`${GraphKind}.${string}`, ManifestGraph>>;
  /** What holds of the dimensions of the inputs: a driver checks it before it runs a graph. */
  readonly constraints: readonly ManifestConstraint[];
  readonly training?: ManifestTraining;
  /** Where there is a graph `prep`: what its inputs are read from, and how. */
  readonly data?: ManifestData;
}

export interface ManifestGraph {
  readonly file: string;
  readonly mode: "training" | "inference";
  /** In the order of the ONNX graph; of weights that the file holds itself, `stored` is true and nothing is to be fed. */
  readonly inputs: readonly ManifestInput[];
  readonly outputs: readonly ManifestOutput[];
  /** Which output becomes which input at the next call. */
  readonly carry: Readonly<Record<string, string>>;
}

export interface ManifestValue {
  readonly name: string;
  readonly role: Role;
  readonly path?: string;
  readonly dtype: DType;
  /** Numbers, or expressions over the free dimensions in the language's syntax. */
  readonly shape: readonly (number | string)[];
}

export interface ManifestInput extends ManifestValue {
  readonly perm?: readonly number[];
  readonly stored?: true;
  /** Outside of training, of a parameter whose average is kept: what training carries the average as, to be fed in its place. */
  readonly average?: string;
  /** For labels and other places: among how many. A driver that reads `faults` looks here for what strayed. */
  readonly places?: number;
  /** What to feed at first where nothing else is known: fills the shape, or lists its elements. */
  readonly default?: number | readonly number[];
}

export interface ManifestOutput extends ManifestValue {
  readonly perm?: readonly number[];
  /** Of an entry of `predict` whose steps are undone: the raw field that it is of, in its units or as the numbers of its words. */
  readonly field?: string;
}

/** An expression over dimension names: a number, a name, or an operator before its operands; `//` and `%` floor. */
export type DimExpression = number | string | readonly ["+" | "*" | "//" | "%" | "min" | "max", ...DimExpression[]];

/** A fact of the model's `where`. `check` compares two expressions; a text without it is for people. */
export interface ManifestConstraint {
  readonly text: string;
  readonly message?: string;
  readonly check?: readonly ["==" | "!=" | ">=" | "<", DimExpression, DimExpression];
}

/** What the `train` section says of the loop around the graphs. */
export interface ManifestTraining {
  readonly name: string;
  /** Examples that a graph is run on at once. */
  readonly batch: number;
  /** The size of raw fields by which examples that are alike in length come in one batch. */
  readonly bucket?: string;
  /** Batches whose gradients make one update, where these are several: `run` has the two halves of a step then. */
  readonly accumulate?: number;
  readonly seed: number;
  readonly epochs?: number;
  readonly steps?: number;
  /** The output that is the loss, where there is one step. */
  readonly loss?: string;
  /**
   * What batches give to the accumulators of a metric is merged over them, element by element in f64; the graph `metrics`
   * takes what that has come to, under the same names, and gives the figure.
   */
  readonly metrics: readonly {
    readonly name: string;
    /** Undefined where the figure is several numbers. */
    readonly better?: "lower" | "higher";
    /** The output of the graph `metrics`. */
    readonly figure: string;
    /** Outputs of the training and evaluation graphs. */
    readonly accumulators: readonly { readonly name: string; readonly merge: Merge }[];
  }[];
  /** What runs at each step, in this order: listed where there are several steps, or phases, or steps of several batches. */
  readonly run?: readonly ManifestStep[];
  /** Where something is frozen for a time: from when on which phase holds, and what it freezes. */
  readonly phases?: readonly {
    readonly from: { readonly epochs: number } | { readonly steps: number };
    readonly frozen: readonly string[];
  }[];
}

/** One of the steps of a training. */
export interface ManifestStep {
  readonly name?: string;
  /** It runs where the step of the training, from 0, is a multiple of this. */
  readonly every: number;
  /** The output that is its loss, in its own graphs and in that of the evaluation. */
  readonly loss: string;
  /** Its graph in each phase, by its key in `graphs`: one that gives gradients where `apply` lists what takes their mean. */
  readonly graphs: readonly GraphKey[];
  /** `null` for a phase in which the step rests, and nothing else moves behind it. */
  readonly apply?: readonly (GraphKey | null)[];
}

/** What a manifest is made of. */
export interface ManifestParts {
  readonly module: Module;
  readonly train?: TrainProgram;
  /** What the graph of predictions gives. */
  readonly entries?: readonly PredictedValue[];
  readonly version: string;
  readonly opset: number;
  readonly weights: string;
  /** What raw fields are made of, with the words that a training has found. */
  readonly data?: {
    readonly program: DataProgram;
    readonly vocabularies: Readonly<Record<string, readonly string[]>> | undefined;
  };
  readonly graphs: readonly {
    readonly name: GraphName;
    readonly file: string;
    readonly graph: Graph;
    /** True where the ONNX file holds parameters and states as initializers. */
    readonly stored: boolean;
  }[];
}

/** The manifest of a model's graphs. */
export function buildManifest({
  module,
  train,
  entries = [],
  version,
  opset,
  weights,
  data,
  graphs,
}: ManifestParts): Manifest {
  const doc = module.functions.get(module.entry)?.doc;
  return {
    $schema: "https://unpkg.com/modelc/docs/schemas/manifest.schema.json",
    format: 2,
    name: module.name,
    ...(doc !== undefined && { doc }),
    producer: { name: "modelc", version },
    opset,
    weights,
    graphs: Object.fromEntries(graphs.map((it) => [graphKey(it.name), describeGraph(it, train, entries)])),
    constraints: constraintsOf(module),
    ...(train !== undefined && { training: trainingOf(train, new Set(graphs.map((it) => graphKey(it.name)))) }),
    ...(data !== undefined && { data: describeData(data.program, data.vocabularies) }),
  };
}

/** The manifest as text, one value a line. */
export function printManifest(manifest: Manifest): string {
  return `${printValue(manifest, "")}\n`;
}

/** A value as JSON; what holds nothing but scalars reads better on one line. */
function printValue(value: unknown, indent: string): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const isList = Array.isArray(value);
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  const entries = Object.entries(value).filter(([, it]) => it !== undefined);
  if (entries.length === 0) return open + close;
  const isFlat = entries.every(([, it]) => typeof it !== "object" || it === null);
  const inner = `${indent}  `;
  const printed = entries.map(
    ([key, it]) => `${isList ? "" : `${JSON.stringify(key)}: `}${printValue(it, isFlat ? indent : inner)}`,
  );
  if (isFlat) return isList ? `[${printed.join(", ")}]` : `{ ${printed.join(", ")} }`;
  return `${open}\n${printed.map((it) => inner + it).join(",\n")}\n${indent}${close}`;
}

function describeGraph(
  { name, file, graph, stored }: ManifestParts["graphs"][number],
  train: TrainProgram | undefined,
  entries: readonly PredictedValue[],
): ManifestGraph {
  const fields = new Map(name.kind === "predict" ? entries.map((it) => [it.name, it.field]) : []);
  const averages = new Set(
    train === undefined || graph.mode === "training"
      ? []
      : averagedParameters(train).map(({ path }) => portOf("parameter", path)),
  );
  return {
    file,
    mode: graph.mode,
    inputs: graph.inputs.map((it) => describeInput(it, stored, train, averages)),
    outputs: graph.outputs.map((it) => describeOutput(it, graph, fields.get(it.name))),
    carry: Object.fromEntries(
      graph.outputs.flatMap(({ name, carries }) => (carries === undefined ? [] : [[name, carries]])),
    ),
  };
}

function describeInput(
  input: GraphInput,
  stored: boolean,
  train: TrainProgram | undefined,
  averages: ReadonlySet<string>,
): ManifestInput {
  const initial = defaultOf(input, train);
  return {
    ...describeValue(input),
    ...(input.perm !== undefined && { perm: input.perm }),
    ...(stored && isStored(input) && { stored: true as const }),
    ...(averages.has(input.name) && { average: averagePort(required(input.path, input.name)) }),
    ...(input.places !== undefined && { places: input.places }),
    ...(initial !== undefined && { default: initial }),
  };
}

/**
 * What is fed at first: the section's seed, step 0, slots as they begin, and 1 for what scales. How many steps a run has
 * is the driver's to say, where it depends on the data.
 */
function defaultOf(
  { name, role, init }: GraphInput,
  train: TrainProgram | undefined,
): number | readonly number[] | undefined {
  if (role === "seed") return seedWords(train?.seed ?? 0);
  if (role === "step" || role === "epoch") return 0;
  if (role === "hyper" && init === undefined) return name === ports.totalSteps ? undefined : 1;
  if (role !== "optimizer" && role !== "hyper") return undefined;
  switch (init?.name) {
    case "zeros":
      return 0;
    case "ones":
      return 1;
    case "constant":
      return init.arguments["value"] ?? 0;
    default:
      return undefined;
  }
}

function describeOutput(output: GraphOutput, graph: Graph, field: string | undefined): ManifestOutput {
  const perm = graph.inputs.find((it) => it.name === output.carries)?.perm;
  return { ...describeValue(output), ...(perm !== undefined && { perm }), ...(field !== undefined && { field }) };
}

function describeValue({ name, role, path, value }: GraphInput | GraphOutput): ManifestValue {
  return {
    name,
    role,
    ...(path !== undefined && { path }),
    dtype: value.type.dtype,
    shape: value.type.shape.map((it) => asNumber(it) ?? formatDim(it)),
  };
}

function trainingOf(train: TrainProgram, written: ReadonlySet<GraphKey>): ManifestTraining {
  return {
    name: train.name,
    batch: train.batch,
    ...(train.bucket !== undefined && { bucket: train.bucket }),
    ...(train.accumulate > 1 && { accumulate: train.accumulate }),
    seed: train.seed,
    ...train.length,
    ...(train.steps.length === 1 && { loss: lossPort(train.steps[0].name) }),
    metrics: train.metrics.map(({ name, better, accumulators }) => ({
      name,
      ...(better !== undefined && { better }),
      figure: portOf("metric", name),
      accumulators: accumulators.map((it) => ({ name: accumulatorPort(name, it.name), merge: it.merge })),
    })),
    ...(!isPlain(train) && { run: train.steps.map((it) => stepOf(train, it, written)) }),
    ...(train.phases.length > 1 && { phases: train.phases }),
  };
}

/** Whether one graph is all that is run, on each batch. */
function isPlain({ steps, phases, accumulate }: TrainProgram): boolean {
  return steps.length === 1 && phases.length === 1 && accumulate === 1;
}

function stepOf(train: TrainProgram, step: TrainStep, written: ReadonlySet<GraphKey>): ManifestStep {
  const graphs = (kind: GraphKind): readonly GraphKey[] =>
    stepGraphs(train, kind).flatMap(({ name, place }) => (place.step === step ? [graphKey(name)] : []));
  return {
    ...(step.name !== undefined && { name: step.name }),
    every: step.every,
    loss: lossPort(step.name),
    ...(train.accumulate === 1
      ? { graphs: graphs("train") }
      : { graphs: graphs("grad"), apply: graphs("apply").map((it) => (written.has(it) ? it : null)) }),
  };
}

/** The contract in the words of the spec, then the facts that it does not say. */
function constraintsOf({ contract, facts }: Module): readonly ManifestConstraint[] {
  const paired = contract.length === facts.relations.length;
  const said = contract.map(({ text, message, relation }, index) => ({
    text,
    message,
    relation:
      relation ??
      facts.relations.find((it) => formatRelation(it) === text) ??
      (paired ? facts.relations[index] : undefined),
  }));
  const known = new Set(said.flatMap(({ relation }) => (relation === undefined ? [] : [relationKey(relation)])));
  return [
    ...said.map(({ text, message, relation }) => ({
      text,
      ...(message !== undefined && { message }),
      ...(relation !== undefined && { check: checkOf(relation) }),
    })),
    ...facts.relations
      .filter((it) => !known.has(relationKey(it)))
      .map((it) => ({ text: formatRelation(it), check: checkOf(it) })),
  ];
}

const signs = { equal: "==", notEqual: "!=", atLeast: ">=", lessThan: "<" } as const;

function checkOf(relation: Relation): NonNullable<ManifestConstraint["check"]> {
  if ("divisor" in relation) {
    const rest: DimExpression = ["%", dimExpression(relation.dividend), dimExpression(relation.divisor)];
    return [relation.kind === "divides" ? "==" : "!=", rest, 0];
  }
  return [signs[relation.kind], dimExpression(relation.left), dimExpression(relation.right)];
}

/** A dimension as data that a driver in any language evaluates in a few lines. */
export function dimExpression(dim: Dim): DimExpression {
  const terms = dim.terms.map(({ coefficient, factors }): DimExpression => {
    const atoms = factors.flatMap(({ atom, power }) => Array.from({ length: power }, () => atomExpression(atom)));
    const parts = coefficient === 1n && atoms.length > 0 ? atoms : [Number(coefficient), ...atoms];
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : ["*", ...parts];
  });
  const [only] = terms;
  if (only === undefined) return 0;
  return terms.length === 1 ? only : ["+", ...terms];
}

function atomExpression(atom: Atom): DimExpression {
  switch (atom.kind) {
    case "variable":
      return atom.name;
    case "floor":
      return ["//", dimExpression(atom.dividend), dimExpression(atom.divisor)];
    case "mod":
      return ["%", dimExpression(atom.dividend), dimExpression(atom.divisor)];
    case "min":
    case "max":
      return [atom.kind, ...atom.operands.map(dimExpression)];
    case "sum":
      return dimExpression(atom.of);
  }
}
