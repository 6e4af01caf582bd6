import { buildEvaluationGraph, buildInferenceGraph } from "../../autodiff/build-evaluation-graph.ts";
import { buildInitGraph } from "../../autodiff/build-init-graph.ts";
import { buildMetricsGraph } from "../../autodiff/build-metrics-graph.ts";
import { buildPreparationGraph, type PreparationOptions } from "../../autodiff/build-preparation-graph.ts";
import { buildPredictionGraph } from "../../autodiff/build-prediction-graph.ts";
import { preparesAnew } from "../../autodiff/flatten-preparation.ts";
import {
  buildApplyGraph,
  buildGradientGraph,
  buildTrainingGraph,
  type BuildOptions,
} from "../../autodiff/build-training-step.ts";
import type { Collector } from "../../diagnostics/collector.ts";
import type { Graph, Module } from "../../ir/graph.ts";
import { isPort } from "../../ir/ports.ts";
import type { TrainProgram } from "../../ir/program.ts";
import type { SafeTensor, TensorPlace } from "../../support/safetensors.ts";
import type { Span } from "../../support/source.ts";
import { weightProblems } from "./check-weights.ts";
import { emitOnnx, opsets } from "./emit-graph.ts";
import { fitsOutputs } from "./fits-outputs.ts";
import { initialWeights } from "./initial-weights.ts";
import { graphKey, stepGraphs, type GraphName } from "./graph-name.ts";
import { buildManifest, printManifest } from "./manifest.ts";
import type { OnnxModel } from "./model.ts";
import { onnxTarget } from "./onnx-target.ts";
import { encodeModel } from "./proto.ts";
import { reportOversize } from "./report-oversize.ts";
import { storedVariables, weightsMetadata } from "./stored-weights.ts";
import { writeWeights } from "./weights-file.ts";

/** The file that holds the weights of a build; `NAME.safetensors` where nothing else is said. */
export interface WeightsFile {
  readonly name: string;
  /** What its metadata say besides. */
  readonly metadata?: ReadonlyMap<string, string>;
  /** Where the weights lie in it, for one that is there already and stays as it is. */
  readonly places?: ReadonlyMap<string, TensorPlace>;
}

/** What is built, and how. */
export interface OnnxBuild {
  readonly module: Module;
  /** Without one, only the inference and the init graph are written. */
  readonly train?: TrainProgram;
  /** The model at other sizes than it is trained at: then nothing is written that trains or evaluates. */
  readonly served?: Module;
  /** Parameters and states in stored order, by path; without them, initial ones are drawn from the section's seed. */
  readonly weights?: ReadonlyMap<string, SafeTensor>;
  readonly weightsFile?: WeightsFile;
  readonly opset?: number;
  /** Also writes the two halves of the training step, `NAME.grad.onnx` and `NAME.apply.onnx`. */
  readonly split?: boolean;
  /** What the files are called. */
  readonly name: string;
  /** modelc's version. */
  readonly version: string;
  /** A fingerprint of the model, for the metadata of the inference graph. */
  readonly fingerprint?: string;
  /** The words that numbers of raw fields stand for, for the metadata of the inference and the preparation graph. */
  readonly vocabularies?: Readonly<Record<string, readonly string[]>>;
  readonly collector: Collector;
  /** Where to report what is wrong with the build: the model's name, say. */
  readonly span: Span;
}

/** The files of a build, and the models in them. */
export interface OnnxFiles {
  readonly files: ReadonlyMap<string, Uint8Array | string>;
  /** By file name, in the order of the files. */
  readonly models: ReadonlyMap<string, OnnxModel>;
}

interface Part {
  readonly name: GraphName;
  readonly graph: Graph;
}

/**
 * Builds the ONNX files of a model: `NAME.onnx` for inference, whose weights lie in `NAME.safetensors`; `NAME.init.onnx`;
 * with a `train` section `NAME.train.onnx`, `NAME.eval.onnx`, `NAME.prep.onnx`, where it has metrics `NAME.metrics.onnx`,
 * where training prepares data otherwise `NAME.prep.train.onnx`, and where it says what it predicts `NAME.predict.onnx`;
 * and `NAME.manifest.json`. Of several steps and phases of freezing each has its own `NAME.train.<step>.phase<n>.onnx`.
 * Where the gradients of several batches make one update, its two halves stand in the place of each training graph.
 * Undefined after a report.
 */
