import type { TensorType } from "../../ir/types.ts";
import { nodesWithin } from "../../ir/visit.ts";
import { required } from "../../support/fault.ts";
import { identifier, type Expression, type Pattern, type Statement } from "./ast.ts";
import { bind, readTensor } from "./bind-value.ts";
import type { BodyContext, Env, FunctionState, Needs } from "./body-context.ts";
import type { Callable } from "./callables.ts";
import { dimScope } from "./dim-expression.ts";
import { emitNodes } from "./emit-nodes.ts";
import { nameScope, type NameScope } from "./names.ts";
import { usesOf } from "./uses.ts";

/** A function's body before the functions that are alike become one. */
export interface Draft {
  readonly callable: Callable;
  readonly inputs: readonly { readonly name: string; readonly type: TensorType }[];
  readonly needs: Readonly<Needs>;
  readonly statements: readonly Statement[];
  readonly dims: readonly string[];
  readonly helpers: ReadonlySet<string>;
  readonly names: NameScope;
}

/** Writes the body of a callable. No local hides a function that it calls. */
export function emitBody(callable: Callable, context: BodyContext): Draft {
  const blocked = new Set<string>();
  for (;;) {
    const { draft, called } = attemptBody(callable, context, blocked);
    const hidden = [...called].filter((name) => draft.names.taken(name) && !blocked.has(name));
    if (hidden.length === 0) return draft;
    hidden.forEach((name) => blocked.add(name));
  }
}

function attemptBody(
  callable: Callable,
  context: BodyContext,
  blocked: ReadonlySet<string>,
): { readonly draft: Draft; readonly called: ReadonlySet<string> } {
  const { body } = callable;
  const names = nameScope(blocked);
  const inputs = body.inputs.map((input, index) => ({
    name: names.take(callable.inputNames[index] ?? input.name ?? "x"),
    type: input.type,
  }));
  const dims = dimScope(
    inputs.map(({ name, type }) => ({ tensor: identifier(name), type })),
    names,
  );
  const state: FunctionState = {
    callable,
    context,
    names,
    needs: { parameters: false, states: false, training: false, random: false, strays: false },
    helpers: new Set(),
    dim: dims.dim,
    flows: new Map(),
    sourceNames: new Set(namesIn(body)),
    resultNames: new Map(
      body.results.flatMap(({ id }, index) => {
        const name = callable.resultNames[index];
        return name === undefined ? [] : [[id, name] as const];
      }),
    ),
    called: new Set(),
    live: [],
    updated: new Set([...nodesWithin(body.nodes)].flatMap((node) => (node.kind === "update" ? [node.path] : []))),
    nextBlock: 1,
    nextOwnId: -1,
  };
  const env: Env = {
    bound: new Map(),
    remaining: new Map(),
    uses: usesOf(body.nodes, body.results),
    results: new Set(body.results.map(({ id }) => id)),
    outer: undefined,
    block: 0,
    place: { parameters: identifier("p"), states: identifier("s"), random: identifier("random") },
    guarded: new Map(),
    out: [],
  };
  state.live.push(env);
  body.inputs.forEach((input, index) =>
    bind(env, input, { expression: identifier(required(inputs[index], "input").name), form: "tensor" }),
  );
  emitNodes(state, env, body.nodes);
  const results = body.results.map((value) => readTensor(env, value));
  const [only] = results;
  const value: Expression = results.length === 1 && only !== undefined ? only : { kind: "array", elements: results };
  const statements = settle([...dims.bindings(), ...env.out, { kind: "return", value }]);
  return {
    draft: { callable, inputs, needs: state.needs, statements, dims: dims.missing(), helpers: state.helpers, names },
    called: new Set([...state.called, ...state.helpers]),
  };
}

