import { describe, expect, it } from "vitest";
import { emitTfjs } from "../../../src/emit/tfjs/emit-tfjs.ts";
import { localName } from "../../../src/emit/tfjs/names.ts";
import { codesOf, lower } from "../../lower/checking.ts";

describe("names of inputs and outputs", () => {
  it.each([
    ["x", "x"],
    ["class", "class_"],
    ["model", "model_"],
    ["batch", "batch_"],
    ["dropout", "dropout_"],
  ])("%s is the variable %s", (name, variable) => {
    expect(localName(name)).toBe(variable);
  });

  it("may be words of TypeScript, of the file, or the model's own", async () => {
    const text =
      "model Inputs: (class: f32[B, 4], inputs: f32[B, 4], tf: f32[B, 4]) -> model: f32[B, 4] {\n  (class + inputs + tf) -> Dense(4)\n}\n";
    const code = await emitTfjs({ name: "Inputs", module: lower(text, "Inputs") });
    expect(code).toContain("const { class: class_, inputs: inputs_, tf: tf_ } = inputs;");
    expect(code).toContain("const model_ = inputsLayer(class_, inputs_, tf_, model.parameters);");
    expect(code).toContain("return { model: model_ as tf.Tensor2D };");
  });

  it("differ from one another", () => {
    const model = (flavor: string): string => `${flavor} M: (x: f32[B, 4]) -> x: f32[B, 4] {\n  x * 2\n}\n`;
    expect(codesOf(model("model"))).toEqual(["MC2003"]);
    expect(codesOf(model("block"))).toEqual([]);
  });
});
