import { buildEvaluationGraph } from "../../autodiff/build-evaluation-graph.ts";
import { buildPreparationGraph } from "../../autodiff/build-preparation-graph.ts";
import { preparesAnew } from "../../autodiff/flatten-preparation.ts";
import {
  buildApplyGraph,
  buildGradientGraph,
  buildTrainingGraph,
  onlyPlace,
} from "../../autodiff/build-training-step.ts";
import { scalingMemoryOf } from "../../autodiff/loss-scaling.ts";
import { averagedParameters, slotsOf } from "../../autodiff/slots-of.ts";
import { asNumber } from "../../dims/dim.ts";
import { buildInitGraph } from "../../autodiff/build-init-graph.ts";
import { emitOnnx, opsets } from "../../emit/onnx/emit-graph.ts";
import type { GraphKind } from "../../emit/onnx/graph-name.ts";
import { buildManifest, type ManifestGraph } from "../../emit/onnx/manifest.ts";
import { encodeModel } from "../../emit/onnx/proto.ts";
import type { Graph } from "../../ir/graph.ts";
import { measuredIn } from "../../ir/measures-of.ts";
import {
  accumulatorPort,
  accumulatorPorts,
  averagePort,
  checkpointName,
  isPort,
  lossPort,
  nameIn,
  ports,
  portOf,
  portsOfCheckpoint,
  scalingPort,
} from "../../ir/ports.ts";
import type { FreezePhase, Metric, StepPlace, TrainProgram, TrainStep } from "../../ir/program.ts";
import { elementAt } from "../../support/element-at.ts";
import { storedPermsOf } from "../../passes/stored-perms.ts";
import { fault, required } from "../../support/fault.ts";
import { version } from "../../support/version.ts";
import { examplesIn, type RawBatch } from "../data/dataset.ts";
import { exactGroups } from "../data/exact-groups.ts";
import type { Tensor, Tensors } from "../tensor.ts";
import { StrayPlaces } from "../train/stray-places.ts";
import { judgeStep } from "../train/judge-step.ts";
import {
  defaultStatistic,
  evaluationEpoch,
  evaluationStep,
  rawTensors,
  type LossScale,
  type PreparedFor,
  type StepResult,
  type Trainer,
  type TrainerOptions,
  type TrainerResult,
} from "../train/trainer.ts";
import { loadRuntime } from "./load-runtime.ts";
import { createOnnxSession, type OnnxSession } from "./session.ts";
import { createStepLoop, defaultTensor, type StepLoop } from "./step-loop.ts";
import { asDouble, countOf, fromNumbers, toNumbers } from "./typed-array.ts";
import { onnxTarget } from "../../emit/onnx/onnx-target.ts";
import { drawingStep } from "../../ir/update-size.ts";
import { cutBatch } from "../train/cut-batch.ts";
import { joinGroups, type MadeOfGroup } from "../train/join-groups.ts";
import { type PartResult, joinResults } from "../train/join-results.ts";
import { sumGradients } from "./sum-gradients.ts";

/** How a network trains on ONNX Runtime. */
export interface OnnxTrainerOptions extends TrainerOptions {
  /** Threads within one operator. With one, runs are bit-identical everywhere. */
  readonly threads: number;
  readonly opset?: number;
}

/** A graph that is compiled when it is first run: testing a network needs no training graph. */
interface LazySession {
  readonly graph: Graph;
  readonly description: ManifestGraph;
  session(): Promise<OnnxSession>;
}

/**
 * Trains a program on ONNX Runtime with the graphs that `modelc build` writes. Parameters and states begin as the init
 * graph draws them from the program's seed.
 */
