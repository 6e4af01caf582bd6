import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, folderWith } from "./run-cli.ts";

const spec = (optimizer: string, more = ""): string => `model Net: (x: f32[B, 2]) -> y: f32[B, 1] {
  x -> Dense(4, activation=relu) -> BatchNorm -> Dense(1)
}
data Blobs {
  source: synthetic_blobs(count=64, classes=2, features=2, spread=1.0, seed=3)
  split:  train 0.75, validate 0.25, seed 1
  x:      f32[2] = raw.x
  t:      f32[1] = stack(cast(raw.label, f32), axis=-1)
}
train Net on Blobs {
  loss:      mse(y, t)
  optimizer: ${optimizer}
  epochs:    4
  batch:     16
${more}}
`;

const contents = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString("base64")]));

describe.each(["onnx", "tfjs"])("a training that diverges (%s)", (runtime) => {
  const options = runtime === "onnx" ? ["--threads", "1"] : ["--runtime", "tfjs", "--backend", "cpu"];

  it("ends with what, where and how to go on, and leaves what an earlier one wrote", async () => {
    const folder = folderWith({ "net.model": spec("sgd(lr=0.1)"), "wild.model": spec("sgd(lr=1e9)") });
    const out = join(folder, "out");
    expect(await cli(["train", join(folder, "net.model"), ...options, "--out", out])).toMatchObject({ code: 0 });
    const before = contents(out);
    expect(Object.keys(before)).toHaveLength(2);
    const ended = await cli(["train", join(folder, "wild.model"), ...options, "--out", out]);
    expect(ended.code).toBe(1);
    expect(ended.err).toMatch(/error\[MC4043\]: The loss of step \d is (NaN|Infinity)/);
    expect(ended.err).toMatch(/wild\.model:11:14/);
    expect(ended.err).toContain("Nothing was written. Try a lower learning rate, `warmup`, or `clip`.");
    expect(contents(out)).toEqual(before);
  });

  it("keeps the epochs that went well, to go on from", async () => {
    // The rate is sound for an epoch of three steps, then multiplied beyond all bounds.
    const folder = folderWith({ "net.model": spec("sgd(lr=step(0.1, every=3, factor=1e15))") });
    const file = join(folder, "net.model");
    const out = join(folder, "out");
    const ended = await cli(["train", file, ...options, "--out", out, "--json"]);
    expect(ended.code).toBe(1);
    const events = ended.out
      .trim()
      .split("\n")
      .map((it) => JSON.parse(it) as Readonly<Record<string, unknown>>);
    expect(events.map((it) => it["event"])).toEqual(["epoch", "diverged"]);
    const checkpoint = join(out, "Net.checkpoint.safetensors");
    expect(events[1]).toMatchObject({
      checkpoint,
      saved: 3,
      loss: expect.stringMatching(/^(NaN|Infinity)$/) as string,
    });
    expect(ended.err).toMatch(/Net\.checkpoint\.safetensors is as it was after step 3\. .*--resume/s);
    const before = contents(out);
    // The same again diverges again; a lower rate goes on.
    expect((await cli(["train", file, ...options, "--out", out, "--resume"])).code).toBe(1);
    expect(contents(out)).toEqual(before);
    const calm = join(folder, "calm.model");
    writeFileSync(calm, spec("sgd(lr=0.1)"));
    const on = await cli(["train", calm, ...options, "--out", out, "--resume", "--allow", "optimizer"]);
    expect(on.code, on.err).toBe(0);
  });
});

describe.each(["onnx", "tfjs"])("what made a loss infinite (%s)", (runtime) => {
  const model = `block Ratio: (x: f32[B]) -> f32[B] {
  param w: f32[] = ones
  x / (x * w)
}
model Net: (x: f32[B]) -> y: f32[B] {
  x -> Ratio
}
data Rows {
  source: csv("rows.csv")
  x:      f32[] = raw.x1
}
train Net on Rows {
  loss:      mean(y)
  optimizer: sgd(lr=0.1)
  batch:     4
}
`;
  const trained = async (): Promise<string> => {
    const folder = folderWith({ "net.model": model, "rows.csv": "x1\n1\n2\n0\n3\n" });
    const out = [
      ...["--out", join(folder, "out"), "--runtime", runtime, "--json"],
      ...(runtime === "tfjs" ? ["--backend", "cpu"] : []),
    ];
    const { code, err, out: events } = await cli(["train", join(folder, "net.model"), ...out]);
    expect(code).toBe(1);
    expect(JSON.parse(events.trim().split("\n").at(-1) ?? "")).toMatchObject({ event: "diverged", loss: "NaN" });
    return err;
  };

  it("is named: an operator with its instance and its place", async () => {
    const err = await trained();
    expect(err).toMatch(
      /The loss of step 1 is NaN: the first value that is not finite is of `div` in ratio_0, whose result, f32\[4\], has NaN at \[\d\], of example 2 of the train split\./,
    );
    expect(err).toContain("here `div` in ratio_0 gives NaN");
    expect(err).toMatch(/6 \|\s+x -> Ratio/);
  });
});

