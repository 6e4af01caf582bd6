import { describe, expect, it } from "vitest";
import type { Graph } from "../../src/ir/graph.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { isFloat } from "../../src/ops/define/dtype-class.ts";
import type { Operator, Sample } from "../../src/ops/define/operator.ts";
import { allOperators } from "../../src/ops/registry.ts";
import { verifyGraph } from "../../src/graph/verify.ts";
import { expandComposites } from "../../src/passes/expand-composites.ts";
import { required } from "../../src/support/fault.ts";
import { openBatch, type Arrays } from "./onnx-batch.ts";
import { relativeError } from "./relative-error.ts";
import {
  describeSample,
  gradientGraphOfSample,
  graphOfSample,
  inputsOfSample,
  isDifferentiable,
} from "./sample-graphs.ts";
import { inDouble, isDouble } from "./double-samples.ts";
import { demandsOf, fixedBy, isSymbolic, resized, sizesFor, type SampleForm, type Sizes } from "./symbolic-samples.ts";
import { onnxTarget } from "../../src/emit/onnx/onnx-target.ts";

function graphIn(operator: Operator, sample: Sample, form: SampleForm): Graph {
  return isDifferentiable(operator, sample)
    ? gradientGraphOfSample(operator, sample, "own", form)
    : graphOfSample(operator, sample, form);
}

/** Those whose demands fix a size, and why it must be so. */
const fixing: Readonly<Record<string, string>> = {
  avg_pool_gradient: "the shape of the image is given in numbers; in the gradients of avg_pool it is not",
  conv: "channels are those of the kernel, a parameter",
  conv_input_gradient: "channels are those of the kernel, and the shape of the image is given in numbers",
  conv_kernel_gradient: "the kernel's shape is literal, and so are channels",
  conv_transpose: "channels are those of the kernel, a parameter",
  max_pool_gradient: "results of size 1 leave the image few sizes; in the gradients of max_pool they do not",
  reshape: "one shape is literal",
  split: "one sample has pieces of literal sizes",
};

/** What a sample is at some sizes: inputs, and the results of its graph where these are literal. */
interface Run {
  readonly title: string;
  readonly inputs: Arrays;
  readonly expected: Arrays;
}

function runAt(operator: Operator, sample: Sample, graph: Graph, sizes: Sizes): Run {
  const inputs = inputsOfSample(graph, resized(operator, sample, sizes), sizes);
  const title = `${describeSample(sample)} at ${[...sizes].map((it) => it.join("=")).join(" ")}`;
  return { title, inputs, expected: interpretGraph(graph, inputs) };
}

function expectAll(found: Arrays, { title, expected }: Run, where: string, tolerance: number): void {
  for (const [name, array] of expected) {
    const most = isFloat(array.dtype) ? tolerance : 0;
    expect(relativeError(required(found.get(name), name), array), `${name} of ${title}, ${where}`).toBeLessThanOrEqual(
      most,
    );
  }
}

const symbolic = allOperators.flatMap((operator) => {
  const samples = operator.samples
    .filter((it) => isSymbolic(operator, it))
    .map((it, place) => (place % 2 === 0 ? it : (inDouble(operator, it) ?? it)));
  return samples.length === 0 ? [] : [{ name: operator.name, operator, samples }];
});

describe("with sizes that are known at run time alone", () => {
  it.each(symbolic)("$name", async ({ operator, samples }) => {
    const cases = samples.map((sample) => {
      const graph = graphIn(operator, sample, "symbolic");
      expect(verifyGraph(graph)).toEqual([]);
      const allowed = sizesFor(operator, sample, graph.facts);
      const runs = allowed.map((sizes) => runAt(operator, sample, graph, sizes));
      const [sizes, run] = [required(allowed.at(-1), "sizes"), required(runs.at(-1), "run")];
      const literal = graphIn(operator, resized(operator, sample, sizes), "literal");
      expectAll(interpretGraph(literal, run.inputs), run, "with literal sizes", 1e-12);
      const lowered = expandComposites(graph, onnxTarget(18).keeps("training"));
      return { runs, graph: lowered, tolerance: isDouble(lowered) ? 1e-12 : 1e-4 };
    });
    const batch = await openBatch(
      cases.map((it) => it.graph),
      18,
    );
    for (let turn = 0; turn < Math.max(...cases.map((it) => it.runs.length)); turn++) {
      const runs = cases.map(({ runs }) => required(runs[turn % runs.length], "run"));
      const results = await batch.run(runs.map((it) => it.inputs));
      results.forEach((found, place) => {
        const { tolerance } = required(cases[place], "case");
        expectAll(found, required(runs[place], "run"), "on ONNX Runtime", tolerance);
      });
    }
    await batch.dispose();
  });

  it("fix none, but where an operator says why", () => {
    const found = symbolic.filter(({ operator, samples }) =>
      samples.some((it) => fixedBy(demandsOf(operator, it)).length > 0),
    );
    expect(found.map((it) => it.name).sort()).toEqual(Object.keys(fixing).sort());
  });
});
