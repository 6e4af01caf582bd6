import type { OperatorNode } from "../../ir/graph.ts";
import { attributesFor } from "../../ops/define/operator.ts";
import { findOperator } from "../../ops/registry.ts";
import { tfjsDType } from "./tfjs-dtype.ts";
import { required } from "../../support/fault.ts";
import { asTensor } from "../structured/bind-value.ts";
import type { Bound } from "../structured/body-context.ts";
import type { Applied, ApplyContext } from "../structured/structured-target.ts";
import type { Expression } from "../structured/tree.ts";
import { tensorWriter } from "./tensor-writer.ts";
import { tfjsLowering, tfjsFused } from "./lowerings/tfjs-lowerings.ts";
import { withDefaults } from "../../ops/define/tag-attributes.ts";

/** An operator applied to bound operands, as its lowering to TensorFlow.js writes it; and whether it left a plain number alone. */
export function writeOperator(
  node: OperatorNode,
  operands: readonly Bound[],
  { dim, useHelper }: ApplyContext,
): Applied {
  const operator = required(findOperator(node.op), `operator ${node.op}`);
  const numbers = new Set<Expression>();
  const args = operands.map((bound, index) => {
    const { type } = required(node.operands[index], "operand");
    if (bound.form !== "number" || tfjsDType(type.dtype) !== "float32") return asTensor(tfjsDType, bound, type);
    numbers.add(bound.expression);
    return bound.expression;
  });
  const writer = tensorWriter({ attributes: withDefaults(operator, node.attributes), dim, numbers, useHelper });
  const attributes = attributesFor(operator, node.attributes);
  const input = { operands: node.operands, results: node.results, attributes, args };
  const lower = operator.kind === "primitive" ? tfjsLowering(operator) : tfjsFused(operator, input);
  const expression = required(lower, `TensorFlow.js form of ${node.op}`)(writer, input);
  return { expression, isNumber: numbers.has(expression) };
}
