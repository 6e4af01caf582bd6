import type { Expression } from "./ast.ts";

/**
 * The name of what an error leaves without one, and what stands for a value that did not parse: no name that a text can
 * hold. Where it is declared, any unknown name may be its; where it is used, something else is wrong already.
 */
export const lostName = "";

/** Whether an expression stands in for what did not parse. */
export function isLost(e: Expression): boolean {
  return e.kind === "reference" && e.text === lostName;
}