function namesIn(body: Callable["body"]): readonly string[] {
  const named = (values: readonly { readonly name?: string }[]): readonly string[] =>
    values.flatMap(({ name }) => name ?? []);
  return [...nodesWithin(body.nodes)].flatMap((node) => [
    ...named(node.results),
    ...(node.kind === "repeat" || node.kind === "scan" ? named(node.body.inputs) : []),
  ]);
}

/** Makes constants of variables that are never assigned again, and returns what was named only to be returned. */
function settle(statements: readonly Statement[]): readonly Statement[] {
  const assigned = new Set<string>();
  const collect = (it: Statement): void => {
    if (it.kind === "assign") patternNames(it.target).forEach((name) => assigned.add(name));
    if (it.kind === "if") [...it.then, ...(it.otherwise ?? [])].forEach(collect);
    if (it.kind === "for-of" || it.kind === "for-count") it.body.forEach(collect);
  };
  statements.forEach(collect);
  return returnBranches(foldReturn(statements.map((it) => fixConstants(it, assigned))));
}

function patternNames(target: Pattern | Expression): readonly string[] {
  if (typeof target === "string") return [target];
  if (target.kind === "array-pattern")
    return target.elements.flatMap((it) => (it === undefined ? [] : patternNames(it)));
  if (target.kind === "object-pattern") return target.entries.flatMap(({ binding }) => patternNames(binding));
  return [];
}

function fixConstants(statement: Statement, assigned: ReadonlySet<string>): Statement {
  switch (statement.kind) {
    case "declare": {
      const { pattern, value } = statement;
      if (!statement.mutable || typeof pattern !== "string" || value === undefined || assigned.has(pattern))
        return statement;
      return { kind: "declare", mutable: false, pattern, value };
    }
    case "if": {
      const then = statement.then.map((it) => fixConstants(it, assigned));
      const otherwise = statement.otherwise?.map((it) => fixConstants(it, assigned));
      return otherwise === undefined ? { ...statement, then } : { ...statement, then, otherwise };
    }
    case "for-of":
    case "for-count":
      return { ...statement, body: statement.body.map((it) => fixConstants(it, assigned)) };
    default:
      return statement;
  }
}

/** `const h = e; return h` as `return e`; the same for a last assignment. */
function foldReturn(statements: readonly Statement[]): readonly Statement[] {
  const last = statements.at(-1);
  const before = statements.at(-2);
  if (last?.kind !== "return" || last.value?.kind !== "identifier" || before === undefined) return statements;
  const { name } = last.value;
  const isDeclared = before.kind === "declare" && before.pattern === name && before.value !== undefined;
  const isAssigned = before.kind === "assign" && before.target === name && before.operator === undefined;
  if (!isDeclared && !isAssigned) return statements;
  return [...statements.slice(0, -2), { kind: "return", value: required(before.value, "value") }];
}

/** `let y; if (training) { ...; y = a } else { ...; y = b } return y` with a return in each branch. */
function returnBranches(statements: readonly Statement[]): readonly Statement[] {
  const [declaration, branches, last] = statements.slice(-3);
  if (declaration?.kind !== "declare" || branches?.kind !== "if" || last?.kind !== "return") return statements;
  const { pattern } = declaration;
  if (declaration.value !== undefined || last.value?.kind !== "identifier" || last.value.name !== pattern)
    return statements;
  const then = returning(branches.then, pattern);
  const otherwise = returning(branches.otherwise ?? [], pattern);
  if (then === undefined || otherwise === undefined) return statements;
  return [...statements.slice(0, -3), { ...omitElse(branches), then }, ...otherwise];
}

function omitElse({ kind, test }: Extract<Statement, { kind: "if" }>): {
  readonly kind: "if";
  readonly test: Expression;
} {
  return { kind, test };
}

function returning(branch: readonly Statement[], name: string): readonly Statement[] | undefined {
  const last = branch.at(-1);
  if (last?.kind !== "assign" || last.target !== name) return undefined;
  return foldReturn([...branch.slice(0, -1), { kind: "return", value: last.value }]);
}
