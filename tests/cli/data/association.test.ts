import { describe, expect, it } from "vitest";
import { associate } from "../../../src/cli/data/association.ts";

const numbers = (values: readonly number[]) => ({ kind: "numbers", values }) as const;
const groups = (values: readonly number[]) => ({ kind: "groups", values }) as const;
const times = (count: number, value: number): readonly number[] => Array.from({ length: count }, () => value);

describe("how far a column tells another", () => {
  // The figures are those of NumPy 2 and SciPy 1.
  it("is Pearson's correlation of numbers, over the rows that have both", () => {
    const a = numbers([1, NaN, 2, 4, 7, 11, 16, 3]);
    const b = numbers([2, 50, 1, 5, 6, 13, 12, NaN]);
    expect(associate(a, b)?.measure).toBe("r");
    expect(associate(a, b)?.value).toBeCloseTo(0.9295205761351927, 14);
    expect(associate(numbers([1, 2, 3]), numbers([3, 2, 1]))).toEqual({ measure: "r", value: -1 });
  });

  it("is the correlation ratio of groups and numbers, either way round", () => {
    const values = numbers([3, 4, 5, 1, 2, 9, 10, 11, 12, 8]);
    const of = groups([...times(5, 0), ...times(5, 1)]);
    expect(associate(values, of)?.measure).toBe("eta");
    expect(associate(values, of)?.value).toBeCloseTo(0.9271726499455306, 14);
    expect(associate(of, values)).toEqual(associate(values, of));
  });

  it("is the same of numbers in any scale, the largest and the smallest there are", () => {
    const a = [1, 2, 4, 7, 11, 16, 3];
    const b = [2, 1, 5, 6, 13, 12, 8];
    const known = associate(numbers(a), numbers(b))?.value ?? NaN;
    const of = groups([...times(5, 0), ...times(5, 1)]);
    const values = [3, 4, 5, 1, 2, 9, 10, 11, 12, 8];
    for (const scale of [1e300, 1e-300]) {
      const scaled = (some: readonly number[]) => numbers(some.map((it) => it * scale));
      expect(associate(scaled(a), scaled(b))?.value).toBeCloseTo(known, 12);
      expect(associate(of, scaled(values))?.value).toBeCloseTo(0.9271726499455306, 12);
    }
  });

  it("is Cramér's V of groups", () => {
    const rows = groups([...times(15, 0), ...times(15, 1)]);
    const columns = groups([
      ...[...times(10, 0), ...times(2, 1), ...times(3, 2)],
      ...[...times(4, 0), ...times(8, 1), ...times(3, 2)],
    ]);
    expect(associate(rows, columns)?.measure).toBe("V");
    expect(associate(rows, columns)?.value).toBeCloseTo(0.4535573676110727, 14);
    expect(associate(rows, rows)?.value).toBe(1);
  });

  it.each([
    ["numbers that are all alike", numbers([1, 1, 1]), numbers([1, 2, 3])],
    ["one group", groups(times(20, 0)), numbers(times(20, 0).map((_, at) => at))],
    ["a group for each row", groups([0, 1, 2, 3, 4, 5]), numbers([3, 1, 2, 5, 6, 4])],
    ["as many words as rows", groups([0, 1, 2, 3, 4, 5]), groups([0, 1, 0, 1, 0, 1])],
    ["no rows", numbers([NaN, NaN]), numbers([1, 2])],
  ])("is nothing of %s", (_, a, b) => {
    expect(associate(a, b)).toBeUndefined();
  });
});
