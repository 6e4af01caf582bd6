import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, folderWith, type CliResult } from "./run-cli.ts";

const good = `model Net: (x: f32[B, 3]) -> logits: f32[B, 2] { x -> Dense(2) }
data Points {
  source: csv("points.csv")
  split: train 0.6, validate 0.2, test 0.2, seed 1
  x: f32[3] = stack(raw.a, raw.b, raw.c, axis=-1)
  label: class(2) = raw.label
}
train Net on Points {
  loss: cross_entropy(logits, label)
  optimizer: sgd(lr=0.1)
  epochs: 1
  batch: 4
}
`;
const rows = Array.from({ length: 10 }, (_, i) => `${i},1,2,${i % 2}`);
const table = ["a,b,c,label", ...rows].join("\n");

const digits = `model Net: (image: f32[B, 28, 28, 1]) -> logits: f32[B, 10] { image -> Flatten -> Dense(10) }
data Digits {
  source: idx(images="images.idx", labels="labels.idx")
  split: train 1.0
  image: f32[28, 28, 1] = raw.image / 255
  label: class(10) = raw.label
}
train Net on Digits {
  loss: cross_entropy(logits, label)
  optimizer: sgd(lr=0.1)
  epochs: 1
}
`;

/** An IDX file of bytes. */
function idx(shape: readonly number[], data: Uint8Array): Uint8Array {
  const header = new Uint8Array(4 + 4 * shape.length);
  header.set([0, 0, 8, shape.length]);
  shape.forEach((size, at) => new DataView(header.buffer).setUint32(4 + 4 * at, size));
  return Uint8Array.from([...header, ...data]);
}

const images = idx([4, 28, 28], new Uint8Array(4 * 784));
const labels = idx([4], Uint8Array.from([0, 1, 2, 3]));

