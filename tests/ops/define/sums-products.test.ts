import { describe, expect, it } from "vitest";
import type { Node } from "../../../src/ir/graph.ts";
import { nodesWithin } from "../../../src/ir/visit.ts";
import { allOperators, findOperator } from "../../../src/ops/registry.ts";
import { expandComposites, keepNone } from "../../../src/passes/expand-composites.ts";
import { graphOfSample } from "../sample-graphs.ts";

const sumsProducts = (node: Node): boolean => node.kind === "operator" && findOperator(node.op)?.sumsProducts === true;

describe("sumsProducts", () => {
  it("is declared by the primitives that add up products", () => {
    const declared = allOperators.filter((it) => it.kind === "primitive" && it.sumsProducts === true);
    expect(declared.map((it) => it.name).sort()).toEqual([
      "conv",
      "conv_input_gradient",
      "conv_kernel_gradient",
      "matmul",
    ]);
  });

  for (const operator of allOperators.filter((it) => it.kind === "composite")) {
    it(`says of ${operator.name} whether one of its parts does`, () => {
      const parts = operator.samples.flatMap((sample) => [
        ...nodesWithin(expandComposites(graphOfSample(operator, sample), keepNone).nodes),
      ]);
      expect(parts.some(sumsProducts)).toBe(operator.sumsProducts === true);
    });
  }
});
