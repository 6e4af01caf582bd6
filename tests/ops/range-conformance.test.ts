import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { emitOnnx } from "../../src/emit/onnx/emit-graph.ts";
import { encodeModel } from "../../src/emit/onnx/proto.ts";
import type { Graph } from "../../src/ir/graph.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import type { NdArray, Operator, Sample } from "../../src/ops/define/operator.ts";
import { allOperators, findOperator } from "../../src/ops/registry.ts";
import { expandComposites } from "../../src/passes/expand-composites.ts";
import { fromNumbers, toNumbers } from "../../src/runtime/onnx/typed-array.ts";
import { asInputs, sessionOf } from "../emit/onnx/graphs.ts";
import { backends, useBackend } from "../emit/tfjs/backends.ts";
import { gradientGraphOfSample, graphOfSample } from "./sample-graphs.ts";
import { keepFusedByTfjs, runNodes } from "./tfjs-evaluator.ts";
import { onnxTarget } from "../../src/emit/onnx/onnx-target.ts";

/** f32 against f64, where nothing else is said: relative to the number that is right. */
const tolerance = 1e-5;

/** The least number that f32 holds with all its digits. Runtimes may take what is smaller for 0. */
const least = 2 ** -126;

const epsilon = 2 ** -23;

/**
 * Where f32 itself, or a runtime's own function, errs by more than that: an error that is absolute, at x, with its
 * reason. All are within f32's epsilon of a term that is added or subtracted on the way.
 */
const floors: Readonly<Record<string, (x: number) => number>> = {
  // TensorFlow.js's wasm reduces every angle by multiples of a quarter turn, small ones too.
  sin: (x) => epsilon * Math.max(2, Math.abs(x)),
  cos: (x) => epsilon * Math.max(2, Math.abs(x)),
  // TensorFlow.js's wasm divides its sine by its cosine, and the slope goes by the square.
  tan: (x) => 4 * epsilon * Math.max(1, Math.abs(x)) * (1 + Math.abs(Math.tan(x)) ** 3),
  // The polynomial of Abramowitz and Stegun 7.1.26, on TensorFlow.js's cpu.
  erf: () => 2e-7,
  // 1 + erf loses its digits far below 0, as PyTorch's does; what is left is multiplied by x.
  gelu: (x) => 2e-7 * Math.max(1, Math.abs(x)),
  // Runtimes subtract 1 from the power; TensorFlow.js adds it again for the slope.
  elu: () => epsilon,
  // The slopes y (1 - y) and 1 - y^2 where y is nearly 1, as in PyTorch; ONNX Runtime's tanh is an epsilon off there.
  sigmoid: () => epsilon,
  tanh: () => 3 * epsilon,
  // Where the sigmoid is below what f32 holds with all its digits, it is 0 on TensorFlow.js's wasm.
  silu: (x) => least * Math.max(1, Math.abs(x)),
};

/** Halves from -100 to 100, and what is near to kinks and to where functions overflow or vanish. */
const grid: readonly number[] = [
  ...Array.from({ length: 401 }, (_, i) => (i - 200) / 2),
  ...[0.1, 0.3, 0.7, 1.9, 2.7, 3.3, 5.9, 6.1, 17.3, 18.7, 87.3, 88.1, 88.9].flatMap((x) => [x, -x]),
  ...[1e-30, 1e-20, 1e-8, 1e-5, 1e-3, 1e4].flatMap((x) => [x, -x]),
  -0,
].map(Math.fround);

/** What functions without an angle take besides. */
const enormous: readonly number[] = [1e30, -1e30].map(Math.fround);

/** The graph's outputs on ONNX Runtime. */
async function onOnnx(graph: Graph, inputs: ReadonlyMap<string, NdArray>, mode: Graph["mode"]) {
  const lowered = expandComposites(graph, onnxTarget(18).keeps(mode));
  const session = await sessionOf(encodeModel(emitOnnx(lowered, { ...asInputs, opset: 18 })));
  const feeds = [...inputs].map(([name, it]) => {
    return [name, { ...it, data: fromNumbers(it.dtype, it.data, it.data.length) }] as const;
  });
  const results = await session.run(new Map(feeds));
  await session.dispose();
  return new Map([...results].map(([name, it]) => [name, toNumbers(it)]));
}

/** Results and slopes on TensorFlow.js, by the names of the graph of gradients. */
function onTfjs(operator: Operator, sample: Sample, slopes: boolean): ReadonlyMap<string, ArrayLike<number>> {
  const graph = expandComposites(graphOfSample(operator, sample), keepFusedByTfjs);
  const tensors = sample.operands.map(({ dtype, shape, data = [] }) =>
    tf.tensor([...data], [...shape], dtype === "i32" ? "int32" : "float32"),
  );
  const apply = (...given: tf.Tensor[]): tf.Tensor => {
    const values = new Map(
      graph.inputs.flatMap((it, index) => {
        const tensor = given[index];
        return tensor === undefined ? [] : [[it.value.id, tensor] as const];
      }),
    );
    runNodes(graph.nodes, values);
    return values.get(graph.outputs[0]?.value.id ?? -1) ?? tf.scalar(NaN);
  };
  const found = new Map<string, ArrayLike<number>>([["y0", apply(...tensors).dataSync()]]);
  if (slopes) tf.grads(apply)(tensors).forEach((it, index) => found.set(`d${String(index)}`, it.dataSync()));
  return found;
}

