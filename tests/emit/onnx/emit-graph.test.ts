import { afterAll, describe, expect, it } from "vitest";
import fc from "fast-check";
import {
  add,
  ceilDivide,
  constant,
  evaluateExact,
  floorDivide,
  maximum,
  minimum,
  modulo,
  multiply,
  subtract,
  variable,
  type Dim,
} from "../../../src/dims/dim.ts";
import { decodeModel, encodeModel } from "../../../src/emit/onnx/proto.ts";
import { emitOnnx } from "../../../src/emit/onnx/emit-graph.ts";
import { printOnnx } from "../../../src/emit/onnx/print-onnx.ts";
import type { Graph } from "../../../src/ir/graph.ts";
import { toNumbers } from "../../../src/runtime/onnx/typed-array.ts";
import { writeSafetensors } from "../../../src/support/safetensors.ts";
import { findOnnxChecker } from "../../oracles/onnx-checker.ts";
import { asInputs, makeGraph, sessionOf, tensor } from "./graphs.ts";

const B = variable("B");
const T = variable("T");

/** An RNN over [B, T, 2] along axis 1, with free dims, a bias captured from outside, and both directions. */
function rnn(reverse: boolean): Graph {
  return makeGraph(
    { "batch/x": { shape: [B, T, 2] }, "param/rnn.bias": { shape: [2] } },
    (b, { "batch/x": x, "param/rnn.bias": bias }) => {
      if (x === undefined || bias === undefined) throw new Error("inputs");
      const zero = b.zeros({ dtype: "f32", shape: [B, constant(2)] });
      const [last, all] = b.scan(
        { initial: [zero], sequences: [x], sequenceAxes: [1], emitAxes: [1], length: T, reverse },
        (inner, [h], [xt]) => {
          if (h === undefined || xt === undefined) throw new Error("scan");
          const next = inner.add(inner.add(inner.mul(h, inner.scalar(0.5)), xt), bias);
          return { carries: [next], emits: [next] };
        },
      );
      if (last === undefined || all === undefined) throw new Error("results");
      return { last, all };
    },
  );
}

/** Linear regression by gradient descent, made by hand: one step. */
function regression(): Graph {
  return makeGraph(
    {
      "param/w": { shape: [3] },
      "param/b": { shape: [] },
      "batch/x": { shape: [B, 3] },
      "batch/y": { shape: [B] },
      "hyper/lr": { shape: [] },
    },
    (b, { "param/w": w, "param/b": bias, "batch/x": x, "batch/y": y, "hyper/lr": rate }) => {
      if (!w || !bias || !x || !y || !rate) throw new Error("inputs");
      const error = b.sub(b.add(b.sum(b.mul(x, w), [1]), bias), y);
      const loss = b.mean(b.mul(error, error), [0]);
      const scaled = b.mul(error, b.div(b.scalar(2), b.dimAs(B, "f32")));
      const dw = b.sum(b.mul(x, b.reshape(scaled, [B, constant(1)])), [0]);
      return {
        "next/param/w": b.sub(w, b.mul(rate, dw)),
        "next/param/b": b.sub(bias, b.mul(rate, b.sum(scaled, [0]))),
        loss,
      };
    },
    { mode: "training", name: "Regression" },
  );
}

const checked = new Map<string, Uint8Array | string>();
const note = (name: string, graph: Graph): void => {
  const model = emitOnnx(graph, asInputs);
  checked.set(`${name}.onnx`, encodeModel(model));
  checked.set(`${name}.onnx.txt`, printOnnx(model, { maxElements: Infinity }));
};

