import { fault } from "../support/fault.ts";
import type { Span } from "../support/source.ts";
import type * as ast from "./ast.ts";

/** One condition of a `when` with its body; the span runs to the end of the whole. */
export interface WhenArm {
  readonly condition: ast.Expression;
  readonly then: ast.Body;
  readonly span: Span;
}

/** Whether a body gives a value. */
export const endsInValue = (body: ast.Body): boolean => body.statements.at(-1)?.kind === "expression-statement";

/** The arms of a `when` as a value. */
export function joinValue(arms: readonly WhenArm[], otherwise: ast.Body): ast.WhenExpression {
  const joined = arms.reduceRight<ast.Body | ast.WhenExpression>(
    (rest, { condition, then, span }) => ({ kind: "when-expression", span, condition, then, otherwise: rest }),
    otherwise,
  );
  return joined.kind === "body" ? fault("a when without arms") : joined;
}

/** The arms of a `when` as a statement. */
export function joinStatement(arms: readonly WhenArm[], otherwise: ast.Body | undefined): ast.WhenStatement {
  const joined = arms.reduceRight<ast.Body | ast.WhenStatement | undefined>(
    (rest, { condition, then, span }) => ({ kind: "when-statement", span, condition, then, otherwise: rest }),
    otherwise,
  );
  return joined === undefined || joined.kind === "body" ? fault("a when without arms") : joined;
}
