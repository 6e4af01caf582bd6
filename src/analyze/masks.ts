import { operators, type OperatorName } from "../ops/registry.ts";

/** What says which elements count: a mask, or how many positions of each example do. */
export const maskArguments = ["mask", "lengths"] as const;

/** Whether an operator, by its name, may leave out elements that a mask does not keep: sums, means and losses. */
export function takesMasks(name: string): boolean {
  if (name === "sum" || name === "mean") return true;
  const operator = Object.hasOwn(operators, name) ? operators[name as OperatorName] : undefined;
  return operator?.kind === "composite" && operator.each !== undefined;
}

/** Whether an argument of that name says which elements of an operator count. */
export function isMaskArgument(name: string | undefined): boolean {
  return maskArguments.some((it) => it === name);
}
