import type { Expression } from "../../syntax/ast.ts";

/** An expression of a section with each expression directly within it mapped: callees and blocks' bodies stay. */
export function mapChildren(expression: Expression, map: (it: Expression) => Expression): Expression {
  switch (expression.kind) {
    case "call":
      return { ...expression, arguments: expression.arguments.map((it) => ({ ...it, value: map(it.value) })) };
    case "pipe":
      return { ...expression, source: map(expression.source), stages: expression.stages.map(map) };
    case "parenthesized":
      return { ...expression, inner: map(expression.inner) };
    case "unary":
      return { ...expression, operand: map(expression.operand) };
    case "binary":
      return { ...expression, left: map(expression.left), right: map(expression.right) };
    case "comparison":
      return { ...expression, operands: expression.operands.map(map) };
    case "tuple":
    case "list":
      return { ...expression, elements: expression.elements.map(map) };
    case "index":
      return { ...expression, target: map(expression.target) };
    default:
      return expression;
  }
}
