import { describe, expect, it } from "vitest";
import { constant, divideExactly, multiply, subtract, variable } from "../../../src/dims/dim.ts";
import { assume, atLeast, divides, equal, lessThan, noFacts } from "../../../src/dims/facts.ts";
import { buildManifest, printManifest, type Manifest } from "../../../src/emit/onnx/manifest.ts";
import type { Graph, Module } from "../../../src/ir/graph.ts";
import { bindDimensions } from "../../../src/runtime/onnx/check-constraints.ts";
import { createStepLoop } from "../../../src/runtime/onnx/step-loop.ts";
import { toNumbers } from "../../../src/runtime/onnx/typed-array.ts";
import type { Tensor, Tensors } from "../../../src/runtime/tensor.ts";
import { makeGraph, sessionOf, tensor } from "../../emit/onnx/graphs.ts";
import { validate } from "../../emit/onnx/json-schema.ts";

const B = variable("B");
const T = variable("T");

/** Momentum descent on mean((x w - y)^2), made by hand. */
function trainGraph(): Graph {
  return makeGraph(
    {
      "batch/x": { shape: [B] },
      "batch/y": { shape: [B] },
      "param/w": { shape: [] },
      "opt/velocity/w": { shape: [], path: "velocity/w" },
      step: { shape: [], dtype: "i64" },
      "hyper/lr": { shape: [] },
    },
    (b, { "batch/x": x, "batch/y": y, "param/w": w, "opt/velocity/w": v, "hyper/lr": rate, step }) => {
      if (!x || !y || !w || !v || !rate || !step) throw new Error("inputs");
      const error = b.sub(b.mul(x, w), y);
      const gradient = b.mean(b.mul(b.scalar(2), b.mul(error, x)), [0]);
      const velocity = b.add(b.mul(b.scalar(0.5), v), gradient);
      return {
        "next/param/w": b.sub(w, b.mul(rate, velocity)),
        "next/opt/velocity/w": velocity,
        loss: b.mean(b.mul(error, error), [0]),
        "step plus": b.add(step, b.scalar(1, "i64")),
      };
    },
    { mode: "training" },
  );
}

function manifestOf(graph: Graph): Manifest {
  const facts = assume(
    noFacts,
    atLeast(constant(512), B),
    divides(constant(2), B),
    equal(divideExactly(multiply(B, constant(4)), constant(2)), multiply(B, constant(2))),
    lessThan(subtract(B, T), constant(7)),
  );
  const module: Module = {
    name: "Test",
    entry: "Test",
    functions: new Map(),
    facts,
    contract: [{ text: "B <= 512", message: "at most 512 at once", relation: atLeast(constant(512), B) }],
    resultFacts: new Map(),
  };
  const inputs = graph.inputs.map((it) =>
    it.role === "optimizer" || it.role === "hyper"
      ? { ...it, init: { name: "constant", arguments: { value: it.role === "hyper" ? 0.1 : 0 } } }
      : it,
  );
  return buildManifest({
    module,
    version: "0.0.0",
    opset: 18,
    weights: "Test.safetensors",
    graphs: [{ name: { kind: "train" }, file: "Test.train.onnx", graph: { ...graph, inputs }, stored: false }],
  });
}

describe("buildManifest", () => {
  const manifest = manifestOf(trainGraph());
  it("is what its schema says", () => {
    expect(validate(JSON.parse(printManifest(manifest)))).toEqual([]);
    expect(JSON.parse(printManifest(manifest))).toEqual(manifest);
  });

  it("says what carries, what is fed at first, and what must hold", () => {
    const { train } = manifest.graphs;
    expect(train?.carry).toEqual({ "next/param/w": "param/w", "next/opt/velocity/w": "opt/velocity/w" });
    expect(train?.inputs.map(({ name, default: first }) => [name, first])).toEqual([
      ["batch/x", undefined],
      ["batch/y", undefined],
      ["param/w", undefined],
      ["opt/velocity/w", 0],
      ["step", 0],
      ["hyper/lr", 0.1],
    ]);
    expect(manifest.constraints).toEqual([
      { text: "B <= 512", message: "at most 512 at once", check: [">=", 512, "B"] },
      { text: "B % 2 == 0", check: ["==", ["%", "B", 2], 0] },
      { text: "2 * B == 2 * B", check: ["==", ["*", 2, "B"], ["*", 2, "B"]] },
      { text: "B - T < 7", check: ["<", ["+", "B", ["*", -1, "T"]], 7] },
    ]);
  });
});

