import type { OperatorNode } from "../../ir/graph.ts";
import { isFloat } from "../../ops/define/dtype-class.ts";
import type { OperatorName } from "../../ops/registry.ts";
import type { Bound } from "./body-context.ts";
import type { Arithmetic, ArithmeticName, Expression } from "./tree.ts";

/** Operators that are arithmetic on plain numbers, where their operands are such. */
const operations: ReadonlySet<string> = new Set<OperatorName & ArithmeticName>([
  ...(["add", "sub", "mul", "div", "pow", "minimum", "maximum", "sqrt", "exp", "log", "cos", "floor"] as const),
]);

/** Arithmetic on numbers that are known without any tensor (`1 / T`, `sqrt(D)`), or undefined. */
export function hostArithmetic(node: OperatorNode, operands: readonly Bound[]): Expression | undefined {
  if (operands.some(({ form }) => form !== "number")) return undefined;
  const [only] = operands;
  const result = node.results[0];
  if (only === undefined || result === undefined || result.type.shape.length > 0) return undefined;
  if (!isFloat(result.type.dtype)) return undefined;
  if (node.op === "cast") return only.expression;
  return isArithmetic(node.op) ? arithmetic(node.op, ...operands.map(({ expression }) => expression)) : undefined;
}

function isArithmetic(op: string): op is ArithmeticName {
  return operations.has(op);
}

/** Arithmetic on plain numbers. */
export function arithmetic(name: ArithmeticName, ...operands: readonly Expression[]): Arithmetic {
  return { kind: "arithmetic", name, operands };
}
