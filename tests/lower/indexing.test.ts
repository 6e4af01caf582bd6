import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildInferenceGraph } from "../../src/autodiff/build-evaluation-graph.ts";
import { formatType } from "../../src/lower/values.ts";
import { referenceTarget } from "../../src/passes/pipeline.ts";
import { expectGradients, inputsFor } from "../autodiff/gradient-testing.ts";
import { check, entryOf, lower, onlyFinding } from "./checking.ts";
import { counting, indexing, indexNested, numbersIn, shapeOf, writeItem } from "./index-testing.ts";
import { runText } from "./run-text.ts";

const typeOf = (inputs: string, expression: string): string =>
  entryOf(lower(`block M: (${inputs}) where T >= 3 {\n  ${expression}\n}\n`, "M"))
    .body.results.map((it) => formatType(it.type))
    .join(" ");

describe("an index", () => {
  it.each([
    ["x[..., 0]", "f32[B, T]"],
    ["x[0]", "f32[T, 4]"],
    ["x[..., 0, :]", "f32[B, 4]"],
    ["x[0, ..., 0]", "f32[T]"],
    ["x[0, ..., 0, 0]", "f32[]"],
    ["x[0, 0, 0, ...]", "f32[]"],
    ["x[...]", "f32[B, T, 4]"],
    ["x[None]", "f32[1, B, T, 4]"],
    ["x[:, None]", "f32[B, 1, T, 4]"],
    ["x[..., None]", "f32[B, T, 4, 1]"],
    ["x[..., None, :]", "f32[B, T, 1, 4]"],
    ["x[None, ..., None]", "f32[1, B, T, 4, 1]"],
    ["x[:, None, None]", "f32[B, 1, 1, T, 4]"],
    ["x[:, 0, None]", "f32[B, 1, 4]"],
    ["x[0, None, 1:3, ::2]", "f32[1, 2, 2]"],
    ["x[:, -1, None, 1:]", "f32[B, 1, 3]"],
    ["x[:, -T]", "f32[B, 4]"],
    ["x[:, -T:-1]", "f32[B, T - 1, 4]"],
    ["x[:, T - 1]", "f32[B, 4]"],
    ["range(T)[None, :] - range(T)[:, None]", "i32[T, T]"],
    ["(x + x)[..., 0]", "f32[B, T]"],
    ["mean(x, over=B)[None]", "f32[1, T, 4]"],
    ["sum(x)[None, None]", "f32[1, 1]"],
    ["x[0][0][0]", "f32[]"],
    ["(x, x)[1][..., 0]", "f32[B, T]"],
    ["matmul(x[..., None, :], x[..., None])[..., 0, 0]", "f32[B, T]"],
  ])("%s is %s", (expression, type) => {
    expect(typeOf("x: f32[B, T, 4]", expression)).toBe(type);
  });

  it("keeps the names of the axes that it keeps", () => {
    const text = "block M: (x: f32[B, 6, T]) {\n  y = x[:, None]\n  sum(y, over=T)\n}\n";
    expect(formatType(entryOf(lower(text, "M")).body.results[0]?.type ?? { dtype: "f32", shape: [] })).toBe(
      "f32[B, 1, 6]",
    );
  });

  it("keeps that a value is a probability, and the range of labels", () => {
    const text = (logits: string, labels: string): string =>
      `model M: (x: f32[B, 4], label: class(4)[B, 2]) -> y: f32[] {\n  p = x -> Dense(4)\n  cross_entropy(${logits}, ${labels})\n}\n`;
    expect(check(text("p[..., :]", "label[..., 0]"))).toEqual([]);
    expect(check(text("softmax(p)[:, None][:, 0]", "label[..., 0]")).map((it) => it.code)).toEqual(["MC3019"]);
    expect(check(text("p[:, None][:, 0, :3]", "label[:, 0]")).map((it) => it.code)).toEqual(["MC3020"]);
  });

  it.each([
    ["x[..., 0, ...]", "MC1040", "...", undefined],
    ["x[0, 0, 0, 0]", "MC3001", "x[0, 0, 0, 0]", undefined],
    ["x[0, ..., 0, 0, 0]", "MC3001", "x[0, ..., 0, 0, 0]", undefined],
    ["x[..., 4]", "MC3025", "4", undefined],
    ["x[..., -5]", "MC3025", "-5", undefined],
    ["x[:, -T - 1]", "MC3025", "-T - 1", undefined],
    ["x[..., 2:5]", "MC3025", "2:5", undefined],
    ["x[..., ::-1]", "MC3010", "::-1", "To turn an axis round: `flip(x, axis=2)`."],
    ["x[:, k]", "MC3008", "k", "To look up places that a tensor holds: `gather(x, k, axis=1)`."],
    ["x[x[..., 0] > 0]", "MC3008", "x[..., 0] > 0", "To choose by truth values, `where(mask, a, b)` keeps the shape."],
    ["x[0.5]", "MC3008", "0.5", undefined],
    ["[1, 2][None] * x", "MC3008", "[1, 2][None]", undefined],
    ["[1, 2][...] * x", "MC3008", "[1, 2][...]", undefined],
    ["[1, 2][0, 0] * x", "MC3008", "[1, 2][0, 0]", undefined],
    [
      "x[None:2]",
      "MC2001",
      "None",
      "`None` adds an axis inside index brackets: `x[:, None]`. Elsewhere it is no value: what is not wanted is left out.",
    ],
    [
      "Dense(4, bias=None)(x)",
      "MC2001",
      "None",
      "`None` adds an axis inside index brackets: `x[:, None]`. Elsewhere it is no value: what is not wanted is left out.",
    ],
  ])("of %s is %s at `%s`", (expression, code, at, help) => {
    const text = `block M: (x: f32[B, T, 4], k: i32[3]) {\n  (${expression}, k)\n}\n`;
    const found = onlyFinding(text);
    expect([found.code, found.at, found.help]).toEqual([code, at, help]);
  });

  it.each([
    ["x[..., 4]", "`4` does not lie in axis 2 of f32[B, T, 4], which has 4."],
    [
      "x[:, 2]",
      "`2` does not always lie in axis 1 of f32[B, T, 4], which has T; for example at T = 1: 2 is not less than 1.",
    ],
    ["x[..., 2:5]", "`2:5` does not lie in axis 2 of f32[B, T, 4], which has 4."],
    ["x[..., 2:2]", "`2:2` does not hold an element."],
    ["x[..., 3:-1]", "`3:-1` does not hold an element."],
  ])("of %s says what is wrong", (expression, message) => {
    expect(onlyFinding(`block M: (x: f32[B, T, 4]) {\n  ${expression}\n}\n`).message).toBe(message);
  });

  it("leaves `None` a name elsewhere", () => {
    expect(check("const None = 3\n\nmodel M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  None * x\n}\n")).toEqual([]);
  });

  it("is NumPy's, on both targets, whatever it is made of", async () => {
    const drawn = fc.sample(indexing, { numRuns: 240, seed: 7 });
    for (let from = 0; from < drawn.length; from += 24) {
      const cases = drawn.slice(from, from + 24);
      const inputs = cases.map(({ shape }, at) => `x${String(at)}: f32[${shape.join(", ")}]`);
      const wanted = cases.map(({ shape, items }) => indexNested(counting(shape), shape.length, items));
      const types = wanted.map((it, at) => `y${String(at)}: f32[${shapeOf(it).join(", ")}]`);
      const written = cases.map(({ items }, at) => `x${String(at)}[${items.map(writeItem).join(", ")}]`);
      const text = `model M: (${inputs.join(", ")}) -> (${types.join(", ")}) {\n  (${written.join(", ")})\n}\n`;
      const run = await runText(text, (_, { dtype, shape, data }) => ({ dtype, shape, data: data.map((_, at) => at) }));
      for (const results of [run?.reference, run?.runtimes["ONNX Runtime"], run?.runtimes["TensorFlow.js"]]) {
        wanted.forEach((it, at) => {
          const found = results?.[at];
          expect([found?.shape, [...(found?.data ?? [])]], written[at]).toEqual([shapeOf(it), numbersIn(it)]);
        });
      }
    }
  });

  it.each([
    "sum(square(x[:, None] - x[None]))",
    "mean(exp(x[..., None, 0:2] * x[:, -1, None, None, ::2]))",
    "sum(x[..., 1] * x[0, ..., None, :])",
    "sum(tanh((x * x)[1, None, ..., -2:]))",
  ])("lets gradients through: %s", (loss) => {
    const module = lower(`model M: (x: f32[2, 3, 3]) -> loss: f32[] {\n  ${loss}\n}\n`, "M");
    const graph = buildInferenceGraph(module, referenceTarget);
    expectGradients(graph, ["x"], inputsFor(graph));
  });
});
