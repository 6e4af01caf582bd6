import { isFunction } from "./is-function.ts";
import type { Span } from "../support/source.ts";
import type { Argument, CallExpression, Expression } from "../syntax/ast.ts";
import { givenBy, reportGiven, whenGiven } from "./given.ts";
import { find, type Local, type LocalScope } from "./local-scope.ts";
import { mayBeLost } from "./may-be-lost.ts";
import { mayBeLeftOut } from "./may-be-left-out.ts";
import { calleeOf, type Checker } from "./name-checker.ts";
import { takesMasks, isMaskArgument } from "./masks.ts";

/** What a place knows where a condition holds, or where it does not. */
export function knowing(at: Checker, condition: Expression, holds: boolean): Checker {
  const more = givenBy(condition, holds);
  return more.length === 0 ? at : { ...at, given: [...at.given, ...more] };
}

/** Whether something may be left out, and nothing says that it is given here. */
export function isLeftOut({ given }: Checker, { needs }: Local): boolean {
  return needs !== undefined && !given.some((group) => group.every((it) => needs.includes(it)));
}

/** Notes a use of an optional input, or of a dim of such inputs alone, where nothing says that it is given. */
export function noteLeftOut({ leftOut }: Checker, local: Local, span: Span): void {
  leftOut.set(local, [...(leftOut.get(local) ?? []), span]);
}

/** Reports each of what was noted once, with all its uses. */
export function reportLeftOut({ collector, leftOut }: Checker): void {
  for (const [{ name, kind, needs = [] }, [first, ...others]] of leftOut) {
    if (first === undefined) continue;
    const what = kind === "dim" ? "dim" : "input";
    const labels = others.map((span) => ({ span, message: "and here" }));
    collector.report("MC2041", first, { name, what, inputs: needs }, { labels, help: whenGiven(needs) });
  }
}

/** Checks a call of `given`, which uses nothing of the input that it names; false for any other call. */
export function checkGiven(at: Checker, call: CallExpression, scope: LocalScope): boolean {
  const isGiven = call.callee.kind === "reference" && call.callee.text === "given";
  if (!isGiven || find(scope, "given") !== undefined || at.file.scope.has("given")) return false;
  const [argument, ...others] = call.arguments;
  // The number and the names of arguments are looked at with the body.
  if (argument === undefined || others.length > 0) return true;
  const { value } = argument;
  const input = value.kind === "reference" ? at.inputs.find((it) => it.name?.text === value.text) : undefined;
  if (input?.optional !== true && !at.broken) reportGiven(at.collector, value, input);
  const local = value.kind === "reference" ? find(scope, value.text) : undefined;
  if (local !== undefined) local.used = true;
  return true;
}

/** Whether a place that takes what may be left out names such an input. */
export function isOptionalInput(value: Expression, scope: LocalScope): boolean {
  const local = value.kind === "reference" ? find(scope, value.text) : undefined;
  if (local?.kind !== "input" || local.needs === undefined) return false;
  local.used = true;
  return true;
}

/** Whether an argument hands an optional input of this block on, by name, to an input that may be left out. */
export function isHandedOn(
  at: Checker,
  { callee }: CallExpression,
  { name, value }: Argument,
  scope: LocalScope,
): boolean {
  if (name === undefined) return false;
  // `Block(...)(mask=mask)`, `function(mask=mask)`: what is called in another way is known at the instantiation only.
  const written = callee.kind === "call" ? callee.callee : callee;
  if (written.kind === "reference" && find(scope, written.text) === undefined && !mayBeLost(at.file, written.text)) {
    const declaration = calleeOf(at, written.text)?.declaration;
    const takesInputs = declaration !== undefined && (isFunction(declaration) || callee.kind === "call");
    const input = takesInputs ? declaration.inputs.find((it) => it.name?.text === name.text) : undefined;
    const masks = declaration === undefined && takesMasks(written.text) && isMaskArgument(name.text);
    if (!masks && (input === undefined || !mayBeLeftOut(input))) return false;
  }
  return isOptionalInput(value, scope);
}