describe("emitOnnx", () => {
  it.each([false, true])("scans along an axis, reverse %s", async (reverse) => {
    const graph = rnn(reverse);
    note(`rnn-${reverse}`, graph);
    const session = await sessionOf(graph);
    const x = tensor("f32", [1, 3, 2], [1, 10, 2, 20, 4, 40]);
    const feeds = new Map([
      ["batch/x", x],
      ["param/rnn.bias", tensor("f32", [2], [0, 1])],
    ]);
    const results = await session.run(feeds);
    const all = results.get("all");
    const last = results.get("last");
    if (all === undefined || last === undefined) throw new Error("outputs");
    expect(all.shape).toEqual([1, 3, 2]);
    expect([...toNumbers(all)]).toEqual(reverse ? [0, 1, 2, 3, 4, 5].map(reversed) : [1, 11, 2.5, 26.5, 5.25, 54.25]);
    expect([...toNumbers(last)]).toEqual(reverse ? [reversed(0), reversed(1)] : [5.25, 54.25]);
    await session.dispose();
  });

  it("computes every dimension as the language defines it", async () => {
    const A = variable("A");
    const leaf = fc.oneof(
      fc.constantFrom(A, B),
      fc.integer({ min: -3, max: 5 }).map((it) => constant(it)),
    );
    const positive = fc.oneof(
      fc.constantFrom<Dim>(A, B),
      fc.integer({ min: 1, max: 5 }).map((it) => constant(it)),
    );
    const { dim } = fc.letrec<{ dim: Dim }>((tie) => ({
      dim: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.tuple(tie("dim"), tie("dim")).map(([a, b]) => add(a, b)),
        fc.tuple(tie("dim"), tie("dim")).map(([a, b]) => subtract(a, b)),
        fc.tuple(tie("dim"), leaf).map(([a, b]) => multiply(a, b)),
        fc.tuple(tie("dim"), positive).map(([a, b]) => floorDivide(a, b)),
        fc.tuple(tie("dim"), positive).map(([a, b]) => ceilDivide(a, b)),
        fc.tuple(tie("dim"), positive).map(([a, b]) => modulo(a, b)),
        fc.tuple(tie("dim"), tie("dim")).map(([a, b]) => minimum(a, b)),
        fc.tuple(tie("dim"), tie("dim")).map(([a, b]) => maximum(a, b)),
      ),
    }));
    const dims = fc.sample(dim, { numRuns: 120, seed: 7 });
    const graph = makeGraph({ x: { shape: [A, constant(1), B] } }, (b) =>
      Object.fromEntries(dims.map((it, index) => [`d${index}`, b.dim(it)])),
    );
    note("dims", graph);
    const session = await sessionOf(graph);
    for (const [a, b] of [
      [1, 1],
      [2, 3],
      [7, 4],
      [5, 5],
      [64, 3],
    ] as const) {
      const results = await session.run(new Map([["x", tensor("f32", [a, 1, b], 0)]]));
      const env = new Map([
        ["A", a],
        ["B", b],
      ]);
      dims.forEach((it, index) => {
        expect(results.get(`d${index}`)?.data[0], `dimension ${index}`).toBe(evaluateExact(it, env));
      });
    }
    await session.dispose();
  });

  it("reshapes and fills by free dimensions, inside a scan too", async () => {
    const graph = makeGraph({ x: { shape: [B, T] } }, (b, { x }) => {
      if (x === undefined) throw new Error("inputs");
      const flat = b.reshape(x, [multiply(B, T)]);
      const square = b.broadcast(b.reshape(x, [B, constant(1), T]), [B, T, T]);
      const [sums] = b.scan(
        {
          initial: [b.zeros({ dtype: "f32", shape: [multiply(B, T)] })],
          sequences: [],
          sequenceAxes: [],
          emitAxes: [],
          length: floorDivide(T, constant(2)),
          reverse: false,
        },
        (inner, [s]) => {
          if (s === undefined) throw new Error("scan");
          const ones = inner.constant({ dtype: "f32", shape: [multiply(T, B)] }, 2);
          return { carries: [inner.add(inner.add(s, ones), flat)], emits: [] };
        },
      );
      if (sums === undefined) throw new Error("results");
      return { square, sums };
    });
    note("free", graph);
    const session = await sessionOf(graph);
    const results = await session.run(new Map([["x", tensor("f32", [2, 5], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])]]));
    expect(results.get("square")?.shape).toEqual([2, 5, 5]);
    expect([...(results.get("sums")?.data ?? [])]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((it) => 2 * (2 + it)));
    await session.dispose();
  });

  it("trains by carrying outputs to inputs", async () => {
    const graph = regression();
    note("regression", graph);
    const session = await sessionOf(graph);
    const x = Array.from({ length: 60 }, (_, i) => Math.sin(i * i * 1.7));
    const y = Array.from(
      { length: 20 },
      (_, i) => 1 * (x[3 * i] ?? 0) - 2 * (x[3 * i + 1] ?? 0) + 3 * (x[3 * i + 2] ?? 0) + 0.5,
    );
    const feeds = new Map([
      ["param/w", tensor("f32", [3], 0)],
      ["param/b", tensor("f32", [], 0)],
      ["batch/x", tensor("f32", [20, 3], x)],
      ["batch/y", tensor("f32", [20], y)],
      ["hyper/lr", tensor("f32", [], 0.3)],
    ]);
    for (let step = 0; step < 300; step++) {
      for (const [name, value] of await session.run(feeds)) {
        if (name.startsWith("next/")) feeds.set(name.slice(5), value);
      }
    }
    const w = feeds.get("param/w")?.data ?? [];
    expect(Math.abs(Number(w[0]) - 1) + Math.abs(Number(w[1]) + 2) + Math.abs(Number(w[2]) - 3)).toBeLessThan(1e-3);
    await session.dispose();
  });

  it("gives the same bytes for the same graph, and decodes to what was encoded", () => {
    for (const make of [() => rnn(true), regression]) {
      const model = emitOnnx(make(), asInputs);
      const bytes = encodeModel(model);
      expect(encodeModel(emitOnnx(make(), asInputs))).toEqual(bytes);
      expect(encodeModel(decodeModel(bytes))).toEqual(bytes);
      expect(decodeModel(bytes).graph.nodes.map((it) => it.type)).toEqual(model.graph.nodes.map((it) => it.type));
    }
  });

  it("reads parameters from a safetensors file, bit-exact and unaligned", async () => {
    const graph = makeGraph(
      { "param/w": { shape: [3] }, "state/n": { shape: [], dtype: "i64" }, x: { shape: [B, 3] } },
      (b, { "param/w": w, "state/n": n, x }) => {
        if (!w || !n || !x) throw new Error("inputs");
        return { y: b.mul(x, w), w: b.op("identity", [w]), n };
      },
    );
    const w = Float32Array.of(1e-42, Math.PI, -0);
    const file = writeSafetensors([
      { name: "w", dtype: "f32", shape: [3], bytes: new Uint8Array(w.buffer) },
      { name: "n", dtype: "i64", shape: [], bytes: new Uint8Array(BigInt64Array.of(2n ** 60n + 1n).buffer) },
    ]);
    // One byte before each tensor moves every offset off its alignment.
    for (const shift of [0, 1]) {
      const bytes = new Uint8Array(file.bytes.length + shift);
      bytes.set(file.bytes, shift);
      const entries = new Map([...file.places].map(([path, it]) => [path, { ...it, offset: it.offset + shift }]));
      const model = emitOnnx(graph, {
        ...asInputs,
        parametersAs: "initializers",
        externalWeights: { file: "w.safetensors", entries },
      });
      expect(model.graph.inputs.map((it) => it.name)).toEqual(["x"]);
      const session = await sessionOf(encodeModel(model), { externalData: new Map([["w.safetensors", bytes]]) });
      const results = await session.run(new Map([["x", tensor("f32", [1, 3], 1)]]));
      expect(results.get("w")?.data).toEqual(w);
      expect(results.get("n")?.data).toEqual(BigInt64Array.of(2n ** 60n + 1n));
      await session.dispose();
    }
  });

  it.each([18, 19, 20, 21, 22, 23, 24, 25, 26])("loads and runs at opset %d", async (opset) => {
    for (const graph of [rnn(true), regression()]) {
      const session = await sessionOf(encodeModel(emitOnnx(graph, { ...asInputs, opset })));
      expect(session.outputs.length).toBeGreaterThan(0);
      await session.dispose();
    }
  });

  it("gives a convolution its bias, unless its result is read elsewhere too", async () => {
    const attributes = { strides: [1, 1], dilations: [1, 1], groups: constant(1), padding: "valid", layout: "NCHW" };
    const made = (twice: boolean): Graph =>
      makeGraph(
        { x: { shape: [B, 2, 4, 4] }, w: { shape: [3, 2, 3, 3] }, bias: { shape: [3] } },
        (b, { x, w, bias }) => {
          if (!x || !w || !bias) throw new Error("inputs");
          const z = b.op("conv", [x, w], attributes);
          const y = b.add(b.reshape(bias, [constant(3), constant(1), constant(1)]), z);
          return { y: twice ? b.mul(y, z) : y };
        },
      );
    const types = (graph: Graph): readonly string[] => emitOnnx(graph, asInputs).graph.nodes.map((it) => it.type);
    expect(types(made(false))).toEqual(["Conv"]);
    expect(types(made(true))).toEqual(["Conv", "Reshape", "Add", "Mul"]);
    note("conv-bias", made(false));
    const session = await sessionOf(made(false));
    const feeds = new Map([
      ["x", tensor("f32", [1, 2, 4, 4], 1)],
      ["w", tensor("f32", [3, 2, 3, 3], 0.5)],
      ["bias", tensor("f32", [3], [1, 2, 3])],
    ]);
    const { data } = (await session.run(feeds)).get("y") ?? tensor("f32", [], 0);
    expect([...data]).toEqual([10, 10, 10, 10, 11, 11, 11, 11, 12, 12, 12, 12]);
    await session.dispose();
  });

  it("names values after the source and layers", () => {
    const graph = makeGraph(
      { "param/dense_0.kernel": { shape: [3] }, x: { shape: [B, 3] } },
      (b, { "param/dense_0.kernel": w, x }) => {
        if (!w || !x) throw new Error("inputs");
        return { y: b.op("relu", [b.mul(x, w)]) };
      },
    );
    const names = emitOnnx(graph, asInputs).graph.nodes.flatMap((it) => it.outputs);
    expect(names).toEqual(["dense_0/mul", "y"]);
  });
});

