import { describe, expect, it } from "vitest";
import { buildTracedGraph, type TracedGraph } from "../../src/autodiff/build-traced-graph.ts";
import { buildTrainingGraph } from "../../src/autodiff/build-training-step.ts";
import { onnxTarget } from "../../src/emit/onnx/onnx-target.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { verifyGraph } from "../../src/graph/verify.ts";
import { placesIn } from "../../src/ir/is-learned.ts";
import type { StepPlace, TrainProgram } from "../../src/ir/program.ts";
import { referenceTarget } from "../../src/passes/pipeline.ts";
import { ganProgram, thawingProgram } from "../specs/step-programs.ts";
import { unitOf } from "../emit/tfjs/spec-unit.ts";
import { stepInputs } from "./program-testing.ts";

const recurrent = unitOf(`
block Shift: (x: f32[B, 3]) -> f32[B, 3] {
  param by: f32[3] = zeros
  x * 2 - by
}
model Net: (x: f32[B, T, 3]) -> y: f32[B, 3] {
  x -> rnn: SimpleRNN(3) -> shift: Shift
}
data Rows { source: npz("rows.npz"), x: f32[T, 3] = raw.x }
train Net on Rows { loss: mean(y), optimizer: sgd(lr=0.1) }`).train;

function placesOf(program: TrainProgram | undefined): readonly (readonly [TrainProgram, StepPlace])[] {
  return program === undefined ? [] : placesIn(program).map((it) => [program, it]);
}

/** `9 mul in shift of 7, 8` for each value. */
const told = ({ values }: TracedGraph): readonly string[] =>
  values.map(({ name, made, operands }, at) => {
    const by = made === undefined ? name : made.by;
    const where = made === undefined || made.place.path === "" ? "" : ` in ${made.place.path}`;
    return `${at} ${by}${where}${operands.length === 0 ? "" : ` of ${operands.join(", ")}`}`;
  });

describe("buildTracedGraph", () => {
  it("has all on the way to the loss, as the person wrote it, and what each is made of", () => {
    const [first] = placesOf(recurrent);
    if (first === undefined) throw new Error("nothing to train");
    const traced = buildTracedGraph(...first, referenceTarget);
    expect(told(traced)).toEqual([
      "0 batch/x",
      "1 param/rnn.kernel",
      "2 param/rnn.recurrent",
      "3 param/rnn.bias",
      "4 param/shift.by",
      "5 constant",
      "6 simple_rnn in rnn of 0, 1, 2, 3, 5",
      "7 simple_rnn in rnn of 0, 1, 2, 3, 5",
      "8 constant",
      "9 mul in shift of 7, 8",
      "10 sub in shift of 9, 4",
      "11 mean of 10",
    ]);
    expect(traced.loss).toBe(11);
  });

  it.each([
    ...placesOf(recurrent),
    ...placesOf(ganProgram({ dropout: 0.25, rate: "0.05" })),
    ...placesOf(thawingProgram()),
  ])("gives what it does not take, and the loss of the step that is trained: %#", (program, place) => {
    for (const target of [referenceTarget, onnxTarget()]) {
      const told: string[] = [];
      const after = (name: string, graph: TracedGraph["graph"]): void => {
        told.push(name);
        expect(verifyGraph(graph), name).toEqual([]);
      };
      const { graph, values, loss } = buildTracedGraph(program, place, { ...target, after });
      expect(told).toContain("guard-indices");
      const given = values.filter((it) => it.input === undefined);
      expect(given.every((it) => it.made !== undefined)).toBe(true);
      expect(graph.outputs.map(({ name }) => name)).toEqual(given.map(({ name }) => name));
      values.forEach(({ operands }, at) => expect(operands.every((it) => it < at)).toBe(true));
      const [results, trained] = [graph, buildTrainingGraph(program, target, place)].map((it) =>
        interpretGraph(it, stepInputs(it, sizes)),
      );
      const name = place.step.name === undefined ? "loss" : `loss/${place.step.name}`;
      const [traced] = results?.get(values[loss]?.name ?? "")?.data ?? [];
      expect(Number.isFinite(traced)).toBe(true);
      expect(traced).toBeCloseTo(trained?.get(name)?.data[0] ?? NaN, 9);
    }
  });
});

const sizes = new Map([
  ["B", 4],
  ["T", 2],
]);
