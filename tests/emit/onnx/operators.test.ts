import { describe, expect, it } from "vitest";
import { emitOnnx } from "../../../src/emit/onnx/emit-graph.ts";
import { printOnnx } from "../../../src/emit/onnx/print-onnx.ts";
import { encodeModel } from "../../../src/emit/onnx/proto.ts";
import type { Graph } from "../../../src/ir/graph.ts";
import { interpretGraph } from "../../../src/graph/interpret.ts";
import type { NdArray } from "../../../src/ops/define/operator.ts";
import { allOperators } from "../../../src/ops/registry.ts";
import { expandComposites, keepNone } from "../../../src/passes/expand-composites.ts";
import { fromNumbers, toNumbers } from "../../../src/runtime/onnx/typed-array.ts";
import { findOnnxChecker } from "../../oracles/onnx-checker.ts";
import { relativeError } from "../../ops/relative-error.ts";
import {
  describeSample,
  gradientGraphOfSample,
  graphOfSample,
  inputsOfSample,
  isDifferentiable,
} from "../../ops/sample-graphs.ts";
import { asInputs, sessionOf } from "./graphs.ts";
import { onnxTarget } from "../../../src/emit/onnx/onnx-target.ts";

const models = new Map<string, Uint8Array | string>();

/** Runs a graph at an opset, compares all outputs with the f64 reference, and keeps the model for the checker. */
async function compare(name: string, graph: Graph, inputs: ReadonlyMap<string, NdArray>, opset: number): Promise<void> {
  const model = emitOnnx(graph, { ...asInputs, opset });
  models.set(`${name}.onnx`, encodeModel(model));
  if (opset === 18) models.set(`${name}.onnx.txt`, printOnnx(model, { maxElements: Infinity }));
  const session = await sessionOf(encodeModel(model));
  const feeds = graph.inputs.map(({ name: input }) => {
    const array = inputs.get(input);
    if (array === undefined) throw new Error(`no input ${input}`);
    return [input, { ...array, data: fromNumbers(array.dtype, array.data, array.data.length) }] as const;
  });
  const results = await session.run(new Map(feeds));
  await session.dispose();
  const expected = interpretGraph(expandComposites(graph, keepNone), inputs);
  expect([...results.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [output, array] of expected) {
    const found = results.get(output);
    if (found === undefined) throw new Error(`no output ${output}`);
    const numbers = { ...found, data: toNumbers(found) };
    const tolerance = array.dtype === "f16" ? 2e-3 : array.dtype.startsWith("f") ? 1e-5 : 0;
    const error = relativeError(numbers, array);
    expect(
      error,
      `${output}: ${numbers.data.slice(0, 6).join()} for ${array.data.slice(0, 6).join()}`,
    ).toBeLessThanOrEqual(tolerance);
  }
}

describe.each(allOperators.map((it) => [it.name, it] as const))("%s on ONNX Runtime", (name, operator) => {
  const samples = operator.samples.map((it, index) => [describeSample(it), it, index] as const);
  it.each(samples)("%s", async (_, sample, index) => {
    const graph = graphOfSample(operator, sample);
    const inputs = inputsOfSample(graph, sample);
    const plain = expandComposites(graph, keepNone);
    await compare(`${name}-${index}`, plain, inputs, 18);
    await compare(`${name}-${index}-26`, plain, inputs, 26);
    const fused = expandComposites(graph, onnxTarget(18).keeps("inference"));
    if (operator.kind === "composite") await compare(`${name}-${index}-fused`, fused, inputs, 18);
    if (!isDifferentiable(operator, sample)) return;
    // What it computes is compared in tests/ops; here it is kept for the checker.
    const gradients = expandComposites(
      gradientGraphOfSample(operator, sample, "own"),
      onnxTarget(18).keeps("training"),
    );
    models.set(`${name}-${index}-gradient.onnx`, encodeModel(emitOnnx(gradients, asInputs)));
  });
});

describe("the official checker", () => {
  const checker = findOnnxChecker();
  it.skipIf(checker === undefined)("accepts every operator's model and text, strictly", { timeout: 300_000 }, () => {
    expect(models.size).toBeGreaterThan(allOperators.length);
    expect(Object.fromEntries(checker?.check(models) ?? [])).toEqual({});
    console.info(`${models.size} models and texts of operators checked by ${checker?.description ?? ""}`);
  });
});