function expectNear(
  found: ArrayLike<number> | undefined,
  expected: ArrayLike<number>,
  floorAt: (index: number) => number,
  describeAt: (index: number) => string,
): void {
  const wrong = Array.from(expected, Math.fround).flatMap((right, index) => {
    const value = found?.[index] ?? NaN;
    const same = value === right || (Number.isNaN(value) && Number.isNaN(right));
    const near = Math.abs(value - right) <= tolerance * Math.abs(right) + Math.max(least, floorAt(index));
    return same || near ? [] : [`${describeAt(index)}: ${String(value)}, not ${String(right)}`];
  });
  expect(wrong).toEqual([]);
}

const angles: ReadonlySet<string> = new Set(["sin", "cos", "tan"]);
const unary = allOperators.filter(
  (it) =>
    it.operands.length === 1 &&
    (it.operands[0]?.dtype === "float" || it.operands[0]?.dtype === "number") &&
    it.operands[0].shape === "[...]" &&
    it.exposed &&
    it.samples.some(({ operands }) => operands[0]?.shape.length === 0) &&
    !["cast", "zeros_like", "ones_like", "identity", "stop_gradient"].includes(it.name),
);

/** Compares an operator on every runtime with the reference, at the elements of a sample; slopes where it has any. */
async function compare(operator: Operator, sample: Sample, slopes: boolean): Promise<void> {
  const graph = slopes ? gradientGraphOfSample(operator, sample, "own") : graphOfSample(operator, sample);
  const arrays = graph.inputs.map(({ name }): [string, NdArray] => {
    const { dtype, shape, data = [] } = sample.operands[Number(name.slice(1))] ?? { dtype: "f32", shape: [] };
    const values = name.startsWith("g") ? data.map(() => 1) : data;
    return [name, { dtype, shape, data: Float64Array.from(values) }];
  });
  const inputs = new Map(arrays);
  const expected = interpretGraph(graph, inputs);
  const at = (index: number): readonly number[] => sample.operands.map((it) => it.data?.[index] ?? NaN);
  const floorAt = (index: number): number => floors[operator.name]?.(at(index)[0] ?? 0) ?? 0;
  const runs = new Map<string, ReadonlyMap<string, ArrayLike<number>>>();
  runs.set("ONNX Runtime", await onOnnx(graph, inputs, slopes ? "training" : "inference"));
  for (const backend of backends) {
    await useBackend(backend);
    runs.set(backend, onTfjs(operator, sample, slopes));
  }
  for (const [name, { data }] of expected) {
    for (const [runtime, found] of runs) {
      expectNear(found.get(name), data, floorAt, (index) => `${runtime} ${name} at ${at(index).join(", ")}`);
    }
  }
}

describe("over the range of what networks hold", () => {
  it.each(unary.map((it) => [it.name, it] as const))("%s agrees on all targets", async (name, operator) => {
    const data = angles.has(name) ? grid : [...grid, ...enormous];
    const sample: Sample = { operands: [{ dtype: "f32", shape: [data.length], data }] };
    await compare(operator, sample, false);
    if (operator.gradient !== "nondifferentiable") await compare(operator, sample, true);
  });

  const some = [-100, -7, -3, -2.5, -1, -0.5, 0, 0.5, 1, 2, 2.5, 3, 7, 100];
  const whole = [-100, -7, -4, -3, -2, -1, 0, 1, 2, 3, 4, 7, 100];
  const pairs = (left: readonly number[], right: readonly number[]) => ({
    left: left.flatMap((a) => right.map(() => a)),
    right: left.flatMap(() => right),
  });
  const binary: readonly (readonly [string, "f32" | "i32", readonly number[], readonly number[], boolean])[] = [
    ...["add", "sub", "mul", "maximum", "minimum"].flatMap((name) => [
      [name, "f32", some, some, true] as const,
      [name, "i32", whole, whole, false] as const,
    ]),
    ...["equal", "not_equal", "less", "less_equal", "greater", "greater_equal"].flatMap((name) => [
      [name, "f32", some, some, false] as const,
      [name, "i32", whole, whole, false] as const,
    ]),
    ["atan2", "f32", some.filter((it) => it !== 0), some, true],
    ["div", "f32", some, some.filter((it) => it !== 0), true],
    // Bases that are negative have powers of whole numbers alone; those of 0 below the first are infinite.
    ["pow", "f32", [0.25, 0.5, 1, 1.5, 2, 7], [-3, -0.5, 0, 0.5, 1, 2, 3], true],
    ["pow", "f32", [0], [0, 1, 2, 3], true],
    ["pow", "f32", [-7, -2, -0.5], [-2, -1, 0, 1, 2, 3], false],
    ...["floor_div", "mod"].flatMap((name) => [
      [name, "f32", some, some.filter((it) => it !== 0), false] as const,
      [name, "i32", whole, whole.filter((it) => it !== 0), false] as const,
    ]),
  ];

  it.each(binary)("%s of %s agrees on all targets", async (name, dtype, left, right, slopes) => {
    const { left: a, right: b } = pairs(left, right);
    const operator = findOperator(name);
    if (operator === undefined) throw new Error(`no operator ${name}`);
    const operands = [a, b].map((data) => ({ dtype, shape: [data.length], data }));
    await compare(operator, { operands }, false);
    if (slopes) await compare(operator, { operands }, true);
  });
});
