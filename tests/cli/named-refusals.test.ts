import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, folderWith } from "./run-cli.ts";

const line = (name: string, body = "x -> Dense(1)"): string =>
  `model ${name}: (x: f32[B, 3]) -> y: f32[B, 1] {\n  ${body}\n}\n`;
const data =
  "data D {\n  source: synthetic_blobs(count=8, features=3)\n  split: train 0.5, test 0.5\n  x: f32[3] = raw.x\n}\n";
const train = (label: string, optimizer = "sgd(lr=0.1)"): string =>
  `train ${label} on D {\n  loss: mean(y)\n  optimizer: ${optimizer}\n  steps: 1\n}\n`;
const test = (name: string): string => `test ${name} {\n  expect loss < 1\n}\n`;

async function findings(spec: string, command: string, ...rest: readonly string[]) {
  const folder = folderWith({ "net.model": spec, "in.json": '{"x": [[1, 2, 3]]}' });
  const options = command === "train" ? ["--out", join(folder, "out")] : [];
  const { code, out, err } = await cli([command, join(folder, "net.model"), ...options, ...rest]);
  const findings = command === "check" ? out : err;
  return { code, codes: [...findings.matchAll(/^(?:error|warning)\[(MC\d+)\]/gm)].map((it) => it[1]), err };
}

describe("names that differ in case alone", () => {
  it.each([line("Net") + line("NET"), line("Net") + line("Other") + data + train("net: Other")])(
    "are found by check: %s",
    async (spec) => {
      expect(await findings(spec, "check")).toMatchObject({ code: 1, codes: ["MC5014"] });
    },
  );

  it("are none where one of them is not built under its own name", async () => {
    expect(await findings(line("Net") + data + train("net: Net"), "check")).toMatchObject({ code: 0, codes: [] });
  });
});

describe("weights that no file holds", () => {
  // Nothing of that size is made: the declared sizes are enough.
  const huge = line("Line", "x -> Dense(1_000_000_000) -> Dense(1)") + data + train("Line") + test("Line");

  it.each([
    ["train", []],
    ["test", []],
    ["predict", ["--split", "test"]],
  ] as const)("are refused by %s", async (command, rest) => {
    const { code, codes, err } = await findings(huge, command, ...rest);
    expect({ code, codes }).toEqual({ code: 1, codes: ["MC5004"] });
    expect(err).toMatch(/The weights of Line take 20 GB, and modelc writes files of at most 4\.29 GB/);
  });

  it("are refused by train where the optimizer's memory comes on top of them", async () => {
    const spec = line("Line", "x -> Dense(100_000_000) -> Dense(1)") + data + train("Line", "adam(lr=0.1)");
    const { code, codes, err } = await findings(spec, "train");
    expect({ code, codes }).toEqual({ code: 1, codes: ["MC5004"] });
    expect(err).toMatch(/The weights and the optimizer's memory of Line take 6 GB/);
  });
});

describe("a graph that was built from another model", () => {
  it("is told of where a training writes the weights that it reads", async () => {
    const spec =
      "model Net(squash: fn = relu): (x: f32[B, 3]) -> y: f32[B, 1] {\n  x -> squash -> Dense(1)\n}\n" +
      data +
      train("Net");
    const folder = folderWith({ "net.model": spec });
    const [file, out] = [join(folder, "net.model"), join(folder, "out")];
    expect(await cli(["build", file, "--target", "onnx", "--out", out])).toMatchObject({ code: 0, err: "" });
    const { code, err } = await cli(["train", file, "--out", out, "--set", "squash=tanh"]);
    expect(code).toBe(0);
    expect(err).toMatch(/warning\[MC5013\]: .*Net\.onnx was built from another Net/);
  });
});

describe("a training with a label", () => {
  it("is named where its model is asked for", async () => {
    const spec = line("Net") + data + train("small: Net") + train("large: Net");
    const { code, err } = await findings(spec, "train", "--model", "Net");
    expect(code).toBe(2);
    expect(err).toMatch(/has no `train` section without a label for Net: name small or large with --model\.\n$/);
  });
});

describe("tensors of seven axes", () => {
  const wide =
    line("Line", "reshape(x, [B, 1, 1, 1, 1, 1, 3]) -> relu -> reshape([B, 3]) -> Dense(1)") + data + train("Line");

  it("are refused for TensorFlow.js, before anything is written, and train on ONNX Runtime", async () => {
    expect(await findings(wide, "train", "--runtime", "tfjs")).toMatchObject({ code: 1, codes: ["MC5015"] });
    expect(await findings(wide, "train")).toMatchObject({ code: 0, codes: [] });
    expect(await findings(wide, "check")).toMatchObject({ code: 0, codes: ["MC5018"] });
  });

  it("are found within what an operator is made of", async () => {
    const repeated =
      line("Line", "repeat_each(reshape(x, [B, 1, 1, 1, 1, 3]), 1, axis=4) -> reshape([B, 3]) -> Dense(1)") +
      data +
      train("Line");
    expect(await findings(repeated, "train", "--runtime", "tfjs")).toMatchObject({ code: 1, codes: ["MC5015"] });
    expect(await findings(repeated, "train")).toMatchObject({ code: 0, codes: [] });
  });
});

it("an error that takes the place of a warning is told, once", async () => {
  const spec = "model Net(d: int): (x: f32[B, 3], m: bool[B]?) -> y: f32[B, d] {\n  x -> Dense(d)\n}\n";
  const { code, codes } = await findings(spec, "summary");
  expect({ code, codes }).toEqual({ code: 1, codes: ["MC2005", "MC2013"] });
});
