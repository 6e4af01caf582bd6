import { describe, expect, it } from "vitest";
import { buildInferenceGraph } from "../../src/autodiff/build-evaluation-graph.ts";
import { formatType } from "../../src/lower/values.ts";
import { referenceTarget } from "../../src/passes/pipeline.ts";
import { expectGradients, inputsFor } from "../autodiff/gradient-testing.ts";
import { checkFile, codesOf, entryOf, lower, nodesOf, onlyFinding } from "./checking.ts";
import { runText } from "./run-text.ts";

const inputs = "x: f32[B, T], wide: f64[B, T], ids: i32[B, T], m: bool[B, T]";
const typesOf = (expression: string, header = ""): string =>
  entryOf(lower(`block M${header}: (${inputs}) where T % 2 == 0 {\n  ${expression}\n}\n`, "M"))
    .body.results.map((it) => formatType(it.type))
    .join(" ");

describe("a number", () => {
  it.each([
    // Beside a tensor.
    ["x * 2", "f32[B, T]"],
    ["ids * 2", "i32[B, T]"],
    ["ids * 2.0", "i32[B, T]"],
    ["wide * 2", "f64[B, T]"],
    ["2 * wide", "f64[B, T]"],
    ["maximum(x, 0)", "f32[B, T]"],
    ["maximum(0, ids)", "i32[B, T]"],
    ["where(m, x, -1e9)", "f32[B, T]"],
    ["where(m, 1, ids)", "i32[B, T]"],
    ["where(m, 0, wide)", "f64[B, T]"],
    ["pow(x, 2)", "f32[B, T]"],
    ["stack(ids, 1)", "i32[2, B, T]"],
    ["stack(0, x, T, axis=-1)", "f32[B, T, 3]"],
    ["stack([x, 1], axis=1)", "f32[B, 2, T]"],
    ["stack([x, x], 1)", "f32[B, 2, T]"],
    ["stack(m, true)", "bool[2, B, T]"],
    ["gather(x, 0)", "f32[T]"],
    ["take_along(x, 0)", "f32[B]"],
    // Alone.
    ["stack(1, 2)", "i32[2]"],
    ["stack(1, 2.0)", "f32[2]"],
    ["stack(1, 1e3)", "f32[2]"],
    ["stack(1, 250k)", "i32[2]"],
    ["stack(1, 4 / 2)", "f32[2]"],
    ["stack(1, 5 // 2)", "i32[2]"],
    ["stack(1, min(2, 3))", "i32[2]"],
    ["stack(1, min(2, 3.5))", "f32[2]"],
    ["stack(1, abs(-2))", "i32[2]"],
    ["stack(1, exp(0))", "f32[2]"],
    ["stack(1, round(2.5))", "i32[2]"],
    ["stack(1, T)", "i32[2]"],
    ["stack(1, T / 2)", "f32[2]"],
    ["where(m, 1, 0)", "i32[B, T]"],
    ["where(m, 1, 0.5)", "f32[B, T]"],
    ["where(m, 1, T)", "i32[B, T]"],
    ["where(m, true, false)", "bool[B, T]"],
    ["when training { 1 } else { 0 }", "i32[]"],
    ["when training { 1 } else { 0.5 }", "f32[]"],
    ["when training { x } else { 0 }", "f32[B, T]"],
    ["when training { 0 } else { ids }", "i32[B, T]"],
    ["(1, 2.5)", "i32[] f32[]"],
    ["square(T)", "i32[]"],
    ["sqrt(T)", "f32[]"],
    // What is documented as f32 stays it.
    ["full([B], 1)", "f32[B]"],
    ["zeros([B])", "f32[B]"],
    ["one_hot(ids, 3)", "f32[B, T, 3]"],
  ])("in %s: %s", (expression, type) => {
    expect(typesOf(expression)).toBe(type);
  });

  it.each([
    ["w: float = 2", "f32[B, T]"],
    ["w: float = 2.5", "f32[B, T]"],
    ["w: int = 2", "i32[B, T]"],
    ["w: int | float = 2", "i32[B, T]"],
    ["w: int | float = 2.5", "f32[B, T]"],
  ])("of a hyperparameter has the type of its declaration: %s", (hyperparameter, type) => {
    expect(typesOf("where(m, w, 0)", `(${hyperparameter})`)).toBe(type);
  });

  it.each([
    ["model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  _ = x\n  0\n}\n", "f32[B, 4]"],
    ["model M: (x: i32[B, 4]) -> y: i32[B, 4] {\n  h: i32[B, 4] = 3\n  x + h\n}\n", "i32[B, 4]"],
    [
      "fn f: (a: f32[...S], b: f32[...S]) -> f32[...S] { a - b }\n\nmodel M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  f(1, x)\n}\n",
      "f32[B, 4]",
    ],
    [
      "fn f: (a: float[...S], b: float[]) -> float[...S] { a - b }\n\nmodel M: (x: f64[B, 4]) -> y: f64[B, 4] {\n  f(x, 1)\n}\n",
      "f64[B, 4]",
    ],
    [
      "block F: (a: f32[B], b: class(3)[B]) -> f32[] { cross_entropy(stack(a, a, a, axis=-1), b) }\n\nmodel M: (x: f32[B]) -> y: f32[] {\n  F()(x, 2)\n}\n",
      "f32[]",
    ],
    [
      "block F: (x: f32[B, T, D], mask: f32[T, 2]) -> f32[T, 2] { mask * mean(x) }\n\nmodel M: (x: f32[B, 5, 3]) -> y: f32[5, 2] {\n  F()(x, 1)\n}\n",
      "f32[5, 2]",
    ],
  ])("becomes what is declared: %s", (text, type) => {
    expect(codesOf(text)).toEqual([]);
    expect(entryOf(lower(text, "M")).body.results.map((it) => formatType(it.type))).toEqual([type]);
  });

  it("keeps where it came from", () => {
    const text =
      "block L(goal: float): (x: f32[B, 4]) -> f32[] {\n  mse(x, goal)\n}\n\nmodel M: (x: f32[B, 4]) -> y: f32[] {\n  x -> L(3)\n}\n";
    const func = lower(text, "M").functions.get("L");
    expect(func && nodesOf(func)[0]).toMatchObject({ kind: "constant", data: 3, source: "goal" });
  });

  it.each([
    ["ids * 0.5", "0.5", "Beside whole numbers a number is whole. `cast(ids, f32)` makes real numbers of them."],
    [
      "0.5 - (ids + 1)",
      "0.5",
      "Beside whole numbers a number is whole. `cast(ids + 1, f32)` makes real numbers of them.",
    ],
    ["ids > 0.5", "0.5", "Beside whole numbers a number is whole. `cast(ids, f32)` makes real numbers of them."],
    [
      "where(m, ids, 0.5)",
      "0.5",
      "Beside whole numbers a number is whole. `cast(ids, f32)` makes real numbers of them.",
    ],
    ["stack(ids, 0.5)", "0.5", "Beside whole numbers a number is whole. `cast(ids, f32)` makes real numbers of them."],
    ["mse(ids, 0.5)", "0.5", "Beside whole numbers a number is whole. `cast(ids, f32)` makes real numbers of them."],
    ["when training { ids } else { 0.5 }", "when training { ids } else { 0.5 }", undefined],
    ["m + 1", "1", "Truth values are `true` and `false`. `cast(m, f32)` makes real numbers of them."],
    ["where(m, m, 0)", "0", "Truth values are `true` and `false`. `cast(m, f32)` makes real numbers of them."],
    ["gather(x, 0.5)", "0.5", undefined],
    ["stack(3G, 1)", "3G", undefined],
    ["ids + 3G", "3G", undefined],
  ])("in %s is MC3026 at `%s`", (expression, at, help) => {
    const found = onlyFinding(
      `block M: (_x: f32[B, T], x: f32[B, T], ids: i32[B, T], m: bool[B, T]) {\n  (${expression}, x, ids, m)\n}\n`,
    );
    expect([found.code, found.at, found.help]).toEqual(["MC3026", at, help]);
  });

  it.each([
    ["where(m, 1, 0) * x", "MC3006", "Convert one of them with `cast(x, f32)`."],
    ["x * where(m, 1, 0)", "MC3006", "Convert one of them with `cast(x, f32)`."],
    ["concat(x, 0, axis=1)", "MC2014", undefined],
    ["matmul(x, 3)", "MC3006", "Add an axis: of a vector, `x[None]` is a row and `x[:, None]` a column."],
    ["cross_entropy(x, 4)", "MC3020", "They need room for 5: as many outputs of the last layer, or rows of the table."],
  ])("is refused in %s: %s", (expression, code, help) => {
    const found = onlyFinding(`block M: (x: f32[B, 4], m: bool[B, 4]) {\n  (${expression}, x, m)\n}\n`);
    expect([found.code, found.help]).toEqual([code, help]);
  });
});

