import { describe, expect, it } from "vitest";
import { buildInferenceGraph } from "../../src/autodiff/build-evaluation-graph.ts";
import { referenceTarget } from "../../src/passes/pipeline.ts";
import { required } from "../../src/support/fault.ts";
import { lower } from "../lower/checking.ts";
import { stabilityOf } from "./values.ts";

/** How far a result moves that is made of two numbers and of what may be their sum. */
function spreadOf(expression: string, numbers: Readonly<Record<"x" | "y" | "z", number>>): number {
  const module = lower(`block M: (x: f32[1], y: f32[1], z: f32[1]) {\n  ${expression}\n}\n`, "M");
  const graph = buildInferenceGraph(module, referenceTarget);
  const inputs = new Map(
    Object.entries(numbers).map(([name, it]) => [
      name,
      { dtype: "f32" as const, shape: [1], data: Float64Array.from([it]) },
    ]),
  );
  const { spreads } = stabilityOf(graph, inputs, new Map());
  return required([...spreads.values()][0]?.[0], "a spread");
}

describe("how much rounding results may have", () => {
  it.each(["x + y == z", "x + y != z", "z == x + y"])(
    "all, where numbers are one but for rounding: %s",
    (expression) => {
      expect(spreadOf(expression, { x: 0.1, y: 0.2, z: 0.3 })).toBe(1);
      expect(spreadOf(expression, { x: 0.25, y: 0.25, z: 0.5 })).toBe(1);
      expect(spreadOf(expression, { x: 0.1, y: 0.2, z: 0.301 })).toBe(0);
    },
  );

  it("all, where what may be nothing divides itself", () => {
    expect(spreadOf("(x + y - z) % (x + y - z)", { x: 0.1, y: 0.2, z: 0.3 })).toBe(Infinity);
    expect(spreadOf("(x + y - z) / (x + y - z)", { x: 0.1, y: 0.2, z: 0.301 })).toBeLessThan(1e-6);
  });

  it("next to none, where nothing is asked of them", () => {
    expect(spreadOf("x + y - 2 * z", { x: 0.1, y: 0.2, z: 0.3 })).toBeLessThan(1e-6);
  });
});
