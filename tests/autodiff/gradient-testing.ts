import { expect } from "vitest";
import { noFacts, type Facts } from "../../src/dims/facts.ts";
import { constant, variable, type Dim } from "../../src/dims/dim.ts";
import type { Graph, GraphInput, GraphOutput, Value } from "../../src/ir/graph.ts";
import type { DType, TensorType } from "../../src/ir/types.ts";
import { differentiate } from "../../src/autodiff/differentiate.ts";
import type { GraphBuilder } from "../../src/ops/define/builder.ts";
import { createBuilder } from "../../src/graph/create-builder.ts";
import { concreteType, interpretGraph } from "../../src/graph/interpret.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { verifyGraph } from "../../src/graph/verify.ts";
import { uniform, fnv1a32 } from "../../src/ops/random/counter.ts";

/** A type from sizes and names of dim variables. */
export function type(dtype: DType, ...shape: readonly (number | string)[]): TensorType {
  return { dtype, shape: dims(...shape) };
}

export function dims(...shape: readonly (number | string)[]): readonly Dim[] {
  return shape.map((it) => (typeof it === "number" ? constant(it) : variable(it)));
}

/** A flat graph from what `build` makes of inputs of the given types. */
export function graphOf<const N extends string>(
  inputs: Readonly<Record<N, TensorType>>,
  build: (b: GraphBuilder, values: Readonly<Record<N, Value>>) => Readonly<Record<string, Value>>,
  facts: Facts = noFacts,
): Graph {
  const b = createBuilder({ firstId: 0, facts });
  const names = Object.keys(inputs) as N[];
  const values = Object.fromEntries(names.map((it) => [it, b.value(inputs[it], it)])) as Record<N, Value>;
  const results = build(b, values);
  return {
    name: "test",
    mode: "training",
    inputs: names.map((name): GraphInput => ({ name, role: "parameter", path: name, value: values[name] })),
    nodes: b.nodes,
    outputs: Object.entries(results).map(([name, value]): GraphOutput => ({ name, role: "output", value })),
    facts,
    nextId: b.nextId,
  };
}

/** Deterministic data in -1..1 (0..3 for integers) for a name and a type. */
export function dataFor(name: string, { dtype, shape }: TensorType, sizes: ReadonlyMap<string, number>): NdArray {
  const concrete = concreteType({ dtype, shape }, sizes);
  const size = concrete.shape.reduce((product, it) => product * it, 1);
  const draw = (index: number): number => uniform([fnv1a32(name), 7], index);
  const integer = dtype.startsWith("i") || dtype.startsWith("u");
  return {
    dtype,
    shape: concrete.shape,
    data: Float64Array.from({ length: size }, (_, index) =>
      integer ? Math.floor(draw(index) * 4) : 2 * draw(index) - 1,
    ),
  };
}

/** Data for all inputs of a graph. */
export function inputsFor(graph: Graph, sizes: Readonly<Record<string, number>> = {}): Map<string, NdArray> {
  const known = new Map(Object.entries(sizes));
  return new Map(graph.inputs.map((it) => [it.name, dataFor(it.name, it.value.type, known)]));
}

/** The graph with the gradients of its output `loss` with respect to inputs, as outputs `grad/<input>`. */
export function withGradients(graph: Graph, wrt: readonly string[]): Graph {
  const b = createBuilder({ firstId: graph.nextId, facts: graph.facts });
  const loss = graph.outputs.find((it) => it.name === "loss")?.value;
  if (loss === undefined) throw new Error("the graph has no loss");
  const values = wrt.map((name) => graph.inputs.find((it) => it.name === name)?.value ?? loss);
  const { nodes, gradients } = differentiate(b, graph.nodes, [{ value: loss, gradient: b.scalar(1) }], values);
  const outputs = gradients.map((it, index): GraphOutput => {
    if (it === undefined) throw new Error(`no gradient flows to ${wrt[index]}`);
    return { name: `grad/${wrt[index]}`, role: "gradient", value: it };
  });
  return { ...graph, nodes: [...nodes, ...b.nodes], outputs: [...graph.outputs, ...outputs], nextId: b.nextId };
}

/** Checks gradients against central differences of the loss, in f64. */
export function expectGradients(graph: Graph, wrt: readonly string[], inputs: ReadonlyMap<string, NdArray>): Graph {
  const full = withGradients(graph, wrt);
  expect(verifyGraph(full)).toEqual([]);
  const results = interpretGraph(full, inputs);
  const lossOf = (name: string, array: NdArray): number =>
    interpretGraph(graph, new Map([...inputs, [name, array]])).get("loss")?.data[0] ?? NaN;
  for (const name of wrt) {
    const at = inputs.get(name);
    const gradient = results.get(`grad/${name}`);
    if (at === undefined || gradient === undefined) throw new Error(`no data for ${name}`);
    expect(gradient.shape, `shape of the gradient of ${name}`).toEqual(at.shape);
    const step = 1e-5;
    const numeric = Array.from(at.data, (value, index) => {
      const moved = (by: number): NdArray => ({
        ...at,
        data: at.data.map((it, other) => (other === index ? value + by : it)),
      });
      return (lossOf(name, moved(step)) - lossOf(name, moved(-step))) / (2 * step);
    });
    const scale = Math.max(...numeric.map(Math.abs), 1e-3);
    gradient.data.forEach((value, index) => {
      expect(
        Math.abs(value - (numeric[index] ?? NaN)) / scale,
        `${name}[${index}]: ${value} against ${numeric[index]}`,
      ).toBeLessThan(1e-6);
    });
  }
  return full;
}
