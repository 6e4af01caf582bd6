import { describe, expect, it } from "vitest";
import { verifyModule } from "../../src/graph/verify.ts";
import { freezeInstances } from "../../src/passes/freeze-instances.ts";
import { parametersOf, statesOf } from "../../src/graph/parameters-of.ts";
import { unitOf } from "../emit/tfjs/spec-unit.ts";

const { module } = unitOf(`
block Stage: (x: f32[B, 4]) -> f32[B, 4] {
  x -> Dense(4) -> BatchNorm -> Dropout(0.5)
}
model Net: (x: f32[B, 4]) -> y: f32[B, 4] {
  x -> stem: Stage -> repeat 3 as stage { Stage -> repeat 2 as inner { Stage } } -> repeat 2 shared { Stage }
}`);

const freeze = (...patterns: readonly string[]) => freezeInstances(module, patterns);

const paths = (of: typeof module): readonly string[] => [...parametersOf(of), ...statesOf(of)].map((it) => it.path);

describe("freezeInstances", () => {
  it("leaves a model alone whose states learn", () => {
    expect(freeze()).toBe(module);
    expect(freeze("**.kernel")).toBe(module);
  });

  it.each([
    ["everything", ["**"]],
    ["one instance", ["stem.batch_norm_0.**"]],
    ["one copy of a repeat within a copy of a repeat", ["stage.1.inner.0.**"]],
    ["a state of some copies", ["stage.*.inner.1.batch_norm_0.mean"]],
    ["copies that share their weights", ["repeat_0.**"]],
    ["several", ["stem.**", "stage.0.**", "repeat_0.batch_norm_0.variance"]],
  ])("gives a valid model with the same variables in the same order: %s", (_, patterns) => {
    const frozen = freeze(...patterns);
    expect(verifyModule(frozen)).toEqual([]);
    expect(paths(frozen)).toEqual(paths(module));
  });

  it("drops functions that nothing calls any more, and no other", () => {
    const before = [...module.functions.keys()];
    const some = [...freeze("stem.**").functions.keys()];
    expect(some).toEqual(expect.arrayContaining(before));
    const all = [...freeze("**").functions.keys()].filter((it) => it.startsWith("BatchNorm"));
    expect(all).toEqual(["BatchNorm.frozen"]);
  });

  it("makes one function of instances that are frozen alike", () => {
    const made = [...freeze("stage.**").functions.keys()].filter((it) => it.startsWith("BatchNorm"));
    expect(made).toEqual(["BatchNorm", "BatchNorm.frozen"]);
  });
});
