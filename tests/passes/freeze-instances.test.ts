import { describe, expect, it } from "vitest";
import { verifyModule } from "../../src/graph/verify.ts";
import { freezeInstances } from "../../src/passes/freeze-instances.ts";
import { parametersOf, statesOf } from "../../src/graph/parameters-of.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import type { GraphInput } from "../../src/ir/graph.ts";
import { matchesAny } from "../../src/ir/is-learned.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { seedWords } from "../../src/ops/random/counter.ts";
import { flatten } from "../../src/passes/flatten.ts";
import { dataFor, type } from "../autodiff/gradient-testing.ts";
import { unitOf } from "../emit/tfjs/spec-unit.ts";
import { func, moduleOf } from "./module-testing.ts";

const { module } = unitOf(`
block Stage: (x: f32[B, 4]) -> f32[B, 4] {
  x -> Dense(4) -> BatchNorm -> Dropout(0.5)
}
model Net: (x: f32[B, 4]) -> y: f32[B, 4] {
  x -> stem: Stage -> repeat 3 as stage { Stage -> repeat 2 as inner { Stage } } -> repeat 2 shared { Stage }
}`);

const freeze = (...patterns: readonly string[]) => freezeInstances(module, patterns);

const paths = (of: typeof module): readonly string[] => [...parametersOf(of), ...statesOf(of)].map((it) => it.path);

function inputOf({ name, role, value }: GraphInput): NdArray {
  if (role === "seed") return { dtype: "u32", shape: [2], data: Float64Array.from(seedWords(3)) };
  if (role === "step") return { dtype: "i64", shape: [], data: Float64Array.of(1) };
  const data = dataFor(name.replace("batch/", ""), value.type, new Map([["B", 3]]));
  return name.endsWith("variance") ? { ...data, data: data.data.map(Math.abs) } : data;
}

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

  it.each([
    ["everything", ["**"]],
    ["a copy of a repeat", ["stage.1.inner.0.**"]],
    ["copies that share their weights", ["repeat_0.**"]],
    ["a state alone", ["**.mean"]],
    ["the first and the last", ["stem.**", "stage.2.**"]],
  ])("leaves inference what it was, and updates in training what is not frozen: %s", (_, patterns) => {
    const frozen = freeze(...patterns);
    const run = (of: typeof module, mode: "training" | "inference") => {
      const graph = flatten(of, { mode });
      const known = new Map(graph.inputs.map((it) => [it.name, inputOf(it)]));
      return interpretGraph(graph, known);
    };
    expect(run(frozen, "inference").get("y")).toEqual(run(module, "inference").get("y"));
    const next = (of: typeof module): readonly string[] => [...run(of, "training").keys()].filter((it) => it !== "y");
    const learned = statesOf(module).filter(({ path }) => !matchesAny(patterns, path));
    expect(next(frozen)).toEqual(learned.map(({ path }) => `next/state/${path}`));
    expect(next(module)).toHaveLength(statesOf(module).length);
  });

  it("keeps what only the bodies of loops and branches read", () => {
    const vector = type("f32", 4);
    const norm = func(
      "Norm",
      { x: vector },
      { parameters: { scale: vector }, states: { mean: vector } },
      (body, { x }) => {
        const { b } = body;
        const [looped, branched, mean] = [
          b.op("exp", [body.param("scale", vector)]),
          b.op("tanh", [body.param("scale", vector)]),
          body.state("mean", vector),
        ];
        const first = body.repeat("layer", 2, true, x, (inner, h) => inner.b.mul(h, looped));
        const sum = body.training(
          () => first,
          (inner) =>
            inner.training(
              () => first,
              (within) => within.b.add(first, branched),
            ),
        );
        body.update("mean", (inner) => inner.b.add(mean, sum));
        return [body.repeat("last", 2, true, sum, (inner, h) => inner.b.sub(h, mean))];
      },
    );
    const net = func("Net", { x: vector }, { flavor: "model", results: ["y"] }, (body, { x }) => [
      body.call(norm, "norm", x),
    ]);
    const frozen = freezeInstances(moduleOf(net, norm), ["**"]);
    expect(verifyModule(frozen)).toEqual([]);
    const [before, after] = [moduleOf(net, norm), frozen].map((it, at) => {
      const graph = flatten(it, { mode: at === 0 ? "inference" : "training", features: "plain" });
      return interpretGraph(graph, new Map(graph.inputs.map((one) => [one.name, inputOf(one)])));
    });
    expect(after).toEqual(before);
  });

  it("drops functions that nothing calls any more, and no other", () => {
    const before = [...module.functions.keys()];
    const some = [...freeze("stem.**").functions.keys()];
    expect(some).toEqual(expect.arrayContaining(before));
    const all = [...freeze("**").functions.keys()].filter((it) => it.startsWith("BatchNorm"));
    expect(all).toEqual(["BatchNorm.frozen"]);
  });

  it("leaves what runs as it did the same function, of frozen parameters too", () => {
    for (const patterns of [["stem.**"], ["stage.1.**", "repeat_0.**"], ["**"]]) {
      const { functions } = freeze(...patterns);
      expect([...functions.keys()].filter((it) => /^(Dense|Dropout)/.test(it))).toEqual(
        [...module.functions.keys()].filter((it) => /^(Dense|Dropout)/.test(it)),
      );
      for (const [key, func] of functions)
        if (/^(Dense|Dropout)/.test(key)) expect(module.functions.get(key)).toBe(func);
    }
  });

  it("makes one function of instances that are frozen alike", () => {
    const made = [...freeze("stage.**").functions.keys()].filter((it) => it.startsWith("BatchNorm"));
    expect(made).toEqual(["BatchNorm", "BatchNorm.frozen"]);
  });
});
