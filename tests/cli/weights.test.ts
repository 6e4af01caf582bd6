import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { readSafetensors, writeSafetensors, type SafeTensor } from "../../src/support/safetensors.ts";
import { cli, folderWith, type CliResult } from "./run-cli.ts";

// A kernel of [3, 3, 3, 3]: in any order of its axes it has the same shape.
const spec = `model Net: (x: f32[B, 3]) -> logits: f32[B, 2] {
  x -> Dense(48) -> reshape([B, 4, 4, 3]) -> Conv2D(3, kernel=3) -> BatchNorm -> Flatten -> head: Dense(2)
}
data Points {
  source: csv("points.csv")
  split: train 0.6, validate 0.2, test 0.2, seed 1
  x: f32[3] = stack(raw.a, raw.a, raw.a, axis=-1) -> standardize
  label: class(2) = raw.label
}
train Net on Points {
  loss: cross_entropy(logits, label)
  metrics: accuracy(logits, label)
  optimizer: momentum(lr=0.01)
  epochs: 2
  batch: 4
}
test Net on Points { expect accuracy >= 0 }
`;
const table = ["a,label", ...Array.from({ length: 10 }, (_, i) => `${i},${i % 2}`)].join("\n");

interface Parts {
  readonly tensors: ReadonlyMap<string, SafeTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

let weights = new Uint8Array();
let checkpoint = new Uint8Array();

beforeEach(async () => {
  if (weights.length > 0) return;
  const folder = folderWith({ "net.model": spec, "points.csv": table });
  const out = join(folder, "out");
  const { code, err } = await cli(["train", join(folder, "net.model"), "--out", out, "--threads", "1"]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  weights = new Uint8Array(readFileSync(join(out, "Net.safetensors")));
  checkpoint = new Uint8Array(readFileSync(join(out, "Net.checkpoint.safetensors")));
}, 60_000);

/** A file changed by hand. */
function changed(bytes: Uint8Array, change: (parts: Parts) => Partial<Parts>): Uint8Array {
  const read = readSafetensors(bytes);
  if (!read.ok) throw new Error(read.error.message);
  const parts = { ...read.file, ...change(read.file) };
  return writeSafetensors(parts.tensors.values(), parts.metadata).bytes;
}

const without =
  (path: string) =>
  ({ tensors }: Parts): Partial<Parts> => {
    expect([...tensors.keys()]).toContain(path);
    return { tensors: new Map([...tensors].filter(([name]) => name !== path)) };
  };

const withTensor =
  (path: string, part: Partial<SafeTensor>) =>
  ({ tensors }: Parts): Partial<Parts> => {
    const usual: SafeTensor = { name: path, dtype: "f32", shape: [], bytes: new Uint8Array(4) };
    return { tensors: new Map([...tensors, [path, { ...(tensors.get(path) ?? usual), ...part }]]) };
  };

const withEntry =
  (key: string, text: string) =>
  ({ metadata }: Parts): Partial<Parts> => ({ metadata: new Map([...metadata, [key, text]]) });

const numbers = (...values: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

type Command = "train" | "resume" | "test" | "build" | "predict";

/** Runs a command on the bytes of a file, as its weights or as what it resumes. */
async function runOn(command: Command, bytes: Uint8Array, more: readonly string[] = []): Promise<CliResult> {
  const folder = folderWith({ "net.model": spec, "points.csv": table });
  const [file, given, out] = [join(folder, "net.model"), join(folder, "given.safetensors"), join(folder, "out")];
  writeFileSync(given, bytes);
  switch (command) {
    case "train":
      return cli(["train", file, "--weights", given, "--out", out, "--threads", "1", ...more]);
    case "resume":
      writeFileSync(join(folder, "Net.checkpoint.safetensors"), bytes);
      return cli(["train", file, "--resume", "--out", folder, "--threads", "1", ...more]);
    case "test":
      return cli(["test", file, "--weights", given, "--threads", "1", ...more]);
    case "build":
      return cli(["build", file, "--weights", given, "--out", out, ...more]);
    case "predict":
      return cli(["predict", file, "--weights", given, "--split", "test", "--threads", "1", ...more]);
  }
}

const loading = ["train", "test", "build", "predict"] as const;

describe("weights that do not fit", () => {
  const cases: readonly (readonly [name: string, change: (parts: Parts) => Partial<Parts>, message: string])[] = [
    ["a missing tensor", without("head.bias"), "head.bias is missing"],
    ["a missing state", without("batch_norm_0.mean"), "batch_norm_0.mean is missing"],
    [
      "another element type",
      withTensor("head.bias", { dtype: "f64", bytes: new Uint8Array(16) }),
      "head.bias is f64[2], not f32[2]",
    ],
    ["another shape", withTensor("head.bias", { shape: [2, 1] }), "head.bias is f32[2, 1], not f32[2]"],
    [
      "an optimizer's memory of another shape",
      withTensor("opt/velocity/head.bias", { shape: [3], bytes: new Uint8Array(12) }),
      "opt/velocity/head.bias is f32[3], not f32[2]",
    ],
    [
      "an optimizer's memory of another type",
      withTensor("opt/velocity/head.bias", { dtype: "i32", shape: [2], bytes: new Uint8Array(8) }),
      "opt/velocity/head.bias is i32[2], not f32[2]",
    ],
    ["an optimizer's memory of nothing", withTensor("opt/m/other", {}), "the optimizer has no opt/m/other"],
    [
      "a statistic of another shape",
      withTensor("statistic/x.mean", { shape: [1], bytes: new Uint8Array(8) }),
      "statistic/x.mean is f64[1], not f64[3]",
    ],
    ["half of the statistics", without("statistic/x.deviation"), "statistic/x.deviation is missing"],
    [
      "a statistic of nothing",
      withTensor("statistic/y.mean", {}),
      "the data section has no statistic/y.mean (did you mean statistic/x.mean?)",
    ],
    ["a tensor too many", withTensor("head.bais", {}), "the model has no head.bais (did you mean head.bias?)"],
    ["no number", withTensor("head.bias", { bytes: numbers(1, NaN) }), "head.bias has NaN at [1]"],
    [
      "infinity",
      withTensor("batch_norm_0.mean", { bytes: numbers(-Infinity, 0, 0) }),
      "batch_norm_0.mean has -Infinity at [0]",
    ],
    [
      "a statistic that is no number",
      withTensor("statistic/x.mean", { bytes: new Uint8Array(Float64Array.of(0, 0, NaN).buffer) }),
      "statistic/x.mean has NaN at [2]",
    ],
    [
      "another order of axes",
      withEntry("perm", '{"conv2d_0.kernel":[0,1,2,3]}'),
      "conv2d_0.kernel has its axes stored in the order [0, 1, 2, 3], not [3, 2, 0, 1]",
    ],
    ["no order of axes", withEntry("perm", "{}"), "conv2d_0.kernel has its axes stored in the order [0, 1, 2, 3]"],
    [
      "an order of axes where there is none",
      withEntry("perm", '{"conv2d_0.kernel":[3,2,0,1],"head.kernel":[1,0]}'),
      "head.kernel has its axes stored in the order [1, 0], not [0, 1]",
    ],
    ["malformed orders", withEntry("perm", "["), 'metadata "perm": this is no JSON.'],
    ["malformed progress", withEntry("progress", '{"step":0.5}'), 'metadata "progress": step is 0.5'],
    ["malformed vocabularies", withEntry("vocabularies", "7"), 'metadata "vocabularies": it is no object of lists'],
  ];

  for (const [name, change, message] of cases) {
    it.each(loading)(`${name}: %s`, async (command) => {
      const { code, err } = await runOn(command, changed(weights, change));
      expect(err).toContain(message);
      expect(err).toContain("given.safetensors");
      expect(code).toBe(1);
    });
  }

  it("are told apart from orders that a file does not speak of", async () => {
    const silent = changed(weights, ({ metadata }) => ({
      metadata: new Map([...metadata].filter(([key]) => key !== "perm")),
    }));
    for (const command of loading) expect((await runOn(command, silent)).err).toBe("");
  });

  it("get the statistics of the data where they have none", async () => {
    const plain = changed(weights, ({ tensors }) => ({
      tensors: new Map([...tensors].filter(([name]) => !name.startsWith("statistic/"))),
    }));
    expect(await runOn("predict", plain)).toEqual(await runOn("predict", weights));
    const measured = async (bytes: Uint8Array): Promise<string> => (await runOn("test", bytes)).out;
    expect(await measured(plain)).toBe(await measured(weights));
  });

  it("cannot be built into TypeScript", async () => {
    const { code, err } = await runOn("build", weights, ["--target", "tfjs"]);
    expect({ code, err }).toEqual({
      code: 2,
      err: "error: --weights goes into ONNX files: generated TypeScript takes them with `load`.\n",
    });
  });
});

describe("checkpoints that cannot be resumed", () => {
  const cases: readonly (readonly [name: string, change: (parts: Parts) => Partial<Parts>, message: string])[] = [
    ["without an optimizer's memory", without("opt/velocity/head.bias"), "opt/velocity/head.bias is missing"],
    [
      "with another optimizer's",
      withTensor("opt/m/head.bias", { shape: [2], bytes: new Uint8Array(8) }),
      "the optimizer has no opt/m/head.bias",
    ],
    ["without statistics", without("statistic/x.mean"), "statistic/x.mean is missing"],
    [
      "with a memory that is no number",
      withTensor("opt/velocity/head.bias", { bytes: numbers(NaN, 0) }),
      "opt/velocity/head.bias has NaN at [0]",
    ],
    [
      "without progress",
      ({ metadata }) => ({ metadata: new Map([...metadata].filter(([key]) => key !== "progress")) }),
      "has no progress: these are plain weights",
    ],
    ["beyond the end", withEntry("progress", '{"step":5}'), "is at step 5, but this training ends at step 4"],
    [
      "beyond all ends",
      withEntry("progress", '{"step":4294967296}'),
      "step is 4294967296 where a whole number from 0 to 4294967295",
    ],
    ...["[]", "[{}]", '[{"sum":1,"hits":1}]', '[{"sum":1,"count":[1,2]}]', '[{"sum":1,"count":1,"bins":[]}]'].map(
      (metrics): (typeof cases)[number] => [
        `with figures of other metrics: ${metrics}`,
        withEntry("progress", `{"step":1,"figures":{"loss":1,"examples":1,"metrics":${metrics}}}`),
        "has other figures than this training, whose figures are loss, accuracy",
      ],
    ),
  ];
  it.each(cases)("%s", async (_, change, message) => {
    const { code, err } = await runOn("resume", changed(checkpoint, change));
    expect(err).toContain(message);
    expect(err).toContain("Net.checkpoint.safetensors");
    expect(code).toBe(1);
  });
});

describe("damaged weights", () => {
  it.each(loading)(
    "end in an error or in the same answer, never in a defect: %s",
    async (command) => {
      const sound = await runOn(command, weights);
      expect(sound.code).toBe(0);
      const headerEnd = 8 + Number(new DataView(weights.buffer, weights.byteOffset).getBigUint64(0, true));
      const damage = fc.oneof(
        fc.record({ at: fc.nat(headerEnd - 1), byte: fc.nat(255) }),
        fc.record({ length: fc.nat(weights.length - 1) }),
        fc.record({ more: fc.uint8Array({ minLength: 1, maxLength: 9 }) }),
      );
      const damaged = (how: { at?: number; byte?: number; length?: number; more?: Uint8Array }): Uint8Array => {
        const bytes = Uint8Array.from([...weights.subarray(0, how.length), ...(how.more ?? [])]);
        if (how.at !== undefined) bytes[how.at] = how.byte ?? 0;
        return bytes;
      };
      await fc.assert(
        fc.asyncProperty(damage, async (how) => {
          const { code, out, err } = await runOn(command, damaged(how));
          expect(err).not.toMatch(/defect|undefined|\[object/);
          if (code === 0 && command !== "train" && command !== "build")
            expect(out.replaceAll(/\/tmp\S*/g, "")).toBe(sound.out.replaceAll(/\/tmp\S*/g, ""));
          else expect([0, 1]).toContain(code);
        }),
        { numRuns: 10 },
      );
    },
    60_000,
  );
});
