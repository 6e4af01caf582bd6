import { describe, expect, it } from "vitest";
import { emitOnnx } from "../../src/emit/onnx/emit-graph.ts";
import { encodeModel } from "../../src/emit/onnx/proto.ts";
import type { Graph } from "../../src/ir/graph.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { allOperators } from "../../src/ops/registry.ts";
import { verifyGraph } from "../../src/graph/verify.ts";
import { expandComposites, keepNone } from "../../src/passes/expand-composites.ts";
import { finalPasses, runPasses } from "../../src/passes/pipeline.ts";
import { widen } from "../../src/passes/widen.ts";
import { fromNumbers, toNumbers } from "../../src/runtime/onnx/typed-array.ts";
import { asInputs, sessionOf } from "../emit/onnx/graphs.ts";
import { relativeError } from "../ops/relative-error.ts";
import { graphOf, type } from "../autodiff/gradient-testing.ts";
import { describeSample, graphOfSample, inputsOfSample } from "../ops/sample-graphs.ts";
import { onnxTarget } from "../../src/emit/onnx/onnx-target.ts";

/** Whether some node computes in f32 after all: ONNX Runtime has no double kernel for it. */
const isSingle = (graph: Graph): boolean =>
  graph.nodes.some((node) => node.results.some((it) => it.type.dtype === "f32") || node.kind === "scan");

describe("widen", () => {
  // What the language may call: anything of it may stand in a feature.
  for (const operator of allOperators.filter((it) => it.exposed)) {
    it.each(operator.samples.map((sample) => [describeSample(sample), sample] as const))(
      `${operator.name} works in double precision on ONNX Runtime: %s`,
      async (_, sample) => {
        const wide = widen(expandComposites(graphOfSample(operator, sample), keepNone), { rounded: false });
        expect(verifyGraph(wide)).toEqual([]);
        const types = new Map(wide.inputs.map((it) => [it.name, it.value.type.dtype]));
        expect([...types.values()]).not.toContain("f32");
        const graph = runPasses(wide, finalPasses(onnxTarget(18), "inference"));
        const inputs = new Map(
          [...inputsOfSample(wide, sample)].map(([name, it]) => [name, { ...it, dtype: types.get(name) ?? it.dtype }]),
        );
        const session = await sessionOf(encodeModel(emitOnnx(graph, { ...asInputs, opset: 18 })));
        const feeds = [...inputs].map(
          ([name, it]) => [name, { ...it, data: fromNumbers(it.dtype, it.data, it.data.length) }] as const,
        );
        const known = new Set(graph.inputs.map((it) => it.name));
        const found = await session.run(new Map(feeds.filter(([name]) => known.has(name))));
        await session.dispose();
        for (const [name, array] of interpretGraph(wide, inputs)) {
          const tensor = found.get(name);
          if (tensor === undefined) throw new Error(`no output ${name}`);
          const error = relativeError({ ...tensor, data: toNumbers(tensor) }, array);
          expect(error).toBeLessThanOrEqual(isSingle(wide) ? 1e-6 : 1e-14);
        }
      },
    );
  }

  it("rounds outputs to their own types, and nothing before", () => {
    const operator = allOperators.find((it) => it.name === "sub");
    const [sample] = operator?.samples ?? [];
    if (operator === undefined || sample === undefined) throw new Error("no sample");
    const graph = widen(graphOfSample(operator, sample), { rounded: true });
    expect(graph.nodes.map((node) => (node.kind === "operator" ? node.op : node.kind))).toEqual(["sub", "cast"]);
    expect(graph.outputs.map((it) => it.value.type.dtype)).toEqual(["f32"]);
    expect(graph.inputs.every((it) => it.value.type.dtype === "f64")).toBe(true);
  });

  it("rounds each output by itself where it rounds, and leaves them in double precision where it does not", () => {
    const graph = graphOf({ x: type("f32", 3), at: type("i32", 3) }, (b, { x, at }) => ({
      third: b.div(x, b.scalar(3)),
      tenth: b.div(x, b.scalar(10)),
      half: b.div(x, b.scalar(2)),
      at: b.add(at, at),
    }));
    const inputs = new Map([
      ["x", { dtype: "f64" as const, shape: [3], data: Float64Array.of(1, 2, 4) }],
      ["at", { dtype: "i32" as const, shape: [3], data: Float64Array.of(0, 1, 2) }],
    ]);
    const [rounded, whole] = [true, false].map((it) => widen(graph, { rounded: it }));
    if (rounded === undefined || whole === undefined) throw new Error("unreachable");
    expect(verifyGraph(rounded)).toEqual([]);
    expect(rounded.outputs.map((it) => it.value.type.dtype)).toEqual(["f32", "f32", "f32", "i32"]);
    expect(whole.outputs.map((it) => it.value.type.dtype)).toEqual(["f64", "f64", "f64", "i32"]);
    for (const it of [rounded, whole]) {
      const results = interpretGraph(it, inputs);
      expect(results.get("third")?.data[0]).toBeCloseTo(1 / 3, 6);
      expect(results.get("tenth")?.data[0]).toBeCloseTo(1 / 10, 6);
      expect(results.get("at")?.data).toEqual(Float64Array.of(0, 2, 4));
    }
  });
});
