import { expect, it } from "vitest";
import { findOperator } from "../../src/ops/registry.ts";
import { required } from "../../src/support/fault.ts";

it("round keeps the sign of what becomes 0, and takes halves to the even number, as IEEE 754 has it", () => {
  const operator = required(findOperator("round"), "round");
  if (operator.kind !== "primitive" || operator.element?.operands !== 1) throw new Error("not of one element");
  const { compute } = operator.element;
  const of = [-1.5, -0.6, -0.5, -0.3, -0, 0, 0.3, 0.5, 0.6, 1.5, 2.5].map((it) => compute(it, "f32"));
  expect(of).toEqual([-2, -1, -0, -0, -0, 0, 0, 0, 1, 2, 2]);
});
