import type { Span } from "../support/source.ts";
import type { Body, EmitStatement, Statement } from "../syntax/ast.ts";
import type { ForExpression } from "../syntax/ast/loops.ts";

/**
 * What a loop's body emits, in order of the text: what loops within it emit is theirs. Of the branches of a `when` it is
 * those that emit more.
 */
export function emitsOf(body: Body): readonly EmitStatement[] {
  return body.statements.flatMap(emitsIn);
}

/** How a `for` gives nothing. */
export interface NothingGiven {
  readonly span: Span;
  readonly help: string;
  /** The names that its body ends with a binding of. */
  readonly names: readonly string[];
}

/** Where and how a `for` gives nothing, as its body neither emits, nor carries, nor ends in a value. */
export function nothingGiven({ carries, body }: ForExpression): NothingGiven | undefined {
  const last = body.statements.at(-1);
  if (last === undefined || last.kind === "expression-statement") return undefined;
  if (carries.length > 0 || emitsOf(body).length > 0) return undefined;
  const help =
    last.kind === "update"
      ? `What a \`for\` updates is its own: give it a carry, as in \`${last.target.text} <- for ... with next = ${last.target.text} { next <- ... }\`.`
      : "End the body with the expression that is the element of this round.";
  return { span: last.span, help, names: last.kind === "binding" ? last.targets.map((it) => it.text) : [] };
}

function emitsIn(statement: Statement): readonly EmitStatement[] {
  if (statement.kind === "emit") return [statement];
  if (statement.kind !== "when-statement") return [];
  const { then, otherwise } = statement;
  const here = emitsOf(then);
  if (otherwise === undefined) return here;
  const there = otherwise.kind === "body" ? emitsOf(otherwise) : emitsIn(otherwise);
  return there.length > here.length ? there : here;
}
