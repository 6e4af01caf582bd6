import type { Program } from "../analyze/program.ts";
import type { Collector } from "../diagnostics/collector.ts";
import { noFacts, type Facts } from "../dims/facts.ts";
import type { Func, Module } from "../ir/graph.ts";
import type { TensorType } from "../ir/types.ts";
import { nearest } from "../support/nearest.ts";
import type { Expression } from "../syntax/ast.ts";
import { freshValue, report, type Context } from "./context.ts";
import { asTensor } from "./convert.ts";
import { reachable, topContext } from "./elaborate-model.ts";
import { createElaborator } from "./elaborator.ts";
import { functionKey, summarise } from "./instantiate.ts";
import { tensor, type TensorVal, type Val, type ValueFacts } from "./values.ts";

/** A value that expressions may name. */
export interface ExpressionInput {
  /** A name, or a dotted one: `raw.image`. */
  readonly name: string;
  readonly type: TensorType;
  readonly facts?: ValueFacts;
}

/** Expressions over typed inputs, as sections have them. */
export interface ExpressionRequest {
  readonly program: Program;
  /** The name of the function that they become. */
  readonly name: string;
  readonly inputs: readonly ExpressionInput[];
  readonly expressions: readonly Expression[];
  readonly resultNames: readonly (string | undefined)[];
  /** Known sizes that expressions may name as dims. */
  readonly dims?: ReadonlyMap<string, Val>;
  /** The module beside which the function is to live: keys of functions stay apart from its own. */
  readonly module?: Module;
  /** Facts about dims; those of the module where there is one. */
  readonly factsInForce?: Facts;
}

/** The function of some expressions, with what it calls and what is known of its results. */
export interface ElaboratedExpressions {
  readonly func: Func;
  /** What the function calls, by key. */
  readonly functions: ReadonlyMap<string, Func>;
  /** Where each expression's results stand among those of the function: a tuple has several. */
  readonly places: readonly (readonly number[])[];
  readonly resultFacts: readonly ValueFacts[];
}

/**
 * Lowers expressions over typed inputs to one function. Every expression is looked at, whatever was found in those
 * before it. Undefined after a report; unknown names are reported here, since no body held them.
 */
export function elaborateExpressions(request: ExpressionRequest, collector: Collector): ElaboratedExpressions | undefined {
  const { program, inputs, expressions } = request;
  const elaborator = createElaborator(program, collector);
  for (const key of request.module?.functions.keys() ?? []) {
    const [, stem = key, number] = /^(.*?)(?:_(\d+))?$/.exec(key) ?? [];
    for (const name of [key, stem]) {
      elaborator.keys.set(name, Math.max(elaborator.keys.get(name) ?? 0, name === key ? 1 : Number(number ?? 1)));
    }
  }
  const ctx: Context = { ...topContext(elaborator, program.entry), facts: request.factsInForce ?? request.module?.facts ?? noFacts, owning: "fn" };
  for (const [name, val] of request.dims ?? []) ctx.scope.names.set(name, val);
  const values = inputs.map((it) => {
    const value = freshValue(ctx.unit, it.type, it.name);
    ctx.scope.names.set(it.name, tensor(value, it.facts));
    return value;
  });
  let fine = true;
  const results: TensorVal[] = [];
  const places: number[][] = [];
  for (const e of expressions) {
    if (!reportUnknownNames(ctx, e)) {
      fine = false;
      continue;
    }
    const val = elaborator.rules.expression(ctx, e);
    const place: number[] = [];
    places.push(place);
    for (const it of val.kind === "tuple" ? val.elements : [val]) {
      const value = asTensor(ctx, it, e.span);
      if (value === undefined) {
        fine = false;
        continue;
      }
      place.push(results.length);
      results.push(value);
    }
  }
  if (!fine) return undefined;
  const func: Func = {
    key: functionKey(elaborator, request.name),
    name: request.name,
    flavor: "fn",
    hyperparameters: [],
    inputNames: inputs.map((it) => it.name),
    resultNames: results.map((_, index) => request.resultNames[index]),
    parameters: [],
    states: [],
    body: { inputs: values, nodes: ctx.nodes, results: results.map((it) => it.value) },
  };
  const { resultFacts } = summarise(func, ctx.unit, results.map((it) => it.facts));
  const functions = new Map(reachable(elaborator.functions, func));
  functions.delete(func.key);
  return { func, functions, places, resultFacts };
}

/** False where the expression names what does not exist: reported, with the nearest right spelling. */
export function reportUnknownNames(ctx: Context, e: Expression): boolean {
  let fine = true;
  const local = [...ctx.scope.names.keys()];
  const visit = (node: Expression, words: boolean): void => {
    switch (node.kind) {
      case "reference": {
        if (words) return;
        const val = ctx.elaborator.rules.expression({ ...ctx, nodes: [] }, node);
        if (val.kind !== "poison") return;
        fine = false;
        const near = nearest(node.text, [...local, ...ctx.file.scope.keys(), ...ctx.elaborator.program.library.names]);
        report(ctx, "MC2001", node.span, { name: node.text, what: "name" }, near === undefined ? {} : {
          help: `Did you mean \`${near}\`?`,
          fix: { title: `change to ${near}`, edits: [{ span: node.span, text: near }] },
        });
        return;
      }
      case "member": {
        if (node.target.kind === "reference") {
          const { text } = node.target;
          if (ctx.scope.names.has(`${text}.${node.name.text}`)) return;
          const members = local.filter((it) => it.startsWith(`${text}.`));
          if (members.length > 0) {
            fine = false;
            const near = nearest(`${text}.${node.name.text}`, members);
            report(ctx, "MC2018", node.name.span, { name: node.name.text, owner: text }, {
              help: near === undefined ? `It has ${members.map((it) => it.slice(text.length + 1)).join(", ")}.` : `Did you mean \`${near}\`?`,
            });
            return;
          }
        }
        visit(node.target, false);
        return;
      }
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
        visit(node.callee, false);
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
