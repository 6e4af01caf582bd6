import { describe, expect, it } from "vitest";
import { checkSource } from "../../src/compiler.ts";
import { host } from "./checking.ts";

function findings(body: string, settings = "optimizer: sgd(lr=0.1)", type = "f32"): readonly string[] {
  const text = `model M: (x: ${type}[B, 4]) -> y: ${type}[B, 4] { ${body} }
data D {
  source: csv("d.csv")
  x: f32[4] = stack(raw.a, raw.b, raw.c, raw.d, axis=-1)
}
train M on D {
  loss: mean(y)
  ${settings}
}`;
  const shown = type === "f32" ? text : text.slice(0, text.indexOf("data D"));
  return checkSource({ path: "main.model", text: shown }, host).map(
    ({ code, span }) => `${code} ${shown.slice(span.start, span.end)}`,
  );
}

describe("numbers that vanish in their element type", () => {
  it.each([
    ["beside a tensor", "x -> Dense(4) -> sqrt + 1e-46", "MC3056 1e-46"],
    ["an argument of an operator", "x -> Dense(4) -> leaky_relu(1e-46)", "MC3056 1e-46"],
    ["the epsilon of BatchNorm", "x -> Dense(4) -> BatchNorm(epsilon=1e-50)", "MC3056"],
    ["the epsilon of LayerNorm", "x -> Dense(4) -> LayerNorm(epsilon=1e-46)", "MC3056"],
    ["the epsilon of GroupNorm", "x -> Dense(4) -> GroupNorm(2, epsilon=1e-50)", "MC3056"],
    ["the epsilon of RMSNorm", "x -> Dense(4) -> RMSNorm(epsilon=1e-50)", "MC3056"],
  ])("%s", (_, body, expected) => {
    const found = findings(body.replace(/^(.*sqrt) \+ (.*)$/, "h = $1\n  h + $2"));
    expect(found.length).toBe(1);
    expect(found[0]).toContain(expected);
  });

  it.each([
    ["adam(epsilon=1e-50)", "MC4063 1e-50"],
    ["adamw(epsilon=1e-46)", "MC4063 1e-46"],
    ["rmsprop(epsilon=1e-50)", "MC4063 1e-50"],
    ["sgd(lr=1e-60)", "MC4063 1e-60"],
    ["sgd(lr=1e39)", "MC4063 1e39"],
    ["sgd(lr=cosine(peak=0.1, floor=1e-50))", "MC4063 1e-50"],
    ["sgd(lr=0.1, decay=1e-50)", "MC4063 1e-50"],
    ["sgd(lr=0.1)\n  clip: norm(1e-50)", "MC4063 1e-50"],
    ['sgd(lr=0.1)\n  group "**": scale=1e-50', "MC4063 1e-50"],
  ])("the setting %s", (setting, expected) => {
    expect(findings("x -> Dense(4)", `optimizer: ${setting}`)).toEqual([expected]);
  });

  it("holds what is small and not lost", () => {
    expect(findings("x -> Dense(4) -> LayerNorm(epsilon=1e-40)", "optimizer: adam(epsilon=1e-30)")).toEqual([]);
  });

  it("goes by the element type", () => {
    expect(findings("x + 1e-8", "", "f16")).toEqual(["MC3056 1e-8"]);
    expect(findings("x + 1e-50", "", "f64")).toEqual([]);
  });
});
