import { describe, expect, it } from "vitest";
import { checkFile } from "./checking.ts";

/** Always 2, as no sum of two cubes is one: true, and out of reach of whatever decides. */
const two = "min(2, 1 + (A * A * A + C * C * C - D * D * D) * (A * A * A + C * C * C - D * D * D))";
/** A model in whose body `n` is {@link two}. */
const model = (body: string, where = "", result = "f32[2]"): string =>
  `model M: (x: f32[A, C, D], s: f32[2]) -> y: ${result}${where === "" ? "" : ` where ${where}`} {
  n = ${two}
${body}
}
`;
/** Numbers, as many as `n`. */
const some = "cast(range(n), f32)";

function errors(text: string): readonly string[] {
  return checkFile(text).flatMap((it) => (it.severity === "error" ? [`${it.code} ${it.message}`] : []));
}

describe("what is neither proved nor refuted", () => {
  it.each([
    ["sizes that broadcast", model(`  s + ${some}`), "axes 0 of the operands of `+` are equal, 2 and "],
    [
      "sizes that are one",
      model(`  concat(stack(s, s), stack(${some}, ${some}), axis=0)[0]`),
      "axes 1 of the operands of concat are equal, 2 and ",
    ],
    [
      "a size that is large enough",
      model("  k = top_k(s, 1)\n  pad(s, before=[n - 2], after=[0])"),
      " is at least 0 (a border of pad along axis 0)",
    ],
    [
      "pieces",
      model(`  reshape(s, [-1, n]) -> sum(axis=0) -> mean`, "", "f32[]"),
      " divides 2 (the `-1` in a shape for f32[2])",
    ],
    ["a quotient", model("  s * mean(cast(range(2 / n), f32))"), "2 always divides by "],
    ["room for places", model("  s * mean(one_hot(range(2), n))"), "one_hot has room for the indices, class(2): "],
    ["a divisor", model("  s * (4 // (n - 1))"), "the divisor of `4 // (n - 1)` is never 0"],
    ["an index", model("  s * s[n - 1]"), " will always lie in axis 0 of f32[2], which has 2"],
    ["what a slice holds", model("  s * mean(s[n - 2:])"), " will always lie in axis 0 of f32[2], which has 2"],
    ["a declared result", model(`  ${some}`), "the result `y` has the declared shape: "],
    ["a condition", model("  when n == 2 { s } else { s * 2 }"), "`n == 2` holds, for all sizes"],
    [
      "a condition that never holds",
      model("  when n != 2 { s } else { s * 2 }"),
      "`n != 2` never holds, for all sizes",
    ],
    [
      "the branches of a training",
      model(`  y = when training { s } else { ${some} }\n  s`),
      "the branches have one shape: 2 is ",
    ],
    [
      "the lengths of a scan",
      model(`  s * scan a in s, b in ${some} over 0 with c: f32[] = 0 {\n    c <- c + a + b\n  }`),
      "the lengths of the sequences of a scan are equal, ",
    ],
    [
      "a carry",
      model(`  scan a in s over 0 with c: f32[2] = ${some} {\n    c <- c + a\n  }`),
      "the carry `c` has the declared shape: ",
    ],
    [
      "what a carry becomes",
      model(`  scan a in s over 0 with c: f32[2] = s {\n    c <- a * ${some}\n  }`),
      "the carry `c` keeps its shape: ",
    ],
    [
      "a shared repeat",
      `${model("  (_, z) = (x, s) -> repeat 2 shared { Step }\n  z")}\nblock Step: (x: f32[A, C, D], s: f32[K]) -> (f32[A, C, D], f32[${two}]) {\n  n = ${two}\n  (x, ${some})\n}\n`,
      "a copy of the `repeat` keeps the shape: ",
    ],
    [
      "an input",
      `${model(`  ${some} -> Two`)}\nblock Two: (x: f32[2]) -> f32[2] {\n  x\n}\n`,
      ", as `x` of `Two` needs",
    ],
    [
      "what a header requires",
      `${model(`  ${some} -> Two`)}\nblock Two: (x: f32[K]) -> f32[2] where K == 2 {\n  x[:2]\n}\n`,
      " holds, which `Two` requires",
    ],
  ])("is an error of its own: %s", (_, text, claim) => {
    expect(errors(text)).toEqual([expect.stringMatching(/^MC3107 It is neither proved nor refuted that /)]);
    expect(errors(text)).toEqual([expect.stringContaining(claim)]);
    const first = checkFile(text).find((it) => it.severity === "error");
    expect(first?.counterexample).toBeUndefined();
    const clause = /`where (.*)`/.exec(first?.help ?? "")?.[1];
    expect(clause).toBeDefined();
    const stated = text.replace(/ \{\n/, ` where ${clause ?? ""} {\n`);
    expect(errors(stated)).toEqual([]);
  });

  it("is told behind what surely differs", () => {
    const text = model(
      `  concat(stack(s, s, axis=0)[:, None], stack(${some}, ${some}, ${some}, axis=0)[:, None], axis=1)`,
    );
    expect(errors(text)).toEqual([
      expect.stringMatching(/^MC3002 Axes 0 of the operands of concat must be equal, and 2 is not 3\.$/),
    ]);
    const turned = text
      .replace("axis=0)[:, None], axis=1)", "axis=-1)[:, None], axis=1)")
      .replace("stack(s, s, axis=0)", "stack(s, s, axis=-1)");
    expect(errors(turned)).toEqual([
      expect.stringMatching(/^MC3002 Axes 2 of the operands of concat must be equal, and 2 is not 3\.$/),
    ]);
  });
});
