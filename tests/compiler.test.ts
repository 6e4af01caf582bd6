import { describe, expect, it } from "vitest";
import { compile, type ProgramHost } from "../src/index.ts";

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
});
