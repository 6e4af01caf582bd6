import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Tensor } from "../../../src/runtime/tensor.ts";
import {
  encodeCheckpoint,
  parseCheckpoint,
  readCheckpoint,
  type Checkpoint,
} from "../../../src/runtime/train/checkpoint.ts";

const checkpoint: Checkpoint = {
  tensors: new Map<string, Tensor>([
    ["dense_0.bias", { dtype: "f32", shape: [2], data: Float32Array.of(1.5, -2) }],
    ["opt/m/dense_0.bias", { dtype: "f32", shape: [2], data: Float32Array.of(0, 1e-30) }],
    ["conv.kernel", { dtype: "f32", shape: [1, 1, 1, 1], data: Float32Array.of(3) }],
    ["seen", { dtype: "i64", shape: [], data: BigInt64Array.of(2n ** 40n) }],
  ]),
  perms: new Map([["conv.kernel", [3, 2, 0, 1]]]),
  progress: {
    step: 7,
    waited: 2,
    best: { value: 0.25, step: 5 },
    figures: { loss: 1, examples: 2, metrics: [{ sum: 3, count: 4 }] },
  },
  vocabulary: [" ", "a", "ß"],
};

describe("checkpoints", () => {
  it("come back from a file as they were", () => {
    const folder = mkdtempSync(join(tmpdir(), "modelc-test-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "net.safetensors");
    writeFileSync(path, encodeCheckpoint(checkpoint));
    const read = readCheckpoint(path);
    expect(read.ok && new Map([...read.value.tensors].sort())).toEqual(new Map([...checkpoint.tensors].sort()));
    expect(read.ok && { ...read.value, tensors: undefined }).toEqual({ ...checkpoint, tensors: undefined });
  });

  it("without progress are plain weights", () => {
    const { tensors, perms } = checkpoint;
    const read = parseCheckpoint(encodeCheckpoint({ tensors, perms }));
    expect(read.ok && Object.keys(read.value)).toEqual(["tensors", "perms"]);
  });

  it("name the byte at which a file is damaged", () => {
    const bytes = encodeCheckpoint(checkpoint);
    const cut = parseCheckpoint(bytes.subarray(0, bytes.length - 3));
    expect(cut).toMatchObject({ ok: false, error: expect.stringMatching(/^byte \d+: .*truncated/) as string });
    expect(parseCheckpoint(new Uint8Array(0))).toMatchObject({ ok: false });
    expect(readCheckpoint("no/such/file")).toEqual({ ok: false, error: "There is no file no/such/file." });
  });
});
