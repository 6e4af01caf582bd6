import { describe, expect, it } from "vitest";
import { buildInferenceGraph } from "../../src/autodiff/build-evaluation-graph.ts";
import { buildManifest } from "../../src/emit/onnx/manifest.ts";
import { emitOnnx } from "../../src/emit/onnx/emit-graph.ts";
import { encodeModel } from "../../src/emit/onnx/proto.ts";
import type { Graph, Module } from "../../src/ir/graph.ts";
import { parseGraph } from "../../src/ir/parse-graph.ts";
import { printGraph } from "../../src/ir/print-graph.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { verifyGraph } from "../../src/graph/verify.ts";
import { flatten } from "../../src/passes/flatten.ts";
import { guardIndices } from "../../src/passes/guard-indices.ts";
import { createOnnxSession } from "../../src/runtime/onnx/session.ts";
import { toNumbers } from "../../src/runtime/onnx/typed-array.ts";
import type { Tensor } from "../../src/runtime/tensor.ts";
import { lower } from "../lower/checking.ts";
import { onnxTarget } from "../../src/emit/onnx/onnx-target.ts";
import { referenceTarget } from "../../src/passes/pipeline.ts";

const moduleOf = (signature: string, body: string): Module => lower(`model M: ${signature} {\n  ${body}\n}\n`, "M");

/** The flat graph of a model, guarded. */
function guarded(signature: string, body: string): Graph {
  const graph = guardIndices(flatten(moduleOf(signature, body), { mode: "inference" }));
  expect(verifyGraph(graph)).toEqual([]);
  const read = parseGraph(printGraph(graph));
  expect(read.ok && printGraph(read.value)).toBe(printGraph(graph));
  return graph;
}

const faultsOf = (graph: Graph): number => graph.outputs.filter((it) => it.role === "faults").length;

describe("graphs whose places are proved", () => {
  it.each([
    ["(x: f32[B, 5]) -> y: f32[B, 2]", "argmax(x, axis=1) -> Embedding(5, 2)"],
    ["(x: f32[B, T]) -> y: f32[T, 2] where T <= 7", "range(T) -> Embedding(7, 2)"],
    ["(x: f32[B, T]) -> y: f32[T]", "gather(x[0], (range(T) + 3) % T)"],
    ["(k: i32[B]) -> y: f32[B, 2]", "clip(k, 0, 4) -> Embedding(5, 2)"],
    ["(k: i32[B]) -> y: f32[B, 2]", "k % 5 -> Embedding(5, 2)"],
    ["(k: i32[B]) -> y: f32[B, 2]", "minimum(maximum(k, 0), 4) -> Embedding(5, 2)"],
    ["(k: i32[B]) -> y: f32[B, 2]", "k % 3 + 2 -> Embedding(5, 2)"],
    ["(k: i32[B]) -> y: f32[B, 2]", "where(k > 2, 4, k % 4) -> Embedding(5, 2)"],
    ["(k: i32[B]) -> y: f32[B, 2]", "reshape(one_hot(k % 3, 3, dtype=i32)[:, 1], [B]) -> Embedding(2, 2)"],
    ["(k: i32[B]) -> y: f32[B, 2]", "cast(k > 0, i32) -> Embedding(2, 2)"],
    ["(k: i32[B, T]) -> y: f32[B, T, 2]", "scan t in k % 5 over T {\n    emit t -> Embedding(5, 2)\n  }"],
    ["(x: f32[B, 4]) -> y: f32[B, 4]", "x -> Dense(4)"],
    ["(x: f32[B, T, 4]) -> y: f32[B, 3]", "x -> LSTM(3, sequences=false)"],
  ])("stay as they are: %s { %s }", (signature, body) => {
    expect(faultsOf(guarded(signature, body))).toBe(0);
  });

  it.each([
    ["(k: i32[B]) -> y: f32[B, 2]", "k % 6 -> Embedding(5, 2)"],
    ["(k: i32[B]) -> y: f32[B, 2]", "clip(k, 0, 4) + 1 -> Embedding(5, 2)"],
    ["(k: i32[B]) -> y: f32[B, 2]", "clip(k, 0, 4) - 1 -> Embedding(5, 2)"],
    ["(k: i32[B]) -> y: f32[B, 2]", "maximum(k, 0) -> Embedding(5, 2)"],
    ["(k: i32[B]) -> y: f32[B, 2]", "k % 3 * 2 + 1 -> Embedding(5, 2)"],
    ["(x: f32[B, 6]) -> y: f32[B, 2]", "argmax(x, axis=1) + 0 -> Embedding(6, 2) -> Dense(2)"],
  ])("and only those: %s { %s }", (signature, body) => {
    expect(faultsOf(guarded(signature, body))).toBe(body.startsWith("argmax") ? 0 : 1);
  });

  it("says what a feature's elements are places among", () => {
    const inputs = (body: string): readonly (number | undefined)[] =>
      guarded("(k: i32[B, 4]) -> y: f32[...]".replace("f32[...]", "f32[B, 2]"), body)
        .inputs.filter((it) => it.role === "feature")
        .map((it) => it.places);
    expect(inputs("mean(k -> Embedding(5, 2), over=1)")).toEqual([5]);
    expect(inputs("mean(reshape(k, [B, 2, 2]) -> Embedding(5, 2), axis=[1, 2])")).toEqual([5]);
    expect(inputs("k[:, 0] -> Embedding(5, 2)")).toEqual([5]);
    expect(inputs("k[:, 0] + 1 -> Embedding(5, 2)")).toEqual([undefined]);
    expect(inputs("mean(k -> Embedding(5, 2), over=1) + mean(k -> Embedding(3, 2), over=1)")).toEqual([3]);
  });
});

