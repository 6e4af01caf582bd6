import { describe, expect, it } from "vitest";
import { buildEvaluationGraph } from "../../src/autodiff/build-evaluation-graph.ts";
import { buildApplyGraph, buildGradientGraph, buildTrainingGraph } from "../../src/autodiff/build-training-step.ts";
import { slotsOf } from "../../src/autodiff/slots-of.ts";
import { onnxTarget } from "../../src/emit/onnx/onnx-target.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { placesIn } from "../../src/ir/is-learned.ts";
import type { Graph } from "../../src/ir/graph.ts";
import type { TrainProgram } from "../../src/ir/program.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { referenceTarget } from "../../src/passes/pipeline.ts";
import { ganProgram, labelledProgram, thawingProgram } from "../specs/step-programs.ts";
import { stepInputs } from "./program-testing.ts";

const gan = ganProgram({ dropout: 0.25, rate: "0.05" });
const [critic, generator] = placesIn(gan);
if (critic === undefined || generator === undefined) throw new Error("unreachable");

const inputsOf = (graph: Graph): Map<string, NdArray> => stepInputs(graph, new Map([["B", 4]]));

const names = (of: readonly { readonly name: string }[]): readonly string[] => of.map(({ name }) => name);

const programs: readonly (readonly [string, TrainProgram])[] = [
  ["two steps", gan],
  ["a step on every second batch", labelledProgram()],
  ["phases of freezing", thawingProgram()],
  [
    "a part that is always frozen, and averages",
    {
      ...thawingProgram(),
      phases: [{ from: { steps: 0 }, frozen: ["head.kernel", "norm.scale"] }],
      average: { kind: "ema", decay: 0.9 },
    },
  ],
  ["phases of freezing, and averages", { ...thawingProgram(), average: { kind: "ema", decay: 0.9 } }],
];

describe("the graphs of a training in two steps", () => {
  it("take the other network and its states as they are, and change their own", () => {
    const [ofCritic, ofGenerator] = [critic, generator].map((it) => buildTrainingGraph(gan, referenceTarget, it));
    expect(names(ofCritic?.outputs ?? [])).toEqual([
      "next/param/critic.hidden.kernel",
      "next/param/critic.norm.scale",
      "next/param/critic.norm.bias",
      "next/param/critic.out.kernel",
      "next/param/critic.out.bias",
      "next/opt/critic_square/critic.hidden.kernel",
      "next/opt/critic_square/critic.norm.scale",
      "next/opt/critic_square/critic.norm.bias",
      "next/opt/critic_square/critic.out.kernel",
      "next/opt/critic_square/critic.out.bias",
      "loss/critic",
      "metric/mean_absolute_error/sum",
      "metric/mean_absolute_error/count",
      "next/state/critic.norm.mean",
      "next/state/critic.norm.variance",
    ]);
    expect(names(ofGenerator?.outputs ?? []).filter((it) => !it.startsWith("next/opt/"))).toEqual([
      "next/param/generator.hidden.kernel",
      "next/param/generator.norm.scale",
      "next/param/generator.norm.bias",
      "next/param/generator.out.kernel",
      "loss/generator",
      "next/state/generator.norm.mean",
      "next/state/generator.norm.variance",
    ]);
  });

  it("measure all steps in one evaluation", () => {
    const graph = buildEvaluationGraph(gan, referenceTarget);
    expect(names(graph.outputs)).toEqual([
      "loss/critic",
      "metric/mean_absolute_error/sum",
      "metric/mean_absolute_error/count",
      "loss/generator",
      "output/real",
      "output/fake",
      "output/held",
    ]);
    expect(graph.inputs.filter((it) => it.role === "seed" || it.role === "step")).toEqual([]);
  });

  it("draw otherwise in each step", () => {
    const [own] = gan.steps;
    const twice: TrainProgram = { ...gan, steps: [own, { ...own, name: "again" }] };
    const losses = placesIn(twice).map((it) => {
      const graph = buildTrainingGraph(twice, referenceTarget, it);
      return interpretGraph(graph, inputsOf(graph)).get(`loss/${it.step.name ?? ""}`)?.data[0];
    });
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(losses[0]).not.toBe(losses[1]);
  });
});

describe.each(programs)("a training with %s", (_, program) => {
  it("has in its graphs the slots that it remembers, and no others", () => {
    const inGraphs = new Map(
      placesIn(program)
        .flatMap((it) => buildTrainingGraph(program, referenceTarget, it).inputs)
        .filter(({ role }) => role === "optimizer")
        .map((it) => [it.name, it]),
    );
    const slots = slotsOf(program);
    expect(slots.map(({ port }) => port).sort()).toEqual([...inGraphs.keys()].sort());
    for (const { port, initial, parameter } of slots) {
      const input = inGraphs.get(port);
      expect(input?.value.type, port).toEqual(parameter.type);
      const first = input?.init === undefined ? "parameter" : (input.init.arguments["value"] ?? 0);
      expect(first, port).toBe(initial);
    }
  });

  it("takes the step that its gradients and their application take", () => {
    for (const target of [referenceTarget, onnxTarget()]) {
      for (const place of placesIn(program)) {
        const whole = buildTrainingGraph(program, target, place);
        const apply = buildApplyGraph(program, target, place);
        const gradient = buildGradientGraph(program, target, place);
        const gradients = interpretGraph(gradient, inputsOf(gradient));
        const next = new Map([...gradients, ...interpretGraph(apply, new Map([...inputsOf(apply), ...gradients]))]);
        const results = interpretGraph(whole, inputsOf(whole));
        expect(results.size).toBe(next.size - gradient.outputs.filter((it) => it.role === "gradient").length);
        for (const [name, { shape, data }] of results) {
          expect(next.get(name)?.shape, name).toEqual(shape);
          data.forEach((it, at) => expect(next.get(name)?.data[at], name).toBeCloseTo(it, 9));
        }
      }
    }
  });
});
