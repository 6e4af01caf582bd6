import type { Operator } from "../ops/define/operator.ts";
import type { CallableDeclaration, Hyperparameter, HyperparameterType } from "../syntax/ast.ts";
import { elementTypes, hyperparameterWords } from "./builtins.ts";
import { isFunction } from "./is-function.ts";
import { mayBeLeftOut } from "./may-be-left-out.ts";

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

/**
 * The bare words that an argument of a call may be, `index` among all: those of a fn follow as many inputs as are not piped
 * in, so that several hyperparameters may be meant.
 */
export function argumentWords(
  declaration: CallableDeclaration,
  name: string | undefined,
  index: number,
): ReadonlySet<string> {
  const before = isFunction(declaration) ? declaration.inputs.filter((it) => !mayBeLeftOut(it)).length : 0;
  const places = Array.from({ length: before + 1 }, (_, piped) => index - before + piped);
  return new Set(
    places.flatMap((place) => {
      const it = hyperparameterFor(declaration, name, place);
      return it === undefined ? [] : [...wordsOf(it.type)];
    }),
  );
}

/** The bare words that an attribute of an operator may be: of one by position, those of any. */
export function attributeWords({ attributes }: Operator, name: string | undefined): ReadonlySet<string> {
  return new Set(
    Object.entries(attributes)
      .filter(([key]) => name === undefined || name === key)
      .flatMap(([, spec]) => [...(spec.oneOf ?? []), ...(spec.kind === "dtype" ? elementTypes : [])]),
  );
}
