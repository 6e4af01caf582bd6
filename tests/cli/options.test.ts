import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, folderWith } from "./run-cli.ts";

const spec = `model Net(sizes: [[int]] = [[2, 3]], width: int = 4): 
  (x: f32[B, H], shift: f32[B, N]?) -> y: f32[B, width] where H % 2 == 0 {
  (a, b) = split(x, count=2)
  c = when given(shift) { mean(shift) } else { 0 }
  (a + b + c) -> Dense(sizes[0][1]) -> Dense(width)
}

data D {
  source: csv("p.csv")
  split:  train 0.5, test 0.5
  x: f32[2] = stack(raw.a, raw.b, axis=-1)
  t: f32[8] = stack(raw.t, raw.t, raw.t, raw.t, raw.t, raw.t, raw.t, raw.t, axis=-1)
}

train wide: Net(width=8) on D {
  loss:      mse(y, t)
  optimizer: sgd
}
`;
const path = (): string => join(folderWith({ "net.model": spec }), "net.model");

describe("options of the command line", () => {
  it("that exclude each other are refused", async () => {
    expect(await cli(["check", path(), "--json", "--format", "sarif"])).toMatchObject({ code: 2, out: "" });
  });

  it.each([
    [["train", "--out", "a", "--out", "b"], /--out is given twice/],
    [["train", "--epochs", "1", "--epochs=2"], /--epochs is given twice/],
    [["build", "--out", "a", "--weights", "a", "--weights", "b"], /--weights is given twice/],
    [["summary", "--model", "Net", "--model", "wide"], /--model is given twice/],
    [["train", "--backend", "cpu"], /--runtime tfjs/],
    [["test", "--backend", "wasm"], /--runtime tfjs/],
    [["train", "--runtime", "tfjs", "--threads", "1"], /TensorFlow\.js decides/],
    [["build", "--out", "a", "--target", "tfjs", "--opset", "18"], /--target onnx/],
    [["build", "--out", "a", "--target", "tfjs", "--split"], /--target onnx/],
    [["predict", "--count", "3"], /--split/],
    [["predict", "--split", "test", "--count", "0"], /--count is a whole number of at least 1, not 0\./],
    [["predict", "--split", "test", "--input", "x.json"], /either --input or --split/],
  ])("that would have no effect are refused: %j", async ([command = "", ...options], message) => {
    const { code, out, err } = await cli([command, path(), ...options]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(message);
  });

  it.each([
    ["check --foo", "`modelc check` has no option --foo.\n`modelc check --help` lists the options."],
    ["diff --foo", "`modelc diff` has no option --foo.\n`modelc diff --help` lists the options."],
    [
      "diff --formt text",
      "`modelc diff` has no option --formt. Did you mean --format?\n`modelc diff --help` lists the options.",
    ],
    ["check --format", "--format lacks its value: it is given as --format <format>."],
    ["diff a b --format", "--format lacks its value: it is given as --format <format>."],
    ["diff a b --format jsn", "--format is text, json or markdown, not jsn. Did you mean json?"],
    ["check --format jsn", "--format is pretty, json, sarif, github or junit, not jsn. Did you mean json?"],
    ["diff a", "`modelc diff` needs <after>.\nThe usage is: modelc diff [options] <before> <after>."],
    ["diff a b c", "`modelc diff` is given too many arguments.\nThe usage is: modelc diff [options] <before> <after>."],
    ["breaking", "`modelc breaking` needs --against <what>.\nThe usage is: modelc breaking [options] [paths...]."],
    ["train a --epochs -1", "--epochs cannot be -1. It is no whole number."],
    ["check --max-problems -1", "--max-problems is a whole number of at least 0, not -1."],
  ])("are refused in the same words by all commands: %s", async (line, message) => {
    expect(await cli(line.split(" "))).toEqual({ code: 2, out: "", err: `error: ${message}\n` });
  });

  it.each([
    [["summary", ""], /An argument is empty; the usage is: modelc summary \[options\] <file>\./],
    [["check", ""], /An argument is empty; the usage is: modelc check \[options\] \[paths\.\.\.\]\./],
    [["fmt", "a.model", ""], /An argument is empty/],
    [["explain", ""], /An argument is empty/],
    [["build", "a.model", "--out", ""], /--out is empty: it is given as --out <dir>\./],
    [["train", "a.model", "--out="], /--out is empty/],
    [["train", "a.model", "--data", ""], /--data is empty/],
    [["summary", "a.model", "--set", ""], /--set is empty/],
    [[""], /The name of the command is empty/],
  ])("that are empty are refused: %j", async (argv, message) => {
    const { code, out, err } = await cli(argv);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(message);
  });

  it.each(["0", "-1", "1e9", "100000"])("--threads %s is refused", async (threads) => {
    const { code, out, err } = await cli(["train", path(), `--threads=${threads}`]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/--threads cannot be /);
  });

  it("--model names a training by its label, and a model at its defaults by its own name", async () => {
    const outputs = async (model: string): Promise<unknown> => {
      const { out } = await cli(["summary", path(), "--model", model, "--json"]);
      return (JSON.parse(out) as { models: { name: string; outputs: { shape: unknown }[] }[] }).models.map((it) => [
        it.name,
        it.outputs[0]?.shape,
      ]);
    };
    expect(await outputs("wide")).toEqual([["wide", ["B", 8]]]);
    expect(await outputs("Net")).toEqual([["Net", ["B", 4]]]);
  });

  it("--set takes lists of lists, and each name once", async () => {
    const { out, code } = await cli(["summary", path(), "--model", "Net", "--set", "sizes=[[1, 7]]", "--json"]);
    expect(code).toBe(0);
    expect(out).toContain("dense_0");
    expect(out).toMatch(/"output": \[\s*"B",\s*7\s*\]/);
    expect((await cli(["summary", path(), "--model", "Net", "--set", "sizes=[[1, 7]"])).code).toBe(2);
    expect((await cli(["summary", path(), "--model", "Net", "--set", "H=2", "--set", "H=4"])).code).toBe(2);
  });

  it("summary proves what the header states of the sizes that are set", async () => {
    expect((await cli(["summary", path(), "--model", "Net", "--set", "H=4"])).code).toBe(0);
    const refused = await cli(["summary", path(), "--model", "Net", "--set", "H=3"]);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("H % 2 == 0");
  });

  it("summary says which inputs are of any rank, and how they are shown", async () => {
    const text = "model Any: (x: f32[..., 4], y: f32[B, 4]) -> z: f32[B, 4] {\n  y + mean(x)\n}\n";
    const folder = folderWith({ "any.model": text });
    const { out } = await cli(["summary", join(folder, "any.model")]);
    expect(out.split("\n")[1]).toBe("any rank: x, shown with two dims for `...`");
    const json = JSON.parse((await cli(["summary", join(folder, "any.model"), "--json"])).out) as {
      models: { openRank: string[] }[];
    };
    expect(json.models.map((it) => it.openRank)).toEqual([["x"]]);
  });

  it("--set NAME=given gives an input that may be left out, of a model that is not trained", async () => {
    const inputs = async (...options: readonly string[]): Promise<unknown> => {
      const { out } = await cli(["summary", path(), ...options, "--json"]);
      return (JSON.parse(out) as { models: { inputs: { name: string }[] }[] }).models.map((it) =>
        it.inputs.map(({ name }) => name),
      );
    };
    expect(await inputs("--model", "Net")).toEqual([["x"]]);
    const text = async (...options: readonly string[]): Promise<string> =>
      (await cli(["summary", path(), "--model", "Net", ...options])).out.split("\n").slice(0, 2).join(" | ");
    expect(await text()).toBe("Net: (x: f32[B, H]) -> y: f32[B, 4] | left out: shift");
    expect(await text("--set", "shift=given")).toMatch(
      /^Net: \(x: f32\[B, H\], shift: f32\[B, N\]\) -> y: f32\[B, 4\] \| -+$/,
    );
    expect(await inputs("--model", "Net", "--set", "shift=given")).toEqual([["x", "shift"]]);
    const wrong = async (...options: readonly string[]): Promise<string> => {
      const { code, out, err } = await cli(["summary", path(), ...options]);
      expect({ code, out }).toEqual({ code: 2, out: "" });
      return err;
    };
    expect(await wrong("--model", "Net", "--set", "shift=true")).toContain(
      "The input shift is given or left out: --set shift=given, or nothing.",
    );
    expect(await wrong("--model", "Net", "--set", "shfit=given")).toContain("did you mean shift?");
    expect(await wrong("--model", "wide", "--set", "shift=given")).toContain(
      "The input shift of Net is there where D has a feature of that name.",
    );
    expect(await wrong("--model", "Net", "--set", "shift=given", "--set", "shift=given")).toContain("twice");
  });
});
