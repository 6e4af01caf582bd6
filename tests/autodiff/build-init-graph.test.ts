import { describe, expect, it } from "vitest";
import { buildInitGraph } from "../../src/autodiff/build-init-graph.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { transposeArray } from "../../src/ops/define/nd-array.ts";
import { keyFor, seedWords, uniform } from "../../src/ops/random/counter.ts";
import { verifyGraph } from "../../src/graph/verify.ts";
import { func, moduleOf } from "../passes/module-testing.ts";
import { type } from "./gradient-testing.ts";
import { referenceTarget } from "../../src/passes/pipeline.ts";
import { onnxTarget } from "../../src/emit/onnx/onnx-target.ts";

const image = type("f32", "B", 4, 4, 2);
const conv = func(
  "Conv",
  { x: image },
  { parameters: { kernel: type("f32", 3, 3, 2, 2), bias: type("f32", 2) }, states: { mean: type("f32", 2) } },
  (body, { x }) => {
    const { b } = body;
    const y = b.op("conv", [x, body.param("kernel", type("f32", 3, 3, 2, 2))], { padding: "same" });
    return [b.sub(b.add(y, body.param("bias", type("f32", 2))), body.state("mean", type("f32", 2)))];
  },
);
const model = func("Net", { x: image }, { flavor: "model", results: ["y"] }, (body, { x }) => [
  body.repeat("layer", 2, false, x, (inner, h) => inner.call(conv, "conv", h)),
]);

describe("buildInitGraph", () => {
  const module = moduleOf(model, conv);
  const seed = { dtype: "u32" as const, shape: [2], data: Float64Array.from(seedWords(42)) };

  it("draws every variable from the key of its path and its loop indices, at step 0", () => {
    const graph = buildInitGraph(module, referenceTarget);
    expect(verifyGraph(graph)).toEqual([]);
    expect(graph.inputs.map((it) => it.name)).toEqual(["seed"]);
    expect(graph.outputs.map((it) => it.name)).toEqual([
      "param/layer.0.conv.kernel",
      "param/layer.0.conv.bias",
      "param/layer.1.conv.kernel",
      "param/layer.1.conv.bias",
      "state/layer.0.conv.mean",
      "state/layer.1.conv.mean",
    ]);
    expect(graph.outputs.map((it) => it.role)).toEqual([...Array<string>(4).fill("parameter"), "state", "state"]);
    const results = interpretGraph(graph, new Map([["seed", seed]]));
    // Glorot's bound for a 3 x 3 kernel from two channels to two.
    const limit = Math.sqrt(6 / (9 * 2 + 9 * 2));
    for (const index of [0, 1]) {
      const key = keyFor(42, 0, "layer.conv.kernel", [index]);
      results.get(`param/layer.${index}.conv.kernel`)?.data.forEach((it, at) => {
        expect(it).toBeCloseTo((2 * uniform(key, at) - 1) * limit, 6);
      });
      expect([...(results.get(`state/layer.${index}.conv.mean`)?.data ?? [])]).toEqual([0, 0]);
    }
  });

  it("gives kernels in stored order for ONNX", () => {
    const [logical, stored] = [referenceTarget, onnxTarget()].map((target) =>
      interpretGraph(buildInitGraph(module, target), new Map([["seed", seed]])),
    );
    const kernel = logical?.get("param/layer.1.conv.kernel");
    if (kernel === undefined) throw new Error("unreachable");
    expect(stored?.get("param/layer.1.conv.kernel")).toEqual(transposeArray(kernel, [3, 2, 0, 1]));
    expect(stored?.get("param/layer.1.conv.bias")).toEqual(logical?.get("param/layer.1.conv.bias"));
  });
});
