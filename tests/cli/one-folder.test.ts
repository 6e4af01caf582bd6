import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { loadProgram } from "../../src/analyze/program.ts";
import { lowerUnits } from "../../src/compiler.ts";
import { createCollector } from "../../src/diagnostics/collector.ts";
import { createPredictor } from "../../src/runtime/onnx/predictor.ts";
import { readCheckpoint } from "../../src/runtime/train/checkpoint.ts";
import { cli, folderWith, type CliResult } from "./run-cli.ts";

// Statistics, states and a metric of the data: all that a training's file of weights holds besides.
const spec = `model Net: (x: f32[B, 3]) -> logits: f32[B, 2] { x -> Dense(4) -> BatchNorm -> Dense(2) }
data Blobs {
  source: synthetic_blobs(count=60, classes=2, features=3, seed=1)
  split:  train 0.6, validate 0.2, test 0.2
  x:      f32[3]   = raw.x -> standardize
  label:  class(2) = raw.label
}
train Net on Blobs {
  loss:      cross_entropy(logits, label)
  optimizer: adam(lr=1e-2)
  metrics:   accuracy(logits, label)
  epochs:    2
  save:      best(validate.loss)
}
test Net on Blobs { expect loss < 100 }
`;

const commands = {
  build: ["build", "--out", "out"],
  "build --target tfjs": ["build", "--target", "tfjs", "--out", "out"],
  train: ["train", "--threads", "1", "--out", "out"],
  "train --resume": ["train", "--threads", "1", "--out", "out", "--resume", "--epochs", "3"],
  test: ["test", "--weights", "out/Net.safetensors"],
  predict: ["predict", "--weights", "out/Net.safetensors"],
  summary: ["summary"],
  check: ["check"],
} as const;

type Command = keyof typeof commands;
const names = Object.keys(commands) as readonly Command[];
const input = [0.5, -1, 2];

function runIn(folder: string, command: Command): Promise<CliResult> {
  const [word, ...options] = commands[command];
  const placed = options.map((it) => (it.startsWith("out") ? join(folder, it) : it));
  return cli([word, join(folder, "net.model"), ...placed], { stdin: () => JSON.stringify({ x: [input] }) });
}

/** What a command leaves, and what it ends with, in a folder where another has run. */
function expectedCode(first: Command | undefined, second: Command): number {
  const weights = first === "train" || first === "build";
  if (second === "train --resume") return first === "train" ? 0 : 2;
  // Weights as they were drawn lack the statistics that raw inputs are prepared by.
  if (second === "predict" && first === "build") return 1;
  return (second === "predict" || second === "test") && !weights ? 2 : 0;
}

const bytesOf = (folder: string, file: string): string | undefined =>
  existsSync(join(folder, "out", file)) ? readFileSync(join(folder, "out", file)).toString("hex") : undefined;

/** The built graph computes with the weights that lie beside it. */
async function expectAgreement(folder: string): Promise<void> {
  const path = join(folder, "out", "Net.onnx");
  if (!existsSync(path)) return;
  const session = await InferenceSession.create(path);
  const built = await session.run({ x: new Tensor("float32", input, [1, 3]) });
  await session.release();
  const weights = readCheckpoint(join(folder, "out", "Net.safetensors"));
  const program = loadProgram(
    { path: "net.model", text: spec },
    { read: () => undefined, resolve: (_, to) => to },
    createCollector(),
  );
  const [unit] = lowerUnits(program, {}, createCollector());
  if (!weights.ok || unit === undefined) throw new Error("no weights, or no unit");
  const predictor = await createPredictor(unit.module, weights.value.tensors, { threads: 1 });
  if (!predictor.ok) throw new Error(predictor.error);
  const outputs = await predictor.value.run(
    new Map([["x", { dtype: "f32", shape: [1, 3], data: Float32Array.from(input) }]]),
  );
  await predictor.value.dispose();
  if (!outputs.ok) throw new Error(outputs.error);
  const logits = [...(outputs.value.get("logits")?.data ?? [])].map(Number);
  const found = [...(built["logits"]?.data as Float32Array)];
  for (const [at, value] of logits.entries()) expect(found[at]).toBeCloseTo(value, 6);
  expect(found).toHaveLength(2);
}

