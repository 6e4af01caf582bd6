import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Tensor } from "../../../src/runtime/tensor.ts";
import {
  encodeCheckpoint,
  encodeWeights,
  parseCheckpoint,
  readCheckpoint,
  type Checkpoint,
} from "../../../src/runtime/train/checkpoint.ts";
import { madeForm, madeParts, type Made } from "../../../src/runtime/train/made-of.ts";
import type { Func } from "../../../src/ir/graph.ts";
import type { DataProgram, RawField } from "../../../src/ir/program.ts";
import { writeSafetensors } from "../../../src/support/safetensors.ts";

const span = { file: { path: "t.model", text: "" }, start: 0, end: 0 };
const noFunction: Func = {
  key: "prepare",
  name: "prepare",
  flavor: "fn",
  hyperparameters: [],
  inputNames: [],
  resultNames: [],
  parameters: [],
  states: [],
  body: { inputs: [], nodes: [], results: [] },
  origin: span,
};
const dataOf = (reading: RawField["reading"]): Pick<DataProgram, "source" | "preparation"> => ({
  source: { kind: "npz", arguments: { path: "t.npz" }, origin: span },
  preparation: {
    func: noFunction,
    unrounded: noFunction,
    raw: [{ name: "a", type: { dtype: "i32", shape: [] }, ...(reading !== undefined && { reading }) }],
    statistics: [],
  },
});

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
    save: { monitor: "validate.accuracy", value: 0.25, step: 5 },
    stop: { monitor: "train.loss", value: 0.5, step: 3 },
    figures: {
      loss: 1,
      examples: 2,
      metrics: [
        { sum: NaN, count: 4 },
        { bins: [1, -Infinity, 0.1], count: 1 },
      ],
    },
  },
  vocabularies: { text: [" ", "a", "ß"], "species.categories": ["Adelie", "Gentoo"] },
  seed: 2 ** 40 + 1,
  origin: { by: "train", step: 7, seed: 3, model: "abc" },
  made: { form: madeForm, parts: Object.fromEntries(madeParts.map((it, at) => [it, at])) as Made["parts"] },
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
    const { tensors, perms = new Map<string, readonly number[]>() } = checkpoint;
    const read = parseCheckpoint(encodeCheckpoint({ tensors, perms }));
    expect(read.ok && Object.keys(read.value)).toEqual(["tensors", "perms"]);
  });

  it("of weights hold all of it too, each weight where it lay before the training", () => {
    const weights = [...checkpoint.tensors].filter(([name]) => !name.startsWith("opt/"));
    const [initial, trained] = [{ tensors: new Map(weights) }, checkpoint].map((it) =>
      encodeWeights(it, dataOf(undefined)),
    );
    for (const [name] of weights) {
      expect(trained?.places.get(name), name).toBeDefined();
      expect(trained?.places.get(name), name).toEqual(initial?.places.get(name));
    }
    const read = trained && parseCheckpoint(trained.bytes);
    expect(read?.ok && new Map([...read.value.tensors].sort())).toEqual(new Map([...checkpoint.tensors].sort()));
    expect(read?.ok && read.value.progress).toEqual(checkpoint.progress);
  });

  it("name the byte at which a file is damaged", () => {
    const bytes = encodeCheckpoint(checkpoint);
    const cut = parseCheckpoint(bytes.subarray(0, bytes.length - 3));
    expect(cut).toMatchObject({ ok: false, error: expect.stringMatching(/^byte \d+: .*truncated/) as string });
    expect(parseCheckpoint(new Uint8Array(0))).toMatchObject({ ok: false });
    expect(readCheckpoint("no/such/file")).toEqual({ ok: false, error: "There is no file no/such/file." });
  });
});

/** A checkpoint of one kernel, with metadata written by hand. */
function withMetadata(metadata: Readonly<Record<string, string>>): Uint8Array {
  const kernel = { name: "conv.kernel", dtype: "f32", shape: [1, 1, 1, 1], bytes: new Uint8Array(4) } as const;
  return writeSafetensors([kernel], new Map(Object.entries(metadata))).bytes;
}

