import { buildInitGraph } from "../../src/autodiff/build-init-graph.ts";
import { buildTrainingGraph } from "../../src/autodiff/build-training-step.ts";
import { evaluate } from "../../src/dims/dim.ts";
import { onnxTarget } from "../../src/emit/onnx/onnx-target.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import type { Graph } from "../../src/ir/graph.ts";
import { placesIn } from "../../src/ir/is-learned.ts";
import type { TrainProgram } from "../../src/ir/program.ts";
import { fillArray, transposeArray } from "../../src/ops/define/nd-array.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { inversePermutation } from "../../src/ops/transpose.ts";
import { referenceTarget } from "../../src/passes/pipeline.ts";
import { fromNumbers, toNumbers } from "../../src/runtime/onnx/typed-array.ts";
import type { Tensor } from "../../src/runtime/tensor.ts";
import { createTfjsTrainer } from "../../src/runtime/tfjs/tfjs-trainer.ts";
import { required } from "../../src/support/fault.ts";
import { trainerOf } from "../specs/spec-testing.ts";
import { compareOutputs, shown, stabilityOnce, type Expected } from "./compare-outputs.ts";
import { openOnnx } from "../emit/onnx/open-onnx.ts";
import type { RunReport } from "./run-accepted.ts";
import { isOpen } from "./run-at-sizes.ts";
import { agree, drawInputs } from "./values.ts";

const scalar = (dtype: NdArray["dtype"], value: number): NdArray => ({
  dtype,
  shape: [],
  data: Float64Array.of(value),
});

/**
 * One training step on ONNX Runtime, in each place of a training, against the reference; where there is one place alone, the
 * same in generated TypeScript as well, if that is wanted.
 */
export async function runTraining(program: TrainProgram, batch: number, withTfjs: boolean): Promise<RunReport> {
  const problems: string[] = [];
  if (isOpen(program.model)) return { problems, compared: 0, runs: 0 };
  let compared = 0;
  let runs = 0;
  const seed: NdArray = { dtype: "u32", shape: [2], data: Float64Array.of(program.seed, 0) };
  const owned = interpretGraph(buildInitGraph(program.model, referenceTarget, program), new Map([["seed", seed]]));
  for (const place of placesIn(program)) {
    runs++;
    const graph = buildTrainingGraph(program, referenceTarget, place);
    const expected = settled(graph, owned, seed, batch);
    const session = await openOnnx(buildTrainingGraph(program, onnxTarget(18, "cpu"), place));
    try {
      const found = await session.run(expected.inputs);
      problems.push(...compareOutputs("ONNX", found, expected, stabilityOnce(expected)).map((it) => `training: ${it}`));
      if (!expected.hasFaults) compared++;
      if (withTfjs && !expected.hasFaults && isPlain(program)) problems.push(...(await stepInTfjs(program, expected)));
    } finally {
      await session.close();
    }
  }
  return { problems, compared, runs };
}

/** Whether a training is one that TensorFlow.js computes with the same numbers: no half precision, one step, one batch. */
function isPlain({ steps, phases, precision, accumulate }: TrainProgram): boolean {
  return steps.length === 1 && phases.length === 1 && precision === undefined && accumulate === 1;
}

/** What is wrong with a step of generated TypeScript: its loss, and what it makes of all that the training keeps. */
async function stepInTfjs(program: TrainProgram, expected: Expected): Promise<readonly string[]> {
  const trainer = trainerOf(await createTfjsTrainer(program, { totalSteps: 50, backend: "cpu" }));
  try {
    const batch = [...expected.inputs].flatMap(
      ([name, { dtype, shape, data }]): readonly (readonly [string, Tensor])[] =>
        name.startsWith("batch/")
          ? [[name.slice("batch/".length), { dtype, shape, data: fromNumbers(dtype, data, data.length) }]]
          : [],
    );
    const { loss } = await trainer.step(new Map(batch), 0);
    const kept = await trainer.snapshot();
    const stability = stabilityOnce(expected);
    const { graph, outputs } = expected;
    return graph.outputs.flatMap(({ name, carries }): readonly string[] => {
      const right = required(outputs.get(name), name);
      const input = graph.inputs.find((it) => it.name === carries);
      const place = input?.role === "parameter" || input?.role === "state" ? input.path : input?.name;
      const tensor = place === undefined ? undefined : kept.get(place);
      if (name !== "loss" && tensor === undefined) return [];
      const found: NdArray =
        tensor === undefined
          ? { ...right, data: Float64Array.of(loss) }
          : { dtype: right.dtype, shape: tensor.shape, data: toNumbers(tensor) };
      // Slots are stored as what they are of.
      const path = place?.replace(/^opt\/[^/]+\//, "") ?? "";
      const perm = trainer.perms.get(path);
      const logical = perm === undefined ? found : transposeArray(found, inversePermutation(perm));
      const order = graph.inputs.find((it) => it.role === "parameter" && it.path === path)?.perm;
      const stored = order === undefined ? logical : transposeArray(logical, order);
      if (agree(stored, right)) return [];
      const { isBeyond, spreads } = stability();
      if (isBeyond || agree(stored, right, spreads.get(name))) return [];
      return [`TensorFlow.js trains ${name} to ${shown(stored)}, not ${shown(right)}`];
    });
  } finally {
    await trainer.dispose();
  }
}

/** What one step gives, for a batch whose places are in range where there is one. */
function settled(graph: Graph, owned: ReadonlyMap<string, NdArray>, seed: NdArray, batch: number): Expected {
  const counted = graph.outputs.find((it) => it.role === "faults")?.name;
  const sizes = new Map([["B", batch]]);
  const ofPlaces = (places: number): Expected => {
    const inputs = new Map([...owned, ...drawInputs(graph, sizes, 13, places)]);
    for (const {
      name,
      role,
      value: { type },
      init,
    } of graph.inputs) {
      if (inputs.has(name)) continue;
      if (role === "seed") inputs.set(name, seed);
      else if (role === "step") inputs.set(name, scalar("i64", 0));
      else if (role === "hyper") inputs.set(name, scalar("f32", name === "hyper/total_steps" ? 50 : 1));
      else {
        const shape = type.shape.map((dim) => evaluate(dim, sizes));
        const first = init?.arguments["value"] ?? 0;
        inputs.set(
          name,
          fillArray({ dtype: type.dtype, shape }, () => first),
        );
      }
    }
    const outputs = interpretGraph(graph, inputs);
    const hasFaults = counted !== undefined && (outputs.get(counted)?.data[0] ?? 0) > 0;
    return { graph, sizes, inputs, outputs, hasFaults };
  };
  const many = ofPlaces(3);
  return many.hasFaults ? ofPlaces(1) : many;
}
