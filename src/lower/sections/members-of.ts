import type { Expression } from "../../syntax/ast.ts";

/** The words of `validate.critic.loss`; undefined of what is more than names and dots. */
export function membersOf(expression: Expression): readonly string[] | undefined {
  if (expression.kind === "reference") return [expression.text];
  const before = expression.kind === "member" ? membersOf(expression.target) : undefined;
  return before && expression.kind === "member" ? [...before, expression.name.text] : undefined;
}