describe("bindDimensions", () => {
  const { graphs, constraints } = manifestOf(trainGraph());
  const inputs = (graphs.train?.inputs ?? []).filter((it) => it.role === "feature");
  const feed = (x: number, y = x): ReturnType<typeof bindDimensions> =>
    bindDimensions(
      inputs,
      constraints,
      new Map([
        ["batch/x", tensor("f32", [x], 0)],
        ["batch/y", tensor("f32", [y], 0)],
      ]),
    );

  it("reads dimensions, and leaves out constraints on others", () => {
    expect(feed(4)).toEqual({ ok: true, dims: new Map([["B", 4]]) });
  });

  it("says what does not fit", () => {
    expect(feed(4, 5)).toEqual({ ok: false, message: "input batch/y has the shape [B], not [5]: B is 4 in batch/x" });
    expect(feed(514)).toEqual({ ok: false, message: "at most 512 at once" });
    expect(feed(3)).toEqual({ ok: false, message: "B % 2 == 0 does not hold (B = 3)" });
    expect(bindDimensions(inputs, [], new Map())).toEqual({ ok: false, message: "input batch/x is missing" });
    expect(bindDimensions(inputs, [], new Map([["batch/x", tensor("i32", [1], 0)]]))).toEqual({
      ok: false,
      message: "input batch/x is f32, not i32",
    });
  });
});

describe("createStepLoop", () => {
  it("trains, and goes on from a snapshot exactly as it would have", async () => {
    const graph = trainGraph();
    const train = manifestOf(graph).graphs.train;
    if (train === undefined) throw new Error("manifest");
    const session = await sessionOf(graph);
    const create = (from?: Tensors) => {
      const values = new Map<string, Tensor>(from ?? [["param/w", tensor("f32", [], 0)]]);
      return { ...createStepLoop({ session, graph: train, values }), values };
    };
    const batch = (step: number): Map<string, ReturnType<typeof tensor>> => {
      const x = [Math.sin(step), Math.cos(step)];
      return new Map([
        ["batch/x", tensor("f32", [2], x)],
        [
          "batch/y",
          tensor(
            "f32",
            [2],
            x.map((it) => 3 * it),
          ),
        ],
        ["step", tensor("i64", [], step)],
      ]);
    };
    const accept = (): boolean => true;
    const loop = create();
    const losses: number[] = [];
    let other = create();
    for (let step = 0; step < 60; step++) {
      const results = await loop.run(batch(step), accept);
      expect([...results.keys()]).toEqual(["loss", "step plus"]);
      expect(results.get("step plus")?.data[0]).toBe(BigInt(step + 1));
      losses.push(Number(results.get("loss")?.data[0]));
      if (step === 30) other = create(loop.values);
      if (step > 30) expect((await other.run(batch(step), accept)).get("loss")?.data[0]).toBe(losses[step]);
    }
    const w = loop.values.get("param/w");
    if (w === undefined) throw new Error("w");
    expect(Math.abs((toNumbers(w)[0] ?? 0) - 3)).toBeLessThan(0.01);
    expect(losses[59]).toBeLessThan(1e-3 * (losses[0] ?? 0));
    // What is refused is shown, and carries nothing.
    const carried = new Map(loop.values);
    const shown = await loop.run(batch(60), () => false);
    expect([...shown.keys()]).toEqual(["loss", "step plus"]);
    expect(loop.values).toEqual(carried);
    expect((await loop.run(batch(60), accept)).get("loss")).toEqual(shown.get("loss"));
    expect(loop.values).not.toEqual(carried);
    // Another rate than the default is another run.
    const slow = create();
    const first = create();
    await slow.run(new Map([...batch(1), ["hyper/lr", tensor("f32", [], 0)]]), accept);
    await first.run(batch(1), accept);
    expect(slow.values.get("param/w")?.data[0]).toBe(0);
    expect(first.values.get("param/w")?.data[0]).not.toBe(0);
    await session.dispose();
  });
});