describe("two commands on one folder", () => {
  it.each(names)(
    "after %s every other one finds what is right",
    async (first) => {
      const before = folderWith({ "net.model": spec });
      const { code, err } = await runIn(before, first);
      expect({ first, code, err }).toMatchObject({ code: expectedCode(undefined, first) });
      for (const second of names) {
        const folder = folderWith({});
        cpSync(before, folder, { recursive: true });
        const weights = bytesOf(folder, "Net.safetensors");
        const result = await runIn(folder, second);
        expect({ first, second, code: result.code, err: result.err }).toMatchObject({
          code: expectedCode(first, second),
        });
        // Trained weights are the training's.
        if (first === "train" && !second.startsWith("train"))
          expect(bytesOf(folder, "Net.safetensors") === weights, second).toBe(true);
        if (first === "build" && second === "test") expect(result.out).toMatch(/initial, seed 0, never trained$/m);
        if (first === "train" && second === "build")
          expect(result.out).toMatch(/weights: .*Net\.safetensors, trained, step \d+$/m);
        if (first !== "train" && second === "build")
          expect(result.out).toMatch(/weights: .*Net\.safetensors, initial, seed 0$/m);
        const left = existsSync(join(folder, "out")) ? readdirSync(join(folder, "out")) : [];
        expect(left.filter((it) => it.startsWith(".") || it.includes(".lock"))).toEqual([]);
        await expectAgreement(folder);
        // And once more a build, on whatever there is.
        if (second.startsWith("train")) {
          expect((await runIn(folder, "build")).code).toBe(0);
          await expectAgreement(folder);
        }
      }
    },
    60_000,
  );

  it("draws beside trained weights where that is asked for, and says so", async () => {
    const folder = folderWith({ "net.model": spec });
    await runIn(folder, "train");
    const trained = bytesOf(folder, "Net.safetensors");
    const out = join(folder, "out");
    const argv = ["build", join(folder, "net.model"), "--out", out, "--json"];
    const initial = await cli([...argv, "--weights", "initial"]);
    const weightsOf = ({ out: text }: CliResult): unknown => (JSON.parse(text) as { weights: unknown }).weights;
    expect(weightsOf(initial)).toMatchObject([
      { name: "Net", path: join(out, "Net.initial.safetensors"), by: "build", seed: 0 },
    ]);
    expect(bytesOf(folder, "Net.safetensors") === trained).toBe(true);
    const again = await cli(argv);
    expect(weightsOf(again)).toMatchObject([{ path: join(out, "Net.safetensors"), by: "train" }]);
    // What the last build alone has used is gone.
    expect(readdirSync(out)).not.toContain("Net.initial.safetensors");
    await expectAgreement(folder);
  });

  it("copies weights with all that they bring, and replaces its own copies", async () => {
    const folder = folderWith({ "net.model": spec });
    await runIn(folder, "train");
    const [file, weights, serve] = ["net.model", "out/Net.safetensors", "serve"].map((it) => join(folder, it));
    const build = ["build", file ?? "", "--out", serve ?? "", "--weights", weights ?? "", "--split"];
    expect((await cli(build)).out).toMatch(/serve.Net\.safetensors, trained, step \d/);
    const measured = await cli(["test", file ?? "", "--weights", weights ?? ""]);
    const copied = await cli(["test", file ?? "", "--weights", join(serve ?? "", "Net.safetensors")]);
    expect(copied).toEqual(measured);
    await cli(["train", file ?? "", "--out", join(folder, "out"), "--seed", "5"]);
    expect(await cli(build.slice(0, -1))).toMatchObject({ code: 0, err: "" });
    expect(readdirSync(serve ?? "").filter((it) => it.includes("grad"))).toEqual([]);
  });

  it("a file of weights of another program is used and never written over", async () => {
    const folder = folderWith({ "net.model": spec });
    await runIn(folder, "build");
    const path = join(folder, "out", "Net.safetensors");
    const text = readFileSync(path, "latin1").replace('"origin"', '"author"');
    writeFileSync(path, text, "latin1");
    const { out } = await runIn(folder, "build");
    expect(out).toMatch(/Net\.safetensors, of unknown origin/);
    expect(readFileSync(path, "latin1") === text).toBe(true);
  });
});
