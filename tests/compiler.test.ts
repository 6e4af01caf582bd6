import { describe, expect, it } from "vitest";
import { checkSource, compile, type ProgramHost } from "../src/index.ts";

const files: Readonly<Record<string, string>> = {
  "blocks.model": "block Twice(units: int): (x: f32[B, D]) -> f32[B, units] { x -> Dense(units) -> Dense(units) }\n",
  "net.model":
    'import { Twice } from "./blocks.model"\nmodel Net(units: int = 4): (x: f32[B, 3]) -> y: f32[B, units] { x -> Twice(units) }\nmodel Other: (x: f32[B, D]) -> y: f32[B, 1] { x -> Dense(1) }\n',
};

const host: ProgramHost = {
  read: (path) => (files[path] === undefined ? undefined : { path, text: files[path] }),
  resolve: (_, to) => to.replace("./", ""),
};

const source = { path: "net.model", text: files["net.model"] ?? "" };

describe("compile", () => {
  it("takes a file and its imports to both targets, in memory", async () => {
    const { diagnostics, files: made } = await compile(source, host, {
      targets: ["onnx", "tfjs"],
      model: "Net",
      hyperparameters: { units: 7 },
    });
    expect(diagnostics).toEqual([]);
    expect([...made.keys()].sort()).toEqual([
      "Net.init.onnx",
      "Net.manifest.json",
      "Net.onnx",
      "Net.safetensors",
      "Net.ts",
    ]);
    expect(made.get("Net.ts")).toContain("[B, 7]");
  });

  it("is deterministic", async () => {
    const request = { targets: ["onnx", "tfjs"], model: "Net" } as const;
    const [a, b] = await Promise.all([compile(source, host, request), compile(source, host, request)]);
    expect(a.files).toEqual(b.files);
  });

  it("makes no files where one model has an error, and names what is open", async () => {
    const all = await compile(source, host, { targets: ["onnx"] });
    expect(all.files.size).toBe(0);
    expect(all.diagnostics.map((it) => it.code)).toEqual(["MC5002"]);
    expect(all.diagnostics[0]?.help).toContain("Give its size when you build, `--set D=...`, or");
    const fixed = await compile(source, host, { targets: ["onnx"], model: "Other", dims: { D: 5 } });
    expect(fixed.diagnostics).toEqual([]);
    expect(fixed.files.has("Other.onnx")).toBe(true);
  });

  it.each([
    [
      "f32[B, H, W, 3]",
      "x -> Conv2D(2, 3, padding=same) -> Flatten -> Dense(2)",
      "when you build, `--set H=... --set W=...`, or",
    ],
    ["f32[B, ...S]", "x -> Flatten -> Dense(2)", "Write sizes in the header in the place of `...`."],
  ])("says how open sizes of parameters are fixed: %s", async (type, body, help) => {
    const text = `model Net: (x: ${type}) -> y: f32[B, 2] {\n  ${body}\n}\n`;
    const { diagnostics } = await compile({ path: "a.model", text }, host, { targets: ["onnx"] });
    expect(diagnostics.map((it) => it.code)).toEqual(["MC5002"]);
    expect(diagnostics[0]?.help).toContain(help);
  });

  it("asks for sizes of what a training alone owns", async () => {
    const text = "model Net: (x: f32[B, L]) -> y: f32[B, L] {\n  x -> when training { LayerNorm }\n}\n";
    const { diagnostics } = await compile({ path: "a.model", text }, host, { targets: ["onnx"] });
    expect(diagnostics.map((it) => it.code)).toEqual(["MC5002"]);
    expect(diagnostics[0]?.message).toContain("`layer_norm_0.scale` and 1 more depend on `L`");
  });

  it("builds a model whose header leaves no choice of the sizes of its parameters", async () => {
    const text = `model One: (x: f32[B, S]) -> y: f32[B, 3] where S == 1 {\n  x -> Dense(3)\n}
model Two: (x: f32[B, S, T]) -> y: f32[B, S, 3] where T == 2 * S, S <= 3, T >= 6 {\n  x -> Dense(3)\n}\n`;
    const { diagnostics, files } = await compile({ path: "a.model", text }, host, { targets: ["onnx", "tfjs"] });
    expect(diagnostics).toEqual([]);
    expect([...files.keys()]).toEqual(expect.arrayContaining(["One.onnx", "One.ts", "Two.onnx", "Two.ts"]));
  });
});

describe("what keeps a model from being built", () => {
  const told = (text: string): readonly string[] =>
    checkSource({ path: "a.model", text }, host).map(({ code, severity }) => `${severity} ${code}`);

  it.each([
    [
      "an axis of `...` that a parameter has",
      "(x: f32[B, ...S]) -> y: f32[B, ...S] {\n  x -> LayerNorm",
      ["error MC5002"],
    ],
    ["a named dim, which the build may give", "(x: f32[B, D]) -> y: f32[B, 1] {\n  x -> Dense(1)", []],
    [
      "weights that no file holds",
      "(x: f32[B, 3]) -> y: f32[B, 2_000_000_000] {\n  x -> Dense(2_000_000_000)",
      ["warning MC5018"],
    ],
    ["seven axes", "(x: f32[B, 1, 1, 1, 1, 1, 1]) -> y: f32[B, 1, 1, 1, 1, 1, 1] {\n  relu(x)", ["warning MC5018"]],
    ["six axes", "(x: f32[B, 1, 1, 1, 1, 1]) -> y: f32[B, 1, 1, 1, 1, 1] {\n  relu(x)", []],
  ])("is told when it is checked: %s", (_, model, expected) => {
    expect(told(`model M: ${model}\n}\n`)).toEqual(expected);
  });

  it("is told again of a training, which is given no more sizes", () => {
    const text = (shape: string): string => `model M: (x: f32[B, T, 3]) -> y: f32[B, 1] {\n  x -> Flatten -> Dense(1)\n}
data D {\n  source: npz("a.npz")\n  x: f32[${shape}] = raw.x\n  t: f32[1] = raw.t\n}
train M on D {\n  loss: mse(y, t)\n  optimizer: adam\n}\n`;
    expect(told(text("T, 3"))).toEqual(["error MC5002"]);
    expect(told(text("5, 3"))).toEqual([]);
    expect(told(text("T, 3").replace(" {\n  x ->", " where T == 5 {\n  x ->"))).toEqual([]);
  });
});
