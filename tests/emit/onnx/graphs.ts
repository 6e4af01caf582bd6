import type { Dim } from "../../../src/dims/dim.ts";
import { toDim } from "../../../src/dims/polynomial.ts";
import { noFacts, type Facts } from "../../../src/dims/facts.ts";
import type { Graph, GraphInput, GraphOutput, Role, Value } from "../../../src/ir/graph.ts";
import type { DType } from "../../../src/ir/types.ts";
import type { GraphBuilder } from "../../../src/ops/define/builder.ts";
import { createBuilder } from "../../../src/graph/create-builder.ts";
import { encodeModel } from "../../../src/emit/onnx/proto.ts";
import { emitOnnx, type EmitOptions } from "../../../src/emit/onnx/emit-graph.ts";
import { createOnnxSession, type OnnxSession, type SessionOptions } from "../../../src/runtime/onnx/session.ts";
import { countOf, fromNumbers } from "../../../src/runtime/onnx/typed-array.ts";
import type { Tensor } from "../../../src/runtime/tensor.ts";

/** An input as a test writes it: the role is told by the name's prefix. */
export interface TestInput {
  readonly dtype?: DType;
  readonly shape: readonly (Dim | number)[];
  readonly path?: string;
}

const roles: readonly (readonly [string, Role])[] = [
  ["param/", "parameter"],
  ["state/", "state"],
  ["opt/", "optimizer"],
  ["hyper/", "hyper"],
  ["step", "step"],
  ["seed", "seed"],
];

/** A flat graph made by hand; `next/<input>` outputs carry that input, other outputs are `output`s or the loss. */
export function makeGraph(
  inputs: Readonly<Record<string, TestInput>>,
  build: (b: GraphBuilder, values: Readonly<Record<string, Value>>) => Readonly<Record<string, Value>>,
  options: { readonly mode?: Graph["mode"]; readonly facts?: Facts; readonly name?: string } = {},
): Graph {
  const b = createBuilder({ firstId: 0, facts: options.facts ?? noFacts });
  const given = Object.entries(inputs).map(([name, { dtype = "f32", shape, path }]): GraphInput => {
    const role = roles.find(([prefix]) => name.startsWith(prefix))?.[1] ?? "feature";
    const stored = path ?? (role === "parameter" || role === "state" ? name.slice(name.indexOf("/") + 1) : undefined);
    const value = b.value({ dtype, shape: shape.map(toDim) });
    return { name, role, value, ...(stored !== undefined && { path: stored }) };
  });
  const results = build(b, Object.fromEntries(given.map((it) => [it.name, it.value])));
  const outputs = Object.entries(results).map(([name, value]): GraphOutput => {
    if (name === "loss") return { name, role: "loss", value };
    const source = given.find((it) => name === `next/${it.name}`);
    if (source === undefined) return { name, role: "output", value };
    return {
      name,
      role: source.role,
      value,
      carries: source.name,
      ...(source.path !== undefined && { path: source.path }),
    };
  });
  return {
    name: options.name ?? "Test",
    mode: options.mode ?? "inference",
    inputs: given,
    nodes: b.nodes,
    outputs,
    facts: options.facts ?? noFacts,
    nextId: b.nextId,
  };
}

/** Emission as tests do it: parameters as inputs, opset 18. */
export const asInputs: EmitOptions = { opset: 18, producerVersion: "0.0.0", parametersAs: "inputs" };

/** A strict session of a graph or of a model's bytes; the test fails with Runtime's message where there is none. */
export async function sessionOf(
  graph: Graph | Uint8Array | string,
  options: SessionOptions = {},
): Promise<OnnxSession> {
  const model =
    typeof graph === "string" || graph instanceof Uint8Array ? graph : encodeModel(emitOnnx(graph, asInputs));
  const result = await createOnnxSession(model, { strict: true, ...options });
  if (!result.ok) throw new Error(result.message);
  return result.session;
}

/** A tensor of numbers. */
export function tensor(dtype: DType, shape: readonly number[], numbers: number | readonly number[]): Tensor {
  return { dtype, shape, data: fromNumbers(dtype, numbers, countOf(shape)) };
}
