import { describe, expect, it } from "vitest";
import { variable } from "../../../src/dims/dim.ts";
import { elementSize, type ElementType } from "../../../src/support/element-bytes.ts";
import { loadRuntime } from "../../../src/runtime/onnx/load-runtime.ts";
import { createOnnxSession } from "../../../src/runtime/onnx/session.ts";
import { bytesOf, fromBytes, toNumbers } from "../../../src/runtime/onnx/typed-array.ts";
import { makeGraph, sessionOf, tensor } from "../../emit/onnx/graphs.ts";

const N = variable("N");

describe("loadRuntime", () => {
  it("says how to install the package where it is missing", () => {
    const result = loadRuntime("/nowhere");
    expect(result.ok ? "" : result.message).toContain("npm install onnxruntime-node");
  });
});

describe("createOnnxSession", () => {
  it("passes every element type through unchanged", async () => {
    const values: Readonly<Record<ElementType, readonly number[]>> = {
      f16: [0.5, -65504, 2 ** -24],
      bf16: [],
      f32: [Math.fround(0.1), -0, Infinity],
      f64: [0.1, Number.MIN_VALUE, -1e300],
      i8: [-128, 0, 127],
      i32: [-(2 ** 31), 0, 2 ** 31 - 1],
      i64: [-(2 ** 53), 0, 2 ** 53],
      u8: [0, 1, 255],
      u32: [0, 1, 2 ** 32 - 1],
      bool: [0, 1, 1],
    };
    const types = (Object.keys(elementSize) as ElementType[]).filter((it) => it !== "bf16");
    const graph = makeGraph(Object.fromEntries(types.map((dtype) => [dtype, { dtype, shape: [N] }])), (b, inputs) =>
      Object.fromEntries(Object.entries(inputs).map(([name, it]) => [`${name}/out`, b.op("identity", [it])])),
    );
    const session = await sessionOf(graph);
    expect(session.inputs.map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual(
      types.map((it) => [it, it, ["N"]]),
    );
    const results = await session.run(new Map(types.map((it) => [it, tensor(it, [3], values[it])])));
    for (const type of types) {
      const result = results.get(`${type}/out`);
      if (result === undefined) throw new Error(type);
      expect(result.dtype).toBe(type);
      expect([...toNumbers(result)]).toEqual(values[type]);
      expect(fromBytes(type, bytesOf(result))).toEqual(result.data);
    }
    await session.dispose();
  });

  it("gives the outputs asked for", async () => {
    const graph = makeGraph({ x: { shape: [N] } }, (b, { x }) => ({
      y: x === undefined ? b.scalar(0) : b.neg(x),
      z: b.scalar(1),
    }));
    const session = await sessionOf(graph);
    const results = await session.run(new Map([["x", tensor("f32", [2], [1, 2])]]), ["y"]);
    expect(results).toEqual(new Map([["y", tensor("f32", [2], [-1, -2])]]));
    await session.dispose();
  });

  it("returns what is wrong with a model that does not load", async () => {
    const result = await createOnnxSession(new Uint8Array([1, 2, 3]));
    expect(result.ok ? "" : result.message).toMatch(/load|protobuf/i);
  });

  it("rejects a model whose shapes are inferred to be wrong, when strict", async () => {
    const graph = makeGraph({ x: { shape: [2, 3] } }, (b, { x }) => {
      if (x === undefined) throw new Error("inputs");
      const wrong = b.value({ dtype: "f32", shape: x.type.shape.slice().reverse() });
      b.append({ kind: "operator", op: "neg", operands: [x], attributes: {}, results: [wrong] });
      return { y: b.op("exp", [wrong]) };
    });
    await expect(sessionOf(graph)).rejects.toThrow(/shape/i);
  });
});
