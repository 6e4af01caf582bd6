import { findOperator } from "../ops/registry.ts";
import type { Argument } from "../syntax/ast.ts";
import type { LocalScope } from "./local-scope.ts";
import { calleeOf, isKnown, type Checker } from "./name-checker.ts";

/** Reports `Conv2D(8, 3, padding==same)`, where the name of an argument is compared with its value; false for any other argument. */
export function reportComparedArgument(at: Checker, callee: string, argument: Argument, scope: LocalScope): boolean {
  const { name, value } = argument;
  if (name !== undefined || value.kind !== "comparison" || value.operators.join() !== "==") return false;
  const [left, right] = value.operands;
  if (left?.kind !== "reference" || right === undefined || isKnown(at, left.text, scope)) return false;
  const declaration = calleeOf(at, callee)?.declaration;
  const taken = [...(declaration?.hyperparameters ?? []), ...(declaration?.inputs ?? [])].map((it) => it.name?.text);
  const attributes = Object.keys(findOperator(callee)?.attributes ?? {});
  if (![...taken, ...attributes].includes(left.text)) return false;
  const span = { ...left.span, start: left.span.end, end: right.span.start };
  const help = `An argument's name is followed by one \`=\`: \`${left.text}=...\`.`;
  const fix = { title: "write `=`", edits: [{ span, text: "=" }] };
  at.collector.report("MC2001", left.span, { name: left.text, what: "name" }, { help, fix });
  return true;
}
