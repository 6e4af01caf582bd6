import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { typeErrors } from "../emit/tfjs/type-errors.ts";
import { cli, folderWith } from "./run-cli.ts";

const model = `model Net(width: int = 4): (x: f32[B, T, 1]) -> y: f32[B, T, 1] where T <= 16, B <= 64 {
  x -> LSTM(width, sequences=true) -> Dense(1)
}
data Waves {
  source: synthetic_waves(count=30, length=8)
  split:  train 0.8, validate 0.2
  x: f32[8, 1] = raw.wave
}
train Net(width=3) on Waves {
  loss: mse(y, x)
  optimizer: adam
  batch: 8
}
`;

interface Manifest {
  readonly graphs: Readonly<
    Record<string, { readonly inputs: readonly { readonly name: string; readonly shape: unknown }[] }>
  >;
  readonly training?: unknown;
}

describe("a trained model that is built at fixed sizes", () => {
  const folder = mkdtempSync(join(tmpdir(), "modelc-sizes-"));
  writeFileSync(join(folder, "net.model"), model);
  afterAll(() => rmSync(folder, { recursive: true }));
  const [file, out] = [join(folder, "net.model"), join(folder, "out")];
  const build = (...more: readonly string[]) => cli(["build", file, "--out", out, ...more]);
  const inputs = (): unknown => {
    const manifest = JSON.parse(readFileSync(join(out, "Net.manifest.json"), "utf8")) as Manifest;
    return manifest.graphs["inference"]?.inputs.filter(({ name }) => name === "x").map(({ shape }) => shape);
  };
  const onnx = (): readonly string[] =>
    readdirSync(out)
      .filter((it) => it.endsWith(".onnx"))
      .sort();
  const predict = async (shape: readonly number[]): Promise<readonly number[]> => {
    const session = await InferenceSession.create(join(out, "Net.onnx"));
    const count = shape.reduce((a, b) => a * b, 1);
    const x = new Tensor(
      "float32",
      Float32Array.from({ length: count }, (_, i) => (i % 7) / 7),
      shape,
    );
    const { y } = await session.run({ x });
    await session.release();
    return [...(y?.data as Float32Array)];
  };

  beforeAll(async () => {
    const trained = await cli(["train", file, "--out", out, "--threads", "1"]);
    expect({ code: trained.code, err: trained.err }).toEqual({ code: 0, err: "" });
  }, 60_000);

  it("has these in its inputs, with the trained weights, and nothing that trains", async () => {
    expect(await build()).toMatchObject({ code: 0, err: "" });
    expect(inputs()).toEqual([["B", 8, 1]]);
    const free = await predict([4, 8, 1]);
    const fixed = await build("--set", "B=4");
    expect(fixed).toMatchObject({ code: 0, err: "" });
    expect(fixed.out).toContain("trained, step 3");
    expect(inputs()).toEqual([[4, 8, 1]]);
    expect(onnx()).toEqual(["Net.init.onnx", "Net.onnx", "Net.prep.onnx"]);
    expect(await predict([4, 8, 1])).toEqual(free);
    await expect(predict([5, 8, 1])).rejects.toThrow();
    const code = readFileSync(join(out, "Net.ts"), "utf8");
    expect(code).toContain("f32[4, 8, 1]");
    expect(code).not.toContain("export async function trainStep");
    // The training goes on in the folder as before.
    const more = await cli(["train", file, "--out", out, "--epochs", "2", "--threads", "1", "--resume"]);
    expect(more.code).toBe(0);
    expect(more.err).not.toContain("error");
  }, 60_000);

  it("may have another length than the data have", async () => {
    expect(await build("--set", "B=1", "--set", "T=16")).toMatchObject({ code: 0, err: "" });
    expect(inputs()).toEqual([[1, 16, 1]]);
    expect(await predict([1, 16, 1])).toHaveLength(16);
    expect(await build()).toMatchObject({ code: 0, err: "" });
    expect(onnx()).toContain("Net.train.onnx");
  }, 60_000);

  it.each([
    [["B=0"], "The dim B must be a whole number of at least 1, not 0."],
    [["B=four"], "The dim B must be a whole number of at least 1, not four."],
    [["BB=4"], "Net has neither a hyperparameter nor a dim BB; it has width, B, T"],
    [["B=4", "B=5"], "--set gives B twice."],
    [["T=17"], "T <= 16"],
    [["B=65"], "B <= 64"],
    [["width=5"], "do not fit this model"],
  ])("refuses %j", async (given, message) => {
    const before = onnx();
    const { code, err } = await build(...given.flatMap((it) => ["--set", it]));
    expect(code).toBeGreaterThan(0);
    expect(err).toContain(message);
    expect(onnx()).toEqual(before);
  });

  it("refuses sizes by which the parameters have others than the weights", async () => {
    const text = model
      .replace("LSTM(width, sequences=true) -> Dense(1)", "Row(T)")
      .replace("T <= 16, B <= 64", "T <= 16");
    const sized = `block Row(n: int): (x: f32[B, n, 1]) -> f32[B, n, 1] {\n  param by: f32[n, 1] = ones\n  x * by\n}\n${text}`;
    const other = folderWith({ "net.model": sized.replace("Net(width=3)", "Net").replace("(width: int = 4)", "") });
    const [its, to] = [join(other, "net.model"), join(other, "out")];
    expect(await cli(["train", its, "--out", to, "--threads", "1"])).toMatchObject({ code: 0, err: "" });
    const refused = await cli(["build", its, "--out", to, "--set", "T=9"]);
    expect(refused.err).toContain("row_0.by is f32[8, 1], not f32[9, 1]");
    expect(refused.code).toBe(1);
  }, 60_000);
});

test("TypeScript of a trained model at fixed sizes begins as its training says: seed, initial values, followers", async () => {
  const folder = folderWith({
    "net.model": `block Half: (x: f32[B, 2]) -> f32[B, 2] { x -> Dense(2) }
model Net: (x: f32[B, 2]) -> (y: f32[B, 2], z: f32[B, 2]) {
  a = Half()
  b = Half()
  (x -> a, x -> b)
}
data D {
  source: drawn(count=8)
  x: f32[2] = noise.normal
}
train Net on D {
  loss: mse(y, x) + mse(z, x)
  optimizer: adam
  seed: 7
  init "**.kernel": he_normal
  init "a.**.bias": 0.25
  follow "b.**" of "a.**": every=1
}
`,
  });
  const written = async (...more: readonly string[]): Promise<string> => {
    const out = join(folder, "out");
    const args = ["build", join(folder, "net.model"), "--out", out, "--target", "tfjs", ...more];
    expect(await cli(args)).toMatchObject({ code: 0, err: "" });
    return readFileSync(join(out, "Net.ts"), "utf8");
  };
  const [trained, fixed] = [await written(), await written("--set", "B=4")];
  const beginning = (text: string): string =>
    /export function create[^]*?parameters: [^]*?\n {4}\},\n/.exec(text)?.[0] ?? "";
  expect(beginning(fixed)).toContain("heNormal");
  expect(beginning(fixed)).toBe(beginning(trained));
  expect(fixed).not.toContain("trainStep");
  expect(typeErrors(new Map([["fixed-net", fixed]]), "begins")).toEqual([]);
}, 60_000);