/** One case of look-ups: what the features are brought to is what the same graph gives for `instead`. */
interface Case {
  readonly signature: string;
  readonly body: string;
  readonly given: readonly number[];
  readonly instead: readonly number[];
  readonly faults: number;
}

const look = "(x: f32[B, 4], k: i32[B]) -> y: ";
const cases: readonly Case[] = [
  { signature: `${look}f32[B, 4]`, body: "k -> Embedding(4, 4)", given: [0, 3, 1], instead: [0, 3, 1], faults: 0 },
  { signature: `${look}f32[B, 4]`, body: "k -> Embedding(4, 4)", given: [-1, 4, 1], instead: [0, 3, 1], faults: 2 },
  { signature: `${look}f32[B, 4]`, body: "k -> Embedding(4, 4)", given: [2, 1e9, 3], instead: [2, 3, 3], faults: 1 },
  { signature: `${look}f32[B, 4]`, body: "k -> Embedding(4, 4)", given: [-1e9, 0, 3], instead: [0, 0, 3], faults: 1 },
  { signature: `${look}f32[B, 5]`, body: "one_hot(k, 5)", given: [5, -1, 4], instead: [4, 0, 4], faults: 2 },
  { signature: `${look}f32[B]`, body: "take_along(x, k)", given: [4, -1, 3], instead: [3, 0, 3], faults: 2 },
  { signature: `${look}f32[B, 6]`, body: "put_along(k, x[:, 0], 6)", given: [6, -1, 5], instead: [5, 0, 5], faults: 2 },
  { signature: `${look}f32[]`, body: "cross_entropy(x, k)", given: [4, -1, 3], instead: [3, 0, 3], faults: 2 },
  {
    signature: `${look}f32[3, 4]`,
    body: "scatter_add(k, x, shape=[3, 4])",
    given: [3, -1, 2],
    instead: [2, 0, 2],
    faults: 2,
  },
  {
    signature: `${look}f32[]`,
    body: "exp(mean(-take_along(log_softmax(x), k)))",
    given: [4, 1, 3],
    instead: [3, 1, 3],
    faults: 1,
  },
  {
    signature: `${look}f32[B, B]`,
    body: "transpose(gather(x, k, axis=1)[:, 0:1] * gather(x, k, axis=1)) -> transpose",
    given: [4, -1, 3],
    instead: [3, 0, 3],
    faults: 2,
  },
  { signature: `${look}f32[B, 4]`, body: "gather(x, k)", given: [3, -1, 2], instead: [2, 0, 2], faults: 2 },
  { signature: `${look}f32[B, 4]`, body: "k * 2 -> Embedding(4, 4)", given: [-1, 2, 1], instead: [0, 1, 1], faults: 2 },
  // One check serves both uses.
  {
    signature: `${look}f32[B, 4]`,
    body: "(k -> Embedding(4, 4)) + one_hot(k, 4)",
    given: [9, 2, 1],
    instead: [3, 2, 1],
    faults: 1,
  },
];

