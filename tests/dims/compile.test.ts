import { describe, expect, it } from "vitest";
import { compileDim, compileRelation } from "../../src/dims/compile.ts";
import { holds } from "../../src/dims/facts.ts";
import { valueOf } from "../../src/dims/substitute.ts";
import { dim, grid, relations } from "./systems.ts";

const positions = new Map([
  ["A", 0],
  ["B", 1],
  ["C", 2],
]);
const valuesAt = (point: ReadonlyMap<string, number>): readonly number[] =>
  [...positions.keys()].map((name) => point.get(name) ?? NaN);

describe("a compiled relation", () => {
  it.each(["A == B + 1", "A != B", "A * B >= C + 3", "A < B // C", "A - 2 | B + C", "B - 2 !| A * C"])(
    "tells by itself what holds, and nothing where a divisor is no divisor: %s",
    (text) => {
      for (const relation of relations(text)) {
        const test = compileRelation(relation, positions);
        for (const point of grid(4)) expect(test(valuesAt(point)), text).toBe(holds(relation, point));
      }
    },
  );

  it("tells nothing of numbers beyond 2^53", () => {
    for (const relation of relations("A * A >= B", "B >= A * A")) {
      expect(compileRelation(relation, positions)([2 ** 27, 1, 1])).toBeUndefined();
    }
  });
});

describe("a compiled dim", () => {
  it.each([
    "0",
    "7",
    "A",
    "3 * A",
    "A * B - 2 * C",
    "A * A * B",
    "A // 2",
    "A % B",
    "min(A, B + 1, C)",
    "max(A, 2 * B)",
  ])("has the dim's value: %s", (text) => {
    const compiled = compileDim(dim(text), positions);
    for (const point of grid(4)) expect(compiled(valuesAt(point))).toBe(Number(valueOf(dim(text), point)));
  });

  it("is no number where it has no value", () => {
    expect(compileDim(dim("A // (B - 2)"), positions)([5, 2, 1])).toBeNaN();
    expect(compileDim(dim("min(A // (B - 2), A)"), positions)([5, 2, 1])).toBeNaN();
    expect(compileDim(dim("A * A"), positions)([2 ** 27, 1, 1])).toBeNaN();
  });
});
