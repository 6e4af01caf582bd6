import type { Dim } from "../../dims/dim.ts";
import type { OperatorNode } from "../../ir/graph.ts";
import { isFloat } from "../../ops/define/dtype-class.ts";
import { attributesFor } from "../../ops/define/operator.ts";
import { findOperator } from "../../ops/registry.ts";
import { tfjsDType } from "./tfjs-dtype.ts";
import type { TfjsExpression } from "./tfjs-writer.ts";
import { required } from "../../support/fault.ts";
import { callTensor } from "./ast.ts";
import { asTensor } from "./bind-value.ts";
import type { Bound } from "./body-context.ts";
import { tensorWriter } from "./tensor-writer.ts";
import { tfjsLowering, tfjsFused } from "./lowerings/tfjs-lowerings.ts";

const hostBinary: ReadonlyMap<string, string> = new Map([
  ["add", "+"],
  ["sub", "-"],
  ["mul", "*"],
  ["div", "/"],
  ["pow", "**"],
]);

const hostCalls: ReadonlyMap<string, string> = new Map([
  ["sqrt", "Math.sqrt"],
  ["exp", "Math.exp"],
  ["log", "Math.log"],
  ["cos", "Math.cos"],
  ["floor", "Math.floor"],
  ["minimum", "Math.min"],
  ["maximum", "Math.max"],
]);

/** Arithmetic on numbers that are known without any tensor (`1 / T`, `sqrt(D)`), or undefined. */
export function hostArithmetic(node: OperatorNode, operands: readonly Bound[]): TfjsExpression | undefined {
  if (operands.some(({ form }) => form !== "number")) return undefined;
  const [left, right] = operands.map(({ expression }) => expression);
  const result = node.results[0];
  if (left === undefined || result === undefined || result.type.shape.length > 0) return undefined;
  if (!isFloat(result.type.dtype)) return undefined;
  if (node.op === "cast") return left;
  const operator = hostBinary.get(node.op);
  if (operator !== undefined && right !== undefined) return { kind: "binary", operator, left, right };
  const callee = hostCalls.get(node.op);
  return callee === undefined ? undefined : callTensor(callee, left, ...(right === undefined ? [] : [right]));
}

/** What writing an operator needs of the code around it. */
export interface OperatorContext {
  readonly dim: (dim: Dim) => TfjsExpression;
  readonly useHelper: (name: string) => void;
}

/** An operator applied to bound operands, as its lowering to TensorFlow.js writes it; and whether it left a plain number alone. */
export function writeOperator(
  node: OperatorNode,
  operands: readonly Bound[],
  { dim, useHelper }: OperatorContext,
): { readonly expression: TfjsExpression; readonly isNumber: boolean } {
  const operator = required(findOperator(node.op), `operator ${node.op}`);
  const numbers = new Set<TfjsExpression>();
  const args = operands.map((bound, index) => {
    const { type } = required(node.operands[index], "operand");
    if (bound.form !== "number" || tfjsDType(type.dtype) !== "float32") return asTensor(bound, type);
    numbers.add(bound.expression);
    return bound.expression;
  });
  const values = attributesFor(operator, node.attributes);
  const writer = tensorWriter({ attributes: node.attributes, values, dim, numbers, useHelper });
  const input = { operands: node.operands, results: node.results, attributes: values, args };
  const lower = operator.kind === "primitive" ? tfjsLowering(operator) : tfjsFused(operator, input);
  const expression = required(lower, `TensorFlow.js form of ${node.op}`)(writer, input);
  return { expression, isNumber: numbers.has(expression) };
}
