import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checkSource } from "../../src/compiler.ts";
import { textOf } from "../../src/support/source.ts";
import { checkFile, codesOfFile } from "./checking.ts";

const head = (fns = ""): string => `${fns}
model M: (x: f32[B, 3]) -> y: f32[B, 1] {
  x -> Dense(1)
}
data Points {
  source: csv("points.csv")
  x: f32[3] = stack(raw.a, raw.b, raw.c, axis=-1)
  t: f32[] = raw.t
}
`;
const training = (loss: string, fns = ""): string =>
  `${head(fns)}train M on Points {\n  loss: ${loss}\n  optimizer: sgd(lr=0.1)\n}\n`;
const inModel = (inputs: string, result: string, body: string): string =>
  `model M: (${inputs}) -> r: f32[${result}] {\n  ${body}\n}\n`;

describe("a dim that broadcasting sets against itself", () => {
  it.each([
    "mean(square(y - t))",
    "mean(abs(t - y))",
    "mean(y * t)",
    "mean(square(y) / (1 + t))",
    "mean(maximum(y, t))",
    "mean(where(y > 0, t, 0))",
    "mean(where(t > 0, y, 0))",
    "mean(where(y[:, 0] > 0, y, t))",
    "-mean(cast(y >= t, f32))",
    "mean(pow(y, t))",
    "mse(y - t, y - t)",
  ])("is an error in a loss: %s", (loss) => {
    // Some of them have no slopes besides.
    const found = checkFile(training(loss)).filter((it) => it.code !== "MC3046" && it.code !== "MC4086");
    expect(new Set(found.map((it) => it.code))).toEqual(new Set(["MC3045"]));
    expect(found[0]?.severity).toBe("error");
    expect(found[0]?.message).toContain("[B, B]");
  });

  it("is an error in a metric", () => {
    const text = training("mean(square(y[:, 0] - t))").replace(
      "optimizer:",
      "metrics: mean_squared_error(y - t, y - t)\n  optimizer:",
    );
    expect(codesOfFile(text)).toEqual(["MC3045", "MC3045"]);
  });

  it("says both shapes, the result and what to write, which then passes", () => {
    const [found] = checkFile(training("mean(square(y - t))"));
    expect(found?.message).toContain("[B, 1] and [B] differ in rank and broadcast to [B, B]");
    expect(found?.help).toContain("`y[:, 0]`");
    expect(found?.help).toContain("`t[:, None]`");
    expect(found?.help).toContain("`t[None, :]`");
    for (const right of ["y[:, 0] - t", "y - t[:, None]", "y - t[None, :]", "y - stack(t, axis=-1)"])
      expect(codesOfFile(training(`mean(square(${right}))`))).toEqual([]);
  });

  it("is found in a function that a loss calls, and in what that calls", () => {
    const fns =
      "fn gap: (a: f32[N, 1], b: f32[N]) -> f32[N, N] { a - b }\nfn outer: (a: f32[N, 1], b: f32[N]) -> f32[] { mean(square(gap(a, b))) }\n";
    const found = checkFile(training("outer(y, t)", fns)).filter((it) => it.code === "MC3045");
    expect(found.map((it) => textOf(it.span))).toEqual(["a - b"]);
  });

  it("is an error in a loss also where a model used the function before", () => {
    const fns = "fn gap: (a: f32[N, 1], b: f32[N]) -> f32[N, N] { a - b }\n";
    const text = training("mean(square(gap(y, t)))", fns).replace(
      "y: f32[B, 1] {\n  x -> Dense(1)",
      "y: f32[B, 1] {\n  h = x -> Dense(1)\n  h + mean(gap(h, h[:, 0]))",
    );
    expect([...codesOfFile(text)].sort()).toEqual(["MC3045", "MC3046"]);
  });

  it.each([
    ["x: f32[B, 1], z: f32[B]", "B, B", "x - z"],
    ["x: f32[B, T, 1], z: f32[T]", "B, T, T", "x + z"],
    ["x: f32[T], z: f32[B, T, 1]", "B, T, T", "minimum(x, z)"],
    ["x: f32[B, 1, 2, 4], z: f32[B, 4, 5]", "B, B, 2, 5", "matmul(x, z)"],
  ])("is a warning in a model: %s", (inputs, result, body) => {
    expect(codesOfFile(inModel(inputs, result, body))).toEqual(["MC3046"]);
  });

  it.each([
    ["x: f32[B, T, D], z: f32[D]", "B, T, D", "x + z"],
    ["x: f32[B, D, D], z: f32[D]", "B, D, D", "x + z"],
    ["x: f32[B, T, T], z: f32[T, T]", "B, T, T", "x + z"],
    ["x: f32[B, 1], z: f32[B]", "B, B", "reshape(x, [B, 1]) - reshape(z, [1, B])"],
    ["x: f32[B, 1], z: f32[1]", "B, 1", "x - z"],
    ["x: f32[B, 4, 1], z: f32[4]", "B, 4, 4", "x - z"],
    ["x: f32[B, T, 1], z: f32[D]", "B, T, D", "x * z"],
  ])("is none between %s", (inputs, result, body) => {
    expect(codesOfFile(inModel(inputs, result, body))).toEqual([]);
  });

  it("is in no spec and no example", () => {
    const texts = ["specs", "tests/cases/examples"].flatMap((folder) =>
      readdirSync(folder)
        .filter((it) => it.endsWith(".model"))
        .map((it) => `${folder}/${it}`),
    );
    expect(texts.length).toBeGreaterThan(8);
    for (const path of texts) {
      const host = { read: () => undefined, resolve: (_: string, to: string) => to };
      const found = checkSource({ path, text: readFileSync(path, "utf8") }, host);
      expect(found.filter((it) => it.code === "MC3045" || it.code === "MC3046")).toEqual([]);
    }
  });
});
