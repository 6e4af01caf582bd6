import { argumentWords, attributeWords } from "../analyze/hyperparameter-words.ts";
import { findTopLevel } from "../analyze/program.ts";
import { isBuiltinFunction } from "../analyze/builtins.ts";
import { findOperator } from "../ops/registry.ts";
import type { Argument, CallExpression, Expression } from "../syntax/ast.ts";
import { findLocal, type Context } from "./context.ts";

/** Bare words that may stand for themselves: some, or any. */
type Words = ReadonlySet<string> | "any";
const noWords: Words = new Set();

/** A bare word may be an enum's: the callee says which it takes, of what is named where it is lowered. */
function wordsFor(ctx: Context, { callee }: CallExpression, { name, value }: Argument, index: number): Words {
  if (name !== undefined) return value.kind === "reference" ? "any" : noWords;
  if (callee.kind !== "reference" || findLocal(ctx.scope, callee.text) !== undefined) return noWords;
  const top = findTopLevel(ctx.file, callee.text);
  if (top?.kind === "callable") return argumentWords(top.declaration, undefined, index);
  const operator = top === undefined ? findOperator(callee.text) : undefined;
  return operator === undefined ? noWords : attributeWords(operator, undefined);
}

/** False where the expression names what does not exist: reported, with the nearest right spelling. */
export function reportUnknownNames(ctx: Context, e: Expression): boolean {
  let fine = true;
  const visit = (node: Expression, words: Words): void => {
    switch (node.kind) {
      case "reference": {
        if (words === "any" || words.has(node.text)) return;
        const aside: Context = { ...ctx, nodes: [], before: [], around: [] };
        if (ctx.elaborator.rules.expression(aside, node, { words }).kind === "poison") fine = false;
        return;
      }
      case "member":
        visit(node.target, noWords);
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
        if (node.callee.kind !== "reference" || !isBuiltinFunction(node.callee.text)) visit(node.callee, noWords);
        node.arguments.forEach((it, index) => {
          visit(it.value, wordsFor(ctx, node, it, index));
        });
        return;
      case "index":
        visit(node.target, noWords);
        return;
      case "pipe":
        visit(node.source, noWords);
        for (const it of node.stages) visit(it, noWords);
        return;
      default:
        return;
    }
  };
  visit(e, noWords);
  return fine;
}
