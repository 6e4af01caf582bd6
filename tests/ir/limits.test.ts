import { describe, expect, it } from "vitest";
import { brokenLimit } from "../../src/ir/limits.ts";

describe("the limits of a number", () => {
  it.each([
    ["min", { min: 1 }, 1, undefined],
    ["min", { min: 1 }, 0.999, "at least 1"],
    ["above", { above: 1 }, 1.001, undefined],
    ["above", { above: 1 }, 1, "above 1"],
    ["max", { max: 1 }, 1, undefined],
    ["max", { max: 1 }, 1.001, "at most 1"],
    ["below", { below: 1 }, 0.999, undefined],
    ["below", { below: 1 }, 1, "below 1"],
    ["none", {}, -Infinity, undefined],
    ["none", {}, NaN, "a number"],
    ["min", { min: 1 }, NaN, "at least 1"],
  ])("%s: %o takes %d, or says what it should be", (_, limits, value, expected) => {
    expect(brokenLimit(limits, value)).toBe(expected);
  });
});
