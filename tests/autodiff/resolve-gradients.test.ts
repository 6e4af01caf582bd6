import { describe, expect, it } from "vitest";
import { resolveGradients } from "../../src/autodiff/resolve-gradients.ts";
import { createBuilder } from "../../src/graph/create-builder.ts";
import { verifyGraph } from "../../src/graph/verify.ts";
import type { Graph, GraphInput, Value } from "../../src/ir/graph.ts";
import { isFloat } from "../../src/ops/define/dtype-class.ts";
import type { Operator, Sample } from "../../src/ops/define/operator.ts";
import { allOperators } from "../../src/ops/registry.ts";
import { describeSample, graphOfSample, inputsOfSample, isDifferentiable } from "../ops/sample-graphs.ts";
import { expectGradients } from "./gradient-testing.ts";

/** A loss of the gradient of an operator's results, both weighted, so that no element counts like another. */
function secondOrder(operator: Operator, sample: Sample): { readonly graph: Graph; readonly wrt: readonly string[] } {
  const graph = graphOfSample(operator, sample);
  const b = createBuilder({ firstId: graph.nextId });
  const inputs: GraphInput[] = [...graph.inputs];
  const weighted = (value: Value): Value => {
    const weight = b.value(value.type);
    inputs.push({ name: `w${weight.id}`, role: "feature", value: weight });
    return b.sum(b.mul(value, weight), [...value.type.shape.keys()]);
  };
  const floats = graph.outputs.map((it) => it.value).filter((it) => isFloat(it.type.dtype));
  // Squared, so that a second derivative is there for what is linear too.
  const of = floats.map((it) => weighted(b.mul(it, it))).reduce((sum, it) => b.add(sum, it));
  const by = graph.inputs.filter((it) => isFloat(it.value.type.dtype));
  const slopes = by.map(({ value }) => {
    const result = b.value(value.type);
    b.append({ kind: "gradient", of, by: value, results: [result] });
    return weighted(result);
  });
  const loss = slopes.reduce((sum, it) => b.add(sum, it));
  const nodes = [...graph.nodes, ...b.nodes];
  const whole: Graph = {
    ...graph,
    inputs,
    nodes,
    outputs: [{ name: "loss", role: "loss", value: loss }],
    nextId: b.nextId,
  };
  return { graph: whole, wrt: by.map(({ name }) => name) };
}

/** What gives the same whatever its operand holds. */
const constant = new Set(["normal_like", "ones_like", "uniform_like", "zeros_like"]);

describe("the gradient of a gradient", () => {
  for (const operator of allOperators) {
    if (operator.differentiableOnce === true || constant.has(operator.name)) continue;
    const samples = operator.samples.filter((it) => isDifferentiable(operator, it)).slice(0, 3);
    it.each(samples.map((it) => [describeSample(it), it] as const))(`of ${operator.name} on %s`, (_, sample) => {
      const { graph, wrt } = secondOrder(operator, sample);
      const resolved = resolveGradients(graph);
      expect(verifyGraph(resolved)).toEqual([]);
      expectGradients(resolved, wrt, inputsOfSample(graph, sample));
    });
  }
});
