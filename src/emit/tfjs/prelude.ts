import { fault } from "../../support/fault.ts";
import { preludeDeclarations } from "./prelude.generated.ts";

/** A declaration that a generated file may carry: its text and what it calls on. */
export interface PreludeDeclaration {
  readonly name: string;
  readonly text: string;
  readonly dependencies: readonly string[];
  /** Types of a function's parameters, as written; empty for types and constants. */
  readonly parameters: readonly string[];
}

const byName: ReadonlyMap<string, PreludeDeclaration> = new Map(preludeDeclarations.map((it) => [it.name, it]));

/** Names of all declarations of the prelude: no generated name may be one of them. */
export const preludeNames: ReadonlySet<string> = new Set(byName.keys());

/** The declaration of a name; a fault where there is none. */
export function preludeDeclaration(name: string): PreludeDeclaration {
  return byName.get(name) ?? fault(`the TensorFlow.js prelude has no ${name}`);
}

/** What the named declarations need, themselves included, in the order of the prelude's files. */
export function preludeClosure(names: Iterable<string>): readonly PreludeDeclaration[] {
  const needed = new Set<string>();
  const add = (name: string): void => {
    if (needed.has(name)) return;
    needed.add(name);
    preludeDeclaration(name).dependencies.forEach(add);
  };
  for (const name of names) add(name);
  return preludeDeclarations.filter(({ name }) => needed.has(name));
}
