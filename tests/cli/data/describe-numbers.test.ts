import { describe, expect, it } from "vitest";
import { describeNumbers } from "../../../src/cli/data/describe-numbers.ts";

const of = (...values: readonly number[]) => describeNumbers(Float64Array.from(values));

describe("how numbers are spread", () => {
  it("is told by the figures that NumPy gives", () => {
    const found = of(30, 1, 2.5, 4, 7, 11, 16);
    expect(found).toMatchObject({
      count: 7,
      different: 7,
      min: 1,
      max: 30,
      median: 7,
      quarter: 3.25,
      threeQuarters: 13.5,
    });
    expect(of(1, 2, 4, 7, 11, 16, 30)?.deviation).toBeCloseTo(9.46314009238811, 13);
  });

  it("has a bar for each whole number where they are near to each other, and sixteen otherwise", () => {
    expect(of(3, 5, 5, 9)).toMatchObject({ byWhole: true, histogram: [1, 0, 2, 0, 0, 0, 1] });
    expect(of(0, 0.5, 8, 16)).toMatchObject({
      byWhole: false,
      histogram: [2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1],
    });
    expect(of(0, 24)).toMatchObject({ byWhole: false });
  });

  it("keeps what large numbers differ by, and what rounding leaves of 0 is 0", () => {
    expect(of(1e15, 1e15 + 2)).toMatchObject({ mean: 1e15 + 1, deviation: 1 });
    expect(of(-0.1, -0.2, 0.3)?.mean).toBe(0);
  });

  it("is told of the largest numbers and of the smallest, in full", () => {
    const { MAX_VALUE: most, MIN_VALUE: least } = Number;
    expect(of(-most, most, -most, most)).toMatchObject({ min: -most, max: most, mean: 0, deviation: most, median: 0 });
    expect(of(-most, most, -most, most)?.histogram).toEqual([2, ...Array.from({ length: 14 }, () => 0), 2]);
    expect(of(1e200, 3e200)).toMatchObject({ mean: 2e200, deviation: 1e200 });
    expect(of(1e-200, 3e-200)?.deviation).toBeCloseTo(1e-200, 212);
    expect(of(0, least)).toMatchObject({ min: 0, max: least, different: 2 });
  });

  it("is one number, or nothing", () => {
    expect(of(4.5, 4.5)).toMatchObject({ different: 1, deviation: 0, histogram: [2], quarter: 4.5 });
    expect(of()).toBeUndefined();
  });
});
