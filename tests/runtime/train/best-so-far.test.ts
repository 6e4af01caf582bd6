import { describe, expect, it } from "vitest";
import { bestSoFar, type Watch } from "../../../src/runtime/train/best-so-far.ts";
import type { Figures } from "../../../src/runtime/train/figures.ts";

const least: Watch = { monitor: { split: "validate", metric: "loss" }, mode: "min" };
const greatest: Watch = { monitor: { split: "train", metric: "accuracy" }, mode: "max" };

const at = (step: number, validate: number | undefined, accuracy = NaN) => ({
  step,
  train: new Map([["accuracy", accuracy]]) satisfies Figures,
  validate: validate === undefined ? undefined : new Map([["loss", validate]]),
});
const best = (value: number, step = 4) => ({ monitor: "validate.loss", value, step });

describe("the best so far", () => {
  it("is the first value there is, named by what it is of", () => {
    expect(bestSoFar(least, undefined, at(4, 0.5))).toEqual(best(0.5));
    expect(bestSoFar(greatest, undefined, at(4, 0.5, 0.25))).toEqual({
      monitor: "train.accuracy",
      value: 0.25,
      step: 4,
    });
  });

  it("gives way to a better one alone, as the mode has it", () => {
    expect(bestSoFar(least, best(0.5), at(8, 0.25))).toEqual(best(0.25, 8));
    expect(bestSoFar(least, best(0.5), at(8, 0.5))).toEqual(best(0.5));
    expect(bestSoFar(least, best(0.5), at(8, 0.75))).toEqual(best(0.5));
    const before = { monitor: "train.accuracy", value: 0.5, step: 4 };
    expect(bestSoFar(greatest, before, at(8, 0, 0.75))).toEqual({ ...before, value: 0.75, step: 8 });
    expect(bestSoFar(greatest, before, at(8, 0, 0.5))).toEqual(before);
    expect(bestSoFar(greatest, before, at(8, 0, 0.25))).toEqual(before);
  });

  it("is never a value that is not finite, or is not there", () => {
    for (const value of [NaN, Infinity, -Infinity, undefined]) {
      expect(bestSoFar(least, undefined, at(8, value))).toBeUndefined();
      expect(bestSoFar(least, best(0.5), at(8, value))).toEqual(best(0.5));
    }
  });

  it("of something else than what is watched now counts no more", () => {
    const other = { monitor: "train.loss", value: 0, step: 4 };
    expect(bestSoFar(least, other, at(8, 0.5))).toEqual(best(0.5, 8));
    expect(bestSoFar(least, other, at(8, NaN))).toBeUndefined();
  });
});
