import { constant, multiply, variable, withLabel } from "../../src/dims/dim.ts";
import { assume, atLeast, divides, noFacts } from "../../src/dims/facts.ts";
import type { Func, Module } from "../../src/ir/graph.ts";
import type { TensorType } from "../../src/ir/types.ts";
import { required } from "../../src/support/fault.ts";
import { createBuilder } from "../../src/graph/create-builder.ts";

const B = variable("B");
const D = constant(4);
const row: TensorType = { dtype: "f32", shape: [B, D] };
const facts = assume(noFacts, atLeast(constant(512), B), divides(constant(2), B));

function dense(): Func {
  const b = createBuilder({ firstId: 0, facts });
  const x = b.value(row, "x");
  const kernel = b.value({ dtype: "f32", shape: [D, D] });
  b.append({ kind: "parameter", path: "kernel", results: [kernel] });
  const equation = { kind: "string", value: "b i, i j -> b j", source: "equation" } as const;
  const [product] = b.apply({ op: "einsum", operands: [x, kernel], attributes: { equation } });
  const body = { inputs: [x], nodes: b.nodes, results: [required(product, "product")] };
  return {
    key: "Dense_1",
    name: "Dense",
    flavor: "block",
    doc: 'A layer.\nOf "two" lines.',
    hyperparameters: [
      { name: "units", value: { kind: "dim", value: D } },
      { name: "act", value: { kind: "recipe", name: "relu", text: "relu" } },
      {
        name: "list",
        value: {
          kind: "list",
          elements: [
            { kind: "number", value: 1 },
            { kind: "boolean", value: true },
            { kind: "string", value: "a" },
            { kind: "list", elements: [{ kind: "dim", value: B }] },
          ],
        },
      },
    ],
    inputNames: ["x"],
    resultNames: [undefined],
    parameters: [{ path: "kernel", type: kernel.type, init: { name: "normal", arguments: { stddev: 0.02 } } }],
    states: [],
    body,
  };
}

function entry(): Func {
  const b = createBuilder({ firstId: 10, facts });
  const x = b.value({ dtype: "f32", shape: [B, withLabel(D, "D")] }, "image");
  const called = b.value(row, "h");
  b.append({ kind: "call", callee: "Dense_1", instance: "stem", operands: [x], results: [called] });
  const state = b.value({ dtype: "f32", shape: [D] });
  b.append({ kind: "state", path: "mean", results: [state] });
  const shared = b.value({ dtype: "f32", shape: [D, D] });
  b.append({ kind: "parameter", path: "layer.1.dense.kernel", results: [shared] });
  const chosen = b.value({ dtype: "f32", shape: [D] });
  const then = b.region([], (inner) => {
    const mean = inner.mean(called, [0]);
    inner.append({ kind: "update", path: "mean", value: mean, results: [] });
    return [mean];
  });
  b.append({ kind: "training", then, otherwise: { inputs: [], nodes: [], results: [state] }, results: [chosen] });
  const key = b.value({ dtype: "u32", shape: [constant(2)] });
  b.append({ kind: "key", path: "dropout_0", indices: [], results: [key] });
  const carried = b.value(row);
  const body = b.region([carried], (inner) => {
    const result = inner.value(row);
    inner.append({ kind: "call", callee: "Dense_1", instance: "dense", operands: [carried], results: [result] });
    return [result];
  });
  const repeated = b.value(row);
  const count = { count: 3, source: "depth" };
  b.append({ kind: "repeat", ...count, path: "layer", shared: false, operands: [called], body, results: [repeated] });
  const zero = b.constant({ dtype: "f32", shape: [D] }, [0, -0, 0.5, 1e-7]);
  const [last, all] = b.scan(
    { initial: [zero], sequences: [repeated], sequenceAxes: [0], emitAxes: [0], length: B, reverse: true },
    (inner, [carry], [element]) => {
      const sum = inner.add(carry ?? zero, element ?? zero);
      return { carries: [sum], emits: [inner.op("stack", [sum, sum], { axis: 0 })] };
    },
  );
  const size = b.dimAs(multiply(B, D), "f32");
  const scaled = b.div(b.add(last ?? zero, chosen), size);
  return {
    key: "Net",
    name: "Net",
    flavor: "model",
    hyperparameters: [],
    inputNames: ["image"],
    resultNames: ["scaled", undefined],
    parameters: [],
    states: [{ path: "mean", type: { dtype: "f32", shape: [D] }, init: { name: "zeros", arguments: {} } }],
    body: { inputs: [x], nodes: b.nodes, results: [scaled, all ?? zero] },
  };
}

/** A module with every kind of node. */
export function sampleModule(): Module {
  const functions = new Map([dense(), entry()].map((it) => [it.key, it]));
  return {
    name: "Net",
    entry: "Net",
    functions,
    facts,
    contract: [{ text: "B <= 512", message: "too many", relation: atLeast(constant(512), B) }, { text: "B % 2 == 0" }],
    resultFacts: new Map([["scaled", { probability: false }]]),
  };
}
