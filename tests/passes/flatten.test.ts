import { describe, expect, it } from "vitest";
import { flatten } from "../../src/passes/flatten.ts";
import { expandKeys } from "../../src/passes/expand-keys.ts";
import { parametersOf, statesOf } from "../../src/graph/parameters-of.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { baseKey, placeKey, seedWords } from "../../src/ops/random/counter.ts";
import { inputsFor, type } from "../autodiff/gradient-testing.ts";
import { func, moduleOf } from "./module-testing.ts";

const row = type("f32", "B", 3);

const dense = func(
  "Dense",
  { x: row },
  { parameters: { kernel: type("f32", 3, 3), bias: type("f32", 3) } },
  (body, { x }) => {
    const { b } = body;
    return [b.add(b.matmul(x, body.param("kernel", type("f32", 3, 3))), body.param("bias", type("f32", 3)))];
  },
);

/** Adds a running sum of batch means in training; adds what it has gathered in inference. */
const running = func("Running", { x: row }, { states: { sum: type("f32", 3) } }, (body, { x }) => {
  const { b } = body;
  body.update("sum", (inner) => inner.b.add(inner.state("sum", type("f32", 3)), inner.b.mean(x, [0])));
  return [b.add(x, body.state("sum", type("f32", 3)))];
});

const layer = func("Layer", { x: row }, {}, (body, { x }) => [
  body.call(running, "running", body.b.op("tanh", [body.call(dense, "dense", x)])),
]);

const model = func("Net", { x: row }, { flavor: "model", results: ["y"] }, (body, { x }) => {
  const first = body.call(dense, "shared", x);
  const deep = body.repeat("layer", 3, false, first, (inner, h) => inner.call(layer, "", h));
  const looped = body.repeat("loop", 2, true, deep, (inner, h) => inner.call(layer, "cell", h));
  return [body.call(dense, "shared", looped)];
});

const module = moduleOf(model, dense, running, layer);

