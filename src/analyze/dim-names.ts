import type { CallableDeclaration } from "../syntax/ast.ts";

/** The dim variables of a declaration: names that stand alone in an input's type and mean nothing else. */
export interface DimNames {
  readonly variables: ReadonlySet<string>;
  /** Named spreads: `...S`. */
  readonly spreads: ReadonlySet<string>;
  readonly hasSpread: boolean;
}

/** Finds the dim variables of a declaration; `known` holds its hyperparameters and the file's constants. */
export function dimNamesOf(declaration: CallableDeclaration, known: (name: string) => boolean): DimNames {
  const variables = new Set<string>();
  const spreads = new Set<string>();
  let hasSpread = false;
  for (const input of declaration.inputs) {
    for (const dim of input.type.dims) {
      if (dim.kind === "dim-spread") {
        hasSpread = true;
        if (dim.name !== undefined) spreads.add(dim.name.text);
      } else if (dim.kind === "reference" && /^[A-Z]/.test(dim.text) && !known(dim.text)) {
        variables.add(dim.text);
      }
    }
  }
  return { variables, spreads, hasSpread };
}
