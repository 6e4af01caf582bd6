import { argumentWords, attributeWords } from "../analyze/hyperparameter-words.ts";
import { findTopLevel } from "../analyze/program.ts";
import { mayBeLost } from "../analyze/may-be-lost.ts";
import { builtinFunctions, isBuiltinFunction } from "../analyze/builtins.ts";
import { mostWords, reportUnknownName } from "../analyze/report-unknown-name.ts";
import { allOperators, findOperator } from "../ops/registry.ts";
import type { Argument, CallableDeclaration, CallExpression, Expression } from "../syntax/ast.ts";
import { lostName } from "../syntax/lost-name.ts";
import { meansSomething, reportModuleMember } from "./explain-member.ts";
import { findLocal, reporter, type Context } from "./context.ts";

/** What a name in a section stands for: what is called, or a value. */
type Role = "function" | "value";

/** The names that may stand in an expression of a section; metrics where these may be called. */
function candidatesOf(ctx: Context, role: Role, metrics: boolean): readonly string[] {
  const { library } = ctx.elaborator.program;
  const isFunction = (it: CallableDeclaration | undefined): boolean =>
    it?.flavor === "fn" || (metrics && it?.flavor === "metric");
  const own = [...ctx.file.scope].flatMap(([name, it]) =>
    (role === "function" ? it.kind === "callable" && isFunction(it.declaration) : it.kind === "const") ? [name] : [],
  );
  if (role === "value") return [...ctx.scope.names.keys(), ...own];
  const operators = allOperators.filter((it) => it.exposed).map((it) => it.name);
  const given = library.offered().filter((it) => isFunction(library.find(it)?.declaration));
  return [...own, ...given, ...operators, ...builtinFunctions];
}

/** Bare words that may stand for themselves: some, or any. */
type Words = ReadonlySet<string> | "any";
const noWords: ReadonlySet<string> = new Set();

/** A bare word may be an enum's: the callee says which it takes, of what is named where it is lowered. */
function wordsFor(ctx: Context, { callee }: CallExpression, { name, value }: Argument, index: number): Words {
  if (name !== undefined) return value.kind === "reference" ? "any" : noWords;
  if (callee.kind !== "reference" || findLocal(ctx.scope, callee.text) !== undefined) return noWords;
  const top = findTopLevel(ctx.file, callee.text);
  if (top?.kind === "callable") return argumentWords(top.declaration, undefined, index);
  const operator = top === undefined ? findOperator(callee.text) : undefined;
  return operator === undefined ? noWords : attributeWords(operator, undefined);
}

/** The values that an expression of a section is computed of, in words: outputs, features. */
function knownValues(ctx: Context, role: Role): string | undefined {
  const names = [...ctx.scope.names.keys()].filter((it) => /^\w+$/.test(it));
  if (role !== "value" || names.length === 0 || names.length > mostWords) return undefined;
  return `There are the values ${names.join(", ")}.`;
}

/** What may be called in an expression beside functions: metrics, and what is named. */
interface Around {
  readonly metrics?: boolean;
  readonly also?: readonly string[];
}

/** False where the expression names what does not exist: reported, with the nearest right spelling. */
export function reportUnknownNames(ctx: Context, e: Expression, { metrics = false, also = [] }: Around = {}): boolean {
  let fine = true;
  const visit = (node: Expression, role: Role, words: Words = noWords): void => {
    switch (node.kind) {
      case "reference": {
        if (words === "any" || words.has(node.text)) return;
        if (meansSomething(ctx, node.text)) {
          // What is there and means nothing, or was left out for an error, is reported by itself.
          const val = ctx.elaborator.rules.expression({ ...ctx, nodes: [], before: [], around: [] }, node);
          if (val.kind === "poison") fine = false;
          return;
        }
        fine = false;
        if (mayBeLost(ctx.file, node.text)) return;
        if (role === "value" && findLocal(ctx.scope, lostName) !== undefined) return;
        ctx.elaborator.collector.sayNames();
        const candidates = [...words, ...candidatesOf(ctx, role, metrics), ...(role === "function" ? also : [])];
        reportUnknownName(reporter(ctx), node.text, node.span, candidates, "name", words, {
          otherwise: knownValues(ctx, role),
        });
        return;
      }
      case "member":
        if (reportModuleMember(ctx, node)) fine = false;
        else visit(node.target, "value");
        return;
      case "list":
      case "tuple":
        for (const it of node.elements) visit(it, role, words);
        return;
      case "parenthesized":
        visit(node.inner, role, words);
        return;
      case "unary":
        visit(node.operand, role);
        return;
      case "binary":
        visit(node.left, role);
        visit(node.right, role);
        return;
      case "comparison":
        for (const it of node.operands) visit(it, role);
        return;
      case "call":
        // The language's own functions are no values: they exist where they are called.
        if (node.callee.kind !== "reference" || !isBuiltinFunction(node.callee.text)) visit(node.callee, "function");
        node.arguments.forEach((it, index) => {
          visit(it.value, "value", wordsFor(ctx, node, it, index));
        });
        return;
      case "index":
        visit(node.target, "value");
        return;
      case "pipe":
        visit(node.source, "value");
        for (const it of node.stages) visit(it, "function");
        return;
      default:
        return;
    }
  };
  visit(e, "value");
  return fine;
}
