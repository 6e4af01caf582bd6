import { constant } from "../../src/dims/dim.ts";
import { noFacts } from "../../src/dims/facts.ts";
import type { Func, Module, Value, Variable } from "../../src/ir/graph.ts";
import type { TensorType } from "../../src/ir/types.ts";
import type { GraphBuilder } from "../../src/ops/define/builder.ts";
import { createBuilder } from "../../src/graph/create-builder.ts";

/** Writes structured nodes, for modules made by hand. */
export interface Body {
  readonly b: GraphBuilder;
  param(path: string, type: TensorType): Value;
  state(path: string, type: TensorType): Value;
  key(path: string): Value;
  call(callee: Func, instance: string, ...operands: readonly Value[]): Value;
  repeat(path: string, count: number, shared: boolean, operand: Value, body: (inner: Body, x: Value) => Value): Value;
  /** A statement: what training does besides. */
  update(path: string, value: (inner: Body) => Value): void;
  /** A value that differs by mode. */
  training(then: (inner: Body) => Value, otherwise: (inner: Body) => Value): Value;
}

function bodyOver(b: GraphBuilder): Body {
  return {
    b,
    param: (path, type) => {
      const result = b.value(type, path);
      b.append({ kind: "parameter", path, results: [result] });
      return result;
    },
    state: (path, type) => {
      const result = b.value(type, path);
      b.append({ kind: "state", path, results: [result] });
      return result;
    },
    key: (path) => {
      const result = b.value({ dtype: "u32", shape: keyShape });
      b.append({ kind: "key", path, indices: [], results: [result] });
      return result;
    },
    call: (callee, instance, ...operands) => {
      const [from] = callee.body.results;
      if (from === undefined) throw new Error("a callee without result");
      const result = b.value(from.type);
      b.append({ kind: "call", callee: callee.key, instance, operands, results: [result] });
      return result;
    },
    repeat: (path, count, shared, operand, body) => {
      const input = b.value(operand.type);
      const region = b.region([input], (inner) => [body(bodyOver(inner), input)]);
      const result = b.value(operand.type);
      b.append({
        kind: "repeat",
        count,
        path,
        shared,
        operands: [operand],
        body: region,
        results: [result],
      });
      return result;
    },
    update: (path, value) => {
      const then = b.region([], (inner) => {
        inner.append({ kind: "update", path, value: value(bodyOver(inner)), results: [] });
        return [];
      });
      b.append({ kind: "training", then, otherwise: { inputs: [], nodes: [], results: [] }, results: [] });
    },
    training: (then, otherwise) => {
      const first = b.region([], (inner) => [then(bodyOver(inner))]);
      const second = b.region([], (inner) => [otherwise(bodyOver(inner))]);
      const [of] = first.results;
      if (of === undefined) throw new Error("unreachable");
      const result = b.value(of.type);
      b.append({ kind: "training", then: first, otherwise: second, results: [result] });
      return result;
    },
  };
}

const keyShape = [constant(2)];

/** A function of the structured form. */
export function func<const N extends string>(
  key: string,
  inputs: Readonly<Record<N, TensorType>>,
  options: {
    readonly flavor?: Func["flavor"];
    readonly results?: readonly string[];
    readonly parameters?: Readonly<Record<string, TensorType>>;
    readonly states?: Readonly<Record<string, TensorType>>;
    readonly init?: string;
  },
  build: (body: Body, values: Readonly<Record<N, Value>>) => readonly Value[],
): Func {
  const b = createBuilder({ firstId: 0 });
  const names = Object.keys(inputs) as N[];
  const values = Object.fromEntries(names.map((it) => [it, b.value(inputs[it], it)])) as Record<N, Value>;
  const results = build(bodyOver(b), values);
  const variables = (of: Readonly<Record<string, TensorType>> = {}): readonly Variable[] =>
    Object.entries(of).map(([path, type]) => ({
      path,
      type,
      init: { name: options.init ?? (type.shape.length < 2 ? "zeros" : "glorot_uniform"), arguments: {} },
    }));
  return {
    key,
    name: key,
    flavor: options.flavor ?? "block",
    hyperparameters: [],
    inputNames: names,
    resultNames: results.map((_, index) => options.results?.[index]),
    parameters: variables(options.parameters),
    states: variables(options.states),
    body: { inputs: names.map((it) => values[it]), nodes: b.nodes, results },
  };
}

/** A module whose first function is the model. */
export function moduleOf(entry: Func, ...others: readonly Func[]): Module {
  return {
    name: entry.name,
    entry: entry.key,
    functions: new Map([entry, ...others].map((it) => [it.key, it])),
    facts: noFacts,
    contract: [],
    resultFacts: new Map(),
  };
}
