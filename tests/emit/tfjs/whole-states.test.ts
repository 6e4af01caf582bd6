import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { emitTfjs } from "../../../src/emit/tfjs/emit-tfjs.ts";
import { readSafetensors } from "../../../src/support/safetensors.ts";
import { cli, folderWith } from "../../cli/run-cli.ts";
import { useBackend } from "./backends.ts";
import { importEmitted } from "./load-emitted.ts";
import { unitOf } from "./spec-unit.ts";

// A count beyond 2^24, where float32 has gaps; one that begins there; integers that no state was computed with; truth
// values; a place to look up.
const spec = `
block Count: (x: f32[B, 2]) -> f32[B, 2] {
  state seen: i32[] = 16_777_217
  state many: i64[2] = 2_000_000_000
  state last: i32[2] = 7
  state odd: bool[] = ones
  state row: i32[1] = zeros
  rows = Embedding(3, 2)
  h = x + rows(row)
  seen <- seen + 1
  many <- many + 2
  last <- cast(x[0] * 100, i32)
  odd <- seen % 2 == 1
  row <- (row + 1) % 3
  h
}
model Net: (x: f32[B, 2]) -> logits: f32[B, 2] { x -> Count -> Dense(2) }
data Points {
  source: csv("points.csv")
  split: train 1.0
  x: f32[2] = stack(raw.a, raw.b, axis=-1)
  label: class(2) = raw.label
}
train Net on Points {
  loss: cross_entropy(logits, label)
  optimizer: sgd(lr=0.05)
  batch: 4
  steps: 5
}
`;
const table = "a,b,label\n0.25,-0.5,0\n0.25,-0.5,1\n0.25,-0.5,0\n0.25,-0.5,1\n";

const expected = {
  "count_0.seen": ["i32", new Uint8Array(Int32Array.of(16777222).buffer)],
  "count_0.many": ["i64", new Uint8Array(BigInt64Array.of(2000000010n, 2000000010n).buffer)],
  "count_0.last": ["i32", new Uint8Array(Int32Array.of(25, -50).buffer)],
  "count_0.odd": ["bool", Uint8Array.of(0)],
  "count_0.row": ["i32", new Uint8Array(Int32Array.of(2).buffer)],
};

function wholeStates(bytes: Uint8Array): Readonly<Record<string, readonly [string, Uint8Array]>> {
  const read = readSafetensors(bytes);
  if (!read.ok) throw new Error(read.error.message);
  return Object.fromEntries(
    [...read.file.tensors.values()]
      .filter((it) => it.dtype !== "f32")
      .map((it) => [it.name, [it.dtype, Uint8Array.from(it.bytes)] as const]),
  );
}

interface Emitted {
  readonly create: () => object;
  readonly load: (bytes: Uint8Array) => object;
  readonly save: (model: object) => Promise<Uint8Array>;
}

let module: Emitted;
beforeAll(async () => {
  await useBackend("cpu");
  const { module: net, train } = unitOf(spec);
  if (train === undefined) throw new Error("nothing to train");
  module = await importEmitted<Emitted>("whole-states", await emitTfjs({ module: net, train, name: "Net" }));
});

it.each([
  ["ONNX Runtime", ["--threads", "1"]],
  ["TensorFlow.js on cpu", ["--runtime", "tfjs", "--backend", "cpu"]],
  ["TensorFlow.js on wasm", ["--runtime", "tfjs", "--backend", "wasm"]],
] as const)(
  "states of whole numbers count exactly on %s, and come back through generated TypeScript",
  async (_, options) => {
    const folder = folderWith({ "net.model": spec, "points.csv": table });
    const out = join(folder, "out");
    const { code, err } = await cli(["train", join(folder, "net.model"), "--out", out, ...options]);
    expect({ code, err }).toMatchObject({ code: 0 });
    const bytes = readFileSync(join(out, "Net.safetensors"));
    expect(wholeStates(bytes)).toEqual(expected);
    expect(wholeStates(await module.save(module.load(bytes)))).toEqual(expected);
  },
);

it("states of whole numbers begin exactly", async () => {
  expect(wholeStates(await module.save(module.create()))).toMatchObject({
    "count_0.seen": ["i32", new Uint8Array(Int32Array.of(16777217).buffer)],
    "count_0.odd": ["bool", Uint8Array.of(1)],
  });
});
