import { describe, expect, it } from "vitest";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { required } from "../../src/support/fault.ts";
import { codesOf, lower, onlyFinding } from "./checking.ts";
import { runText } from "./run-text.ts";

/** Some numbers, others for each input, all positive. */
function fill(name: string, type: NdArray): NdArray {
  const start = name.charCodeAt(0);
  return { ...type, data: type.data.map((_, index) => 0.3 + ((start + 7 * index) % 11) / 8) };
}

/** The same text with a dim written as 1. */
const literal = (text: string, name: string): string =>
  text.replace(/ where [^{]*/, " ").replace(new RegExp(`\\b${name}\\b`, "g"), "1");

describe("a dim that is proved to be 1", () => {
  const scale = "\nblock Scale: (x: f32[B, D]) -> f32[B, D] {\n  exp(x) * x\n}\n";
  const cases: readonly (readonly [string, string])[] = [
    ["added", "model M: (x: f32[B, A], s: f32[B, S]) -> y: f32[B, A] where S == 1 {\n  x + tanh(s)\n}\n"],
    ["on the left", "model M: (x: f32[B, A], s: f32[B, S]) -> y: f32[B, A] where S <= 1 {\n  s / x\n}\n"],
    ["in front", "model M: (x: f32[B, A], s: f32[S, A]) -> y: f32[B, A] where S == 1 {\n  pow(x, s)\n}\n"],
    [
      "of a choice",
      "model M: (x: f32[B, A], s: f32[B, S]) -> y: f32[B, A] where S == 1 {\n  where(x > s, x * s, s)\n}\n",
    ],
    [
      "chosen by",
      "model M: (x: f32[B, A], s: f32[B, S]) -> y: f32[B, A] where S == 1 {\n  where(s > 0.9, x * s, -x)\n}\n",
    ],
    [
      "of a product",
      "model M: (x: f32[B, A, A], s: f32[S, A, A]) -> y: f32[B, A, A] where S == 1 {\n  matmul(x, s)\n}\n",
    ],
    [
      "repeated",
      "model M: (x: f32[B, A], s: f32[B, S]) -> y: f32[B, A] where S == 1 {\n  broadcast_to(s * s, [B, A]) * x\n}\n",
    ],
    [
      "multiplied by name",
      'model M: (x: f32[B, A], s: f32[B, S]) -> y: f32[A, B] where S == 1 {\n  einsum("b a, b a -> a b", x, s)\n}\n',
    ],
    [
      "summed over by name, last and first",
      'model M: (x: f32[B, A], s: f32[B, S]) -> y: f32[B] where S == 1 {\n  einsum("b a, b a, b a -> b", s, x, s)\n}\n',
    ],
    [
      "on two axes by name, with another that is 1 everywhere",
      'model M: (x: f32[B, 1, A], s: f32[S, S, A]) -> y: f32[B, 1] where S == 1 {\n  einsum("b q a, b q a -> b q", s, x)\n}\n',
    ],
    [
      "under ...",
      'model M: (x: f32[B, A, A], s: f32[S, A, A]) -> y: f32[B, A, A] where S == 1 {\n  einsum("... i j, ... j k -> ... k i", x, s)\n}\n',
    ],
    ["on two axes", "model M: (x: f32[B, A], s: f32[S, S]) -> y: f32[B, A] where S == 1 {\n  x * s\n}\n"],
    [
      "through a block",
      `model M: (x: f32[B, A], s: f32[B, S]) -> y: f32[B, A] where S == 1 {\n  x * (s -> Scale)\n}\n${scale}`,
    ],
  ];

  it.each(cases)("is broadcast as a literal 1 is, forward and in gradients: %s", async (_, text) => {
    const result = /-> y: (f32\[[^\]]*\])/.exec(text)?.[1] ?? "";
    const other = /s: (f32\[[^\]]*\])/.exec(text)?.[1] ?? "";
    const body = /\{\n {2}(.*)\n\}\n/.exec(text)?.[1] ?? "";
    const both = text
      .replace(`-> y: ${result}`, `-> (y: ${result}, g: ${other})`)
      .replace(`  ${body}\n`, `  y = ${body}\n  (y, gradient(sum(y * y), s))\n`);
    const sizes = new Map([
      ["B", 3],
      ["A", 4],
      ["S", 1],
    ]);
    const run = required(await runText(both, fill, sizes), "a run");
    const wanted = required(await runText(literal(both, "S"), fill, sizes), "a run");
    expect(run.predicted).toEqual(wanted.predicted);
    expect(run.reference).toEqual(wanted.reference);
    for (const [name, results] of Object.entries(run.runtimes)) {
      expect(
        results.map((it) => it.shape),
        name,
      ).toEqual(run.reference.map((it) => it.shape));
      results.forEach(({ data }, at) => {
        data.forEach((it, index) => expect(it, name).toBeCloseTo(run.reference[at]?.data[index] ?? NaN, 3));
      });
    }
  });

  it("may be proved by what others are", () => {
    const pooled =
      "model M: (x: f32[B, T, 4], s: f32[B, L, 4]) -> y: f32[B, T, 4] where L <= 8 {\n  x + (s -> AvgPool1D(8, padding=same))\n}\n";
    expect(codesOf(pooled)).toEqual([]);
    const through =
      "model M: (x: f32[B, A], s: f32[B, S], r: f32[B, R]) -> y: f32[B, A] where R == S, S * R == 1 {\n  x + s * r\n}\n";
    expect(codesOf(through)).toEqual([]);
    expect(lower(through, "M").contract).toHaveLength(2);
  });

  it("is not where it only may be", () => {
    const text = "model M: (x: f32[B, A], s: f32[B, S]) -> y: f32[B, A] where S <= 2 {\n  x + s\n}\n";
    expect(onlyFinding(text).code).toBe("MC3002");
    const turned =
      "model M: (x: f32[B, A], s: f32[B, S]) -> y: f32[B, S] where S == 1 {\n  broadcast_to(x, [B, S]) * s\n}\n";
    expect(onlyFinding(turned).code).toBe("MC3002");
    // A loss is of what is of one shape.
    const loss = "model M: (x: f32[B, A], s: f32[B, S]) -> y: f32[] where S == 1 {\n  mean(mse(x, s))\n}\n";
    expect(onlyFinding(loss).code).toBe("MC3002");
  });

  it("is looked for beside other sizes where names of einsum meet, as with what is added", () => {
    const text = 'block M: (x: f32[B, A], s: f32[B, S]) {\n  einsum("b a, b a -> b", x, s)\n}\n';
    const found = onlyFinding(text);
    expect([found.code, found.counterexample]).toEqual(["MC3002", { A: 2, S: 3 }]);
    const known = 'block M: (x: f32[B, 5], s: f32[B, 4], r: f32[B, 1]) {\n  einsum("b a, b a, b a -> b", x, r, s)\n}\n';
    expect(onlyFinding(known).message).toContain('the axis a in "b a, b a, b a -> b"');
  });
});
