import { describe, expect, it } from "vitest";
import { isLearned, matchesAny, placesIn } from "../../src/ir/is-learned.ts";
import { program } from "../runtime/train/loop-testing.ts";

const [step] = program.steps;
const paths = ["trunk.kernel", "trunk.bias", "head.kernel", "head.bias"];
const learned = (updates: readonly string[], frozen: readonly string[]): readonly string[] =>
  paths.filter((path) => isLearned({ step: { ...step, updates }, phase: { from: { steps: 0 }, frozen } }, path));

describe("isLearned", () => {
  it("asks what the step changes, and what the phase freezes", () => {
    expect(learned(["**"], [])).toEqual(paths);
    expect(learned(["trunk.**", "head.bias"], [])).toEqual(["trunk.kernel", "trunk.bias", "head.bias"]);
    expect(learned(["**"], ["trunk.**"])).toEqual(["head.kernel", "head.bias"]);
    expect(learned(["trunk.**"], ["**.bias"])).toEqual(["trunk.kernel"]);
    expect(learned([], [])).toEqual([]);
  });

  it("matches any of some patterns, and nothing by none", () => {
    expect(matchesAny(["a.*", "b"], "b")).toBe(true);
    expect(matchesAny(["a.*", "b"], "a")).toBe(false);
    expect(matchesAny([], "a")).toBe(false);
  });

  it("lists each step in each phase", () => {
    const phases = [
      { from: { steps: 0 }, frozen: ["a"] },
      { from: { epochs: 2 }, frozen: [] },
    ] as const;
    const steps = [
      { ...step, name: "one" },
      { ...step, name: "two" },
    ] as const;
    expect(placesIn({ ...program, phases, steps }).map((it) => [it.step.name, it.phase.frozen])).toEqual([
      ["one", ["a"]],
      ["one", []],
      ["two", ["a"]],
      ["two", []],
    ]);
  });
});
