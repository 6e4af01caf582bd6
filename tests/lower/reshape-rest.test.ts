import { describe, expect, it } from "vitest";
import { formatType } from "../../src/lower/values.ts";
import { entryOf, lower, onlyFinding } from "./checking.ts";

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

  it("names the dims of what it is to fill, and what to state", () => {
    const found = onlyFinding(text("reshape(x, [B, 4, -1])"));
    expect(found.message).toContain("`-1` in a shape for f32[B, T, 6]");
    expect(found.help).toMatch(/^State it in the header if it always holds: `where .* == 0`\.$/);
  });
});