describe("graphs whose places may stray", () => {
  it.each(cases)(
    "$body of $given: as of $instead, $faults out of range",
    async ({ signature, body, given, instead, faults }) => {
      const module = moduleOf(signature, body);
      const reference = buildInferenceGraph(module, referenceTarget);
      const wanted = interpretGraph(reference, arraysOf(reference, instead));
      const actual = interpretGraph(reference, arraysOf(reference, given));
      // A stray that arithmetic makes may be brought to a place that no given number has.
      if (!body.startsWith("k *")) expect(actual.get("y")?.data).toEqual(wanted.get("y")?.data);
      expect(Array.from(actual.get("faults")?.data ?? [])).toEqual([faults]);
      expect(Array.from(wanted.get("faults")?.data ?? [])).toEqual([0]);
      await expectOnnx(module, given, actual);
    },
  );

  it("are counted within scans, and the carries of scans with them", async () => {
    const body =
      "scan t in k over T with last: i32[B] = 0 {\n    last <- last + t\n    emit last -> Embedding(4, 3)\n  }";
    const module = moduleOf("(k: i32[B, T]) -> y: f32[B, T, 3]", body);
    const graph = buildInferenceGraph(module, referenceTarget);
    expect(faultsOf(graph)).toBe(1);
    const outputs = interpretGraph(graph, arraysOf(graph, [1, 1, 1, 3, 0, 9], [2, 3]));
    expect(outputs.get("faults")?.data[0]).toBe(1);
    await expectOnnx(module, [1, 1, 1, 3, 0, 9], outputs, [2, 3]);
  });

  it("are counted where a loop begins with a feature and goes on from it", () => {
    const body =
      "scan t in x over T with h: i32[B] = k {\n    row = h -> Embedding(4, 3)\n    h <- h + 1\n    emit row\n  }";
    const graph = buildInferenceGraph(moduleOf("(x: f32[B, T], k: i32[B]) -> y: f32[B, T, 3]", body), referenceTarget);
    const results = interpretGraph(graph, arraysOf(graph, [0, 1, 3]));
    // 0 1 2, 1 2 3 and 3 4 5.
    expect(results.get("faults")?.data[0]).toBe(2);
  });

  it("name their output apart from the model's", () => {
    const graph = guarded("(k: i32[B]) -> faults: f32[B, 2]", "k -> Embedding(3, 2)");
    expect(graph.outputs.map(({ name, role }) => [name, role])).toEqual([
      ["faults", "output"],
      ["faults_1", "faults"],
    ]);
  });

  it("say so in the manifest", () => {
    const module = moduleOf("(k: i32[B]) -> y: f32[B, 2]", "k -> Embedding(3, 2)");
    const graph = buildInferenceGraph(module, onnxTarget());
    const { inference } = buildManifest({
      module,
      version: "1",
      opset: 18,
      weights: "",
      graphs: [{ name: { kind: "inference" }, file: "", graph, stored: true }],
    }).graphs;
    expect(inference?.outputs.at(-1)).toEqual({ name: "faults", role: "faults", dtype: "i32", shape: [] });
    expect(inference?.inputs[0]).toMatchObject({ name: "k", places: 3 });
  });
});

/** Inputs of a graph: `numbers` for `k`, and for the rest some numbers that are the same each time. */
function arraysOf(graph: Graph, numbers: readonly number[], shape = [numbers.length]): Map<string, NdArray> {
  return new Map(
    graph.inputs.map(({ name, value: { type } }): [string, NdArray] => {
      if (name === "k") return [name, { dtype: "i32", shape, data: Float64Array.from(numbers) }];
      const sizes = type.shape.map((dim) =>
        Number(dim.terms[0]?.factors.length === 0 ? dim.terms[0].coefficient : shape[0]),
      );
      const count = sizes.reduce((a, b) => a * b, 1);
      return [
        name,
        { dtype: type.dtype, shape: sizes, data: Float64Array.from({ length: count }, (_, at) => ((at * 7) % 11) / 8) },
      ];
    }),
  );
}

async function expectOnnx(
  module: Module,
  numbers: readonly number[],
  expected: ReadonlyMap<string, NdArray>,
  shape?: number[],
): Promise<void> {
  const graph = buildInferenceGraph(module, onnxTarget());
  const created = await createOnnxSession(
    encodeModel(emitOnnx(graph, { opset: 18, producerVersion: "1", parametersAs: "inputs" })),
    { threads: 1 },
  );
  if (!created.ok) throw new Error(created.message);
  const feeds = [...arraysOf(graph, numbers, shape)].map(([name, { dtype, shape: sizes, data }]): [string, Tensor] => [
    name,
    { dtype, shape: sizes, data: dtype === "i32" ? Int32Array.from(data) : Float32Array.from(data) },
  ]);
  const outputs = await created.session.run(new Map(feeds));
  await created.session.dispose();
  for (const [name, { data }] of expected) {
    const tensor = outputs.get(name);
    expect(tensor, name).toBeDefined();
    const values = tensor === undefined ? [] : toNumbers(tensor);
    expect(values.length).toBe(data.length);
    data.forEach((it, at) => expect(values[at]).toBeCloseTo(it, 4));
  }
}
