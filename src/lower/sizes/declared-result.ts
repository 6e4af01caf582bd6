import { sameForm, type Dim } from "../../dims/dim.ts";
import type { TensorType } from "../../ir/types.ts";
import { textOf, type Span } from "../../support/source.ts";
import type { Expression } from "../../syntax/ast.ts";
import type { Context } from "../context.ts";
import { resolveType } from "../declared-types.ts";
import { quietly } from "./quietly.ts";

/** What a declaration says of its one result. */
export interface DeclaredResult {
  readonly type: TensorType;
  /** How a size is written that its last axis has: `D`. */
  readonly word: (size: Dim) => string | undefined;
}

/** What is declared of an expression that is itself the result of the declaration around; undefined of any other. */
export function declaredResult(ctx: Context, span: Span): DeclaredResult | undefined {
  const { declaration } = ctx.frame;
  const last = declaration?.body.statements.at(-1);
  const [result, ...others] = declaration?.results ?? [];
  if (last?.kind !== "expression-statement" || result === undefined || others.length > 0) return undefined;
  const { start, end } = within(last.value).span;
  const type = start === span.start && end === span.end ? resolveType(quietly(ctx), result.type)?.type : undefined;
  const dim = type?.shape.at(-1);
  const written = result.type.dims.at(-1);
  if (type === undefined || dim === undefined || written === undefined) return undefined;
  const text = textOf(written.span);
  return { type, word: (size) => (/^[A-Za-z]\w*$/.test(text) && sameForm(dim, size) ? text : undefined) };
}

function within(e: Expression): Expression {
  return e.kind === "parenthesized" ? within(e.inner) : e;
}
