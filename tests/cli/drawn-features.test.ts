import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readSafetensors } from "../../src/support/safetensors.ts";
import { cli, folderWith } from "./run-cli.ts";

const spec = (feature: string): string => `model Line: (x: f32[B, 2]) -> y: f32[B, 1] {
  x -> Dense(1)
}

data Points {
  source: csv("points.csv")
  split: train 0.5, validate 0.25, test 0.25, by position
  x: f32[2] = ${feature}
  t: f32[1] = stack(raw.b, axis=-1)
}

train Line on Points {
  loss: mse(y, t)
  optimizer: momentum(lr=0.01)
  batch: 8
  epochs: 4
  seed: 5
}

test Line {
  expect loss < 1000
}
`;

const clean = "stack(raw.a, raw.b, axis=-1) -> standardize";
const noisy = `${clean} -> when training { noise }`;
const files = {
  "clean.model": spec(clean),
  "noisy.model": `${spec(noisy)}\nfn noise: (x: f32[...S]) -> f32[...S] {\n  x + normal_like(x)\n}\n`,
  "points.csv": `a,b\n${Array.from({ length: 80 }, (_, i) => `${(i * 37) % 41},${(i * 11) % 17}`).join("\n")}\n`,
};

/** The parameters of a file of weights, bit by bit. */
function weightsIn(file: string): ReadonlyMap<string, readonly number[]> {
  const read = readSafetensors(readFileSync(file));
  if (!read.ok) throw new Error(read.error.message);
  return new Map([...read.file.tensors].map(([name, tensor]) => [name, [...tensor.bytes]]));
}

async function train(folder: string, model: string, out: string, ...options: readonly string[]): Promise<string> {
  const argv = ["train", join(folder, `${model}.model`), "--threads", "1", "--out", join(folder, out)];
  expect(await cli([...argv, ...options])).toMatchObject({ code: 0 });
  return join(folder, out, "Line.safetensors");
}

describe("features that are drawn in training alone", () => {
  it("are drawn alike by a training that was cut and resumed, and change what it learns", async () => {
    const folder = folderWith(files);
    const whole = weightsIn(await train(folder, "noisy", "whole"));
    // In the middle of the second epoch.
    const cut = weightsIn(await train(folder, "noisy", "cut", "--steps", "7"));
    expect(cut.get("dense_0.kernel")).not.toEqual(whole.get("dense_0.kernel"));
    expect(weightsIn(await train(folder, "noisy", "cut", "--epochs", "4", "--resume"))).toEqual(whole);
    const other = weightsIn(await train(folder, "clean", "clean"));
    expect(other.get("dense_0.kernel")).not.toEqual(whole.get("dense_0.kernel"));
    expect(other.get("statistic/x.mean")).toEqual(whole.get("statistic/x.mean"));
  });

  it("are as if nothing were drawn to test and predict", async () => {
    const folder = folderWith(files);
    const weights = await train(folder, "noisy", "out");
    const said = async (model: string, command: string, ...options: readonly string[]): Promise<string> => {
      const run = await cli([command, join(folder, `${model}.model`), "--weights", weights, ...options]);
      expect(run).toMatchObject({ code: 0, err: "" });
      return run.out;
    };
    for (const [command, ...options] of [
      ["test", "--json"],
      ["predict", "--split", "test", "--count", "20"],
      ["predict", "--split", "train", "--count", "20"],
    ] as const) {
      expect(await said("noisy", command, ...options)).toBe(await said("clean", command, ...options));
    }
    const stdin = (): string => '{"a": [3, 4], "b": [0, 0]}';
    const [one, two] = [
      await cli(["predict", join(folder, "noisy.model"), "--weights", weights], { stdin }),
      await cli(["predict", join(folder, "clean.model"), "--weights", weights], { stdin }),
    ];
    expect(one).toMatchObject({ code: 0, err: "" });
    expect(one.out).toBe(two.out);
  });

  it("have a graph of their own beside the other, and the manifest says what both take", async () => {
    const folder = folderWith(files);
    for (const [model, kinds] of [
      ["noisy", ["prep", "prep.train"]],
      ["clean", ["prep"]],
    ] as const) {
      const argv = ["build", join(folder, `${model}.model`), "--target", "onnx", "--out", join(folder, "built")];
      expect(await cli(argv)).toMatchObject({ code: 0, err: "" });
      const { graphs } = JSON.parse(readFileSync(join(folder, "built", "Line.manifest.json"), "utf8")) as Manifest;
      expect(Object.keys(graphs).filter((it) => it.startsWith("prep"))).toEqual(kinds);
      const taken = (kind: string): unknown => graphs[kind]?.inputs.filter(({ role }) => /seed|epoch/.test(role));
      expect(taken("prep")).toEqual([]);
      if (model === "clean") continue;
      expect(graphs["prep.train"]?.file).toBe("Line.prep.train.onnx");
      expect(taken("prep.train")).toMatchObject([
        { name: "epoch", dtype: "i64", default: 0 },
        { name: "seed", dtype: "u32", default: [5, 0] },
      ]);
    }
    // What the build before has left is no part of this one.
    expect(() => readFileSync(join(folder, "built", "Line.prep.train.onnx"))).toThrow("ENOENT");
  });
});

interface Manifest {
  readonly graphs: Readonly<
    Record<string, { readonly file: string; readonly inputs: readonly { readonly role: string }[] }>
  >;
}
