import { describe, expect, it } from "vitest";
import { emitOnnx } from "../../src/emit/onnx/emit-graph.ts";
import { encodeModel } from "../../src/emit/onnx/proto.ts";
import { isFloat } from "../../src/ops/define/dtype-class.ts";
import type { Graph } from "../../src/ir/graph.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import type { NdArray, Operator, Sample } from "../../src/ops/define/operator.ts";
import { allOperators } from "../../src/ops/registry.ts";
import { expandComposites } from "../../src/passes/expand-composites.ts";
import { fromNumbers, toNumbers } from "../../src/runtime/onnx/typed-array.ts";
import { asInputs, sessionOf } from "../emit/onnx/graphs.ts";
import { relativeError } from "./relative-error.ts";
import {
  describeSample,
  gradientGraphOfSample,
  graphOfSample,
  inputsOfSample,
  isDifferentiable,
} from "./sample-graphs.ts";
import { onnxTarget } from "../../src/emit/onnx/onnx-target.ts";
import { isFusedByOnnx } from "../../src/emit/onnx/lowerings/onnx-lowerings.ts";

/** f32 against f64: what is asked of every operator, and of those below for the reasons given. */
const tolerance = 1e-5;

/** The graph of results and gradients as a training graph is lowered: composites whole only where ONNX has them. */
function trainingGraph(operator: Operator, sample: Sample, opset: number): Graph {
  return expandComposites(gradientGraphOfSample(operator, sample, "own"), onnxTarget(opset).keeps("training"));
}

/** The default operator set and the newest that ONNX Runtime knows. */
const opsets = [18, 26] as const;

async function runOnnx(
  graph: Graph,
  inputs: ReadonlyMap<string, NdArray>,
  opset: number,
): Promise<ReadonlyMap<string, NdArray>> {
  const session = await sessionOf(encodeModel(emitOnnx(graph, { ...asInputs, opset })));
  const feeds = graph.inputs.map(({ name }) => {
    const array = inputs.get(name);
    if (array === undefined) throw new Error(`no input ${name}`);
    return [name, { ...array, data: fromNumbers(array.dtype, array.data, array.data.length) }] as const;
  });
  const results = await session.run(new Map(feeds));
  await session.dispose();
  return new Map([...results].map(([name, it]) => [name, { dtype: it.dtype, shape: it.shape, data: toNumbers(it) }]));
}

async function expectReference(graph: Graph, sample: Sample, opset: number): Promise<void> {
  const inputs = inputsOfSample(graph, sample);
  const expected = interpretGraph(graph, inputs);
  const actual = await runOnnx(graph, inputs, opset);
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [name, array] of expected) {
    const found = actual.get(name);
    if (found === undefined) throw new Error(`no output ${name}`);
    const shown = `${name}: ${[...found.data.slice(0, 6)].join()} for ${[...array.data.slice(0, 6)].join()}`;
    expect(relativeError(found, array), shown).toBeLessThanOrEqual(isFloat(array.dtype) ? tolerance : 0);
  }
}

/** Whether the graph of the gradient leaves something of the operator unseen: nodes that stand in inference alone. */
function needsInference(operator: Operator, sample: Sample): boolean {
  if (!isDifferentiable(operator, sample)) return true;
  return operator.kind === "composite" && isFusedByOnnx(operator, "inference");
}

describe.each(opsets)("on ONNX Runtime with opset %i", (opset) => {
  for (const operator of allOperators) {
    const inferred = operator.samples.filter((it) => needsInference(operator, it));
    if (inferred.length > 0) {
      it.each(inferred.map((it) => [describeSample(it), it] as const))(
        `infers ${operator.name}: %s`,
        async (_, sample) => {
          const fused = onnxTarget(opset).keeps("inference");
          await expectReference(expandComposites(graphOfSample(operator, sample), fused), sample, opset);
        },
      );
    }
    const differentiable = operator.samples.filter((it) => isDifferentiable(operator, it));
    if (differentiable.length === 0) continue;
    it.each(differentiable.map((it) => [describeSample(it), it] as const))(
      `trains through ${operator.name}: %s`,
      async (_, sample) => {
        await expectReference(trainingGraph(operator, sample, opset), sample, opset);
      },
    );
  }
});
