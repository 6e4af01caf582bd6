import { scalingMemoryOf } from "../../autodiff/loss-scaling.ts";
import { slotsOf } from "../../autodiff/slots-of.ts";
import { formatDim } from "../../dims/format.ts";
import { asNumber } from "../../dims/dim.ts";
import type { Module } from "../../ir/graph.ts";
import { bestSlot, isPort, isScaling, portOf, readSlot } from "../../ir/ports.ts";
import type { TrainProgram } from "../../ir/program.ts";
import type { TensorType } from "../../ir/types.ts";
import { parametersOf, statesOf } from "../../graph/parameters-of.ts";
import { storedPermsOf } from "../../passes/stored-perms.ts";
import { decodeElements, elementSize, firstNonFinite } from "../../support/element-bytes.ts";
import { indexIn } from "../../support/index-in.ts";
import { nearest } from "../../support/nearest.ts";
import type { SafeTensor } from "../../support/safetensors.ts";
import { showName } from "../../support/show-text.ts";

/** Weights from outside, before anything is known of them. */
export interface GivenWeights {
  readonly tensors: ReadonlyMap<string, Omit<SafeTensor, "name">>;
  /** Stored axis orders, by path; undefined where the file says nothing of them: then it is taken to hold the model's. */
  readonly perms?: ReadonlyMap<string, readonly number[]>;
}

/** What weights are held against. */
export interface WeightsOwner {
  readonly module: Module;
  /** How the model is trained: knows the statistics of the data and the optimizer's slots. */
  readonly train?: TrainProgram;
  /** True where a training goes on: then statistics and slots must be there as well, and no others. */
  readonly resumes?: boolean;
}

interface Expected {
  readonly dtype: string;
  readonly shape: readonly string[];
  readonly perm?: readonly number[];
  /** An element type that will do as well. */
  readonly older?: string;
}

/**
 * What is wrong with weights for a model, each in a clause that names the tensor; empty where they fit. Every parameter
 * and state of the model must be there in its element type, stored shape and stored order, and nothing else but the
 * statistics of its data (all or none) and what an optimizer remembers of its parameters. All numbers must be finite.
 */
export function weightProblems(owner: WeightsOwner, { tensors, perms }: GivenWeights): readonly string[] {
  const weights = expectedWeights(owner.module);
  const statistics = expectedStatistics(owner);
  const slots = expectedSlots(owner, weights);
  const scales = new Map(
    owner.train === undefined ? [] : scalingMemoryOf(owner.train).map((it) => [it.port, it.dtype]),
  );
  // A loss scale need not be there, as not every target has one; nor is it of use to every training.
  const scaling = (path: string): Expected | undefined => {
    const other = owner.resumes === true || !isScaling(path) ? undefined : tensors.get(path)?.dtype;
    const dtype = scales.get(path) ?? other;
    return dtype === undefined ? undefined : { dtype, shape: [] };
  };
  const someStatistic = [...tensors.keys()].some((it) => isPort("statistic", it));
  const required = [
    ...weights,
    ...(owner.resumes === true || someStatistic ? statistics : []),
    ...(owner.resumes === true ? slots : []),
  ];
  const missing = required.flatMap(([path]) => (tensors.has(path) ? [] : [`${path} is missing`]));
  const problems = [...tensors].flatMap(([path, tensor]): readonly string[] => {
    const expected =
      weights.get(path) ??
      statistics.get(path) ??
      slots.get(path) ??
      scaling(path) ??
      (owner.resumes === true && readSlot(path)?.slot !== bestSlot ? undefined : parameterOfSlot(path, weights));
    if (expected !== undefined) return tensorProblems(path, tensor, expected, perms?.get(path), perms !== undefined);
    // Without a train section nothing is known of the data.
    if (isPort("statistic", path) && owner.train === undefined) return finiteProblems(path, tensor);
    const owns = isPort("slot", path) ? "optimizer" : isPort("statistic", path) ? "data section" : "model";
    return [
      `the ${owns} has no ${showName(path)}${suggestion(path, [...weights.keys(), ...statistics.keys(), ...slots.keys()])}`,
    ];
  });
  return [...missing, ...problems];
}

function expectedWeights(module: Module): ReadonlyMap<string, Expected> {
  const perms = storedPermsOf(module);
  return new Map(
    [...parametersOf(module), ...statesOf(module)].map(({ path, type }) => [path, stored(type, perms.get(path))]),
  );
}

function stored({ dtype, shape }: TensorType, perm?: readonly number[]): Expected {
  const logical = shape.map((it) => `${asNumber(it) ?? formatDim(it)}`);
  return {
    dtype,
    shape: perm === undefined ? logical : perm.map((axis) => logical[axis] ?? ""),
    ...(perm !== undefined && { perm }),
  };
}

function expectedStatistics({ train }: WeightsOwner): ReadonlyMap<string, Expected> {
  const statistics = train?.data.preparation.statistics ?? [];
  // They are fitted in f64; weights of before have them in f32.
  return new Map(
    statistics.map(({ path, type }) => [
      portOf("statistic", path),
      { ...stored({ ...type, dtype: "f64" }), older: "f32" },
    ]),
  );
}

function expectedSlots(
  { module, train }: WeightsOwner,
  weights: ReadonlyMap<string, Expected>,
): ReadonlyMap<string, Expected> {
  if (train === undefined) return new Map();
  return new Map(
    slotsOf({ ...train, model: module }).flatMap(({ port, parameter }): [string, Expected][] => {
      const like = weights.get(parameter.path);
      return like === undefined ? [] : [[port, like]];
    }),
  );
}

/** What any optimizer remembers of a parameter has the parameter's form. */
function parameterOfSlot(path: string, weights: ReadonlyMap<string, Expected>): Expected | undefined {
  const of = readSlot(path);
  return of === undefined ? undefined : weights.get(of.path);
}

function tensorProblems(
  path: string,
  tensor: Omit<SafeTensor, "name">,
  expected: Expected,
  perm: readonly number[] | undefined,
  saysOrders: boolean,
): readonly string[] {
  const fits = tensor.dtype === expected.dtype || tensor.dtype === expected.older;
  if (!fits || tensor.shape.join() !== expected.shape.join()) {
    return [`${path} is ${tensor.dtype}[${listed(tensor.shape)}], not ${expected.dtype}[${listed(expected.shape)}]`];
  }
  const logical = expected.shape.map((_, axis) => axis);
  const order = perm ?? logical;
  const needed = expected.perm ?? logical;
  // An optimizer's memory is stored as its parameter is, of which the table speaks.
  if (saysOrders && !isPort("slot", path) && order.join() !== needed.join()) {
    return [`${path} has its axes stored in the order [${order.join(", ")}], not [${needed.join(", ")}]`];
  }
  return finiteProblems(path, tensor);
}

function finiteProblems(path: string, { dtype, shape, bytes }: Omit<SafeTensor, "name">): readonly string[] {
  const at = firstNonFinite(dtype, bytes);
  if (at === undefined) return [];
  const size = elementSize[dtype];
  const [value = NaN] = decodeElements(dtype, bytes.subarray(at * size, (at + 1) * size));
  return [`${path} has ${value} at [${listed(indexIn(shape, at))}]`];
}

function listed(sizes: readonly (number | string)[]): string {
  return sizes.length > 8 ? `${sizes.slice(0, 8).join(", ")}, ...` : sizes.join(", ");
}

function suggestion(path: string, candidates: readonly string[]): string {
  const near = nearest(path, candidates);
  return near === undefined ? "" : ` (did you mean ${near}?)`;
}
