import { referencesIn } from "../../analyze/walk.ts";
import { decide } from "../../dims/decide.ts";
import { constant } from "../../dims/dim.ts";
import type { CallableDeclaration, Expression } from "../../syntax/ast.ts";
import { isOfAbsent } from "../bind-inputs.ts";
import type { Barred, Cell } from "../cells.ts";
import { statedRelations } from "../conditions.ts";
import { innerScope, type Context } from "../context.ts";
import { isWhole, numberOf } from "../convert.ts";
import { factsIn } from "../minima.ts";
import type { Val } from "../values.ts";
import { eitherOf, nearestNumbers } from "./nearest-numbers.ts";
import { quietly } from "./quietly.ts";

/**
 * The nearest numbers with which all that a declaration requires holds, for each whole number that a condition names:
 * "`heads` 5 or 10, or `D` 96 or 104". Undefined where no one number does it.
 */
export function fittingSizes(
  ctx: Context,
  callee: Context,
  declaration: CallableDeclaration,
  condition: Expression,
): string | undefined {
  const quiet = quietly(callee);
  const facts = factsIn(ctx);
  const holds = (name: string, val: Val): boolean => {
    const scope = innerScope(callee.scope);
    // What was left out that is the same by default stays the same.
    const followers = declaration.hyperparameters.filter(
      (it) => it.default?.kind === "reference" && it.default.text === name && !isGiven(callee, it.name.text),
    );
    for (const it of [name, ...followers.map((follower) => follower.name.text)]) scope.names.set(it, val);
    return declaration.where.every((fact) => {
      if (isOfAbsent(callee, fact)) return true;
      const stated = statedRelations({ ...quiet, scope }, fact.condition);
      return stated?.every((it) => it !== false && decide(it.relation, facts).verdict === "proved") === true;
    });
  };
  const isOwn = (name: string): boolean => declaration.hyperparameters.some((it) => it.name.text === name);
  const names = [...referencesIn(condition)];
  const found = [...names.filter(isOwn), ...names.filter((it) => !isOwn(it))].flatMap((name) => {
    const val = callee.scope.names.get(name);
    const made = val && ofNumber(val);
    const fitting = made === undefined ? [] : nearestNumbers(made.value, (it) => holds(name, made.like(it)));
    return fitting.length === 0 ? [] : [`\`${name}\` ${eitherOf(fitting)}`];
  });
  return found.length === 0 ? undefined : found.join(", or ");
}

/** Whether a use of the library gives a hyperparameter a number of its own. */
function isGiven({ scope }: Context, name: string): boolean {
  const val = scope.names.get(name);
  return val?.kind === "number" && val.argument?.name === name;
}

/** A value that is a whole number of at least 1, and the value that another number is in its place. */
function ofNumber(
  val: Val | Cell | Barred,
): { readonly value: number; readonly like: (value: number) => Val } | undefined {
  if (val.kind !== "dim" && val.kind !== "number") return undefined;
  const value = isWhole(val) ? numberOf(val) : undefined;
  if (value === undefined || value < 1) return undefined;
  return {
    value,
    like: (other) =>
      val.kind === "dim" ? { kind: "dim", dim: constant(other) } : { kind: "number", value: other, integer: true },
  };
}
