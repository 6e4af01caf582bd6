import { describe, expect, it } from "vitest";
import { formatType } from "../../src/lower/values.ts";
import { check, entryOf, lower, onlyFinding } from "./checking.ts";

const text = (expression: string, where = ""): string => `block M: (x: f32[B, T, 6]) ${where}{\n  ${expression}\n}\n`;

describe("-1 in a reshape", () => {
  it.each([
    ["reshape(x, [B, -1])", "f32[B, 6 * T]"],
    ["reshape(x, [-1])", "f32[6 * B * T]"],
    ["reshape(x, [-1, 6])", "f32[B * T, 6]"],
    ["reshape(x, [B, T, 2, -1])", "f32[B, T, 2, 3]"],
    ["reshape(x, [B, T, 6, -1])", "f32[B, T, 6, 1]"],
    ["reshape(x, [-1, T, 3])", "f32[2 * B, T, 3]"],
    ["x -> reshape([B, -1, 3])", "f32[B, 2 * T, 3]"],
    ["reshape(sum(x), [-1])", "f32[1]"],
    ["reshape(x, shape=[2 * B, -1])", "f32[2 * B, 3 * T]"],
    ["x -> reshape([B, T, -1]) -> repeat 2 { reshape([B, -1]) }", "f32[B, 6 * T]"],
  ])("%s is %s", (expression, type) => {
    const results = entryOf(lower(text(expression), "M")).body.results;
    expect(results.map((it) => formatType(it.type))).toEqual([type]);
  });

  it("comes out by what the header states", () => {
    const [result] = entryOf(lower(text("reshape(x, [B, 4, -1])", "where T % 2 == 0 "), "M")).body.results;
    expect(result && formatType(result.type)).toBe("f32[B, 4, T + T // 2]");
  });

  it("may be bound before the tensor is known", () => {
    const act = "block A(act: fn): (x: f32[B, T, 6]) {\n  x -> act\n}\n\n";
    const module = lower(`${act}model M: (x: f32[2, 3, 6]) -> y: f32[2, 18] {\n  x -> A(reshape([2, -1]))\n}\n`, "M");
    expect(entryOf(module).body.results.map((it) => formatType(it.type))).toEqual(["f32[2, 18]"]);
  });

  it.each([
    ["reshape(x, [B, 4, -1])", "MC3029", "[B, 4, -1]", "4 * B must divide 6 * B * T; for example at"],
    ["reshape(sum(x), [2, -1])", "MC3029", "[2, -1]", "2 must divide 1"],
    ["reshape(x, [-1, -1])", "MC3080", "[-1, -1]", "here are 2"],
    ["reshape(x, [B, -2])", "MC3033", "[B, -2]", "is -2"],
    ["reshape(x, [0, -1])", "MC3033", "[0, -1]", "is 0"],
    ["zeros([B, -1]) + sum(x)", "MC3033", "[B, -1]", "is -1"],
    ["broadcast_to(sum(x), [B, -1])", "MC3033", "[B, -1]", "is -1"],
  ])("%s is %s at `%s`", (expression, code, at, message) => {
    const found = onlyFinding(text(expression));
    expect([found.code, found.at]).toEqual([code, at]);
    expect(found.message).toContain(message);
    if (message === "is -1") expect(found.help).toBe("`-1` for what is left stands in the shape of a `reshape` alone.");
  });

  it("is no size of a type", () => {
    const found = onlyFinding("model M: (x: f32[B, 6]) -> y: f32[B, -1] {\n  x\n}\n");
    expect([found.code, found.at]).toEqual(["MC3033", "-1"]);
    expect(found.help).toContain("`reshape` alone");
  });

  it.each([
    ["reshape(x, [B, 1 - 2])", "A dimension is -1, and every dimension is at least 1."],
    ["reshape(x, [-(2 - 1), 6])", "A dimension is -1, and every dimension is at least 1."],
    ["reshape(x, [--1 - 2, 6])", "A dimension is -1, and every dimension is at least 1."],
    ["reshape(x, [max(-1, -2), 6])", "A dimension is -1, and every dimension is at least 1."],
    ["reshape(x, [length([1]) - 2])", "A dimension is -1, and every dimension is at least 1."],
  ])("is what is written so, and not what comes out: %s", (expression, message) => {
    const found = onlyFinding(text(expression));
    expect([found.code, found.message]).toEqual(["MC3033", message]);
    expect(found.help).toBe("Only a `-1` that is written as such stands for what is left, and this one is computed.");
  });

  it("is not what comes out of a hyperparameter, at whatever values its block is used before", () => {
    const block = "block A(n: int): (x: f32[2, 6]) {\n  reshape(x, [n])\n}\n\n";
    const uses = (text: string): string => `${block}block M: (x: f32[2, 6]) {\n  ${text}\n}\n`;
    expect(check(uses("(x -> A(-1), x -> A((-1)), x -> A(12))"))).toEqual([]);
    expect(onlyFinding(uses("(x -> A(-1), x -> A(1 - 2))")).code).toBe("MC3033");
    expect(onlyFinding(uses("(x -> A(1 - 2), x -> A(-1))")).code).toBe("MC3033");
  });

  it("may be a constant, an element of a list, a default and a value that is given to a model", () => {
    const other = "block A(s: [int] = [-1, 3]): (x: f32[2, 6]) {\n  reshape(x, s)\n}\n\nconst rest = -1\n\n";
    expect(
      check(`${other}model M(n: int = 12): (x: f32[2, 6]) -> (a: f32[4, 3], b: f32[2, 6], c: f32[12]) {
  (x -> A, reshape(x, [2, rest]), reshape(x, [n]))
}
`),
    ).toEqual([]);
    const open = "model M(n: int = 12): (x: f32[2, 6]) -> y: f32[12] {\n  reshape(x, [n])\n}\n";
    const [result] = entryOf(lower(open, "M", { hyperparameters: { n: -1 } })).body.results;
    expect(result && formatType(result.type)).toBe("f32[12]");
  });

  it("names the dims of what it is to fill, and what to state", () => {
    const found = onlyFinding(text("reshape(x, [B, 4, -1])"));
    expect(found.message).toContain("`-1` in a shape for f32[B, T, 6]");
    expect(found.help).toMatch(/^State it in the header if it always holds: `where .* == 0`\.$/);
  });
});
