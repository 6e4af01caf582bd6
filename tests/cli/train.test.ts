import { copyFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readCheckpoint, type Checkpoint } from "../../src/runtime/train/checkpoint.ts";
import { cli, folderWith, folderWithSpecs } from "./run-cli.ts";

// What makes a run hard to take up again: dropout's keys, running statistics, Adam's moments, a schedule, the best so far.
const spec = `model Net: (x: f32[B, 2]) -> logits: f32[B, 3] {
  x -> Dense(8, activation=relu) -> BatchNorm -> Dropout(0.2) -> Dense(3)
}
data Blobs {
  source: synthetic_blobs(count=300, classes=3, features=2, spread=0.7, seed=3)
  split:  train 0.8, validate 0.1, test 0.1, seed 7
  x:      f32[2]   = raw.x -> standardize
  label:  class(3) = raw.label
}
train Net on Blobs {
  loss:      cross_entropy(logits, label)
  optimizer: adam(lr=cosine(peak=1e-2, warmup=5, floor=1e-3))
  metrics:   accuracy(logits, label)
  epochs:    2
  batch:     16
  seed:      42
  save:      best(validate.loss)
}
test Net on Blobs { expect accuracy >= 0, expect loss < 100 }
test Net on Blobs { expect accuracy > 0.9999 }
`;

function checkpoint(path: string): Checkpoint {
  const read = readCheckpoint(path);
  if (!read.ok) throw new Error(read.error);
  return read.value;
}

const bits = ({ tensors }: Checkpoint): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...tensors].map(([name, { data }]) => [
      name,
      Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex"),
    ]),
  );

describe("modelc train", () => {
  for (const runtime of ["onnx", "tfjs"] as const) {
    const options = runtime === "onnx" ? ["--threads", "1"] : ["--runtime", "tfjs", "--backend", "cpu"];

    it(`goes on after an interruption as if there had been none (${runtime})`, async () => {
      const folder = folderWith({ "net.model": spec });
      const file = join(folder, "net.model");
      const straight = await cli(["train", file, ...options, "--out", join(folder, "straight")]);
      expect(straight).toMatchObject({ code: 0, err: "" });

      const out = join(folder, "parts");
      const aborted = new AbortController();
      aborted.abort();
      const first = await cli(["train", file, ...options, "--out", out], { signal: aborted.signal });
      expect(first.code).toBe(130);
      expect(first.err).toMatch(
        /Stopped after step 1; saved to .*\nGo on with: modelc train .*net\.model (--threads 1 )?--out .*parts .*--resume/,
      );
      expect(checkpoint(join(out, "Net.checkpoint.safetensors")).progress?.step).toBe(1);
      // An epoch is 15 steps: the run stops once in its middle and once at its end.
      const second = await cli(["train", file, ...options, "--out", out, "--resume", "--epochs", "2"], {
        signal: aborted.signal,
      });
      expect(second.code).toBe(130);
      const third = await cli(["train", file, ...options, "--out", out, "--resume"]);
      expect(third).toMatchObject({ code: 0, err: "" });

      for (const name of ["Net.checkpoint.safetensors", "Net.safetensors"]) {
        const [a, b] = [join(folder, "straight", name), join(out, name)].map(checkpoint);
        expect(b?.progress).toEqual(a?.progress);
        expect(b === undefined ? {} : bits(b)).toEqual(a === undefined ? {} : bits(a));
      }
      const lastLines = (text: string): string =>
        text
          .split("\n")
          .slice(-4, -2)
          .join("\n")
          .replaceAll(/\d+(\.\d)?s/g, "");
      expect(lastLines(third.out)).toBe(lastLines(straight.out));
    });
  }

  it.each([
    ["3 epochs", "epochs: 2", 3],
    ["200 steps", "epochs: 2", 200],
    ["1 epoch", "epochs: 2", 0],
  ])("says where validation every %s comes after the end of `%s`", async (every, _, told) => {
    const often = every.startsWith("1 ") ? "every epoch" : `every ${every}`;
    const folder = folderWith({ "net.model": spec.replace("batch:     16", `batch: 16\n  validate: ${often}`) });
    const { out, err } = await cli(["train", join(folder, "net.model"), "--out", join(folder, "out")]);
    const found = `${out}${err}`.match(/MC4046.*validate split is to be measured every (\d+)/);
    expect(Number(found?.[1] ?? 0)).toBe(told);
    // At the end it is measured all the same.
    expect(out).toMatch(/validate\.loss/);
  });

  it("two epochs are one and one more", async () => {
    const folder = folderWith({ "net.model": spec.replace("cosine(peak=1e-2, warmup=5, floor=1e-3)", "1e-2") });
    const file = join(folder, "net.model");
    const [straight, parts] = [join(folder, "straight"), join(folder, "parts")];
    expect((await cli(["train", file, "--threads", "1", "--out", straight])).code).toBe(0);
    expect((await cli(["train", file, "--threads", "1", "--out", parts, "--epochs", "1"])).code).toBe(0);
    expect((await cli(["train", file, "--threads", "1", "--out", parts, "--resume"])).code).toBe(0);
    const name = "Net.checkpoint.safetensors";
    expect(readFileSync(join(parts, name)).equals(readFileSync(join(straight, name)))).toBe(true);
  });

  it("both runtimes take the same steps", async () => {
    const folder = folderWith({ "net.model": spec });
    const figures = async (
      runtime: string,
    ): Promise<readonly Readonly<Record<string, Readonly<Record<string, number>>>>[]> => {
      const argv = [
        "train",
        join(folder, "net.model"),
        "--json",
        ...(runtime === "onnx" ? ["--threads", "1"] : ["--runtime", "tfjs", "--backend", "cpu"]),
        "--out",
        join(folder, runtime),
      ];
      const { code, out } = await cli(argv);
      expect(code).toBe(0);
      return out
        .trim()
        .split("\n")
        .map((it) => JSON.parse(it) as Readonly<Record<string, Readonly<Record<string, number>>>>);
    };
    const onnx = await figures("onnx");
    const tfjs = await figures("tfjs");
    expect(onnx).toHaveLength(3);
    for (const [at, line] of onnx.entries()) {
      for (const split of ["train", "validate", "test"]) {
        for (const [name, value] of Object.entries(line[split] ?? {}))
          expect(tfjs[at]?.[split]?.[name]).toBeCloseTo(value, 4);
      }
    }
    // Weights, statistics and slots are named and stored alike.
    const [a, b] = ["onnx", "tfjs"].map((it) => checkpoint(join(folder, it, "Net.checkpoint.safetensors")));
    expect([...(b?.tensors.keys() ?? [])]).toEqual([...(a?.tensors.keys() ?? [])]);
    expect([...(a?.tensors.keys() ?? [])].filter((it) => it.startsWith("statistic/"))).toEqual([
      "statistic/x.deviation",
      "statistic/x.mean",
    ]);
  });

  it("lists what it cannot resume, and refuses contradictions", async () => {
    const folder = folderWith({ "net.model": spec });
    const file = join(folder, "net.model");
    const nothing = await cli(["train", file, "--resume", "--out", join(folder, "none")]);
    expect(nothing).toMatchObject({ code: 2, err: expect.stringContaining("There is nothing to resume") as string });
    expect((await cli(["train", file, "--epochs", "1", "--steps", "1"])).code).toBe(2);
    expect((await cli(["train", file, "--epochs", "many"])).code).toBe(2);
    expect((await cli(["train", file, "--model", "Ned"])).err).toMatch(/did you mean Net\?/);
    expect(readdirSync(folder)).toEqual(["net.model"]);
  });
});

