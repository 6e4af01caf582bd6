import { describe, expect, it } from "vitest";
import { lossScale, scaledStep, scalingMemoryOf, unscaled } from "../../src/autodiff/loss-scaling.ts";
import { noFacts } from "../../src/dims/facts.ts";
import { createBuilder } from "../../src/graph/create-builder.ts";
import { extendInputs } from "../../src/graph/graph-inputs.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { verifyGraph } from "../../src/graph/verify.ts";
import type { Graph } from "../../src/ir/graph.ts";
import { scalingPort } from "../../src/ir/ports.ts";
import type { TrainProgram } from "../../src/ir/program.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { type } from "./gradient-testing.ts";
import { program as plain } from "../runtime/train/loop-testing.ts";

const scaled: TrainProgram = {
  ...plain,
  precision: { kind: "mixed_f16", half: "f16", scaling: { scale: 1024, growth: 3 } },
};
const [step] = plain.steps;
const ports = {
  scale: scalingPort(undefined, "scale"),
  finite: scalingPort(undefined, "finite"),
  skipped: scalingPort(undefined, "skipped"),
};
const pair: TrainProgram = {
  ...scaled,
  steps: [
    { ...step, name: "a" },
    { ...step, name: "b" },
  ],
};

/** One step of a weight with two gradients, from what is remembered of its scale. */
function next(
  gradients: readonly (readonly number[])[],
  { scale, finite, skipped }: Readonly<Record<"scale" | "finite" | "skipped", number>>,
): Readonly<Record<string, number | undefined>> {
  const b = createBuilder({ firstId: 0 });
  const inputs = extendInputs(b, []);
  const given = gradients.map((it, at) =>
    inputs.add({ name: `g${at}`, role: "gradient", type: type(at === 0 ? "f32" : "f16", it.length) }),
  );
  const weight = inputs.add({ name: "weight", role: "parameter", type: type("f32") }).value;
  const update = inputs.add({ name: "update", role: "step", type: type("f64") }).value;
  const made = scaledStep(
    b,
    scaled,
    step,
    given.map((it) => it.value),
    inputs,
  );
  if (made === undefined) throw new Error("not scaled");
  const graph: Graph = {
    name: "step",
    mode: "training",
    inputs: inputs.all(),
    nodes: b.nodes,
    outputs: [
      { name: "weight", role: "output", value: made.kept(b.add(weight, b.scalar(1)), weight) },
      { name: "taken", role: "output", value: made.taken(update) },
      ...made.outputs,
    ],
    facts: noFacts,
    nextId: b.nextId,
  };
  expect(verifyGraph(graph)).toEqual([]);
  const number = (dtype: NdArray["dtype"], value: number): NdArray => ({
    dtype,
    shape: [],
    data: Float64Array.of(value),
  });
  const values = new Map<string, NdArray>([
    ["weight", number("f32", 7)],
    ["update", number("f64", 9)],
    [ports.scale, number("f32", scale)],
    [ports.finite, number("i32", finite)],
    [ports.skipped, number("i32", skipped)],
  ]);
  gradients.forEach((it, at) => {
    values.set(`g${at}`, { dtype: at === 0 ? "f32" : "f16", shape: [it.length], data: Float64Array.from(it) });
  });
  const results = interpretGraph(graph, values);
  return Object.fromEntries([...results].map(([name, { data }]) => [name, data[0]]));
}

const finiteGradients = [[1, -2], [0.5]];

describe("a step whose loss is scaled", () => {
  it("is taken where all gradients are finite, and counted", () => {
    expect(next(finiteGradients, { scale: 1024, finite: 0, skipped: 2 })).toEqual({
      weight: 8,
      taken: 7,
      [`next/${ports.scale}`]: 1024,
      [`next/${ports.finite}`]: 1,
      [`next/${ports.skipped}`]: 2,
    });
  });

  it("doubles the scale after so many, and counts from none", () => {
    expect(next(finiteGradients, { scale: 1024, finite: 2, skipped: 0 })).toMatchObject({
      [`next/${ports.scale}`]: 2048,
      [`next/${ports.finite}`]: 0,
    });
    expect(next(finiteGradients, { scale: 2 ** 126, finite: 2, skipped: 0 })[`next/${ports.scale}`]).toBe(2 ** 127);
    expect(next(finiteGradients, { scale: 2 ** 127, finite: 2, skipped: 0 })[`next/${ports.scale}`]).toBe(2 ** 127);
  });

  it.each([[[[1, NaN], [0]]], [[[1, 2], [Infinity]]], [[[-Infinity, 1], [1]]]])(
    "is skipped where one is not, and the scale halved: %j",
    (gradients) => {
      expect(next(gradients, { scale: 1024, finite: 2, skipped: 4 })).toEqual({
        weight: 7,
        taken: 5,
        [`next/${ports.scale}`]: 512,
        [`next/${ports.finite}`]: 0,
        [`next/${ports.skipped}`]: 5,
      });
    },
  );

  it("remembers a scale and two counters, for each step by its name; nothing where no loss is scaled", () => {
    expect(scalingMemoryOf(plain)).toEqual([]);
    expect(scalingMemoryOf({ ...plain, precision: { kind: "mixed_bf16", half: "bf16" } })).toEqual([]);
    expect(scalingMemoryOf(scaled)).toEqual([
      { port: ports.scale, dtype: "f32", initial: 1024 },
      { port: ports.finite, dtype: "i32", initial: 0 },
      { port: ports.skipped, dtype: "i32", initial: 0 },
    ]);
    expect(scalingMemoryOf(pair).map(({ port }) => port)).toEqual(
      ["a", "b"].flatMap((name) => (["scale", "finite", "skipped"] as const).map((slot) => scalingPort(name, slot))),
    );
  });

  it("takes the scale as an input that begins as the program says", () => {
    const b = createBuilder({ firstId: 0 });
    const inputs = extendInputs(b, []);
    expect(lossScale(plain, step, inputs)).toBeUndefined();
    expect(scaledStep(b, plain, step, [], inputs)).toBeUndefined();
    const scale = lossScale(scaled, step, inputs);
    expect(inputs.all()).toEqual([
      {
        name: ports.scale,
        role: "optimizer",
        value: scale,
        init: { name: "constant", arguments: { value: 1024 } },
      },
    ]);
  });

  it("divides a gradient by the scale exactly, in the gradient's own type", () => {
    const b = createBuilder({ firstId: 0 });
    const [gradient, scale] = [b.value(type("f16", 2), "g"), b.value(type("f32"), "s")];
    const made = unscaled(b, gradient, scale);
    expect(made.type).toEqual(type("f16", 2));
    const graph: Graph = {
      name: "unscaled",
      mode: "training",
      inputs: [
        { name: "g", role: "gradient", value: gradient },
        { name: "s", role: "optimizer", value: scale },
      ],
      nodes: b.nodes,
      outputs: [{ name: "y", role: "output", value: made }],
      facts: noFacts,
      nextId: b.nextId,
    };
    const results = interpretGraph(
      graph,
      new Map<string, NdArray>([
        ["g", { dtype: "f16", shape: [2], data: Float64Array.of(4, -12) }],
        ["s", { dtype: "f32", shape: [], data: Float64Array.of(8) }],
      ]),
    );
    expect(results.get("y")?.data).toEqual(Float64Array.of(0.5, -1.5));
  });
});
