import type { Input } from "../syntax/ast.ts";

/** Whether a use may leave an input out: it has a default, or a `?`. */
export function mayBeLeftOut(input: Input): boolean {
  return input.optional || input.default !== undefined;
}

/** The inputs that must be given and stand after one that may be left out: those by position could not be told apart. */
export function misplacedInputs(inputs: readonly Input[]): readonly Input[] {
  const first = inputs.findIndex(mayBeLeftOut);
  return first === -1 ? [] : inputs.slice(first).filter((it) => !mayBeLeftOut(it));
}