export async function createOnnxTrainer(program: TrainProgram, options: OnnxTrainerOptions): Promise<TrainerResult> {
  const loaded = loadRuntime(options.runtimeFrom);
  if (!loaded.ok) return loaded;
  const opset = options.opset ?? opsets.default;
  const opened: OnnxSession[] = [];

  const lazy = (kind: GraphKind, build: () => Graph): LazySession => {
    const graph = build();
    const manifest = buildManifest({
      module: program.model,
      train: program,
      version,
      opset,
      weights: "",
      graphs: [{ name: { kind }, file: "", graph, stored: false }],
    });
    const open = async (): Promise<OnnxSession> => {
      const bytes = encodeModel(emitOnnx(graph, { opset, producerVersion: version, parametersAs: "inputs" }));
      const created = await createOnnxSession(bytes, { threads: options.threads, runtimeFrom: options.runtimeFrom });
      if (!created.ok) return fault(`ONNX Runtime refuses the ${kind} graph: ${created.message}`);
      opened.push(created.session);
      return created.session;
    };
    let session: Promise<OnnxSession> | undefined;
    return { graph, description: required(manifest.graphs[kind], kind), session: () => (session ??= open()) };
  };

  const target = onnxTarget(opset, "cpu");
  const init = lazy("init", () => buildInitGraph(program.model, target, program));
  const evaluation = lazy("eval", () => buildEvaluationGraph(program, target));
  const { functions } = program.model;
  const preparation = lazy("prep", () => buildPreparationGraph(program.data, { ...target, functions }));
  const trainingPreparation = preparesAnew(program.data, functions)
    ? lazy("prep.train", () => buildPreparationGraph(program.data, { ...target, functions, mode: "training" }))
    : preparation;

  const unknown = [preparation, init, evaluation]
    .flatMap(({ description }) => [...description.outputs, ...description.inputs])
    .find((it) => it.dtype === "bf16");
  if (unknown !== undefined) {
    const way = "use f32 in its place, and cast inside the model, or train with --runtime tfjs";
    return {
      ok: false,
      message: `the tensor ${unknown.name} is bf16, which onnxruntime-node cannot hand over: ${way}`,
    };
  }

  const perms = storedPermsOf(program.model);
  /** Everything that is no batch, by the graphs' input names: all training graphs carry their values here. */
  const values = new Map<string, Tensor>();
  for (const [name, tensor] of await (await init.session()).run(defaultsOf(init.description))) {
    // What training remembers is there from its first step on.
    if (!isPort("slot", name)) values.set(name, tensor);
  }
  for (const it of preparation.graph.inputs) if (it.role === "statistic") values.set(it.name, defaultStatistic(it));

  /** The training graphs that have run, by step and phase. */
  const training = new Map<TrainStep, Map<FreezePhase, TrainingGraphs>>();
  const looped = async (graph: LazySession): Promise<LoopedGraph> => ({
    graph,
    loop: createStepLoop({ session: await graph.session(), graph: graph.description, values }),
  });
  /** What takes the mean of gradients; a step that rests changes nothing. */
  const applied = async (graph: LazySession): Promise<LoopedGraph | undefined> =>
    graph.graph.outputs.length === 0 ? undefined : looped(graph);
  const trainingGraphs = async (which: StepPlace): Promise<TrainingGraphs> => {
    const { step, phase } = which;
    const known = training.get(step)?.get(phase);
    if (known !== undefined) return known;
    if (training.size === 0) addSlots(values, program, perms);
    const made: TrainingGraphs =
      program.accumulate === 1
        ? { whole: await looped(lazy("train", () => buildTrainingGraph(program, target, which))) }
        : {
            gradients: await looped(lazy("grad", () => buildGradientGraph(program, target, which))),
            apply: await applied(lazy("apply", () => buildApplyGraph(program, target, which))),
          };
    training.set(step, (training.get(step) ?? new Map<FreezePhase, TrainingGraphs>()).set(phase, made));
    return made;
  };
  const numbersTensor = (numbers: ArrayLike<number>): Tensor => ({
    dtype: "i64",
    shape: [numbers.length],
    data: BigInt64Array.from(Array.from(numbers), BigInt),
  });
  const stepTensor = (step: number): Tensor => ({ dtype: "i64", shape: [], data: BigInt64Array.of(BigInt(step)) });

  const faultsOf = ({ description }: LazySession): string | undefined =>
    description.outputs.find((it) => it.role === "faults")?.name;
  /** How many places were out of range, by what a run gave. */
  const strayed = (graph: LazySession, outputs: Tensors): number => {
    const name = faultsOf(graph);
    return name === undefined ? 0 : (toNumbers(required(outputs.get(name), name))[0] ?? NaN);
  };
  /** What a run gave, unless places were out of range. */
  const sound = (graph: LazySession, outputs: Tensors): Tensors => {
    const count = strayed(graph, outputs);
    if (count > 0) throw new StrayPlaces(count);
    return outputs;
  };
  const figure = (outputs: Tensors, name: string): number => toNumbers(required(outputs.get(name), name))[0] ?? NaN;
  const gatheredIn = (outputs: Tensors, metrics: readonly Metric[]): StepResult["metrics"] =>
    metrics.map(({ name, accumulators }) =>
      accumulators.map((it) => {
        const port = accumulatorPort(name, it.name);
        return toNumbers(required(outputs.get(port), port));
      }),
    );
  const losses = program.steps.map(({ name }) => lossPort(name));

  /** What a training graph is fed besides what it carries; `given` has features by name and gradients by port. */
  const feedsOf = ({ graph }: LoopedGraph, given: Tensors, at: number): Map<string, Tensor> => {
    const feeds = new Map<string, Tensor>();
    for (const { name, role, default: initial } of graph.description.inputs) {
      if (role === "feature") feeds.set(name, required(given.get(required(nameIn("feature", name), name)), name));
      else if (role === "gradient") feeds.set(name, required(given.get(name), name));
      else if (name === ports.totalSteps)
        feeds.set(name, { dtype: "f32", shape: [], data: Float32Array.of(options.totalSteps) });
      else if (role === "step") feeds.set(name, stepTensor(at));
      else if (values.has(name) || initial === undefined) feeds.set(name, required(values.get(name), name));
    }
    return feeds;
  };
  /** Runs a graph that measures a loss; where the step must not count it changes nothing. */
  const measured = async (
    graph: LoopedGraph,
    features: Tensors,
    at: number,
    step: TrainStep,
  ): Promise<{ readonly outputs: Tensors; readonly result: StepResult }> => {
    const resultOf = (outputs: Tensors): StepResult => ({
      loss: figure(outputs, lossPort(step.name)),
      metrics: gatheredIn(outputs, measuredIn(program, step)),
    });
    const accept = (outputs: Tensors): boolean =>
      strayed(graph.graph, outputs) === 0 && judgeStep(resultOf(outputs)) === undefined;
    const outputs = sound(graph.graph, await graph.loop.run(feedsOf(graph, features, at), accept));
    return { outputs, result: resultOf(outputs) };
  };
  /** One update by the mean of the gradients of all parts of a batch. */
  const accumulated = async (
    { gradients, apply }: AccumulatingGraphs,
    features: Tensors,
    at: number,
    step: TrainStep,
  ): Promise<StepResult> => {
    // Arrays never change: what the parts make of the states is undone by putting back what was there.
    const before = new Map(values);
    const sum = sumGradients();
    const found: PartResult[] = [];
    let taken = false;
    try {
      for (const [part, { features: own, examples }] of cutBatch(features, program.batch).entries()) {
        const { outputs, result } = await measured(gradients, own, drawingStep(program, at, part), step);
        if (judgeStep(result) !== undefined) return result;
        found.push({ result, examples });
        sum.add(outputs, examples);
      }
      await apply?.loop.run(feedsOf(apply, sum.mean(), at), () => true);
      taken = true;
      return joinResults(found, measuredIn(program, step));
    } finally {
      if (!taken) for (const [name, tensor] of before) values.set(name, tensor);
    }
  };

  /** Features of raw fields that are all of one length. */
  const prepared = async (raw: RawBatch, { epoch, examples }: PreparedFor): Promise<Tensors> => {
    const graph = epoch === undefined ? preparation : trainingPreparation;
    const tensors = rawTensors(raw);
    const feeds = new Map<string, Tensor>();
    for (const input of graph.description.inputs) {
      const { name, role } = input;
      if (role === "statistic") feeds.set(name, required(values.get(name), name));
      else if (role === "seed") feeds.set(name, required(defaultTensor(input), name));
      else if (role === "epoch") feeds.set(name, stepTensor(epoch ?? evaluationEpoch));
      else if (role === "examples")
        feeds.set(name, numbersTensor(examples ?? Array.from({ length: examplesIn(raw) }, (_, at) => at)));
      else feeds.set(name, required(tensors.get(required(nameIn("raw", name), name)), name));
    }
    const made = new Map(sound(graph, await (await graph.session()).run(feeds)));
    made.delete(faultsOf(graph) ?? "");
    return made;
  };

  const trainer: Trainer = {
    description: `ONNX Runtime ${loaded.runtime.env.versions.node ?? ""} (cpu, ${options.threads} thread${options.threads === 1 ? "" : "s"})`,
    perms,
    async prepare(raw, of = {}) {
      const groups: MadeOfGroup[] = [];
      for (const group of exactGroups(raw, of))
        groups.push({ places: group.places, features: await prepared(group.raw, group.of) });
      return joinGroups(groups);
    },
    async step(features, at, which = onlyPlace(program)) {
      const graphs = await trainingGraphs(which);
      const result =
        "whole" in graphs
          ? (await measured(graphs.whole, features, at, which.step)).result
          : await accumulated(graphs, features, at, which.step);
      // Of several steps none says how far the training is.
      if (judgeStep(result) === undefined) values.set(ports.step, stepTensor(at + 1));
      return result;
    },
    ...(program.precision?.scaling !== undefined && { scaling: () => scalesIn(values, program) }),
    async evaluate(features) {
      const feeds = new Map<string, Tensor>();
      for (const input of evaluation.description.inputs) {
        const { name, role } = input;
        const given =
          role === "feature"
            ? features.get(required(nameIn("feature", name), name))
            : (values.get(input.average ?? name) ?? values.get(name));
        // A network may draw in inference as well: by the seed, and by the step that training has come to.
        const otherwise = role === "step" ? stepTensor(evaluationStep) : defaultTensor(input);
        feeds.set(name, required(given ?? otherwise, name));
      }
      const wanted = [...losses, ...accumulatorPorts(program.metrics)].concat(faultsOf(evaluation) ?? []);
      const outputs = sound(evaluation, await (await evaluation.session()).run(feeds, wanted));
      return { losses: losses.map((it) => figure(outputs, it)), metrics: gatheredIn(outputs, program.metrics) };
    },
    snapshot() {
      const named = [...values].flatMap(([name, tensor]): [string, Tensor][] => {
        const key = checkpointName(name);
        return key === undefined ? [] : [[key, { ...tensor, data: tensor.data.slice() }]];
      });
      return Promise.resolve(new Map(named));
    },
    restore(tensors) {
      for (const [key, given] of tensors) {
        const tensor = isPort("statistic", key) ? asDouble(given) : given;
        const name = portsOfCheckpoint(key).find((it) => values.has(it));
        // The optimizer's slots are not known before a training graph is built.
        if (name !== undefined || isPort("slot", key)) {
          values.set(name ?? key, { ...tensor, data: tensor.data.slice() });
        }
      }
      for (const { path } of averagedParameters(program)) {
        const given = tensors.get(path);
        const port = averagePort(path);
        if (given !== undefined && values.has(port) && !tensors.has(port))
          values.set(port, { ...given, data: given.data.slice() });
      }
      return Promise.resolve();
    },
    async dispose() {
      await Promise.all(opened.splice(0).map((it) => it.dispose()));
    },
  };
  return { ok: true, trainer };
}

