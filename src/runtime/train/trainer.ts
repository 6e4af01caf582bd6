import { asNumber } from "../../dims/dim.ts";
import type { GraphInput } from "../../ir/graph.ts";
import type { StepPlace } from "../../ir/program.ts";
import type { DType } from "../../ir/types.ts";
import { fault } from "../../support/fault.ts";
import type { RawBatch, RawBatchField } from "../data/dataset.ts";
import type { Tensor, Tensors } from "../tensor.ts";

/** What one batch gives, as one step finds it. The loss is the batch's mean. */
export interface StepResult {
  readonly loss: number;
  /**
   * What the batch gives to the accumulators of each metric, in order: the elements of each, row by row. Of all metrics of
   * the program where the step leads, or of none.
   */
  readonly metrics: readonly (readonly Float64Array[])[];
}

/** What all steps of a program find on one batch. */
export interface BatchResult {
  /** The losses of its steps, in order; undefined for those that did not run. */
  readonly losses: readonly (number | undefined)[];
  /** Of all metrics of the program. */
  readonly metrics: StepResult["metrics"];
}

/** A loss scale that follows the gradients of a step. */
export interface LossScale {
  /** The step's name, where it has one. */
  readonly step?: string;
  readonly scale: number;
  /** Its steps that were skipped since the training began, as a gradient was not finite. */
  readonly skipped: number;
}

/** For what features are prepared: it decides where the data section draws, or says what happens in training alone. */
export interface PreparedFor {
  /** The pass over the data in which they are trained on, counted from 0; for evaluation where none is given. */
  readonly epoch?: number;
  /** The numbers of the examples in their split; 0, 1, 2, ... where they are left out. */
  readonly examples?: ArrayLike<number>;
}

/** The epoch by which draws go outside of training: always the same. */
export const evaluationEpoch = 0;

/**
 * A network in training on one runtime. It owns parameters, states and optimizer slots; everything else (data, order,
 * schedule of validation, checkpoints) is the loop's.
 */
export interface Trainer {
  /** `ONNX Runtime 1.30 (cpu, 2 threads)`, `TensorFlow.js 4.22 (wasm)`. */
  readonly description: string;
  /** The name of a runtime that has no integers of 64 bits. */
  readonly narrow?: string;
  /** Features of a batch of raw fields: see {@link PreparedFor}. */
  prepare(raw: RawBatch, of?: PreparedFor): Promise<Tensors>;
  /**
   * One step of the program, in a phase, at the place to which the training has come: `at` counts from 0 and drives
   * schedules and random keys. A step that {@link judgeStep} refuses changes nothing: parameters, states and slots stay as
   * they were. `which` is needed where the program has several steps or phases.
   */
  step(features: Tensors, at: number, which?: StepPlace): Promise<StepResult>;
  /** Losses and metrics without training, by the averages of the parameters where the program keeps any. */
  evaluate(features: Tensors): Promise<BatchResult>;
  /**
   * Parameters and states under their paths, statistics under `statistic/<path>`, optimizer slots under
   * `opt/<slot>/<path>`, in stored order.
   */
  snapshot(): Promise<Tensors>;
  /** The loss scale of each step that has one, as the last step has left it. */
  scaling?(): readonly LossScale[];
  /** Stored axis orders of the parameters that are not stored in their logical order, by path. */
  readonly perms: ReadonlyMap<string, readonly number[]>;
  /**
   * Takes over the tensors of a snapshot; those it lacks stay as they are, names that it does not know are left. An average
   * that it lacks begins as its parameter.
   */
  restore(tensors: Tensors): Promise<void>;
  dispose(): Promise<void>;
}

/** The step by which evaluation draws, where a network or its data do so outside of training: always the same. */
export const evaluationStep = 0;

/** A trainer, or what to tell the person: a package is missing, or does not load. */
export type TrainerResult =
  { readonly ok: true; readonly trainer: Trainer } | { readonly ok: false; readonly message: string };

/** What every trainer is told besides its program. */
export interface TrainerOptions {
  /** Steps of the whole run, for schedules that end with it. */
  readonly totalSteps: number;
  /** The project whose runtime is loaded; modelc's own without it. */
  readonly runtimeFrom?: string;
}

/** A raw batch as tensors: real numbers as f64. */
export function rawTensors(raw: RawBatch): Tensors {
  const dtypeOf = (data: RawBatchField["data"]): DType =>
    data instanceof Float64Array ? "f64" : data instanceof Int32Array ? "i32" : "i64";
  return new Map(
    [...raw].map(([name, { shape, data }]): [string, Tensor] => [name, { dtype: dtypeOf(data), shape, data }]),
  );
}

/** A statistic before it is fitted: nothing is changed by it. */
export function defaultStatistic({ name, init, value: { type } }: GraphInput): Tensor {
  const shape = type.shape.map((it) => asNumber(it) ?? fault(`${name} has a free dimension`));
  const first = init?.arguments["value"] ?? fault(`${name} has no initial value`);
  return { dtype: "f64", shape, data: new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(first) };
}
