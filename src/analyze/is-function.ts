import type { CallableDeclaration } from "../syntax/ast.ts";

/** Whether a declaration is called with its inputs, rather than constructed, and owns nothing: a fn or a metric. */
export function isFunction({ flavor }: Pick<CallableDeclaration, "flavor">): boolean {
  return flavor === "fn" || flavor === "metric";
}
