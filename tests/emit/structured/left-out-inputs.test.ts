import { describe, expect, it } from "vitest";
import { emitTfjs } from "../../../src/emit/tfjs/emit-tfjs.ts";
import { textFunctions } from "../text/emit-text.ts";
import { unitOf } from "../tfjs/spec-unit.ts";

const text = `
block Join(sum: bool = false): (x: f32[B, 4], more: f32[B, 4]?, factor: f32[B, 4] = x) -> f32[B, 4] {
  y = x * factor -> Dense(4)
  when given(more) { y + more } else when sum { y + x } else { y }
}

model M: (x: f32[B, 4]) -> y: f32[B, 4] {
  a = x -> Join
  b = a -> Join()(more=x) -> Join()(factor=x) -> Join()(x, a)
  b -> Join(sum=true) -> Join(sum=true)(factor=x)
}
`;

describe("functions for what is left out and what is given", () => {
  it("say by their names what is given beyond the plainest", async () => {
    const { module, name } = unitOf(text);
    expect(textFunctions(module).all.map((it) => it.name)).toEqual([
      ...[
        "M",
        "Join_sum_with_factor",
        "Join_sum",
        "Join_with_more_factor",
        "Join_with_factor",
        "Join_with_more",
        "Join",
      ],
      "Dense",
    ]);
    await expect(emitTfjs({ module, name })).resolves.toContain("function joinWithMoreFactor(");
  });
});
