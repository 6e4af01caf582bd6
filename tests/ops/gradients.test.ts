import { describe, expect, it } from "vitest";
import { constant } from "../../src/dims/dim.ts";
import type { Sample } from "../../src/ops/define/operator.ts";
import type { Node } from "../../src/ir/graph.ts";
import { isFloat } from "../../src/ops/define/dtype-class.ts";
import { allOperators, findOperator } from "../../src/ops/registry.ts";
import { eliminateDeadNodes } from "../../src/passes/eliminate-dead-nodes.ts";
import { gradientGraphOfSample, isDifferentiable } from "./sample-graphs.ts";

/** The operators that the gradient of an operator on three numbers needs, in order. */
function gradientOf(name: string, attributes: NonNullable<Sample["attributes"]>): readonly string[] {
  const operator = findOperator(name);
  if (operator === undefined) throw new Error(name);
  const sample = { operands: [{ dtype: "f32" as const, shape: [3] }], attributes };
  const { nodes } = eliminateDeadNodes(gradientGraphOfSample(operator, sample, "own"));
  return nodes.flatMap((node) => (node.kind === "operator" && node.op !== name ? [node.op] : []));
}

describe("the gradient of clip", () => {
  it("compares with the bounds that there are, and with no other", () => {
    expect(gradientOf("clip", { min: 0 })).toEqual(["greater_equal", "where"]);
    expect(gradientOf("clip", { max: 0 })).toEqual(["less_equal", "where"]);
    expect(gradientOf("clip", { min: 0, max: 6 })).toEqual(["greater_equal", "less_equal", "logical_and", "where"]);
    expect(gradientOf("clip", {})).toEqual([]);
  });
});

describe("the gradient of slice", () => {
  it.each([
    [0, 3, []],
    [1, 2, ["pad_constant"]],
    [0, 2, ["pad_constant"]],
  ])("from %i, %i of three elements", (start, size, needed) => {
    expect(gradientOf("slice", { axis: 0, start: constant(start), size: constant(size) })).toEqual(needed);
  });
});

describe("the gradient of a mean", () => {
  it("is a product with a number where the count is known", () => {
    expect(gradientOf("mean", { axes: [0] })).toEqual(["reshape", "mul", "broadcast_to"]);
  });
});

/** What takes time: products, convolutions and pools, forward and backward. */
const isHeavy = (op: string): boolean => /matmul|conv|pool/.test(op);

describe("a gradient of one operand", () => {
  const several = allOperators.flatMap((operator) =>
    operator.samples
      .filter((it) => isDifferentiable(operator, it))
      .slice(0, 1)
      .flatMap((sample) =>
        sample.operands.flatMap(({ dtype }, at) =>
          isFloat(dtype) && sample.operands.length > 1 ? [{ operator, sample, name: operator.name, at }] : [],
        ),
      ),
  );
  it.each(several)(
    "takes no product, convolution or pool for the others: $name, operand $at",
    ({ operator, sample, at }) => {
      const graph = gradientGraphOfSample(operator, sample, "own", "literal", `x${at}`);
      const heavy = (nodes: readonly Node[]): readonly string[] =>
        nodes.flatMap((it) => (it.kind === "operator" && isHeavy(it.op) ? [it.op] : []));
      expect(heavy(graph.nodes)).toEqual(heavy(eliminateDeadNodes(graph).nodes));
    },
  );
});
