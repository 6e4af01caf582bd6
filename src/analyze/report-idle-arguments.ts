import type { Collector } from "../diagnostics/collector.ts";
import type { AttributeSpec, Operator } from "../ops/define/operator.ts";
import { findOperator } from "../ops/registry.ts";
import { textOf } from "../support/source.ts";
import type { Argument, CallableDeclaration, Expression, Hyperparameter } from "../syntax/ast.ts";
import { hyperparameterFor, wordsOf } from "./hyperparameter-words.ts";
import { isFunction } from "./is-function.ts";
import { eachChild, referencesIn, type BodyNode } from "./walk.ts";

/** What a condition comes to: a number, a truth value, or a text, which a word is as well; undefined where it is not known. */
type Known = number | boolean | string | undefined;
type Env = ReadonlyMap<string, Known>;

/** What a place is read by alone, in words, and whether it is known not to be. */
interface Guard {
  readonly text: string;
  readonly isBroken: (known: Env) => boolean;
}

/**
 * Reports arguments that a body reads only where a condition holds that does not hold here (MC3210): `base=500` without
 * rotary positions. What stands in an argument is known where it is a literal or a word; nothing is said of arguments
 * that hand on what their own block is given, as `isOwn` tells of names.
 */
export function reportIdleArguments(
  collector: Pick<Collector, "report">,
  declaration: CallableDeclaration,
  args: readonly Argument[],
  isOwn: (name: string) => boolean,
): void {
  const given = args.flatMap((argument, index): readonly (readonly [Hyperparameter, Argument])[] => {
    // The arguments of a function follow its inputs, of which some may be piped in.
    if (argument.name === undefined && isFunction(declaration)) return [];
    const target = hyperparameterFor(declaration, argument.name?.text, index);
    return target === undefined ? [] : [[target, argument]];
  });
  let env: Env | undefined;
  for (const [{ name, default: usual }, argument] of given) {
    // What has to be given, or stands before another by position, cannot be left out.
    const isLast = argument.name !== undefined || args.findLast((it) => it.name === undefined) === argument;
    if (usual === undefined || !isLast) continue;
    const reads = readsOf(declaration, name.text);
    if (reads.length === 0 || reads.some((it) => it.length === 0)) continue;
    if ([...referencesIn(argument.value)].some(isOwn)) continue;
    const known = (env ??= valuesOf(declaration, given));
    if (!reads.every((guards) => guards.some((it) => it.isBroken(known)))) continue;
    const conditions = [...new Set(reads.map((guards) => guards.map((it) => it.text).join(" and ")))];
    const callee = declaration.name.text;
    collector.report(
      "MC3210",
      argument.span,
      { name: name.text, callee, conditions },
      { help: `Leave \`${name.text}\` out, or give \`${callee}\` what it is read with.` },
    );
  }
}

/** The same of what an operator is given by name: `count_padding=true` without padding. */
export function reportIdleAttributes(
  collector: Pick<Collector, "report">,
  operator: Operator,
  args: readonly Argument[],
): void {
  for (const argument of args) {
    const guard = guardOfAttribute(operator, argument, args);
    if (argument.name === undefined || guard?.isBroken(new Map()) !== true) continue;
    const [name, callee] = [argument.name.text, operator.name];
    const help = `Leave \`${name}\` out, or give \`${callee}\` what it is read with.`;
    collector.report("MC3210", argument.span, { name, callee, conditions: [guard.text] }, { help });
  }
}

/** What an attribute of an operator rests on, if it does on another. */
function guardOfAttribute(operator: Operator, { name }: Argument, args: readonly Argument[]): Guard | undefined {
  const other = name === undefined ? undefined : operator.attributes[name.text]?.restsOn;
  const spec = other === undefined ? undefined : operator.attributes[other];
  const usual = spec?.default;
  if (other === undefined || (typeof usual !== "string" && typeof usual !== "number")) return undefined;
  const given = args.find((it) => it.name?.text === other)?.value;
  // By position it may be given without its name.
  const isOpen = given === undefined && args.some((it) => it.name === undefined && mayBeAttribute(it.value, spec));
  return {
    text: `${given === undefined ? other : textOf(given.span)} != ${usual}`,
    isBroken: (known) => {
      const value = given === undefined ? (isOpen ? undefined : usual) : valueOf(given, known, new Set(spec?.oneOf));
      return value === usual || value === 0;
    },
  };
}

/** Whether a value that stands without a name is none of an operand. */
function mayBeAttribute(value: Expression, spec: AttributeSpec | undefined): boolean {
  if (value.kind === "reference") return spec?.oneOf?.includes(value.text) === true;
  return value.kind === "number" || value.kind === "list" || value.kind === "string";
}

