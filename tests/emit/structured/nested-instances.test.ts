import { describe, expect, it } from "vitest";
import { emitTfjs } from "../../../src/emit/tfjs/emit-tfjs.ts";
import { textFunctions } from "../text/emit-text.ts";
import { unitOf } from "../tfjs/spec-unit.ts";

const blocks = `block Wrap(of: block): (x: f32[B, D]) {
  y = x -> of
  y * 2
}
block Residual(of: block): (x: f32[B, D]) {
  y = x -> of
  x + y
}
`;
const modelOf = (layers: string): string => `${blocks}model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  ${layers}\n}\n`;

describe("declarations whose instances hold one another", () => {
  it.each([
    ["itself", "x -> Wrap(Wrap(Wrap(Dense(4))))", ["M", "Wrap3", "Wrap2", "Wrap", "Dense"]],
    [
      "another, and that one it",
      "x -> Wrap(Residual(Dense(4))) -> Residual(Wrap(Dense(4)))",
      ["M", "Residual2", "Wrap2", "Wrap", "Residual", "Dense"],
    ],
    [
      "one that is alike",
      "x -> Wrap(Residual(Dense(4))) -> Wrap(Residual(Dense(4)))",
      ["M", "Wrap", "Residual", "Dense"],
    ],
  ])("have a function for each depth: %s", async (_, layers, names) => {
    const { module, name } = unitOf(modelOf(layers));
    expect(textFunctions(module).all.map((it) => it.name)).toEqual(names);
    await expect(emitTfjs({ module, name })).resolves.toContain("function wrap(");
  });
});