describe("a number in a loss", () => {
  const losses: readonly (readonly [short: string, long: string])[] = [
    ["binary_cross_entropy(x, 1)", "binary_cross_entropy(x, ones_like(x))"],
    ["binary_cross_entropy(0.5, sigmoid(x))", "binary_cross_entropy(0.5 * ones_like(x), sigmoid(x))"],
    ["mse(x, 0)", "mse(x, zeros_like(x))"],
    ["mae(3, x)", "mae(3 * ones_like(x), x)"],
    ["huber(x, 2, delta=0.5)", "huber(x, 2 * ones_like(x), delta=0.5)"],
    ["kl_normal(x, 0)", "kl_normal(x, zeros_like(x))"],
    ["kl_normal(0, x)", "kl_normal(zeros_like(x), x)"],
    ["cross_entropy(x, 2)", "cross_entropy(x, cast(2 * ones_like(x[:, 0]), i32))"],
  ];

  it.each(losses)("is that of every element: %s", async (short, long) => {
    const text = `model M: (x: f32[3, 4]) -> (short: f32[], long: f32[]) {\n  (${short}, ${long})\n}\n`;
    const run = await runText(text, (_, it) => ({ ...it, data: it.data.map((_, at) => Math.sin(3 * at)) }));
    for (const results of [run?.reference, run?.runtimes["ONNX Runtime"], run?.runtimes["TensorFlow.js"]]) {
      const [a, b] = results?.map((it) => it.data[0] ?? NaN) ?? [];
      expect(a).toBeCloseTo(b ?? NaN, 6);
    }
  });

  it.each(losses)("has the gradient of that: %s", (short) => {
    const module = lower(`model M: (x: f32[3, 4]) -> loss: f32[] {\n  ${short}\n}\n`, "M");
    const graph = buildInferenceGraph(module, referenceTarget);
    expectGradients(graph, ["x"], inputsFor(graph));
  });

  it("broadcasts in a train section, in metrics too", () => {
    const text = `model M: (x: f32[B, 3]) -> (y: f32[B, 2], z: f32[B, 1]) {
  h = x -> Dense(4)
  (h -> Dense(2), h -> Dense(1))
}
data Points {
  source: csv("points.csv")
  x: f32[3] = stack(raw.a, raw.b, 1, axis=-1)
}
train M on Points {
  loss:      binary_cross_entropy(z, 1) + cross_entropy(y, 0) + mean(maximum(y, 0)) + 2 * mse(y, 0)
  optimizer: sgd(lr=0.1)
  metrics:   accuracy(y, 1), binary_accuracy(z, 1), mean_squared_error(y, 0), mean_absolute_error(0.5, y), perplexity(y, 0)
}
`;
    expect(checkFile(text)).toEqual([]);
    const beyond = text.replace("accuracy(y, 1)", "accuracy(y, 2)");
    expect(checkFile(beyond).map((it) => it.code)).toEqual(["MC3020"]);
  });
});
