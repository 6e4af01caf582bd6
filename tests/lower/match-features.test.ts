import { describe, expect, it } from "vitest";
import { checkSource } from "../../src/compiler.ts";
import { textOf } from "../../src/support/source.ts";
import { host } from "./checking.ts";

/** A model's input beside the feature of its name: the findings of the file. */
function findings(input: string, feature: string): readonly string[] {
  const text = `model Net: (x: ${input}) -> y: f32[] {
  mean(cast(x, f32))
}
data Points {
  source: csv("points.csv")
  x:      ${feature} = ${feature.includes("[]") ? "raw.a" : "stack(raw.a, raw.b, raw.c, axis=-1)"}
}
train Net on Points {
  loss:      y
  optimizer: sgd(lr=0.1)
}
`;
  const none = ["MC4022", "MC4020", "MC4021"];
  return checkSource({ path: "main.model", text }, host)
    .filter((it) => it.severity === "error" && !none.includes(it.code))
    .map((it) => `${it.code} at ${textOf(it.span)}: ${it.message}`);
}

describe("a model's inputs and the features of their names", () => {
  it("fit where the batch is free and all other sizes are equal or free", () => {
    expect(findings("f32[B, 3]", "f32[3]")).toEqual([]);
    expect(findings("f32[B, D]", "f32[3]")).toEqual([]);
    expect(findings("f32[N, B]", "f32[3]")).toEqual([]);
    expect(findings("f32[N]", "f32[]")).toEqual([]);
  });

  it("do not where the data would fix the batch: it is as large as it comes", () => {
    for (const input of ["f32[B, B]", "f32[D, D]"]) {
      const [finding, ...others] = findings(input, "f32[3]");
      expect(finding).toMatch(/^MC4008 .*f32\[B, 3\]/);
      expect(others).toEqual([]);
    }
  });

  it("do not where a size, a rank or an element type differs", () => {
    expect(findings("f32[B, 4]", "f32[3]")).toHaveLength(1);
    expect(findings("f32[B, 3, 1]", "f32[3]")).toHaveLength(1);
    expect(findings("f32[B]", "f32[3]")).toHaveLength(1);
    expect(findings("i32[B, 3]", "f32[3]")).toHaveLength(1);
    expect(findings("f32[3, B]", "f32[3]")).toHaveLength(1);
    expect(findings("f32[2, 3]", "f32[3]")).toHaveLength(1);
  });
});
