import { findOperator } from "../ops/registry.ts";
import type { Argument, CallableDeclaration } from "../syntax/ast.ts";
import { argumentWords, attributeWords, hyperparameterFor } from "./hyperparameter-words.ts";
import { isFunction } from "./is-function.ts";
import { find, type LocalScope } from "./local-scope.ts";
import { globals } from "./name-checker.ts";

/** What is called: its name, where that is not bound here, and its declaration, where it has one. */
interface Callee {
  readonly name: string | undefined;
  readonly declaration: CallableDeclaration | undefined;
}

/** The words that mean something as an argument of a call. */
export function wordsOfArgument(
  { name: callee, declaration }: Callee,
  { name, value }: Argument,
  index: number,
  scope: LocalScope,
): ReadonlySet<string> {
  const operator = callee === undefined ? undefined : findOperator(callee);
  const words =
    declaration !== undefined
      ? argumentWords(declaration, name?.text, index)
      : operator !== undefined
        ? attributeWords(operator, name?.text)
        : new Set<string>();
  // The block that a hyperparameter stands for is known at the instantiation only: so are the words that it takes.
  // Of an unknown callee or argument they are not known at all, and one report is enough.
  const unknown =
    declaration === undefined
      ? callee === undefined || (operator === undefined && !globals.has(callee))
      : hyperparameterFor(declaration, name?.text, index) === undefined &&
        (name !== undefined || !isFunction(declaration));
  const isWord = unknown && value.kind === "reference" && /^[a-z]/.test(value.text);
  return isWord && find(scope, value.text) === undefined ? new Set([...words, value.text]) : words;
}
