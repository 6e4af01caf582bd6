import { differentiate } from "../../src/autodiff/differentiate.ts";
import { createBuilder } from "../../src/graph/create-builder.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import type { Graph } from "../../src/ir/graph.ts";
import { isFloat } from "../../src/ops/define/dtype-class.ts";
import { fillArray } from "../../src/ops/define/nd-array.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { literalShape } from "../../src/ops/define/shape-rules.ts";
import { expandComposites, keepOwnGradients } from "../../src/passes/expand-composites.ts";
import { flatten } from "../../src/passes/flatten.ts";
import { required } from "../../src/support/fault.ts";
import { checkFile, lower } from "../lower/checking.ts";
import { indexLimit, type PeerCase } from "./peer-case.ts";

/** An array of a case, by its name within it. */
export interface CaseArray {
  readonly name: string;
  readonly array: NdArray;
  /** Whether a gradient is taken by it. */
  readonly learned: boolean;
}

/** What the reference makes of a case in f64, and what it was given. */
export interface ComputedCase {
  /** Results, states after them, gradients of sum(result * seed) by the inputs and then by the weights. */
  readonly results: readonly NdArray[];
  readonly inputs: readonly CaseArray[];
  readonly weights: readonly CaseArray[];
  readonly seeds: readonly CaseArray[];
}

/** The text of a case as a file. */
export function caseText({ inputs, body }: PeerCase): string {
  const typed = Object.entries(inputs).map(([name, it]) => `${name}: ${typeof it === "string" ? it : it.type}`);
  return `block M: (${typed.join(", ")}) {\n  ${body}\n}\n`;
}

/** Computes a case by the reference: both targets are held to it by the suite. */
export function computeCase(it: PeerCase): ComputedCase {
  const text = caseText(it);
  const found = checkFile(text).find(({ severity }) => severity === "error");
  if (found !== undefined) throw new Error(`${it.body}: ${found.message}`);
  const flat = flatten(lower(text, "M"), { mode: it.mode ?? "inference", features: "plain" });
  const graph = expandComposites(flat, keepOwnGradients);
  const b = createBuilder({ firstId: graph.nextId, facts: graph.facts });
  const results = graph.outputs.flatMap(({ role, value }) => (role === "output" ? [value] : []));
  const followed = results.filter(({ type }) => isFloat(type.dtype));
  const seeds = followed.map(({ type }, at) => ({ value: b.value(type, "seed"), name: `seed ${String(at)}` }));
  const owned = (role: string): boolean => role === "parameter" || role === "state";
  const givenInputs = graph.inputs.filter(({ role }) => role === "feature");
  const learned = [
    ...givenInputs.filter(({ value }) => isFloat(value.type.dtype)),
    ...graph.inputs.filter(({ role }) => role === "parameter"),
  ];
  const wanted = learned.map(({ value }) => value);
  const started = followed.map((value, at) => ({ value, gradient: required(seeds[at], "a seed").value }));
  const { nodes, gradients } = differentiate(b, graph.nodes, started, wanted);
  const slopes = gradients.map((value, at) => value ?? b.op("zeros_like", [required(wanted[at], "an input")]));
  const all: Graph = {
    ...graph,
    inputs: [...graph.inputs, ...seeds.map(({ value, name }) => ({ name, role: "feature" as const, value }))],
    nodes: [...nodes, ...b.nodes],
    outputs: [...graph.outputs.map(({ value }) => value), ...slopes].map((value, at) => ({
      name: String(at),
      role: "output",
      value,
    })),
    nextId: b.nextId,
  };
  const given = (name: string): readonly number[] | undefined => {
    const input = it.inputs[name];
    return typeof input === "object" ? input.data : undefined;
  };
  const arrays = new Map(
    all.inputs.map(({ name, value: { type } }): [string, NdArray] => {
      const shape = required(literalShape(type.shape), "shape");
      return [name, filled(name, { dtype: type.dtype, shape }, given(name))];
    }),
  );
  const named = (names: readonly { readonly name: string; readonly role?: string }[]): readonly CaseArray[] =>
    names.map(({ name, role }) => ({
      name: name.replace(/^(param|state)\/(own\.)?/, ""),
      array: required(arrays.get(name), name),
      learned: role !== "state",
    }));
  return {
    results: [...interpretGraph(all, arrays).values()],
    inputs: named(givenInputs),
    weights: named(graph.inputs.filter(({ role }) => owned(role))),
    seeds: named(seeds),
  };
}

/** Numbers without a pattern that a mistake could hide in; variances are positive. */
function filled(name: string, type: Pick<NdArray, "dtype" | "shape">, data: readonly number[] | undefined): NdArray {
  const sign = (at: number): number => Math.sin(1 + at * 1.7 + name.length);
  if (data !== undefined) return fillArray(type, (at) => required(data[at], `element ${String(at)} of ${name}`));
  if (!isFloat(type.dtype))
    return fillArray(type, (at) => (at * at + (at >> 1)) % (type.dtype === "bool" ? 2 : indexLimit));
  return fillArray(type, name.endsWith("variance") ? (at) => 1.5 + sign(at) : sign);
}
