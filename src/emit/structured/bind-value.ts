import type { Value } from "../../ir/graph.ts";
import type { TensorType } from "../../ir/types.ts";
import { fault } from "../../support/fault.ts";
import { lookUp, type Bound, type Env, type FunctionState } from "./body-context.ts";
import type { StructuredTarget } from "./structured-target.ts";
import { identifier, type Expression } from "./tree.ts";
import { mentions } from "./visit-tree.ts";

/** Reads a value for the last or another time. */
export function readBound(env: Env, value: Value): Bound {
  const found = lookUp(env, value) ?? fault(`value ${value.id} is used before it is defined`);
  const left = found.env.remaining.get(value.id);
  if (left !== undefined) found.env.remaining.set(value.id, left - 1);
  return found.bound;
}

/** Reads a value as a tensor; plain numbers become scalars of the value's type. */
export function readTensor({ context: { target } }: FunctionState, env: Env, value: Value): Expression {
  return asTensor(target.dtype, readBound(env, value), value.type);
}

/** A bound value as a tensor of its type. */
export function asTensor(
  dtypeName: StructuredTarget["dtype"],
  { form, expression }: Bound,
  type: TensorType,
): Expression {
  if (form !== "number") return expression;
  const isTruth = type.dtype === "bool" && expression.kind === "number";
  const value: Expression = isTruth ? { kind: "boolean", value: expression.value !== 0 } : expression;
  return { kind: "scalar", value, dtype: dtypeName(type.dtype) };
}

/** Binds a value as it is, without a statement. */
export function bind(env: Env, value: Value, bound: Bound): void {
  env.bound.set(value.id, bound);
  if (!env.remaining.has(value.id)) env.remaining.set(value.id, env.uses.count(value));
}

/**
 * Gives a value its expression: inside of the one place that reads it where that stays legible, else as a variable.
 * Values that have a name in the source keep it.
 */
export function define(state: FunctionState, env: Env, value: Value, expression: Expression, isBlock: boolean): void {
  const count = env.uses.count(value);
  env.remaining.set(value.id, count);
  if (count === 0) return;
  const resultOnly = isResultOnly(env, value);
  const inline =
    isTrivial(expression) ||
    (count === 1 &&
      !env.uses.nested(value) &&
      (resultOnly || (value.name === undefined && !isBlock && state.context.target.isLegible(expression))));
  env.bound.set(value.id, {
    expression: inline ? expression : identifier(declare(state, env, value, expression)),
    form: "tensor",
  });
}

/** True for what one function returns and nothing else reads: it needs no name. */
function isResultOnly(env: Env, value: Value): boolean {
  return env.uses.count(value) === 1 && env.results.has(value.id);
}

/** Makes a variable of an expression and gives its name; a run of unnamed stages goes through one variable. */
export function declare(state: FunctionState, env: Env, value: Value, expression: Expression): string {
  if (value.name !== undefined) {
    const name = state.names.take(value.name);
    env.out.push({ kind: "declare", mutable: false, name, value: expression });
    return name;
  }
  for (const [name, block] of state.flows) {
    if (block !== env.block || !mentions([expression], name) || isLive(state, name, value.id)) continue;
    env.out.push({ kind: "assign", names: [name], values: [expression] });
    return name;
  }
  const name = freshName(state);
  state.flows.set(name, env.block);
  env.out.push({ kind: "declare", mutable: true, name, value: expression });
  return name;
}

/** A name for a value that has none in the source. */
export function freshName(state: FunctionState): string {
  const free = ["h", "y", "z", "u", "v", "w"].find((name) => !state.names.has(name) && !state.sourceNames.has(name));
  return state.names.take(free ?? "h");
}

/** Whether something still to be read is written with a name. */
export function isLive(state: FunctionState, name: string, except?: number): boolean {
  return state.live.some((env) =>
    [...env.bound].some(
      ([id, { expression }]) => id !== except && (env.remaining.get(id) ?? 0) > 0 && mentions([expression], name),
    ),
  );
}

/** Expressions that cost nothing to write twice. */
export function isTrivial(expression: Expression): boolean {
  switch (expression.kind) {
    case "identifier":
    case "number":
    case "string":
    case "boolean":
    case "undefined":
      return true;
    case "member":
      return isTrivial(expression.target);
    default:
      return false;
  }
}
