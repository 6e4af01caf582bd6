import { formatDim, type Dim } from "../dims/dim.ts";
import { textOf } from "../support/source.ts";
import type { ComparisonOperator, Expression } from "../syntax/ast.ts";

/** What to state for facts of which one holds. */
export function helpOfChoice(e: Expression): string {
  const [left, right] = e.kind === "binary" && e.operator === "or" ? [singleOf(e.left), singleOf(e.right)] : [];
  const otherwise = "State the one that the body needs, or write a block for each case.";
  if (left === undefined || right === undefined || left.operator !== right.operator) return otherwise;
  const [a, b] = [textOf(left.first.span), textOf(right.first.span)];
  const [c, d] = [left, right].map(({ second }) => whole(textOf(second.span)));
  if (left.operator === "==")
    return `One of two equations holds where a product is 0: \`(${a} - ${c}) * (${b} - ${d}) == 0\`.`;
  const isSame = c === d && a !== b;
  if (isSame && (left.operator === ">=" || left.operator === ">"))
    return `One of two is as large where the larger is: \`max(${a}, ${b}) ${left.operator} ${c}\`.`;
  if (isSame && (left.operator === "<=" || left.operator === "<"))
    return `One of two is as small where the smaller is: \`min(${a}, ${b}) ${left.operator} ${c}\`.`;
  return otherwise;
}

/** What to state where a size is to be one of some, or none of them; undefined of other comparisons. */
export function helpOfListed(operator: ComparisonOperator, size: Dim, listed: readonly Dim[]): string | undefined {
  if (listed.length === 0 || (operator !== "==" && operator !== "!=")) return undefined;
  const factors = listed.map((it) => `(${formatDim(size)} - ${whole(formatDim(it))})`).join(" * ");
  const what =
    operator === "==" ? "It is one of them where a product is 0" : "It is none of them where a product is not 0";
  return `${what}: \`${factors} ${operator} 0\`.`;
}

/** A text as an operand of `-`. */
function whole(text: string): string {
  return /^\w+$/.test(text) ? text : `(${text})`;
}

/** The two sides of a comparison that is no chain. */
function singleOf(
  e: Expression,
): { readonly operator: ComparisonOperator; readonly first: Expression; readonly second: Expression } | undefined {
  if (e.kind === "parenthesized") return singleOf(e.inner);
  if (e.kind !== "comparison" || e.operators.length !== 1) return undefined;
  const [[operator], [first, second]] = [e.operators, e.operands];
  return operator && first && second && { operator, first, second };
}
