import type { Body, EmitStatement, Statement } from "../syntax/ast.ts";

/**
 * What a loop's body emits, in order of the text: what loops within it emit is theirs. Of the branches of a `when` it is
 * those that emit more.
 */
export function emitsOf(body: Body): readonly EmitStatement[] {
  return body.statements.flatMap(emitsIn);
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