describe("metadata of checkpoints", () => {
  const step = "step is";
  const best = (key: string, fields: string): string => `{"step":3,"${key}":{"monitor":"validate.loss",${fields}}}`;
  it.each([
    ["progress", "{", 'metadata "progress": this is no JSON.'],
    ["progress", "7", 'metadata "progress": it is no object.'],
    ["progress", "[]", "it is no object"],
    ["progress", "{}", `${step} missing where a whole number from 0 to 4294967295 is expected`],
    ["progress", '{"step":1,"step":2}', 'it has "step" twice'],
    ["progress", '{"step":1.5}', `${step} 1.5 where a whole number`],
    ["progress", '{"step":-1}', `${step} -1 where a whole number`],
    ["progress", '{"step":1e300}', `${step} 1e+300 where a whole number`],
    ["progress", '{"step":1e999}', `${step} null where a whole number`],
    ["progress", '{"step":null}', `${step} null where a whole number`],
    ["progress", '{"step":"3"}', `${step} "3" where a whole number`],
    ["progress", '{"step":3,"waited":4}', "waited is 4 where a whole number from 0 to 3 is expected"],
    ["progress", '{"step":3,"waited":0.5}', "waited is 0.5"],
    ["progress", '{"step":3,"best":{"value":1,"step":2}}', "its best value does not say what it is a value of"],
    ["progress", '{"step":3,"save":1}', "save is no object with a monitor"],
    ["progress", '{"step":3,"stop":{"value":1,"step":2}}', "stop is no object with a monitor"],
    ["progress", best("save", '"value":null,"step":1'), "save.value is null where a finite number is expected"],
    ["progress", best("stop", '"value":"NaN","step":1'), 'stop.value is "NaN" where a finite number is expected'],
    ["progress", best("stop", '"value":1,"step":4'), "stop.step is 4 where a whole number from 0 to 3"],
    ["progress", '{"step":3,"figures":[]}', "figures are no object with a list of metrics"],
    ["progress", '{"step":3,"figures":{"loss":1,"examples":1}}', "figures are no object with a list of metrics"],
    ["progress", '{"step":3,"figures":{"loss":null,"examples":1,"metrics":[]}}', "figures.loss is null"],
    ["progress", '{"step":3,"figures":{"loss":1,"examples":0.5,"metrics":[]}}', "figures.examples is 0.5"],
    ["progress", '{"step":3,"figures":{"loss":1,"examples":1,"metrics":[1]}}', "figures.metrics.0 is no object"],
    [
      "progress",
      '{"step":3,"figures":{"loss":1,"examples":1,"metrics":[{"sum":"1"}]}}',
      'figures.metrics.0.sum is "1"',
    ],
    [
      "progress",
      '{"step":3,"figures":{"loss":1,"examples":1,"metrics":[{"bins":[1,[2]]}]}}',
      "figures.metrics.0.bins is [2]",
    ],
    ["perm", "[]", 'metadata "perm": it is no object of axis orders by path.'],
    ["perm", '{"other":[0]}', "it speaks of other, which the file does not hold"],
    ["perm", '{"conv.kernel":[0,1,2]}', "conv.kernel has [0,1,2], which is no order of its 4 axes"],
    ["perm", '{"conv.kernel":[0,1,2,2]}', "conv.kernel has [0,1,2,2], which is no order of its 4 axes"],
    ["perm", '{"conv.kernel":[0,1,2,4]}', "which is no order of its 4 axes"],
    ["perm", '{"conv.kernel":[0,1,2.5,3]}', "which is no order of its 4 axes"],
    ["perm", '{"conv.kernel":"0123"}', "which is no order of its 4 axes"],
    ["seed", "x", 'metadata "seed": this is no JSON.'],
    ["seed", "1.5", 'metadata "seed": it is no whole number.'],
    ["seed", '"3"', "it is no whole number"],
    ["vocabularies", "[]", 'metadata "vocabularies": it is no object of lists of words.'],
    ["vocabularies", '{"text":{}}', "text has no list of words"],
    ["vocabularies", '{"text":["a",1]}', "text has no list of words"],
    ["vocabularies", '{"text":["a","b","a"]}', "text has a word twice"],
  ])("%s: %s", (key, text, message) => {
    const read = parseCheckpoint(withMetadata({ [key]: text }));
    expect(read.ok ? "ok" : read.error).toContain(message);
  });

  it("of generated TypeScript may have the step and the seed alone", () => {
    const read = parseCheckpoint(withMetadata({ progress: '{"step":7,"steps":null}', seed: "3" }));
    expect(read.ok && read.value.progress).toEqual({ step: 7, waited: 0 });
    expect(read.ok && read.value.seed).toBe(3);
    expect(read.ok && "perms" in read.value).toBe(false);
  });

  it("never throws, whatever it holds", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("progress", "perm", "vocabularies", "seed"),
        fc.oneof(
          fc.json(),
          fc.string(),
          fc
            .record({ step: fc.anything(), waited: fc.anything(), best: fc.object(), figures: fc.object() })
            .map((it) => JSON.stringify(it, (_, value: unknown) => (typeof value === "bigint" ? `${value}` : value))),
        ),
        (key, text) => {
          expect(typeof parseCheckpoint(withMetadata({ [key]: text })).ok).toBe("boolean");
        },
      ),
    );
  });
});
