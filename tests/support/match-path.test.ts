import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchPath } from "../../src/support/match-path.ts";

describe("matchPath", () => {
  it.each([
    ["stem.kernel", "stem.kernel", true],
    ["stem.kernel", "stem.kernels", false],
    ["stem", "stem.kernel", false],
    ["**", "stem", true],
    ["**", "a.b.c", true],
    ["**.bias", "bias", true],
    ["**.bias", "layer.3.dense_0.bias", true],
    ["**.bias", "layer.bias.kernel", false],
    ["stem.**", "stem.conv.kernel", true],
    ["stem.**", "stem", true],
    ["stem.**", "stems.conv", false],
    ["*.kernel", "dense_0.kernel", true],
    ["*.kernel", "layer.dense_0.kernel", false],
    ["**.*norm*.**", "layer.0.final_norm.scale", true],
    ["**.*norm*.**", "norm1.bias", true],
    ["**.*norm*.**", "layer.0.dense.bias", false],
    ["encoder.*.attention.**.kernel", "encoder.11.attention.query.kernel", true],
    ["encoder.*.attention.**.kernel", "encoder.11.mlp.query.kernel", false],
    ["a*b*c", "abc", true],
    ["a*b*c", "aXbYbc", true],
    ["a*b*c", "acb", false],
    ["ab*ba", "aba", false],
    ["**.a.**.a", "x.a.y.a.z.a", true],
    ["**.a.**.a", "x.a", false],
  ])("%s on %s: %s", (pattern, path, expected) => {
    expect(matchPath(pattern, path)).toBe(expected);
  });

  it("agrees with regular expressions on random patterns", () => {
    const segment = fc.constantFrom("a", "b", "ab", "*", "**", "a*", "*b");
    const path = fc.array(fc.constantFrom("a", "b", "ab", "aab"), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 5 }), path, (pattern, segments) => {
        const source = pattern
          .map((it) => (it === "**" ? "(?:[^.]+\\.)*" : `${it.replaceAll("*", "[^.]*")}\\.`))
          .join("");
        const expected = new RegExp(`^${source}$`).test(`${segments.join(".")}.`);
        expect(matchPath(pattern.join("."), segments.join("."))).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it("does not explode on patterns with many stars", () => {
    expect(matchPath(new Array(30).fill("**.a").join("."), new Array(200).fill("a").join(".") + ".b")).toBe(false);
  });
});
