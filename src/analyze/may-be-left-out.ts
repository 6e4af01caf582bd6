import type { Input } from "../syntax/ast.ts";

/** Whether a use may leave an input out: it has a default, or a `?`. */
export function mayBeLeftOut(input: Input): boolean {
  return input.optional || input.default !== undefined;
}