/** A training graph with the loop that runs it. */
interface LoopedGraph {
  readonly graph: LazySession;
  readonly loop: StepLoop;
}

/** The two halves of a step, where the gradients of several batches make one update. */
interface AccumulatingGraphs {
  readonly gradients: LoopedGraph;
  /** None where the step rests. */
  readonly apply: LoopedGraph | undefined;
}

/** What takes a step. */
type TrainingGraphs = { readonly whole: LoopedGraph } | AccumulatingGraphs;

/** Adds what optimizers remember at first, in the stored order of their parameters, where it is not known yet. */
function addSlots(
  values: Map<string, Tensor>,
  program: TrainProgram,
  perms: ReadonlyMap<string, readonly number[]>,
): void {
  for (const { port, dtype, initial } of scalingMemoryOf(program)) {
    if (!values.has(port)) values.set(port, { dtype, shape: [], data: fromNumbers(dtype, initial, 1) });
  }
  for (const { port, parameter, initial } of slotsOf(program)) {
    if (values.has(port)) continue;
    if (initial === "parameter") {
      values.set(port, required(values.get(portOf("parameter", parameter.path)), parameter.path));
      continue;
    }
    const { dtype, shape: dims } = parameter.type;
    const logical = dims.map((it) => asNumber(it) ?? fault(`${parameter.path} has a free dimension`));
    const order = perms.get(parameter.path) ?? logical.map((_, axis) => axis);
    const shape = order.map((axis) => elementAt(logical, axis));
    values.set(port, { dtype, shape, data: fromNumbers(dtype, initial, countOf(shape)) });
  }
}

/** The loss scales that are known: of none before the first step, unless a checkpoint had them. */
function scalesIn(values: ReadonlyMap<string, Tensor>, { steps }: TrainProgram): readonly LossScale[] {
  return steps.flatMap(({ name }): readonly LossScale[] => {
    const [scale, skipped] = [values.get(scalingPort(name, "scale")), values.get(scalingPort(name, "skipped"))];
    if (scale === undefined || skipped === undefined) return [];
    const [numbers, counts] = [toNumbers(scale), toNumbers(skipped)];
    return [{ ...(name !== undefined && { step: name }), scale: elementAt(numbers, 0), skipped: elementAt(counts, 0) }];
  });
}

function defaultsOf(graph: ManifestGraph): Tensors {
  return new Map(graph.inputs.map((it) => [it.name, required(defaultTensor(it), `a default of ${it.name}`)]));
}
