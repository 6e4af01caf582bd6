import { createCollector } from "../../diagnostics/collector.ts";
import type { CallableDeclaration } from "../../syntax/ast.ts";
import type { Context, Frame } from "../context.ts";

/** A context of which nothing is told and nothing stays: helps try in it what else might be written. */
export function quietly(ctx: Context): Context {
  const { functions, memo, sizes, keys, failed } = ctx.elaborator;
  const elaborator = {
    ...ctx.elaborator,
    collector: createCollector(),
    functions: new Map(functions),
    memo: new Map(memo),
    sizes: new Map(sizes),
    keys: new Map(keys),
    failed: new Set(failed),
    visited: new Set<CallableDeclaration>(),
    told: new Map(),
    blamed: new WeakSet<Frame>(),
  };
  return { ...ctx, minima: ctx.minima && [...ctx.minima], elaborator };
}
