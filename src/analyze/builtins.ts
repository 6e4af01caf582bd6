import type { Input } from "../syntax/ast.ts";

/** Functions that the language itself gives beside operators: of lists, tensors, gradients, and questions about values. */
export const builtinFunctions = [
  "product",
  "length",
  "zip",
  "enumerate",
  "reversed",
  "zeros",
  "ones",
  "full",
  "gradient",
  "given",
  "unnormalized",
] as const;

/** The name of a function that the language itself gives. */
export type BuiltinFunction = (typeof builtinFunctions)[number];

/** True for the name of a function that the language itself gives. */
export function isBuiltinFunction(name: string): name is BuiltinFunction {
  return builtinFunctions.some((it) => it === name);
}

/** Element types that a declaration may name. `float`, `int` and their like stand for one element type of a signature. */
export const elementTypes: ReadonlySet<string> = new Set([
  "f16",
  "bf16",
  "f32",
  "f64",
  "i8",
  "i32",
  "i64",
  "u8",
  "bool",
]);

/** Words of a library signature that stand for one element type throughout it. */
export const genericElements: ReadonlySet<string> = new Set(["float", "int", "number", "weight", "any"]);

/** Whether a name in a body is the element type that a word of its signature stands for. */
export function standsForElement(name: string, inputs: readonly Input[]): boolean {
  return genericElements.has(name) && inputs.some((it) => it.type.element.text === name);
}

/** The types of hyperparameters that have names; every other lower-case word is a value of an enum. */
export const hyperparameterWords: ReadonlySet<string> = new Set([
  "int",
  "float",
  "bool",
  "string",
  "dtype",
  "fn",
  "block",
  "pair",
  "triple",
]);
