import { elementAt } from "../../support/element-at.ts";
import { createRequire } from "node:module";
import { compileFunction } from "node:vm";
import type { Tensor as TfTensor } from "@tensorflow/tfjs";
import { onlyPlace } from "../../autodiff/build-training-step.ts";
import { emitTfjs } from "../../emit/tfjs/emit-tfjs.ts";
import { stepNames } from "../../emit/tfjs/step-names.ts";
import { tfjsDType } from "../../emit/tfjs/tfjs-dtype.ts";
import { accumulatorSize } from "../../ir/accumulator-shape.ts";
import { isPort } from "../../ir/ports.ts";
import { leadingStep, measuredIn } from "../../ir/measures-of.ts";
import type { TrainProgram, TrainStep } from "../../ir/program.ts";
import { fault, required } from "../../support/fault.ts";
import { toNumbers } from "../onnx/typed-array.ts";
import type { Tensors } from "../tensor.ts";
import { createHostPreparation } from "../train/host-preparation.ts";
import { encodeCheckpoint, parseCheckpoint } from "../train/checkpoint.ts";
import { judgeStep } from "../train/judge-step.ts";
import { StrayPlaces } from "../train/stray-places.ts";
import { type StepResult, type Trainer, type TrainerOptions, type TrainerResult } from "../train/trainer.ts";
import { loadTfjs, type TfjsBackend } from "./load-tfjs.ts";
import { stripTypes } from "./strip-types.ts";

/** How a network trains on TensorFlow.js. */
export interface TfjsTrainerOptions extends TrainerOptions {
  readonly backend: TfjsBackend;
}

/** A model of the generated code: what this reads and sets of it. */
interface GeneratedModel {
  step: number;
  steps?: number;
  phase?: number;
}

type TfBatch = Readonly<Record<string, TfTensor>>;

/** What the generated module exports, and what is exported from it here besides. */
interface GeneratedModule {
  create(seed?: number): GeneratedModel;
  dispose(model: GeneratedModel): void;
  save(model: GeneratedModel): Promise<Uint8Array>;
  load(bytes: Uint8Array, model: GeneratedModel): GeneratedModel;
  /** By step of the program, in order. */
  readonly steps: readonly GeneratedStep[];
}

/**
 * What a step of the program finds on a batch: its loss, then what the batch gives to the metrics that it measures; where
 * places may be out of range, last how many were.
 */
interface GeneratedStep {
  train(model: GeneratedModel, batch: TfBatch): Promise<number[]>;
  evaluate(model: GeneratedModel, batch: TfBatch): Promise<number[]>;
}

