import { describe, expect, it } from "vitest";
import { buildApplyGraph, buildGradientGraph, buildTrainingGraph } from "../../src/autodiff/build-training-step.ts";
import { asNumber } from "../../src/dims/dim.ts";
import { onnxTarget } from "../../src/emit/onnx/onnx-target.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { verifyGraph } from "../../src/graph/verify.ts";
import type { Graph } from "../../src/ir/graph.ts";
import { placesIn } from "../../src/ir/is-learned.ts";
import type { TrainProgram } from "../../src/ir/program.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { referenceTarget } from "../../src/passes/pipeline.ts";
import { trainingOf } from "../specs/spec-testing.ts";
import { dataFor } from "./gradient-testing.ts";

const program = (follow: string, steps: string): TrainProgram =>
  trainingOf(`
block Half: (x: f32[B, 2]) -> f32[B, 3] {
  x -> Dense(3) -> BatchNorm
}
model Net: (x: f32[B, 2]) -> (y: f32[B, 3], z: f32[B, 3]) {
  target = Half()
  online = Half()
  (x -> online, x -> target)
}
data Noise {
  source: drawn(count=32)
  x: f32[2] = noise.normal
}
train Net on Noise {
  optimizer: sgd(lr=0.1)
  ${steps}
  follow "target.**" of "online.**": ${follow}
}
`);

/** What a graph gives for inputs that are the same in all, at some step. */
function run(
  graph: Graph,
  step: number,
  given: ReadonlyMap<string, NdArray> = new Map(),
): ReadonlyMap<string, NdArray> {
  expect(verifyGraph(graph)).toEqual([]);
  const inputs = graph.inputs.map(({ name, role, value }): [string, NdArray] => {
    const scalar = role === "step" ? step : role === "hyper" ? 1 : undefined;
    const known = given.get(name);
    if (known !== undefined) return [name, known];
    if (scalar !== undefined) return [name, { dtype: value.type.dtype, shape: [], data: Float64Array.of(scalar) }];
    return [name, dataFor(name, value.type, new Map([["B", 4]]))];
  });
  return interpretGraph(graph, new Map(inputs));
}

const followers = (results: ReadonlyMap<string, NdArray>): readonly (readonly [string, readonly number[]])[] =>
  [...results].filter(([name]) => name.includes("target.")).map(([name, it]) => [name, [...it.data]] as const);

describe("followers", () => {
  it.each([
    ["at each step", "decay=0.9", 0],
    ["when it is their turn", "decay=0.9, every=3", 2],
    ["when it is not", "decay=0.9, every=3", 1],
  ])("are moved by the two halves of a step as by the whole: %s", (_, follow, at) => {
    const it = program(follow, "loss: mse(y, z)");
    const whole = followers(run(buildTrainingGraph(it, referenceTarget), at));
    const gradients = run(buildGradientGraph(it, referenceTarget), at);
    const states = followers(gradients);
    const slopes = new Map([...gradients].filter(([name]) => name.startsWith("grad/")));
    const parameters = followers(run(buildApplyGraph(it, referenceTarget), at, slopes));
    expect(states.map(([name]) => name).sort()).toEqual(
      ["mean", "variance"].map((name) => `next/state/target.batch_norm_0.${name}`),
    );
    expect(new Map([...states, ...parameters])).toEqual(new Map(whole));
    expect(whole).toHaveLength(6);
  });

  it("are kernels in their stored order for ONNX", () => {
    const text = `
block Half: (x: f32[B, 4, 4, 2]) -> f32[B, 3] {
  x -> Conv2D(3, kernel=3) -> GlobalAvgPool2D
}
model Net: (x: f32[B, 4, 4, 2]) -> (y: f32[B, 3], z: f32[B, 3]) {
  target = Half()
  online = Half()
  (x -> online, x -> target)
}
data Noise {
  source: drawn(count=32)
  x: f32[4, 4, 2] = noise.normal
}
train Net on Noise {
  optimizer: sgd(lr=0.1)
  loss: mse(y, z)
  follow "target.**" of "online.**": decay=0.9
}
`;
    const name = "param/target.conv2d_0.kernel";
    const [logical, stored] = [referenceTarget, onnxTarget()].map((target) =>
      buildTrainingGraph(trainingOf(text), target).inputs.find((it) => it.name === name),
    );
    expect([logical?.perm, stored?.perm]).toEqual([undefined, [3, 2, 0, 1]]);
    expect(logical?.value.type.shape.map((it) => asNumber(it))).toEqual([3, 3, 2, 3]);
    expect(stored?.value.type.shape.map((it) => asNumber(it))).toEqual([3, 2, 3, 3]);
  });

  it.each([
    ["one that always runs", 1, 1, ["second"]],
    ["one that runs at times", 1, 2, ["first", "second"]],
    ["one that runs whenever it does", 4, 2, ["second"]],
    ["one that runs at other times", 2, 3, ["first", "second"]],
  ])("stand in graphs that may be a batch's last: before %s", (_, first, second, wanted) => {
    const steps = `step first { loss: mse(y, z), every: ${first} }
  step second { loss: mse(y, z), every: ${second} }
  ${first > 1 && second > 1 ? "step zeroth { loss: mse(y, z) }" : ""}`;
    const plain = program("decay=0.9", steps);
    const ordered = [...plain.steps].sort((a, b) => Number(b.name === "zeroth") - Number(a.name === "zeroth"));
    const [head, ...rest] = ordered;
    if (head === undefined) throw new Error("no step");
    const it: TrainProgram = { ...plain, steps: [head, ...rest] };
    const moving = placesIn(it).filter((place) =>
      buildTrainingGraph(it, referenceTarget, place).outputs.some(({ name }) => name.startsWith("next/param/target.")),
    );
    expect(moving.map(({ step }) => step.name).filter((name) => name !== "zeroth")).toEqual(wanted);
  });
});