export function buildOnnx(build: OnnxBuild): OnnxFiles | undefined {
  const { train, served, name, collector, span, opset = opsets.default } = build;
  const module = served ?? build.module;
  if (!Number.isInteger(opset) || opset < opsets.least || opset > opsets.greatest) {
    collector.report("MC5001", span, { opset, least: opsets.least, greatest: opsets.greatest });
    return undefined;
  }
  const options = onnxTarget(opset);
  const inference = buildInferenceGraph(module, options, train?.precision);

  const trained: readonly Part[] =
    train === undefined
      ? []
      : served !== undefined
        ? [
            ...preparationParts(train, { ...options, functions: train.model.functions }),
            ...predictionParts(train, module, options),
          ]
        : [
            ...(train.accumulate > 1 ? [] : stepParts(train, "train", buildTrainingGraph, options)),
            { name: { kind: "eval" }, graph: buildEvaluationGraph(train, options) },
            ...(train.metrics.length === 0
              ? []
              : [{ name: { kind: "metrics" }, graph: buildMetricsGraph(train, options) } as const]),
            ...preparationParts(train, { ...options, functions: module.functions }),
            ...predictionParts(train, module, options),
            ...(build.split === true || train.accumulate > 1
              ? [
                  ...stepParts(train, "grad", buildGradientGraph, options),
                  // What rests changes nothing, and a graph without outputs is none.
                  ...stepParts(train, "apply", buildApplyGraph, options).filter(changes),
                ]
              : []),
          ];
  const variables = storedVariables([inference, ...trained.map((it) => it.graph)]);
  if (reportOversize(module, undefined, span, collector)) return undefined;
  const init = buildInitGraph(module, options, train);
  const problems =
    build.weights === undefined
      ? []
      : weightProblems({ module, ...(train !== undefined && { train }) }, { tensors: build.weights });
  const { name: file, metadata, places: known } = build.weightsFile ?? { name: `${name}.safetensors` };
  if (problems.length > 0) {
    collector.report("MC5003", span, { problems });
    return undefined;
  }
  const weights = build.weights ?? initialWeights(init, variables, train?.seed ?? 0);

  const fitted = [...weights.keys()].filter((it) => isPort("statistic", it));
  const stored = [...variables.keys(), ...fitted].flatMap((path) => weights.get(path) ?? []);
  const described = new Map([...(metadata ?? []), ...weightsMetadata(variables.values())]);
  const written = known === undefined ? writeWeights(stored, described, train?.data) : undefined;
  const places = written?.places ?? known ?? new Map<string, TensorPlace>();
  const doc = module.functions.get(module.entry)?.doc;
  const parts: readonly Part[] = [
    { name: { kind: "inference" }, graph: inference },
    { name: { kind: "init" }, graph: init },
    ...trained,
  ];
  const models = new Map<string, OnnxModel>();
  const words = Object.keys(build.vocabularies ?? {}).length === 0 ? undefined : JSON.stringify(build.vocabularies);
  const besides = ({ kind }: Part["name"]): OnnxModel["metadata"] => [
    ...(kind === "inference" && build.fingerprint !== undefined
      ? [["modelc.fingerprint", build.fingerprint] as const]
      : []),
    ...((kind === "inference" || kind === "prep" || kind === "predict") && words !== undefined
      ? [["modelc.vocabularies", words] as const]
      : []),
  ];
  for (const { name: part, graph } of parts) {
    const model = emitOnnx(graph, {
      opset,
      producerVersion: build.version,
      ...(doc !== undefined && { doc }),
      ...(part.kind === "inference"
        ? { parametersAs: "initializers", externalWeights: { file, entries: places } }
        : { parametersAs: "inputs" }),
    });
    models.set(fileOf(name, part), { ...model, metadata: [...model.metadata, ...besides(part)] });
  }
  const manifest = buildManifest({
    module,
    ...(train !== undefined && served === undefined && { train }),
    entries: train?.prediction?.entries ?? [],
    version: build.version,
    opset,
    weights: file,
    ...(train !== undefined && { data: { program: train.data, vocabularies: build.vocabularies } }),
    graphs: parts.map(({ name: part, graph }) => ({
      name: part,
      graph,
      file: fileOf(name, part),
      stored: part.kind === "inference",
    })),
  });
  const encoded = [...models].map(([path, model]): [string, Uint8Array] => [path, encodeModel(model)]);
  return {
    files: new Map<string, Uint8Array | string>([
      ...encoded,
      [`${name}.manifest.json`, printManifest(manifest)],
      ...(written === undefined ? [] : [[file, written.bytes] as const]),
    ]),
    models,
  };
}

function changes({ graph }: Part): boolean {
  return graph.outputs.length > 0;
}

function stepParts(
  train: TrainProgram,
  kind: "train" | "grad" | "apply",
  build: typeof buildTrainingGraph,
  options: BuildOptions,
): readonly Part[] {
  return stepGraphs(train, kind).map(({ name, place }) => ({ name, graph: build(train, options, place) }));
}

/** How data are prepared, and where training does it otherwise, how training does. */
function preparationParts({ data }: TrainProgram, options: PreparationOptions): readonly Part[] {
  const evaluation: Part = { name: { kind: "prep" }, graph: buildPreparationGraph(data, options) };
  if (!preparesAnew(data, options.functions)) return [evaluation];
  const graph = buildPreparationGraph(data, { ...options, mode: "training" });
  return [evaluation, { name: { kind: "prep.train" }, graph }];
}

/** What a prediction consists of, where the section says so and the model gives outputs of the sizes that it knows. */
function predictionParts(train: TrainProgram, model: Module, options: BuildOptions): readonly Part[] {
  const { prediction } = train;
  if (prediction === undefined || !fitsOutputs(prediction, model)) return [];
  return [{ name: { kind: "predict" }, graph: buildPredictionGraph(train, prediction, { ...options, rounded: true }) }];
}

function fileOf(name: string, part: GraphName): string {
  return part.kind === "inference" ? `${name}.onnx` : `${name}.${graphKey(part)}.onnx`;
}