describe("modelc test and predict", () => {
  it("judge and run what was trained", async () => {
    const folder = folderWithSpecs();
    const file = join(folder, "linear-regression.model");
    const out = join(folder, "out");
    expect((await cli(["train", file, "--out", out, "--epochs", "3"])).code).toBe(0);
    const weights = join(out, "LinearRegression.safetensors");

    const passed = await cli(["test", file, "--weights", weights]);
    expect(passed.code).toBe(0);
    expect(passed.out).toMatch(/passed {2}mean_absolute_error <= 0\.1/);

    const input = join(folder, "x.json");
    copyFileSync(weights, join(folder, "w.safetensors"));
    const predicted = await cli(["predict", file, "--weights", weights], {
      stdin: () => '{"x": [[1, 2, 3], [0, 0, 0]]}',
    });
    expect(predicted.code).toBe(0);
    const { y } = JSON.parse(predicted.out) as { readonly y: readonly (readonly number[])[] };
    // The plane of the data: y = 3 x1 - 2 x2 + 0.5 x3 + 1.
    expect(Math.abs((y[0]?.[0] ?? NaN) - 1.5)).toBeLessThan(0.2);
    expect(Math.abs((y[1]?.[0] ?? NaN) - 1)).toBeLessThan(0.2);
    expect(existsSync(input)).toBe(false);

    const uneven = await cli(["predict", file, "--weights", weights], { stdin: () => '{"x": [[1, 2, 3], [0, 0]]}' });
    expect(uneven).toMatchObject({
      code: 1,
      err: "error: standard input: the input x: it[1] has 2 elements where 3 are expected.\n",
    });
    const narrow = await cli(["predict", file, "--weights", weights], { stdin: () => '{"x": [[1, 2]]}' });
    expect(narrow).toMatchObject({
      code: 1,
      err: expect.stringContaining("input x has the shape [B, 3], not [1, 2]") as string,
    });
    const broken = await cli(["predict", file, "--weights", weights], { stdin: () => '{"x": [[1, 2\n,, 3]]}' });
    expect(broken).toMatchObject({
      code: 1,
      err: expect.stringContaining("standard input: line 2, column 2") as string,
    });

    const beside = await cli(["predict", file, "--weights", weights, "--split", "test", "--count", "2"]);
    const shown = JSON.parse(beside.out) as {
      readonly outputs: { readonly y: readonly number[][] };
      readonly features: { readonly target: readonly number[][] };
    };
    expect(shown.outputs.y).toHaveLength(2);
    expect(Math.abs((shown.outputs.y[0]?.[0] ?? NaN) - (shown.features.target[0]?.[0] ?? NaN))).toBeLessThan(0.6);
  });

  it("fail where an expectation does", async () => {
    const folder = folderWith({ "net.model": spec });
    const file = join(folder, "net.model");
    expect((await cli(["train", file, "--out", folder, "--epochs", "1"])).code).toBe(0);
    const { code, out } = await cli(["test", file, "--weights", join(folder, "Net.safetensors"), "--json"]);
    const report = JSON.parse(out) as {
      readonly failed: number;
      readonly expectations: readonly { readonly passed: boolean }[];
    };
    expect(code).toBe(1);
    expect(report.expectations.map((it) => it.passed)).toEqual([true, true, false]);
    expect(report.failed).toBe(1);
    const text = await cli(["test", file, "--weights", join(folder, "Net.safetensors")]);
    expect(text.out).toMatch(/FAILED {2}accuracy > 0\.9999: \d.*net\.model:20:21/);
  });
});
