import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { readSafetensors } from "../../../../src/emit/tfjs/prelude/safetensors.ts";
import { writeSafetensors } from "../../../../src/support/safetensors.ts";

describe("reading weights in generated code", () => {
  const numbers = Float32Array.of(1, -2, 3.5);
  const { bytes } = writeSafetensors(
    [
      { name: "a", dtype: "f32", shape: [3], bytes: new Uint8Array(numbers.buffer) },
      { name: "b", dtype: "f32", shape: [1], bytes: new Uint8Array(Float32Array.of(7).buffer) },
    ],
    new Map(),
  );

  it("takes bytes wherever they lie: an array, a part of one, a buffer of Node's", () => {
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    for (const file of [bytes, shifted.subarray(3), Buffer.from(bytes)]) {
      const { tensors } = readSafetensors(file);
      expect(tensors.get("a")).toEqual({ type: "F32", shape: [3], data: numbers });
      expect(tensors.get("b")).toEqual({ type: "F32", shape: [1], data: Float32Array.of(7) });
    }
  });

  it("refuses a truncated file", () => {
    expect(() => readSafetensors(bytes.subarray(0, bytes.length - 2))).toThrow("truncated");
    expect(() => readSafetensors(bytes.subarray(0, 5))).toThrow("truncated");
  });
});