/** Nothing that a person should never see. */
function expectCivil({ code, out, err }: CliResult): void {
  expect(code).toBe(1);
  expect(out + err).not.toMatch(/^\s+at .*[:(]/m);
  expect(err).not.toMatch(/defect|undefined|\[object/);
}

describe("bad .model files", () => {
  const cases: readonly (readonly [name: string, text: string | Uint8Array, place: RegExp, message: RegExp])[] = [
    [
      "a syntax error",
      "model Net: (x: f32[B, 3] -> y: f32[B, 2] {\n  x -> Dense(2)\n}\n",
      /bad\.model:1:\d+/,
      /error\[MC1\d{3}\]/,
    ],
    [
      "a shape error",
      "model Net: (x: f32[B, 3]) -> y: f32[B, 2] {\n  x -> Dense(4)\n}\n",
      /bad\.model:\d:\d+/,
      /error\[MC3\d{3}\].*/,
    ],
    [
      "an unknown layer",
      "model Net: (x: f32[B, 3]) -> y: f32[B, 2] {\n  x -> Denze(2)\n}\n",
      /bad\.model:2:8/,
      /Denze[^]*Did you mean `Dense`/,
    ],
    ["an empty file", "", /bad\.model:1:1/, /error\[MC1011\]/],
    [
      "binary rubbish",
      Uint8Array.from({ length: 2000 }, (_, i) => (i * 7919 + 13) % 256),
      /bad\.model:\d+:\d+/,
      /error\[MC1010\]/,
    ],
    [
      "another encoding",
      Buffer.from("\ufeffmodel Net: (x: f32[B, 3]) -> y: f32[B, 3] { x }\n", "utf16le"),
      /bad\.model:1:1/,
      /error\[MC1010\][^]*It looks like UTF-16: save it as UTF-8\./,
    ],
    [
      "letters that no name has",
      'data D {\n  source: csv("d.csv")\n  x: f32[] = raw.gr\u00f6\u00dfe\n}\n',
      /bad\.model:3:20/,
      /error\[MC1009\][^]*a column of another name is `raw\["\.\.\."\]`/,
    ],
    [
      "100,000-deep nesting",
      `model Net: (x: f32[B, 3]) -> y: f32[B, 3] { ${"(".repeat(100_000)}x${")".repeat(100_000)} }`,
      /bad\.model:1:\d+/,
      /100/,
    ],
  ];

  for (const [name, text, place, message] of cases) {
    it(`${name}: check says where and what`, async () => {
      const folder = folderWith({ "bad.model": text });
      const { code, out, err } = await cli(["check", join(folder, "bad.model")]);
      expect(err).toBe("");
      // On one stream with the line that sums up.
      expectCivil({ code, out: "", err: out });
      expect(out).toMatch(place);
      expect(out).toMatch(message);
    });

    it(`${name}: build writes nothing`, async () => {
      const folder = folderWith({ "bad.model": text });
      const out = join(folder, "out");
      const result = await cli(["build", join(folder, "bad.model"), "--out", out]);
      expectCivil(result);
      expect(result.err).toMatch(place);
      expect(existsSync(out)).toBe(false);
    });
  }

  it("reports the errors of several files in one run, and as JSON", async () => {
    const folder = folderWith({
      "a.model": "model",
      "b.model": "model Net: (x: f32[B, 3]) -> y: f32[B, 2] { x -> Denze(2) }\n",
      "c.model": good,
    });
    const { code, out } = await cli(["check", folder, "--json"]);
    const report = JSON.parse(out) as {
      readonly files: number;
      readonly errors: number;
      readonly diagnostics: readonly { readonly file: string; readonly line: number }[];
    };
    expect(code).toBe(1);
    expect(report.files).toBe(3);
    expect(report.errors).toBe(report.diagnostics.length);
    expect([...new Set(report.diagnostics.map((it) => it.file))]).toEqual([
      join(folder, "a.model"),
      join(folder, "b.model"),
    ]);
  });
});

describe("bad data", () => {
  const train = async (
    files: Readonly<Record<string, string | Uint8Array>>,
  ): Promise<CliResult & { readonly written: boolean }> => {
    const folder = folderWith(files);
    const out = join(folder, "out");
    const result = await cli(["train", join(folder, "net.model"), "--out", out, "--threads", "1"]);
    return { ...result, written: existsSync(out) };
  };

  it("a missing file", async () => {
    const result = await train({ "net.model": good });
    expectCivil(result);
    expect(result.err).toMatch(/error\[MC6001\].*points\.csv: there is no such file/);
    expect(result.err).toMatch(/net\.model:3:11/);
    expect(result.written).toBe(false);
  });

  it("a truncated IDX file", async () => {
    const result = await train({ "net.model": digits, "images.idx": images.subarray(0, 1000), "labels.idx": labels });
    expectCivil(result);
    expect(result.err).toMatch(/error\[MC6002\].*images\.idx is damaged at byte 1000/);
    expect(result.err).toMatch(/net\.model:3:11/);
    expect(result.written).toBe(false);
  });

  it("labels out of range, with the example's number in its file", async () => {
    const result = await train({
      "net.model": digits,
      "images.idx": images,
      "labels.idx": idx([4], Uint8Array.from([0, 1, 12, 3])),
    });
    expectCivil(result);
    expect(result.err).toMatch(
      /error\[MC6003\]: Example 2 of .*labels\.idx has the label 12, but label is class\(10\)/,
    );
    expect(result.err).toMatch(/net\.model:6:3/);
    expect(result.written).toBe(false);
  });

  it("a cell that is no number", async () => {
    const result = await train({ "net.model": good, "points.csv": table.replace("3,1,2,1", "3,one,2,1") });
    expectCivil(result);
    expect(result.err).toMatch(/points\.csv:5:2: `one` in column `b` is not a number/);
    expect(result.written).toBe(false);
  });

  it("an empty table", async () => {
    const result = await train({ "net.model": good, "points.csv": "" });
    expectCivil(result);
    expect(result.err).toMatch(/points\.csv:1:1: the file is empty/);
  });

  it("weights that are none, or of another network", async () => {
    const folder = folderWith({
      "net.model": good,
      "points.csv": table,
      "rubbish.safetensors": "rubbish, and more of it",
    });
    const rubbish = await cli([
      "train",
      join(folder, "net.model"),
      "--weights",
      join(folder, "rubbish.safetensors"),
      "--out",
      join(folder, "out"),
    ]);
    expectCivil(rubbish);
    expect(rubbish.err).toMatch(/rubbish\.safetensors, byte \d+: /);
    expect((await cli(["train", join(folder, "net.model"), "--out", join(folder, "out")])).code).toBe(0);
    const other = folderWith({ "net.model": good.replaceAll("Dense(2)", "Dense(2, bias=false)"), "points.csv": table });
    const fewer = await cli([
      "train",
      join(other, "net.model"),
      "--weights",
      join(folder, "out", "Net.safetensors"),
      "--out",
      join(other, "out"),
    ]);
    expectCivil(fewer);
    expect(fewer.err).toMatch(/Net\.safetensors does not fit Net: the model has no dense_0\.bias\./);
    const wider = folderWith({ "net.model": good.replaceAll("Dense(2)", "Dense(5) -> Dense(2)"), "points.csv": table });
    const result = await cli([
      "train",
      join(wider, "net.model"),
      "--weights",
      join(folder, "out", "Net.safetensors"),
      "--out",
      join(wider, "out"),
    ]);
    expectCivil(result);
    expect(result.err).toMatch(
      /Net\.safetensors does not fit Net: dense_1\.kernel is missing; dense_1\.bias is missing; dense_0\.bias is f32\[2\], not f32\[5\], and 1 more\./,
    );
  });
});

describe("the built command line", () => {
  it("checks, fails and writes as in this process", () => {
    const folder = folderWith({
      "bad.model": "model Net: (x: f32[B, 3]) -> y: f32[B, 2] {\n  x -> Denze(2)\n}\n",
      "good.model": good,
    });
    const dist = join(".cache", "test-dist");
    const built = spawnSync(process.execPath, ["scripts/build.mjs", "--out", dist], { encoding: "utf8" });
    expect(built.stderr).toBe("");
    const entry = join(dist, "cli.cjs");
    const spawned = (
      ...argv: readonly string[]
    ): { readonly status: number | null; readonly stdout: string; readonly stderr: string } =>
      spawnSync(process.execPath, [entry, ...argv], { encoding: "utf8", env: { ...process.env, FORCE_COLOR: "0" } });
    // Twice: the second run takes its code from V8's cache.
    for (const [run, name] of [
      ["first", "bad"],
      ["second", "bad"],
    ] as const) {
      const { status, stdout, stderr } = spawned("check", join(folder, `${name}.model`));
      expect({ run, status, stderr }).toEqual({ run, status: 1, stderr: "" });
      expect(stdout).toMatch(/error\[MC2\d{3}\][^]*bad\.model:2:8[^]*Did you mean `Dense`/);
    }
    expect(readdirSync(join(dist, ".cache")).some((it) => it.startsWith("check.cjs."))).toBe(true);
    expect(spawned("check", join(folder, "good.model"))).toMatchObject({ status: 0, stderr: "" });
    expect(spawned("chek")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("Did you mean check?") as string,
    });
    const out = join(folder, "out");
    expect(spawned("build", join(folder, "good.model"), "--out", out)).toMatchObject({ status: 0, stderr: "" });
    expect(readdirSync(out).sort()).toEqual([
      "Net.eval.onnx",
      "Net.init.onnx",
      "Net.manifest.json",
      "Net.onnx",
      "Net.prep.onnx",
      "Net.safetensors",
      "Net.train.onnx",
      "Net.ts",
    ]);
  });

  it("ends at Ctrl-C with what it has learnt", async () => {
    const folder = folderWith({ "good.model": good, "points.csv": table });
    const dist = join(".cache", "test-dist-signal");
    expect(spawnSync(process.execPath, ["scripts/build.mjs", "--out", dist], { encoding: "utf8" }).stderr).toBe("");
    const out = join(folder, "out");
    // So many steps that the signal comes first; the headline says that training has begun.
    const argv = ["train", join(folder, "good.model"), "--steps", "100_000_000", "--out", out];
    const child = spawn(process.execPath, [join(dist, "cli.cjs"), ...argv], { stdio: ["ignore", "pipe", "pipe"] });
    let err = "";
    child.stderr.on("data", (it: Buffer) => void (err += it.toString()));
    child.stdout.once("data", () => child.kill("SIGINT"));
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect(code).toBe(130);
    expect(err).toMatch(/Stopped after step \d+; saved to .*Net\.checkpoint\.safetensors\.\nGo on with: modelc train /);
    expect(readdirSync(out).sort()).toEqual(["Net.checkpoint.safetensors", "Net.safetensors"]);
  });
});
