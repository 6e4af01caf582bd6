import type { CallableDeclaration, Hyperparameter, HyperparameterType } from "../syntax/ast.ts";
import { elementTypes, hyperparameterWords } from "./builtins.ts";

/** The bare words that a hyperparameter's type accepts: those of its enums, and element types for `dtype`. */
export function wordsOf(type: HyperparameterType): ReadonlySet<string> {
  const words = new Set<string>();
  for (const it of type.alternatives) {
    if (it.kind === "list-of") for (const word of wordsOf(it.element)) words.add(word);
    else if (it.name.text === "dtype") for (const word of elementTypes) words.add(word);
    else if (!hyperparameterWords.has(it.name.text)) words.add(it.name.text);
  }
  return words;
}

/** The bare words that any hyperparameter of a declaration accepts: what comparisons in its body may name. */
export function enumWordsOf(declaration: CallableDeclaration): ReadonlySet<string> {
  return new Set(declaration.hyperparameters.flatMap((it) => [...wordsOf(it.type)]));
}

/** The hyperparameter that an argument gives: by name, or by position among `hyperparameters`. */
export function hyperparameterFor(
  declaration: CallableDeclaration,
  name: string | undefined,
  position: number,
): Hyperparameter | undefined {
  return name === undefined
    ? declaration.hyperparameters[position]
    : declaration.hyperparameters.find((it) => it.name.text === name);
}