describe("a product that is divided by a number", () => {
  it.each([
    [0, Infinity],
    [1e-320, Infinity],
    [4, 5.5],
  ])("runs, also where that is %d", async (number, expected) => {
    const graph = makeGraph(
      { "batch/x": { dtype: "f64", shape: [B, 2] }, "param/w": { dtype: "f64", shape: [2, 3] } },
      (b, { "batch/x": x, "param/w": w }) => {
        if (!x || !w) throw new Error("inputs");
        const number64 = b.scalar(number, "f64");
        return { y: b.matmul(b.div(x, number64), w), z: b.div(b.matmul(x, w), number64) };
      },
    );
    const session = await sessionOf(encodeModel(emitOnnx(graph, asInputs)));
    const feeds = new Map([
      ["batch/x", tensor("f64", [1, 2], [2, 5])],
      ["param/w", tensor("f64", [2, 3], [1, 1, 1, 4, 4, 4])],
    ]);
    const found = await session.run(feeds);
    for (const name of ["y", "z"]) {
      const values = [...toNumbers(found.get(name) ?? tensor("f64", [0], []))];
      expect(values.every((it) => it === expected || (number === 1e-320 && it > 1e300))).toBe(true);
      expect(values).toHaveLength(3);
    }
  });
});

/** The reverse run of the cell over (1,10), (2,20), (4,40) with bias (0,1): hidden states at places 0, 1, 2. */
function reversed(i: number): number {
  const third = [4, 41];
  const second = third.map((h, k) => h / 2 + (k === 0 ? 2 : 21));
  const first = second.map((h, k) => h / 2 + (k === 0 ? 1 : 11));
  return [...first, ...second, ...third][i] ?? NaN;
}

describe("the official checker", () => {
  const checker = findOnnxChecker();
  afterAll(() => {
    if (checker !== undefined) console.info(`${checked.size} models and texts checked by ${checker.description}`);
  });
  it.skipIf(checker === undefined)("accepts every model and its text, strictly", () => {
    expect(checked.size).toBeGreaterThan(8);
    expect(Object.fromEntries(checker?.check(checked) ?? [])).toEqual({});
  });
});