/** What is known of the hyperparameters of a use. */
function valuesOf(declaration: CallableDeclaration, given: readonly (readonly [Hyperparameter, Argument])[]): Env {
  const env = new Map<string, Known>();
  for (const it of declaration.hyperparameters) {
    const argument = given.find(([target]) => target === it)?.[1];
    const value = argument?.value ?? it.default;
    const words = wordsOf(it.type);
    // Names of the caller mean nothing here, whatever the callee calls its own.
    env.set(it.name.text, value && valueOf(value, argument === undefined ? env : new Map(), words));
  }
  for (const { type } of declaration.hyperparameters)
    for (const word of wordsOf(type)) if (!env.has(word)) env.set(word, word);
  return env;
}

/** What an expression comes to where only hyperparameters, words and literals stand in it. */
function valueOf(e: Expression, env: Env, words: ReadonlySet<string> = new Set()): Known {
  switch (e.kind) {
    case "number":
    case "string":
    case "boolean":
      return e.value;
    case "reference":
      return words.has(e.text) ? e.text : env.get(e.text);
    case "parenthesized":
      return valueOf(e.inner, env, words);
    case "unary": {
      const value = valueOf(e.operand, env, words);
      if (e.operator === "not") return typeof value === "boolean" ? !value : undefined;
      return typeof value === "number" ? -value : undefined;
    }
    case "binary": {
      const [left, right] = [valueOf(e.left, env, words), valueOf(e.right, env, words)];
      if (e.operator === "and" || e.operator === "or") {
        const decides = e.operator === "or";
        if (left === decides || right === decides) return decides;
        return typeof left === "boolean" && typeof right === "boolean" ? !decides : undefined;
      }
      return undefined;
    }
    case "comparison":
      return comparedOf(
        e.operators,
        e.operands.map((it) => valueOf(it, env, words)),
      );
    default:
      return undefined;
  }
}

/** What a chain of comparisons comes to. */
function comparedOf(operators: readonly string[], values: readonly Known[]): boolean | undefined {
  let all: boolean | undefined = true;
  for (const [index, operator] of operators.entries()) {
    const [left, right] = [values[index], values[index + 1]];
    const one = compared(operator, left, right);
    if (one === false) return false;
    if (one === undefined) all = undefined;
  }
  return all;
}

function compared(operator: string, left: Known, right: Known): boolean | undefined {
  if (left === undefined || right === undefined) return undefined;
  if (operator === "==") return left === right;
  if (operator === "!=") return left !== right;
  if (typeof left !== "number" || typeof right !== "number") return undefined;
  if (operator === "<") return left < right;
  if (operator === "<=") return left <= right;
  return operator === ">" ? left > right : left >= right;
}

const knownReads = new WeakMap<CallableDeclaration, Map<string, readonly (readonly Guard[])[]>>();

/** Where a declaration reads a hyperparameter to compute something: the conditions around each place. */
function readsOf(declaration: CallableDeclaration, name: string): readonly (readonly Guard[])[] {
  const known = knownReads.get(declaration) ?? new Map<string, readonly (readonly Guard[])[]>();
  knownReads.set(declaration, known);
  const reads = known.get(name) ?? findReads(declaration, name);
  known.set(name, reads);
  return reads;
}

function findReads(declaration: CallableDeclaration, name: string): readonly (readonly Guard[])[] {
  const reads: (readonly Guard[])[] = [];
  const visit = (node: BodyNode, guards: readonly Guard[]): void => {
    if (!referencesIn(node).has(name)) return;
    if (node.kind === "when-statement" || node.kind === "when-expression" || node.kind === "when-stage") {
      const { condition, then, otherwise } = node;
      visit(condition, guards);
      visit(then, [...guards, guardOf(condition, true)]);
      if (otherwise !== undefined) visit(otherwise, [...guards, guardOf(condition, false)]);
      return;
    }
    const operator =
      node.kind === "call" && node.callee.kind === "reference" ? findOperator(node.callee.text) : undefined;
    if (node.kind === "call" && operator !== undefined) {
      for (const it of node.arguments) {
        const guard = guardOfAttribute(operator, it, node.arguments);
        visit(it.value, guard === undefined ? guards : [...guards, guard]);
      }
      return;
    }
    if (node.kind === "reference") reads.push(guards);
    else eachChild(node, (it) => visit(it, guards));
  };
  const { hyperparameters, inputs, results, body } = declaration;
  for (const it of [...hyperparameters.flatMap((h) => h.default ?? []), ...inputs, ...(results ?? []), body])
    visit(it, []);
  return reads;
}

/** What stands in a branch: `positions == rotary`, `bias=true`, `not (level > 0)`. */
function guardOf(condition: Expression, holds: boolean): Guard {
  const written = textOf(condition.span);
  const text = condition.kind === "reference" ? `${written}=${String(holds)}` : holds ? written : `not (${written})`;
  return { text, isBroken: (known) => valueOf(condition, known) === !holds };
}
