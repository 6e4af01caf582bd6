import { describe, expect, it } from "vitest";
import { emitOnnx } from "../../src/emit/onnx/emit-graph.ts";
import { encodeModel } from "../../src/emit/onnx/proto.ts";
import type { Graph } from "../../src/ir/graph.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { isFloat } from "../../src/ops/define/dtype-class.ts";
import type { Operator, Sample } from "../../src/ops/define/operator.ts";
import { allOperators } from "../../src/ops/registry.ts";
import { verifyGraph } from "../../src/graph/verify.ts";
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
  needsLiteral,
  type SampleForm,
} from "./sample-graphs.ts";
import { onnxTarget } from "../../src/emit/onnx/onnx-target.ts";

function graphIn(operator: Operator, sample: Sample, form: SampleForm): Graph {
  return isDifferentiable(operator, sample)
    ? gradientGraphOfSample(operator, sample, "own", form)
    : graphOfSample(operator, sample, form);
}

/** Every operator with sizes that are known at run time alone. */
for (const operator of allOperators) {
  const samples = operator.samples.filter(
    (it) => !needsLiteral(operator, it) && it.operands.some(({ shape }) => shape.some((size) => size > 1)),
  );
  if (samples.length === 0) continue;
  describe(`${operator.name} with symbolic dimensions`, () => {
    it.each(samples.map((it) => [describeSample(it), it] as const))("%s", async (_, sample) => {
      const literal = graphIn(operator, sample, "literal");
      const inputs = inputsOfSample(literal, sample);
      const expected = interpretGraph(literal, inputs);
      const symbolic = graphIn(operator, sample, "symbolic");
      expect(verifyGraph(symbolic)).toEqual([]);
      const outputs = interpretGraph(symbolic, inputs);
      const lowered = expandComposites(symbolic, onnxTarget(18).keeps("training"));
      const session = await sessionOf(encodeModel(emitOnnx(lowered, asInputs)));
      const feeds = symbolic.inputs.flatMap(({ name }) => {
        const array = inputs.get(name);
        return array === undefined
          ? []
          : [[name, { ...array, data: fromNumbers(array.dtype, array.data, array.data.length) }] as const];
      });
      const ran = await session.run(new Map(feeds));
      await session.dispose();
      for (const [name, array] of expected) {
        const interpreted = outputs.get(name);
        const found = ran.get(name);
        if (interpreted === undefined || found === undefined) throw new Error(`no output ${name}`);
        expect(relativeError(interpreted, array), name).toBeLessThanOrEqual(1e-12);
        const onnx = { dtype: found.dtype, shape: found.shape, data: toNumbers(found) };
        expect(relativeError(onnx, array), `${name} on ONNX Runtime`).toBeLessThanOrEqual(
          isFloat(array.dtype) ? 1e-5 : 0,
        );
      }
    });
  });
}
