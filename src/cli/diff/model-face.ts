import type { DeclaredUnit, Unit } from "../../compiler.ts";
import { mayBeLeftOut } from "../../analyze/may-be-left-out.ts";
import type { Dim } from "../../dims/dim.ts";
import type { Facts } from "../../dims/facts.ts";
import { depthOf } from "../../graph/depth-of.ts";
import { measure } from "../../graph/measure.ts";
import { entryOf, parametersOf, statesOf } from "../../graph/parameters-of.ts";
import { computationOf, type Computation } from "./computation-of.ts";
import type { Module } from "../../ir/graph.ts";
import type { TensorType } from "../../ir/types.ts";
import { storedPermsOf } from "../../passes/stored-perms.ts";
import { textOf } from "../../support/source.ts";

/** A tensor that goes in or comes out, by its name. */
export interface NamedTensor {
  readonly name: string;
  readonly type: TensorType & { readonly labels?: Dim };
}

/** A parameter or state as a checkpoint has it. */
export interface StoredTensor {
  readonly dtype: string;
  /** In stored order. */
  readonly shape: readonly Dim[];
  /** Which logical axis each stored one is, where that is not the same. */
  readonly perm: readonly number[];
}

/** An input that is left out: its type as it is written, and what that is; undefined where the model is wrong with it. */
export interface LeftOut {
  readonly text: string;
  readonly type: NamedTensor["type"] | undefined;
}

/** What others rely on of a model: whoever runs it, and whoever has weights of it. */
export interface ModelFace {
  readonly name: string;
  readonly inputs: readonly NamedTensor[];
  /** Inputs that may be left out, and are: what each is where it is given. */
  readonly leftOut: ReadonlyMap<string, LeftOut>;
  /** Inputs that may be left out, and are there. */
  readonly optional: ReadonlySet<string>;
  readonly outputs: readonly NamedTensor[];
  /** What the header demands of sizes. */
  readonly facts: Facts;
  readonly weights: ReadonlyMap<string, StoredTensor>;
  /** Labels that a training compares its results with: among how many, by the names of the features. */
  readonly labels: ReadonlyMap<string, number>;
  readonly computation: Computation;
  readonly measures: {
    readonly parameters: Dim;
    readonly flops: Dim;
    readonly activationBytes: Dim;
    readonly depth: number;
  };
  /** The same model with more of its inputs given that may be left out: some of them, and all. */
  readonly variants: readonly ModelFace[];
  /** Inputs that may be left out and are, with which alone the model has errors. */
  readonly wrong: readonly (readonly string[])[];
}

/** The face of a model that was lowered; `whole` is the model with all inputs given, if it is right. */
export function faceOf({ name, module, train }: Unit, { model }: DeclaredUnit, whole: Module | undefined): ModelFace {
  const entry = entryOf(module);
  const named = (kind: string, given: string | undefined, at: number, type: TensorType): NamedTensor => ({
    name: given ?? `${kind}${at}`,
    type: withLabels(module, given, type),
  });
  const compared = (train?.data.features ?? []).filter((it) => !entry.inputNames.includes(it.name));
  const may = model.inputs
    .filter(mayBeLeftOut)
    .flatMap((it) => (it.name === undefined ? [] : [[it.name.text, it.type] as const]));
  const perms = storedPermsOf(module);
  const measured = measure(module);
  return {
    name,
    inputs: entry.body.inputs.map((it, at) => named("input", entry.inputNames[at], at, it.type)),
    leftOut: new Map(
      may.flatMap(([it, type]) =>
        entry.inputNames.includes(it) ? [] : [[it, { text: textOf(type.span), type: inputOf(whole, it) }]],
      ),
    ),
    optional: new Set(may.flatMap(([it]) => (entry.inputNames.includes(it) ? [it] : []))),
    outputs: entry.body.results.map((it, at) => named("output", entry.resultNames[at], at, it.type)),
    facts: module.facts,
    weights: new Map(
      [...parametersOf(module), ...statesOf(module)].map(({ path, type }) => [path, stored(type, perms.get(path))]),
    ),
    labels: new Map(compared.flatMap((it) => (it.classes === undefined ? [] : [[it.name, it.classes]]))),
    computation: computationOf(module),
    measures: {
      parameters: measured.total,
      flops: measured.flops,
      activationBytes: measured.activationBytes,
      depth: depthOf(module),
    },
    variants: [],
    wrong: [],
  };
}

function inputOf(module: Module | undefined, name: string): NamedTensor["type"] | undefined {
  if (module === undefined) return undefined;
  const { body, inputNames } = entryOf(module);
  const type = body.inputs[inputNames.indexOf(name)]?.type;
  return type && withLabels(module, name, type);
}

function withLabels({ labels }: Module, name: string | undefined, type: TensorType): NamedTensor["type"] {
  const known = name === undefined ? undefined : labels?.get(name);
  return { ...type, ...(known !== undefined && { labels: known }) };
}

function stored({ dtype, shape }: TensorType, perm: readonly number[] = shape.map((_, axis) => axis)): StoredTensor {
  return { dtype, shape: perm.flatMap((axis) => shape[axis] ?? []), perm };
}