/** Trains a program with the TypeScript that `modelc build` writes, on TensorFlow.js. */
export async function createTfjsTrainer(program: TrainProgram, options: TfjsTrainerOptions): Promise<TrainerResult> {
  const loaded = await loadTfjs(options.backend, options.runtimeFrom);
  if (!loaded.ok) return loaded;
  const { tf } = loaded;
  const generated = await loadGenerated(program, loaded.path);
  const model = generated.create(program.seed);
  if ("steps" in model) model.steps = options.totalSteps;

  const used = new Set([
    ...required(program.model.functions.get(program.model.entry), "the model's function").inputNames,
    ...program.steps.flatMap(({ objectiveInputs }) =>
      objectiveInputs.flatMap(({ from, name }) => (from === "feature" ? [name] : [])),
    ),
  ]);
  const batchOf = (features: Tensors): TfBatch => upload(new Map([...features].filter(([name]) => used.has(name))));
  /** Tensors on the backend, to be freed with {@link free}. */
  const upload = (tensors: Tensors): TfBatch =>
    Object.fromEntries(
      [...tensors].map(([name, tensor]) => {
        const dtype = tfjsDType(tensor.dtype);
        const numbers = toNumbers(tensor);
        const data = dtype === "float32" ? Float32Array.from(numbers) : Int32Array.from(numbers);
        return [name, tf.tensor(data, [...tensor.shape], dtype)];
      }),
    );
  const free = (batch: TfBatch): void => tf.dispose(Object.values(batch));
  /** What a step found on a batch, unless places were out of range. */
  const resultOf = (step: TrainStep, sums: readonly number[]): StepResult => {
    let at = 1;
    const metrics = measuredIn(program, step).map(({ accumulators }) =>
      accumulators.map((it) => Float64Array.from(sums.slice(at, (at += accumulatorSize(it))))),
    );
    // A step that looks nothing up has no such number behind its metrics.
    const strays = at < sums.length ? elementAt(sums, at) : 0;
    if (strays > 0) throw new StrayPlaces(strays);
    return { loss: elementAt(sums, 0), metrics };
  };
  const first = parseCheckpoint(await generated.save(model));
  if (!first.ok) return fault(`the generated code saves what cannot be read: ${first.error}`);
  const perms = first.value.perms ?? new Map<string, readonly number[]>();

  // TensorFlow.js has 32 bits an element, and raw numbers need more.
  const preparation = createHostPreparation(program);

  const trainer: Trainer = {
    description: loaded.description,
    narrow: "TensorFlow.js",
    perms,
    prepare: (raw, of) => new Promise((resolve) => void resolve(preparation.prepare(raw, of))),
    async step(features, at, { step, phase } = onlyPlace(program)) {
      // The backends compute without ever waiting: without a pause here no signal would be seen.
      await new Promise<void>((resume) => void setImmediate(resume));
      model.step = at;
      if ("phase" in model) model.phase = program.phases.indexOf(phase);
      const batch = batchOf(features);
      try {
        const sums = await elementAt(generated.steps, program.steps.indexOf(step)).train(model, batch);
        const result = resultOf(step, sums);
        // Of several steps none counts the steps of the training.
        if (judgeStep(result) === undefined) model.step = at + 1;
        return result;
      } finally {
        free(batch);
      }
    },
    async evaluate(features) {
      const batch = batchOf(features);
      try {
        const results = new Map<TrainStep, StepResult>();
        for (const [at, step] of program.steps.entries())
          results.set(step, resultOf(step, await elementAt(generated.steps, at).evaluate(model, batch)));
        const { metrics } = required(results.get(leadingStep(program)), "the leading step");
        return { losses: [...results.values()].map(({ loss }) => loss), metrics };
      } finally {
        free(batch);
      }
    },
    async snapshot() {
      const saved = parseCheckpoint(await generated.save(model));
      if (!saved.ok) return fault(`the generated code saves what cannot be read: ${saved.error}`);
      return new Map([...saved.value.tensors, ...preparation.statistics()]);
    },
    async restore(tensors) {
      const now = await trainer.snapshot();
      // What the optimizer remembers stays as it is by being left out, whatever it has come to.
      const known = new Map([...now].filter(([name]) => !isPort("slot", name)));
      for (const [name, tensor] of tensors) if (now.has(name)) known.set(name, tensor);
      preparation.restore(tensors);
      const { step } = model;
      generated.load(encodeCheckpoint({ tensors: known, perms }), model);
      model.step = step;
      if ("steps" in model) model.steps = options.totalSteps;
    },
    dispose() {
      generated.dispose(model);
      return Promise.resolve();
    },
  };
  return { ok: true, trainer };
}

/**
 * Runs the generated TypeScript: types stripped, as a CommonJS module, so that the TensorFlow.js at `path` is the instance
 * that it works with.
 */
async function loadGenerated(program: TrainProgram, path: string): Promise<GeneratedModule> {
  const source = await emitTfjs({ name: program.name, module: program.model, train: program });
  const exported = ["create", "dispose", "save", "load"];
  const steps = [...stepNames(program).values()].map(
    ({ trainSums, evaluateSums }) => `{ train: ${trainSums}, evaluate: ${evaluateSums} }`,
  );
  const script = (await stripTypes(source))
    .replace('import * as tf from "@tensorflow/tfjs"', "const tf = require(path)")
    .replaceAll(/^export (?=(async )?function|const)/gm, "");
  const evaluate = compileFunction(
    `${script}\nreturn { ${exported.join(", ")}, steps: [${steps.join(", ")}] };`,
    ["require", "path"],
    {
      filename: `${program.name}.ts`,
    },
  );
  return evaluate(createRequire(path), path) as GeneratedModule;
}
