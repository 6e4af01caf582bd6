import { describe, expect, it } from "vitest";
import { constant, variable } from "../../../src/dims/dim.ts";
import { noFacts } from "../../../src/dims/facts.ts";
import { emitOnnx } from "../../../src/emit/onnx/emit-graph.ts";
import { encodeModel } from "../../../src/emit/onnx/proto.ts";
import type { GraphBuilder } from "../../../src/ops/define/builder.ts";
import type { Graph, Value } from "../../../src/ir/graph.ts";
import { createBuilder } from "../../../src/graph/create-builder.ts";
import { bits, fold, fnv1a32, keyFor, normal, seedWords, baseKey, uniform } from "../../../src/ops/random/counter.ts";
import { expandComposites, keepNone } from "../../../src/passes/expand-composites.ts";
import { asInputs, sessionOf } from "../../emit/onnx/graphs.ts";

const key = keyFor(2 ** 40 + 7, 123_456, "encoder.dropout_0", [3, 1]);
const count = 1 << 16;

/** Builds on a u32[2] key and a tensor f32[N], runs on ONNX Runtime and gives the numbers of the result. */
async function run(
  build: (b: GraphBuilder, key: Value, x: Value) => Value,
  x: Float32Array,
): Promise<readonly number[]> {
  const b = createBuilder({ firstId: 0 });
  const keyValue = b.value({ dtype: "u32", shape: [constant(2)] });
  const data = b.value({ dtype: "f32", shape: [variable("N")] });
  const value = build(b, keyValue, data);
  const graph: Graph = {
    name: "random",
    mode: "training",
    inputs: [
      { name: "key", role: "seed", value: keyValue },
      { name: "x", role: "feature", value: data },
    ],
    nodes: b.nodes,
    outputs: [{ name: "y", role: "output", value }],
    facts: noFacts,
    nextId: b.nextId,
  };
  const session = await sessionOf(encodeModel(emitOnnx(expandComposites(graph, keepNone), { ...asInputs, opset: 18 })));
  const feeds = new Map([
    ["key", { dtype: "u32", shape: [2], data: Uint32Array.from(key) }] as const,
    ["x", { dtype: "f32", shape: [x.length], data: x }] as const,
  ]);
  const results = await session.run(feeds);
  await session.dispose();
  return Array.from(results.get("y")?.data ?? [], Number);
}

const indices = Array.from({ length: count }, (_, i) => i);
const zeros = new Float32Array(count);

describe("random numbers on ONNX Runtime", () => {
  it("have the words of the language, bit for bit, at a shape known when run", async () => {
    const words = await run((b, k, x) => b.op("random_bits", [k], { shape: x.type.shape }), zeros);
    expect(words).toEqual(indices.map((i) => bits(key, i)));
  });

  it("have the uniform numbers of the language, bit for bit", async () => {
    const drawn = await run((b, k, x) => b.op("random_uniform", [k], { shape: x.type.shape }), zeros);
    expect(drawn).toEqual(indices.map((i) => uniform(key, i)));
  });

  it("have its normal numbers within 1e-6", async () => {
    const drawn = await run((b, k, x) => b.op("random_normal", [k], { shape: x.type.shape }), zeros);
    const errors = drawn.map((value, i) => Math.abs(value - normal(key, i)));
    expect(drawn.length).toBe(count);
    expect(Math.max(...errors)).toBeLessThan(1e-6);
  });

  it("have its keys", async () => {
    const folded = await run((b, k) => {
      const place = b.op("fold_key", [k, b.scalar(fnv1a32("dense_0.kernel"), "u32")]);
      return b.op("fold_key", [place, b.scalar(0xfedcba98, "u32")]);
    }, zeros);
    expect(folded).toEqual([...fold(fold(key, fnv1a32("dense_0.kernel")), 0xfedcba98)]);
    expect(keyFor(5n, 9n, "a")).toEqual(fold(baseKey(seedWords(5), 9), fnv1a32("a")));
  });

  it("drop the same elements", async () => {
    const x = Float32Array.from(indices, (i) => i + 1);
    const dropped = await run((b, k, value) => b.op("dropout", [value, k], { rate: 0.1 }), x);
    const wrong = indices.filter((i) => (dropped[i] === 0) !== uniform(key, i) < Math.fround(0.1));
    expect(wrong).toEqual([]);
  });
});
