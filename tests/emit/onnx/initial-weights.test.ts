import { describe, expect, it } from "vitest";
import { constant } from "../../../src/dims/dim.ts";
import { noFacts } from "../../../src/dims/facts.ts";
import { initialWeights } from "../../../src/emit/onnx/initial-weights.ts";
import type { StoredVariable } from "../../../src/emit/onnx/stored-weights.ts";
import type { Graph, GraphOutput, Value } from "../../../src/ir/graph.ts";
import { createBuilder } from "../../../src/graph/create-builder.ts";
import { initialValue } from "../../../src/ops/initializers.ts";
import { interpretGraph } from "../../../src/graph/interpret.ts";
import { seedWords } from "../../../src/ops/random/counter.ts";
import { encodeElements } from "../../../src/support/element-bytes.ts";

const seed = 2 ** 40 + 17;

/** Draws of every kind: in pieces, in another stored order, filled, and dependent on one another. */
function initGraph(): Graph {
  const b = createBuilder({ firstId: 0 });
  const key = b.value({ dtype: "u32", shape: [constant(2)] });
  const sized = (...sizes: readonly number[]): ReturnType<typeof constant>[] => sizes.map((it) => constant(it));
  const place = (word: number): Value => b.op("fold_key", [key, b.scalar(word, "u32")]);
  const uniform = b.op("random_uniform", [place(1)], { shape: sized(300, 100) });
  const normal = b.op("random_normal", [place(2)], { shape: sized(3, 3, 40, 50) });
  const small = b.op("random_normal", [place(3)], { shape: sized(5, 7) });
  const values: Readonly<Record<string, Value>> = {
    dense: b.sub(b.mul(uniform, b.scalar(0.3)), b.scalar(0.15)),
    cut: initialValue(
      b,
      place(4),
      { dtype: "f32", shape: sized(3, 3, 50, 60) },
      { name: "truncated_normal", arguments: { stddev: 0.1 } },
    ),
    frame: initialValue(b, place(5), { dtype: "f32", shape: sized(6, 9) }, { name: "orthogonal", arguments: {} }),
    "conv.kernel": b.transpose(b.mul(normal, b.scalar(0.02)), [3, 2, 0, 1]),
    bias: b.zeros({ dtype: "f32", shape: sized(40_000) }),
    scale: b.broadcast(b.scalar(1.5), sized(3)),
    centred: b.sub(small, b.mean(small, [1], true)),
    rate: b.constant({ dtype: "f64", shape: [] }, 0.25),
  };
  const outputs = Object.entries(values).map(([path, value]): GraphOutput => ({
    name: `param/${path}`,
    role: "parameter",
    path,
    value,
  }));
  return {
    name: "init",
    mode: "inference",
    inputs: [{ name: "seed", role: "seed", value: key }],
    nodes: b.nodes,
    outputs,
    facts: noFacts,
    nextId: b.nextId,
  };
}

describe("initialWeights", () => {
  it("draws what the init graph draws", () => {
    const graph = initGraph();
    const expected = interpretGraph(
      graph,
      new Map([["seed", { dtype: "u32", shape: [2], data: Float64Array.from(seedWords(seed)) }]]),
    );
    const variables = new Map(
      graph.outputs.map(({ name, path = "", value }): [string, StoredVariable] => {
        const array = expected.get(name);
        return [path, { path, dtype: value.type.dtype, shape: array?.shape ?? [] }];
      }),
    );
    const weights = initialWeights(graph, variables, seed);
    expect([...weights.keys()]).toEqual([...variables.keys()]);
    for (const [path, { dtype, bytes }] of weights) {
      const { data } = expected.get(`param/${path}`) ?? { data: new Float64Array() };
      expect(Buffer.compare(bytes, encodeElements(dtype, data, data.length)), path).toBe(0);
    }
    const other = initialWeights(graph, variables, seed + 1);
    expect(other.get("dense")?.bytes).not.toEqual(weights.get("dense")?.bytes);
  });
});
