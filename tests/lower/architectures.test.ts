import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formatType } from "../../src/lower/values.ts";
import { check, countOf, entryOf, example, lower, onlyFinding, parametersOf, statesOf } from "./checking.ts";

const model = (name: string): string => readFileSync(`tests/cases/examples/${name}.model`, "utf8");

describe("known architectures", () => {
  it.each([
    ["LinearRegression", example("linear-regression"), 4],
    ["MnistCnn", example("mnist-cnn"), 225_034],
    ["StackedLstm", example("stacked-lstm"), 363_274],
    ["Gpt", model("gpt"), 124_439_808],
    ["ResNet18", model("resnet"), 11_689_512],
    ["ResNet", model("resnet"), 25_557_032],
    // PyTorch's `nn.Transformer()`.
    ["Transformer", model("transformer"), 44_140_544],
  ])("%s has its published number of parameters", (name, text, count) => {
    expect(countOf(lower(text, name))).toBe(count);
  });

  it.each(["gan", "gpt", "resnet", "speech", "transformer", "unet", "vae"])(
    "%s is well typed, with nothing to remark",
    (name) => {
      expect(check(model(name)).map((it) => `${it.code} ${it.message}`)).toEqual([]);
    },
  );
});

describe("paths in checkpoints", () => {
  it("of a transformer", () => {
    const paths = [...parametersOf(lower(model("gpt"), "Gpt", { hyperparameters: { depth: 2 } })).keys()];
    expect(paths.slice(0, 2)).toEqual(["wte.table", "wpe.table"]);
    expect(paths).toContain("layer.1.attention.qkv.kernel");
    expect(paths).toContain("layer.1.norm2.scale");
    expect(paths.slice(-2)).toEqual(["final_norm.scale", "final_norm.bias"]);
  });

  it("of a residual network, statistics included", () => {
    const module = lower(model("resnet"), "ResNet", { hyperparameters: { layers: [1, 2, 1, 1], Unit: "BasicBlock" } });
    expect([...parametersOf(module).keys()]).toContain("stage_1.rest.0.conv_norm_1.norm.scale");
    expect(statesOf(module)).toContain("stage_1.first.shortcut.norm.variance");
    expect(formatType(entryOf(module).body.inputs[0]?.type ?? { dtype: "f32", shape: [] })).toBe("f32[B, H, W, 3]");
  });

  it("of two directions that never share", () => {
    const paths = [...parametersOf(lower(model("speech"), "Speech", { hyperparameters: { depth: 1 } })).keys()];
    expect(paths).toEqual([
      "layer.0.forward.kernel",
      "layer.0.forward.recurrent",
      "layer.0.forward.bias",
      "layer.0.backward.kernel",
      "layer.0.backward.recurrent",
      "layer.0.backward.bias",
      "dense_0.kernel",
      "dense_0.bias",
    ]);
  });
});

describe("sizes that a model needs", () => {
  it("shows where the skips of a U-Net fail without their facts", () => {
    const found = check(model("unet").replace("\n  where H % 16 == 0, W % 16 == 0 {", " {"));
    expect(found.map(({ code }) => code)).toEqual(["MC3031"]);
    expect(found[0]?.message).toContain(
      "H // 8, and `2 * W` = 2 * (W // 16) where this has W // 8; for example at H = 24",
    );
    expect(found[0]?.help).toContain("`where H % 16 == 0, W % 16 == 0`");
  });

  it("reports the strongest smallest size alone", () => {
    const text =
      "model M: (x: f32[B, H, 64, 1]) -> y: f32[B, (H // 8) * 8] {\n  x -> MaxPool2D(2) -> MaxPool2D(2) -> MaxPool2D(2) -> Flatten\n}\n";
    expect(onlyFinding(text)).toMatchObject({ code: "MC3028" });
    expect(check(text.replace(" {\n", "\n  where H >= 8 {\n"))).toEqual([]);
  });
});
