import { describe, expect, it } from "vitest";
import { buildEvaluationGraph, buildInferenceGraph } from "../../../src/autodiff/build-evaluation-graph.ts";
import { buildPreparationGraph } from "../../../src/autodiff/build-preparation-graph.ts";
import { buildTrainingGraph } from "../../../src/autodiff/build-training-step.ts";
import { evaluate } from "../../../src/dims/dim.ts";
import { emitOnnx } from "../../../src/emit/onnx/emit-graph.ts";
import { encodeModel } from "../../../src/emit/onnx/proto.ts";
import type { Graph } from "../../../src/ir/graph.ts";
import { interpretGraph } from "../../../src/graph/interpret.ts";
import { sizeOf, stridesOf } from "../../../src/ops/define/nd-array.ts";
import type { NdArray } from "../../../src/ops/define/operator.ts";
import { fromNumbers, toNumbers } from "../../../src/runtime/onnx/typed-array.ts";
import { findOnnxChecker } from "../../oracles/onnx-checker.ts";
import { relativeError } from "../../ops/relative-error.ts";
import { createDraw } from "../../ops/sample-graphs.ts";
import { asInputs, sessionOf } from "./graphs.ts";
import { classifierProgram } from "./programs.ts";
import { onnxTarget } from "../../../src/emit/onnx/onnx-target.ts";
import { referenceTarget } from "../../../src/passes/pipeline.ts";

const program = classifierProgram();
const batch = new Map([["B", 5]]);

/** Arrays for a graph's inputs in logical order: the same for the same name. */
function inputsOf(graph: Graph): Map<string, NdArray> {
  return new Map(
    graph.inputs.map(({ name, role, value, logicalType }) => {
      const { dtype, shape } = logicalType ?? value.type;
      const sizes = shape.map((it) => evaluate(it, batch));
      const draw = createDraw(name.length * 7919 + name.charCodeAt(name.length - 1));
      const next = (): number => {
        if (role === "hyper") return 1;
        if (dtype === "u8") return Math.floor(draw() * 256);
        return dtype === "i32" || dtype === "i64"
          ? Math.floor(draw() * 3)
          : Math.fround(draw() - (role === "optimizer" ? 0 : 0.5));
      };
      return [name, { dtype, shape: sizes, data: Float64Array.from({ length: sizeOf(sizes) }, next) }];
    }),
  );
}

/** The array whose axis i is axis `perm[i]` of the given one. */
function permute(array: NdArray, perm: readonly number[] | undefined): NdArray {
  if (perm === undefined) return array;
  const shape = perm.map((axis) => array.shape[axis] ?? NaN);
  const from = stridesOf(array.shape);
  const strides = stridesOf(shape);
  const data = Float64Array.from({ length: array.data.length }, (_, index) => {
    let rest = index;
    let place = 0;
    strides.forEach((stride, axis) => {
      place += Math.floor(rest / stride) * (from[perm[axis] ?? NaN] ?? NaN);
      rest %= stride;
    });
    return array.data[place] ?? NaN;
  });
  return { dtype: array.dtype, shape, data };
}

const models = new Map<string, Uint8Array>();

async function compare(name: string, graph: Graph, reference: Graph): Promise<void> {
  const logical = inputsOf(graph);
  const bytes = encodeModel(emitOnnx(graph, asInputs));
  models.set(`${name}.onnx`, bytes);
  const session = await sessionOf(bytes);
  const feeds = graph.inputs.map((it) => {
    const array = permute(logical.get(it.name) ?? { dtype: "f32", shape: [], data: new Float64Array() }, it.perm);
    return [it.name, { ...array, data: fromNumbers(array.dtype, array.data, array.data.length) }] as const;
  });
  const results = await session.run(new Map(feeds));
  await session.dispose();
  const expected = interpretGraph(reference, inputsOf(reference));
  expect([...results.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [output, array] of expected) {
    const found = results.get(output);
    if (found === undefined) throw new Error(output);
    const carried = graph.outputs.find((it) => it.name === output)?.carries;
    const perm = graph.inputs.find((it) => it.name === carried)?.perm;
    const error = relativeError({ ...found, data: toNumbers(found) }, permute(array, perm));
    expect(error, output).toBeLessThanOrEqual(2e-5);
  }
}

describe("graphs of a program on ONNX Runtime, against the f64 reference", () => {
  const onnx = onnxTarget(18);
  const reference = referenceTarget;

  it("trains alike", async () => {
    const graph = buildTrainingGraph(program, onnx);
    expect(graph.inputs.find((it) => it.path === "stage.kernel")?.perm).toEqual([3, 2, 0, 1]);
    await compare("train", graph, buildTrainingGraph(program, reference));
  });

  it("evaluates alike", async () => {
    await compare("eval", buildEvaluationGraph(program, onnx), buildEvaluationGraph(program, reference));
  });

  it("infers alike", async () => {
    await compare("inference", buildInferenceGraph(program.model, onnx), buildInferenceGraph(program.model, reference));
  });

  it("prepares alike", async () => {
    await compare("prep", buildPreparationGraph(program.data, onnx), buildPreparationGraph(program.data, reference));
  });

  const checker = findOnnxChecker();
  it.skipIf(checker === undefined)("are accepted by the official checker, strictly", () => {
    expect(models.size).toBe(4);
    expect(Object.fromEntries(checker?.check(models) ?? [])).toEqual({});
  });
});
