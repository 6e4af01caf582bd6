import { buildEvaluationGraph, buildInferenceGraph } from "../../src/autodiff/build-evaluation-graph.ts";
import { buildGradientGraph } from "../../src/autodiff/build-training-step.ts";
import { buildInitGraph } from "../../src/autodiff/build-init-graph.ts";
import { concreteType, interpretGraph } from "../../src/graph/interpret.ts";
import { placesIn } from "../../src/ir/is-learned.ts";
import { accumulatorPort } from "../../src/ir/ports.ts";
import type { Graph, GraphInput, Module } from "../../src/ir/graph.ts";
import type { TrainProgram } from "../../src/ir/program.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { referenceTarget } from "../../src/passes/pipeline.ts";
import { createFigureSum, type Figures } from "../../src/runtime/train/figures.ts";
import { required } from "../../src/support/fault.ts";

/** Sizes of what a network leaves open; those of a pair come on top of them. */
export type Sizes = Readonly<Record<string, number>>;

const usual: Sizes = { B: 3, T: 4, S: 4, H: 8, W: 8, C: 3, D: 3, N: 4, Z: 2, K: 2 };

/**
 * Numbers for an input. Parameters are filled by their shapes alone, so that those of two texts are the same whatever their
 * paths are; those of an example go by its number, so that a batch has what a larger one has at its place.
 */
function filled(input: GraphInput, sizes: Sizes, from = 0): NdArray {
  const { name, role, value } = input;
  const { dtype, shape } = concreteType(value.type, new Map(Object.entries({ ...usual, ...sizes })));
  const count = shape.reduce((a, b) => a * b, 1);
  const each = count / (shape[0] ?? 1);
  const data = Float64Array.from({ length: count }, (_, place) => {
    if (role !== "feature") return 0.1 + ((7 * place) % 13) / 40;
    const at = place + from * each;
    if (name.endsWith("lengths")) return [2, 4, 0][at % 3] ?? 0;
    if (name.endsWith("label")) return at % 2;
    if (dtype === "bool") return (at + 1) % 2;
    return dtype === "i32" ? (5 * at + (at >> 2)) % 3 : Math.sin(3 * at + name.length);
  });
  return { dtype, shape, data };
}

function run(graph: Graph, sizes: Sizes, from = 0): ReadonlyMap<string, NdArray> {
  return interpretGraph(graph, new Map(graph.inputs.map((it) => [it.name, filled(it, sizes, from)])));
}

/** What a network gives, by name. */
export function outputsOf(module: Module, sizes: Sizes): ReadonlyMap<string, NdArray> {
  return withoutFaults(run(buildInferenceGraph(module, referenceTarget), sizes));
}

/** What a training measures of a batch: its losses, and what its model gives. */
export function measuresOf(program: TrainProgram, sizes: Sizes): ReadonlyMap<string, NdArray> {
  return withoutFaults(run(buildEvaluationGraph(program, referenceTarget), sizes));
}

const withoutFaults = (found: ReadonlyMap<string, NdArray>): ReadonlyMap<string, NdArray> =>
  new Map([...found].filter(([name]) => name !== "faults"));

/**
 * The gradients of the parameters that a training changes, by path, each of its loss at the same parameters; with `halves` the
 * mean of those of the two halves of the batch.
 */
export function gradientsOf(program: TrainProgram, sizes: Sizes, halves = false): ReadonlyMap<string, NdArray> {
  const found = new Map<string, NdArray>();
  for (const place of placesIn(program)) {
    const graph = buildGradientGraph(program, referenceTarget, place);
    const of = (from: number, count: number): ReadonlyMap<string, NdArray> => run(graph, { ...sizes, B: count }, from);
    const count = required(sizes["B"], "the size of the batch");
    const [whole, other] = halves ? [of(0, count / 2), of(count / 2, count / 2)] : [of(0, count)];
    for (const { name, path, role } of graph.outputs) {
      if (role !== "gradient") continue;
      const slope = required(whole.get(name), name);
      const more = other?.get(name)?.data ?? slope.data;
      found.set(required(path, name), {
        ...slope,
        data: slope.data.map((it, at) => (it + required(more[at], name)) / 2),
      });
    }
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What all that a trained model owns begins as, by path. */
export function initialsOf(program: TrainProgram): ReadonlyMap<string, NdArray> {
  const graph = buildInitGraph(program.model, referenceTarget, program);
  return interpretGraph(graph, new Map([["seed", { dtype: "u32", shape: [2], data: Float64Array.of(7, 0) }]]));
}

/** The figures of a training over examples that come in batches of such sizes. */
export function figuresOf(program: TrainProgram, batches: readonly number[]): Figures {
  const graph = buildEvaluationGraph(program, referenceTarget);
  const sum = createFigureSum(program);
  let from = 0;
  for (const count of batches) {
    const found = run(graph, { B: count }, from);
    const numbers = (port: string): Float64Array => Float64Array.from(required(found.get(port), port).data);
    sum.add(
      {
        losses: [required(numbers("loss")[0], "the loss")],
        metrics: program.metrics.map(({ name, accumulators }) =>
          accumulators.map((it) => numbers(accumulatorPort(name, it.name))),
        ),
      },
      count,
    );
    from += count;
  }
  return sum.figures();
}
