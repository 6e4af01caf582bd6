import { initializers, type InitializerArgument } from "../ops/initializers.ts";

/** The arguments of each initialiser, in the order in which a person gives them, with their defaults. */
export const initializerSignatures: Readonly<Record<string, Readonly<Record<string, InitializerArgument>>>> =
  Object.fromEntries(Object.entries(initializers).map(([name, rule]) => [name, rule.arguments]));
