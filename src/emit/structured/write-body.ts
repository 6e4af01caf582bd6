import type { TensorType } from "../../ir/types.ts";
import { nodesWithin } from "../../ir/visit.ts";
import { required } from "../../support/fault.ts";
import { bind, readTensor } from "./bind-value.ts";
import type { BodyContext, Env, FunctionState, Needs } from "./body-context.ts";
import type { Callable } from "./callables.ts";
import { dimScope, type SizeArgument } from "./dim-scope.ts";
import { createNameScope, type NameScope } from "./name-scope.ts";
import { settle } from "./settle.ts";
import { ownNames } from "./structured-target.ts";
import { identifier, type Statement } from "./tree.ts";
import { usesOf } from "./uses.ts";
import { writeNodes } from "./write-nodes.ts";

/** A function's body before the functions that are alike become one. */
export interface Draft {
  readonly callable: Callable;
  readonly inputs: readonly { readonly name: string; readonly type: TensorType }[];
  readonly needs: Readonly<Needs>;
  readonly statements: readonly Statement[];
  readonly dims: readonly SizeArgument[];
  /** Functions of the target's own that it calls. */
  readonly helpers: ReadonlySet<string>;
  readonly names: NameScope;
}

/** Writes the body of a callable. No local hides a function that it calls. */
export function writeBody(callable: Callable, context: BodyContext): Draft {
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
  const names = createNameScope(blocked, context.reserved);
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
    place: {
      parameters: identifier(ownNames.parameters),
      states: identifier(ownNames.states),
      random: identifier(ownNames.random),
    },
    guarded: new Map(),
    out: [],
  };
  state.live.push(env);
  body.inputs.forEach((input, index) =>
    bind(env, input, { expression: identifier(required(inputs[index], "input").name), form: "tensor" }),
  );
  writeNodes(state, env, body.nodes);
  const values = body.results.map((value) => readTensor(state, env, value));
  const statements = settle([...dims.bindings(), ...env.out, { kind: "return", values }]);
  const helpers = new Set([...state.helpers, ...context.target.functionsOf(statements)]);
  return {
    draft: { callable, inputs, needs: state.needs, statements, dims: dims.missing(), helpers, names },
    called: new Set([...state.called, ...helpers]),
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
