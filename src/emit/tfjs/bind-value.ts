import type { Value } from "../../ir/graph.ts";
import type { TensorType } from "../../ir/types.ts";
import type { TfjsExpression } from "./tfjs-writer.ts";
import { tfjsDType } from "./tfjs-dtype.ts";
import { fault } from "../../support/fault.ts";
import { callTensor, identifier, text, type Expression } from "./ast.ts";
import { lookUp, type Bound, type Env, type FunctionState } from "./body-context.ts";
import { printExpression } from "./print.ts";
import { mentions } from "./visit-syntax.ts";

/** The longest expression that is written inside of another one. */
const inlineWidth = 80;
/** The most calls that one nests. */
const inlineCalls = 3;

/** Reads a value for the last or another time. */
export function readBound(env: Env, value: Value): Bound {
  const found = lookUp(env, value) ?? fault(`value ${value.id} is used before it is defined`);
  const left = found.env.remaining.get(value.id);
  if (left !== undefined) found.env.remaining.set(value.id, left - 1);
  return found.bound;
}

/** Reads a value as a tensor; plain numbers become scalars of the value's type. */
export function readTensor(env: Env, value: Value): TfjsExpression {
  return asTensor(readBound(env, value), value.type);
}

/** A bound value as a tensor of its type. */
export function asTensor(bound: Bound, type: TensorType): TfjsExpression {
  if (bound.form !== "number") return bound.expression;
  const dtype = tfjsDType(type.dtype);
  if (dtype === "float32") return callTensor("tf.scalar", bound.expression);
  if (dtype === "bool" && bound.expression.kind === "number") {
    return callTensor("tf.scalar", { kind: "boolean", value: bound.expression.value !== 0 }, text("bool"));
  }
  return callTensor("tf.scalar", bound.expression, text(dtype));
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
export function define(
  state: FunctionState,
  env: Env,
  value: Value,
  expression: TfjsExpression,
  isBlock: boolean,
): void {
  const count = env.uses.count(value);
  env.remaining.set(value.id, count);
  if (count === 0) return;
  const resultOnly = isResultOnly(env, value);
  const inline =
    isTrivial(expression) ||
    (count === 1 &&
      !env.uses.nested(value) &&
      (resultOnly || (value.name === undefined && !isBlock && isSmall(expression))));
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
export function declare(state: FunctionState, env: Env, value: Value, expression: TfjsExpression): string {
  if (value.name !== undefined) {
    const name = state.names.take(value.name);
    env.out.push({ kind: "declare", mutable: false, pattern: name, value: expression });
    return name;
  }
  for (const [name, block] of state.flows) {
    if (block !== env.block || !mentions([expression], name) || isLive(state, name, value.id)) continue;
    env.out.push({ kind: "assign", target: name, value: expression });
    return name;
  }
  const name = freshName(state);
  state.flows.set(name, env.block);
  env.out.push({ kind: "declare", mutable: true, pattern: name, type: "tf.Tensor", value: expression });
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

function isSmall(expression: TfjsExpression): boolean {
  const printed = printExpression(expression);
  return printed.length <= inlineWidth && (printed.match(/\w\(/g)?.length ?? 0) <= inlineCalls;
}
