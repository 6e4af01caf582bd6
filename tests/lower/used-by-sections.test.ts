import { describe, expect, it } from "vitest";
import { checkFile } from "./checking.ts";

/** A training whose feature, loss and metric are given; the rest of the file is in order. */
const program = (functions: string, { feature = "raw.x", loss = "mse(y, x)", metrics = "mse(y, x)" } = {}): string =>
  `${functions}
model M: (x: f32[B, 3]) -> y: f32[B, 3] {
  x -> Dense(3)
}
data D {
  source: npz("points.npz")
  x: f32[3] = ${feature}
}
train M on D {
  loss:      ${loss}
  optimizer: sgd
  metrics:   ${metrics}
}
`;

const third = "fn third: (x: f32[B, T]) -> f32[B] { x[:, 2] }\n";
const shifted = "fn shifted(by: float): (x: f32[B, T]) -> f32[B, T] { x + by }\n";
const share = "metric share(of: int): (x: f32[B, T]) -> more {\n  total sum: f32[] = sum(x[:, of])\n  finish sum\n}\n";

const found = (text: string): readonly string[] => checkFile(text).map((it) => it.code);

describe("what sections use", () => {
  it.each([
    ["a feature", third, { feature: "raw.x + third(raw.x)[:, None]" }],
    ["a loss", third, { loss: "mse(y, x) + mean(third(y))" }],
    ["a metric", third, { metrics: "third(y)" }],
    [
      "a function of a feature",
      `${third}fn of: (x: f32[B, T]) -> f32[B] { third(x) }\n`,
      { feature: "raw.x * of(raw.x)[:, None]" },
    ],
    ["a feature, with a hyperparameter", shifted, { feature: "shifted(raw.x, by=1)" }],
    ["a metric with a hyperparameter", share, { metrics: "share(y, of=2)" }],
  ])("is checked as they use it: %s", (_, functions, used) => {
    expect(found(program(functions, used))).toEqual([]);
  });

  it("is checked by itself where they do not", () => {
    expect(found(program(third))).toEqual(["MC3025"]);
    expect(found(program(shifted))).toEqual(["MC2030"]);
    expect(found(program(share))).toEqual(["MC2030"]);
  });

  it("is reported once where it is wrong", () => {
    const wrong = "fn wrong: (x: f32[B, T]) -> f32[B] { x }\n";
    expect(
      found(program(wrong, { feature: "raw.x + wrong(raw.x)[:, None]", loss: "mse(y, x) + mean(wrong(y))" })),
    ).toEqual(["MC3001"]);
  });
});