describe("flatten", () => {
  it("gives absolute paths, one for what is shared", () => {
    expect(parametersOf(module).map((it) => it.path)).toEqual([
      "shared.kernel",
      "shared.bias",
      "layer.0.dense.kernel",
      "layer.0.dense.bias",
      "layer.1.dense.kernel",
      "layer.1.dense.bias",
      "layer.2.dense.kernel",
      "layer.2.dense.bias",
      "loop.cell.dense.kernel",
      "loop.cell.dense.bias",
    ]);
    expect(statesOf(module).map((it) => it.path)).toEqual([
      "layer.0.running.sum",
      "layer.1.running.sum",
      "layer.2.running.sum",
      "loop.cell.running.sum",
    ]);
    const graph = flatten(module, { mode: "training" });
    const names = graph.inputs.map((it) => it.name);
    expect(names.slice(0, 2)).toEqual(["batch/x", "param/shared.kernel"]);
    expect(names).toEqual([
      "batch/x",
      ...parametersOf(module).map((it) => `param/${it.path}`),
      ...statesOf(module).map((it) => `state/${it.path}`),
    ]);
    expect(graph.nodes.every((it) => it.kind === "operator" || it.kind === "constant")).toBe(true);
  });

  it("specialises by mode and threads states in the order of the program", () => {
    const training = flatten(module, { mode: "training" });
    const inference = flatten(module, { mode: "inference" });
    expect(inference.inputs[0]?.name).toBe("x");
    expect(inference.outputs.map((it) => it.name)).toEqual(["y"]);
    expect(training.outputs.map((it) => it.name)).toEqual([
      "y",
      ...statesOf(module).map((it) => `next/state/${it.path}`),
    ]);
    expect(training.outputs.at(-1)?.carries).toBe("state/loop.cell.running.sum");

    // The same by hand, on numbers.
    const inputs = inputsFor(training, { B: 2 });
    const at = (name: string): readonly number[] => [...(inputs.get(name)?.data ?? [])];
    const states = new Map(statesOf(module).map((it) => [it.path, at(`state/${it.path}`)]));
    let x = at("batch/x");
    const apply = (path: string, rows: readonly number[]): readonly number[] => {
      const [kernel, bias] = [at(`param/${path}.kernel`), at(`param/${path}.bias`)];
      return [0, 1].flatMap((row) =>
        [0, 1, 2].map((to) =>
          [0, 1, 2].reduce(
            (sum, from) => sum + (rows[3 * row + from] ?? 0) * (kernel[3 * from + to] ?? 0),
            bias[to] ?? 0,
          ),
        ),
      );
    };
    const layerOf = (path: string, rows: readonly number[]): readonly number[] => {
      const active = apply(`${path}.dense`, rows).map(Math.tanh);
      const sum = (states.get(`${path}.running.sum`) ?? []).map(
        (it, index) => it + ((active[index] ?? 0) + (active[index + 3] ?? 0)) / 2,
      );
      states.set(`${path}.running.sum`, sum);
      return active.map((it, index) => it + (sum[index % 3] ?? 0));
    };
    x = apply("shared", x);
    for (const path of ["layer.0", "layer.1", "layer.2", "loop.cell", "loop.cell"]) x = layerOf(path, x);
    x = apply("shared", x);
    const results = interpretGraph(training, inputs);
    x.forEach((it, index) => expect(results.get("y")?.data[index]).toBeCloseTo(it, 12));
    for (const [path, sum] of states) {
      sum.forEach((it, index) => expect(results.get(`next/state/${path}`)?.data[index]).toBeCloseTo(it, 12));
    }
  });

  it("unrolls many layers in linear time and size", () => {
    const deep = (count: number) => {
      const net = func("Deep", { x: row }, { flavor: "model", results: ["y"] }, (body, { x }) => [
        body.repeat("layer", count, false, x, (inner, h) => inner.call(layer, "", h)),
      ]);
      return flatten(moduleOf(net, dense, running, layer), { mode: "training" });
    };
    const [small, large] = [deep(10), deep(1000)];
    expect(large.nodes.length).toBe(100 * small.nodes.length);
    expect(large.inputs.length - 1).toBe(100 * (small.inputs.length - 1));
  });

  it("makes keys of paths without indices, the indices, and the step's key", () => {
    const pair = type("f32", "B", 2);
    const noisy = func("Noisy", { x: pair }, {}, (body, { x }) => [
      body.b.add(x, body.b.cast(body.key("noise"), "f32")),
    ]);
    const net = func("Net", { x: pair }, { flavor: "model", results: ["y"] }, (body, { x }) => [
      body.repeat("layer", 2, false, x, (inner, h) => inner.call(noisy, "drop", h)),
    ]);
    const graph = flatten(moduleOf(net, noisy), { mode: "training" });
    const keys = graph.nodes.flatMap((it) => (it.kind === "key" ? [it] : []));
    expect(keys.map((it) => [it.path, it.indices])).toEqual([
      ["layer.drop.noise", [0]],
      ["layer.drop.noise", [1]],
    ]);
    expect(graph.inputs.map((it) => it.name)).toEqual(["batch/x", "step", "seed"]);
    const inputs = inputsFor(graph, { B: 1 });
    inputs.set("seed", { dtype: "u32", shape: [2], data: Float64Array.from(seedWords(7)) });
    inputs.set("step", { dtype: "i64", shape: [], data: Float64Array.of(3) });
    const expected = [0, 1].map((index) => placeKey(baseKey(seedWords(7), 3), "layer.drop.noise", [index])[0]);
    for (const variant of [graph, expandKeys(graph)]) {
      const y = interpretGraph(variant, inputs).get("y")?.data[0];
      expect(y).toBeCloseTo((inputs.get("batch/x")?.data[0] ?? NaN) + (expected[0] ?? 0) + (expected[1] ?? 0), 4);
    }
    expect(expandKeys(graph).nodes.some((it) => it.kind === "key")).toBe(false);
  });
});
