import { mayBeLost } from "../analyze/may-be-lost.ts";
import { isBuiltinFunction } from "../analyze/builtins.ts";
import { reportUnknownName } from "../analyze/report-unknown-name.ts";
import type { Expression } from "../syntax/ast.ts";
import { findLocal, reporter, type Context } from "./context.ts";

/** False where the expression names what does not exist: reported, with the nearest right spelling. */
export function reportUnknownNames(ctx: Context, e: Expression): boolean {
  let fine = true;
  const local = [...ctx.scope.names.keys()];
  const visit = (node: Expression, words: boolean): void => {
    switch (node.kind) {
      case "reference": {
        if (words) return;
        const val = ctx.elaborator.rules.expression({ ...ctx, nodes: [], before: [], around: [] }, node);
        if (val.kind !== "poison") return;
        fine = false;
        // What is there and means nothing, or was left out for an error, has been reported.
        if (findLocal(ctx.scope, node.text) || ctx.file.scope.has(node.text) || mayBeLost(ctx.file, node.text)) return;
        ctx.elaborator.collector.sayNames();
        const candidates = [...local, ...ctx.file.scope.keys(), ...ctx.elaborator.program.library.offered()];
        reportUnknownName(reporter(ctx), node.text, node.span, candidates);
        return;
      }
      case "member":
        visit(node.target, false);
        return;
      case "list":
      case "tuple":
        for (const it of node.elements) visit(it, words);
        return;
      case "parenthesized":
        visit(node.inner, words);
        return;
      case "unary":
        visit(node.operand, words);
        return;
      case "binary":
        visit(node.left, words);
        visit(node.right, words);
        return;
      case "comparison":
        for (const it of node.operands) visit(it, words);
        return;
      case "call":
        // The language's own functions are no values: they exist where they are called.
        if (node.callee.kind !== "reference" || !isBuiltinFunction(node.callee.text)) visit(node.callee, false);
        // A bare word may be an enum's: the callee says which it takes.
        for (const it of node.arguments) visit(it.value, it.name !== undefined && it.value.kind === "reference");
        return;
      case "index":
        visit(node.target, false);
        return;
      case "pipe":
        visit(node.source, false);
        for (const it of node.stages) visit(it, false);
        return;
      default:
        return;
    }
  };
  visit(e, false);
  return fine;
}