describe("numbers that JSON lacks", () => {
  const model = `model Ratio: (x: f32[B]) -> (y: f32[B], z: f32[B]) {
  param w: f32[] = ones
  (1 / x, x * w)
}
data Blobs {
  source: synthetic_blobs(count=16, classes=2, features=2, spread=1.0, seed=3)
  split:  train 0.5, test 0.5, seed 1
  x:      f32[] = cast(raw.label, f32)
}
train Ratio on Blobs {
  loss:    mean(z)
  metrics: mean_squared_error(y, x), mean_absolute_error(stop_gradient(y - y), x)
  optimizer: sgd(lr=1e-30)
}
test Ratio on Blobs {
  expect mean_squared_error > 1, expect mean_absolute_error != 1, expect mean_absolute_error > 0
}
`;

  it("are strings in what is printed, and may be in what is read; no expectation holds of NaN", async () => {
    const folder = folderWith({ "net.model": model });
    const file = join(folder, "net.model");
    const trained = await cli(["train", file, "--out", folder, "--json"]);
    expect(trained.err).toBe("");
    expect(trained.out).not.toContain("null");
    expect(trained.out).toContain('"mean_squared_error":"Infinity","mean_absolute_error":"NaN"');
    const weights = ["--weights", join(folder, "Ratio.safetensors")];

    const tested = await cli(["test", file, ...weights, "--json"]);
    expect(tested.code).toBe(1);
    expect(tested.out).not.toContain("null");
    const { figures, expectations } = JSON.parse(tested.out) as {
      readonly figures: unknown;
      readonly expectations: readonly { readonly found: unknown; readonly passed: boolean }[];
    };
    expect(figures).toMatchObject({ mean_squared_error: "Infinity", mean_absolute_error: "NaN" });
    expect(expectations.map((it) => [it.found, it.passed])).toEqual([
      ["Infinity", true],
      ["NaN", false],
      ["NaN", false],
    ]);

    const inputs = { x: [0, -0, "Infinity", "-Infinity", "NaN", 4] };
    const given = await cli(["predict", file, ...weights], {
      stdin: () => JSON.stringify(inputs).replace("0,0", "0,-0"),
    });
    expect(given).toMatchObject({ code: 0, err: "" });
    expect(JSON.parse(given.out)).toEqual({
      y: ["Infinity", "-Infinity", 0, 0, "NaN", 0.25],
      z: [0, 0, "Infinity", "-Infinity", "NaN", 4],
    });
    const wrong = await cli(["predict", file, ...weights], { stdin: () => '{"x": ["nan"]}' });
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('it[0] is "nan", no number') as string });
  });
});

it("names the example whose labels have no room in its steps", async () => {
  const model = `model Net: (heard: class(4)[B, T], steps: i32[B]) -> logits: f32[B, T, 3] {
  heard -> Embedding(4, 2) -> Dense(3)
}
data Rows {
  source: csv("rows.csv")
  heard: class(4)[T] = raw.heard -> characters
  steps: i32[]       = lengths(heard)
  said:  class(3)[L] = raw.said -> characters
}
train Net on Rows {
  loss:      ctc(logits, said, lengths=steps, label_lengths=lengths(said))
  optimizer: sgd(lr=0.1)
  batch:     4
}
`;
  const folder = folderWith({ "net.model": model, "rows.csv": "heard,said\nabcc,xy\nabb,x\na,xyxy\nabc,y\n" });
  const { code, err } = await cli(["train", join(folder, "net.model"), "--out", join(folder, "out")]);
  expect(code).toBe(1);
  expect(err).toMatch(
    /is of `log`, whose result, f32\[4\], has -Infinity at \[\d\], of example 2 of the train split\./,
  );
});
