import { elementAt } from "../support/element-at.ts";
import { lostName } from "../syntax/lost-name.ts";
import type { CallableDeclaration } from "../syntax/ast.ts";
import { elementTypes } from "./builtins.ts";
import { dimNamesOf, introducersOf, type DimNames } from "./dim-names.ts";
import type { LocalScope } from "./local-scope.ts";
import type { Checker } from "./name-checker.ts";

/** Puts the dims that the inputs of a declaration introduce among the names of its header. */
export function declareDims({ file }: Checker, declaration: CallableDeclaration, outer: LocalScope): DimNames {
  const { name: own, inputs } = declaration;
  const known = (name: string): boolean => outer.names.has(name) || file.scope.get(name)?.kind === "const";
  const dims = dimNamesOf(declaration, known);
  const declare = (name: string, needs?: readonly string[]): void => {
    outer.names.set(name, { name, span: own.span, kind: "dim", used: true, ...(needs !== undefined && { needs }) });
  };
  for (const name of [...dims.variables, ...dims.spreads]) {
    // The dims that a hyperparameter lists.
    if (outer.names.has(name)) continue;
    const introducers = (dims.introducedBy.get(name) ?? []).map((place) => elementAt(inputs, place));
    declare(name, introducers.every((it) => it.optional) ? introducersOf(declaration, dims, name) : undefined);
  }
  // A type without its dims lacks those that it would have brought, which is told.
  if (inputs.some(({ type }) => !type.bracketed && elementTypes.has(type.element.text))) declare(lostName);
  return dims;
}
