import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { cli, folderWith } from "./run-cli.ts";

const spec = (precision: string, loss = "mse(y, t)"): string => `model Net: (x: f32[B, 2]) -> y: f32[B, 1] {
  x -> Dense(8, activation=relu) -> Dense(1)
}
data Blobs {
  source: synthetic_blobs(count=80, classes=2, features=2, spread=0.7, seed=3)
  split:  train 0.8, validate 0.1, test 0.1
  x: f32[2] = raw.x
  t: f32[1] = stack(raw.label, axis=-1)
}
train Net on Blobs {
  loss:      ${loss}
  optimizer: adam(lr=1e-2)
  epochs:    2
  batch:     16
  precision: ${precision}
}
test Net on Blobs { expect loss < 100 }
`;
/** Whose first steps overflow. */
const large = "mixed_f16(scale=16_777_216, growth=3)";

interface Run {
  readonly precision: string;
  readonly out: string;
  readonly more?: readonly string[];
  readonly runtime?: "onnx" | "tfjs";
}

function trainingIn(folder: string, { precision, out, more = [], runtime = "onnx" }: Run) {
  const options = runtime === "onnx" ? ["--threads", "1"] : ["--runtime", "tfjs", "--backend", "cpu"];
  const file = folderWith({ "net.model": spec(precision) });
  return cli(["train", join(file, "net.model"), ...options, "--out", join(folder, out), ...more]);
}

describe("a training of mixed precision", () => {
  it("tells which steps were skipped, and at what scale it goes on", async () => {
    const folder = folderWith({});
    const { code, out, err } = await trainingIn(folder, { precision: large, out: "a" });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const lines = out.split("\n").slice(1, 5);
    expect(lines[0]).toMatch(/^epoch 1\/2 /);
    expect(lines[1]).toMatch(
      /^ {2}\d+ steps? (was|were) skipped, as a gradient was not finite in f16; the loss scale is now \d+$/,
    );
    const json = await trainingIn(folder, { precision: large, out: "b", more: ["--json"] });
    const events = json.out.split("\n").flatMap((it) => (it === "" ? [] : [JSON.parse(it) as Record<string, unknown>]));
    const scaling = events.flatMap((it) => (it["event"] === "epoch" ? [it["scaling"]] : []));
    const told = / (\d+) steps? .* (\d+)$/.exec(lines[1] ?? "");
    const skipped = Number(told?.[1]);
    expect(scaling[0]).toEqual([{ scale: Number(told?.[2]), skipped, since: skipped }]);
  });

  it("says nothing of steps where none was skipped", async () => {
    const folder = folderWith({});
    expect((await trainingIn(folder, { precision: "mixed_f16(scale=1024)", out: "a" })).out).not.toContain("skipped");
    expect((await trainingIn(folder, { precision: "mixed_bf16", out: "b" })).out).not.toContain("skipped");
  });

  it("goes on from its checkpoint bit by bit, and in another precision where that is allowed", async () => {
    const folder = folderWith({});
    await trainingIn(folder, { precision: large, out: "whole" });
    await trainingIn(folder, { precision: large, out: "parts", more: ["--epochs", "1"] });
    const resumed = await trainingIn(folder, { precision: large, out: "parts", more: ["--resume"] });
    expect(resumed.code).toBe(0);
    const bytes = (out: string): Buffer => readFileSync(join(folder, out, "Net.checkpoint.safetensors"));
    expect(bytes("parts").equals(bytes("whole"))).toBe(true);

    const other: Run = { precision: "f32", out: "whole", more: ["--resume", "--epochs", "3"] };
    const refused = await trainingIn(folder, other);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("precision: mixed_f16(scale=16777216, growth=3), now f32");
    const allowed = await trainingIn(folder, { ...other, more: [...(other.more ?? []), "--allow", "precision"] });
    expect(allowed.code).toBe(0);
    const back = await trainingIn(folder, {
      ...other,
      precision: large,
      more: ["--resume", "--epochs", "4", "--allow", "precision"],
    });
    expect(back.code).toBe(0);
  });

  it("goes on in TensorFlow.js, which has f32 alone, and back", async () => {
    const folder = folderWith({});
    await trainingIn(folder, { precision: "mixed_f16", out: "a", more: ["--epochs", "1"] });
    const there = await trainingIn(folder, { precision: "mixed_f16", out: "a", more: ["--resume"], runtime: "tfjs" });
    expect(there.code).toBe(0);
    expect(there.err).toContain("MC5016");
    const back = await trainingIn(folder, { precision: "mixed_f16", out: "a", more: ["--resume", "--epochs", "3"] });
    expect(back.code).toBe(0);
  });

  it("ends where gradients stay infinite at any scale, and at a loss that is", async () => {
    const folder = folderWith({
      "gradient.model": spec("mixed_f16", "mean(sqrt(abs(0 * y)))"),
      "loss.model": spec("mixed_f16", "mean(matmul(300 * y, 300 * transpose(y, perm=[1, 0])))"),
    });
    const train = (name: string) =>
      cli(["train", join(folder, name), "--threads", "1", "--epochs", "20", "--out", join(folder, name, "..", "out")]);
    const gradient = await train("gradient.model");
    expect(gradient.code).toBe(1);
    expect(gradient.err).toMatch(
      /MC4045.* A gradient of step 30 is not finite, though the loss scale has fallen to 0\.000030/,
    );
    const loss = await train("loss.model");
    expect(loss.code).toBe(1);
    expect(loss.err).toMatch(/MC4043.*beyond the 65504 at which f16 ends/);
  });
});

describe("built files of mixed precision", () => {
  it.each(["mixed_f16", "mixed_bf16"])("train, predict and are tested on ONNX Runtime: %s", async (precision) => {
    const folder = folderWith({ "net.model": spec(precision), "in.json": '{"x": [[1, 2]]}' });
    const [file, out] = [join(folder, "net.model"), join(folder, "out")];
    expect((await cli(["train", file, "--threads", "1", "--out", out])).code).toBe(0);
    expect((await cli(["build", file, "--target", "onnx", "--split", "--out", out])).code).toBe(0);
    const weights = ["--weights", join(out, "Net.safetensors")];
    expect((await cli(["test", file, ...weights])).code).toBe(0);
    expect((await cli(["predict", file, ...weights, "--input", join(folder, "in.json")])).code).toBe(0);

    const driver = (await import("../../docs/driver.mjs" as string)) as {
      train(
        stem: string,
        batches: () => readonly Readonly<Record<string, Tensor>>[],
      ): Promise<{ readonly losses: readonly number[]; readonly weights: Readonly<Record<string, Tensor>> }>;
    };
    const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => Math.sin(i));
    const batch = { x: new Tensor("float32", numbers(32), [16, 2]), t: new Tensor("float32", numbers(16), [16, 1]) };
    const driven = await driver.train(join(out, "Net"), () => [batch, batch, batch]);
    expect(driven.losses.every(Number.isFinite)).toBe(true);
    expect(driven.losses[2]).toBeLessThan(driven.losses[0] ?? NaN);
    const scale = driven.weights["opt/loss_scale"]?.data;
    expect(scale).toEqual(precision === "mixed_f16" ? Float32Array.of(32768) : undefined);
    expect(driven.weights["opt/finite_steps"]?.data).toEqual(precision === "mixed_f16" ? Int32Array.of(3) : undefined);
  });
});
