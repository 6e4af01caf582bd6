import type { CallableDeclaration } from "../syntax/ast.ts";

/** Whether a declaration is called with its inputs, rather than constructed, and owns nothing: a fn or a metric. */
export function isFunction({ flavor }: Pick<CallableDeclaration, "flavor">): boolean {
  return flavor === "fn" || flavor === "metric";
}

/** What to do where a function is to own what a block may. */
export function helpOfOwner(fn: string): string {
  const block = fn.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return `Make it a block, which is applied by \`->\`: \`block ${block}: ...\`.`;
}
