import { constant, type Dim } from "../../src/dims/dim.ts";
import { noFacts, type Facts } from "../../src/dims/facts.ts";
import { createShapeChecker } from "../../src/graph/check-shapes.ts";
import { inferOperator } from "../../src/graph/infer.ts";
import type { Attribute } from "../../src/ir/graph.ts";
import type { PlainAttributes } from "../../src/ops/define/builder.ts";
import { tagAttributes } from "../../src/ops/define/tag-attributes.ts";
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
  attributes: PlainAttributes = {},
  facts: Facts = noFacts,
): readonly string[] {
  const found: string[] = [];
  const check = createShapeChecker(facts, ({ message }) => found.push(message));
  const operator = operators[name];
  const unknown = ([key]: readonly [string, unknown]): boolean => !(key in operator.attributes);
  const entries = Object.entries(attributes);
  const given: Readonly<Record<string, Attribute>> = {
    ...tagAttributes(operator, Object.fromEntries(entries.filter((it) => !unknown(it)))),
    ...Object.fromEntries(entries.filter(unknown).map(([key]) => [key, { kind: "string", value: "" } as const])),
  };
  const types = inferOperator(operator, operands, given, check);
  return types === undefined ? found : types.map(printType);
}
