import type { CallableDeclaration } from "../../syntax/ast.ts";
import type { Context } from "../context.ts";
import { tellingApart } from "../telling-apart.ts";

/** A context of which nothing is told and nothing stays: helps try in it what else might be written. */
export function quietly(ctx: Context): Context {
  const { functions, memo, sizes, keys, failed } = ctx.elaborator;
  const elaborator = {
    ...tellingApart(ctx.elaborator),
    functions: new Map(functions),
    memo: new Map(memo),
    sizes: new Map(sizes),
    keys: new Map(keys),
    failed: new Set(failed),
    visited: new Set<CallableDeclaration>(),
  };
  return { ...ctx, minima: ctx.minima && [...ctx.minima], elaborator };
}
