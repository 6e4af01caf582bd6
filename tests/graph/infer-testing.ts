import { constant, type Dim } from "../../src/dims/dim.ts";
import { noFacts, type Facts } from "../../src/dims/facts.ts";
import { createShapeChecker } from "../../src/graph/check-shapes.ts";
import { inferOperator } from "../../src/graph/infer.ts";
import type { AttributeValue } from "../../src/ir/graph.ts";
import { printType } from "../../src/ir/print-graph.ts";
import type { DType, TensorType } from "../../src/ir/types.ts";
import { operators, type OperatorName } from "../../src/ops/registry.ts";
import { required } from "../../src/support/fault.ts";

/** An f32 tensor of some sizes. */
export function tensor(...shape: readonly (Dim | number | undefined)[]): TensorType {
  return typed("f32", ...shape);
}

/** A tensor of an element type and some sizes. */
export function typed(dtype: DType, ...shape: readonly (Dim | number | undefined)[]): TensorType {
  return { dtype, shape: shape.map((it) => (typeof it === "object" ? it : constant(required(it, "size")))) };
}

/** The result types as text, or the findings where there are any. */
export function infer(
  name: OperatorName,
  operands: readonly TensorType[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
  facts: Facts = noFacts,
): readonly string[] {
  const found: string[] = [];
  const check = createShapeChecker(facts, ({ message }) => found.push(message));
  const given = Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, { value }]));
  const types = inferOperator(operators[name], operands, given, check);
  return types === undefined ? found : types.map(printType);
}
