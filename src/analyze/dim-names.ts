import { elementAt } from "../support/element-at.ts";
import type { CallableDeclaration } from "../syntax/ast.ts";

/** The dim variables of a declaration: names that stand alone in an input's type and mean nothing else. */
export interface DimNames {
  readonly variables: ReadonlySet<string>;
  /** Named spreads: `...S`. */
  readonly spreads: ReadonlySet<string>;
  readonly hasSpread: boolean;
  /** The places of the inputs that introduce each variable and each named spread. */
  readonly introducedBy: ReadonlyMap<string, readonly number[]>;
}

/** Words of Python, which as sizes would be the same wherever they stand. */
const noSizes: ReadonlySet<string> = new Set(["None", "True", "False"]);

/** Whether a name that stands alone in an input's type may be that of a size. */
export function isDimName(name: string): boolean {
  return /^[A-Z]/.test(name) && !noSizes.has(name);
}

/** Finds the dim variables of a declaration; `known` holds its hyperparameters and the file's constants. */
export function dimNamesOf(
  declaration: Pick<CallableDeclaration, "inputs">,
  known: (name: string) => boolean,
): DimNames {
  const variables = new Set<string>();
  const spreads = new Set<string>();
  const introducedBy = new Map<string, number[]>();
  let hasSpread = false;
  const note = (name: string, place: number): void => {
    introducedBy.set(name, [...(introducedBy.get(name) ?? []), place]);
  };
  for (const [place, input] of declaration.inputs.entries()) {
    for (const dim of input.type.dims) {
      if (dim.kind === "dim-spread") {
        hasSpread = true;
        if (dim.name === undefined) continue;
        spreads.add(dim.name.text);
        note(dim.name.text, place);
      } else if (dim.kind === "reference" && isDimName(dim.text) && !known(dim.text)) {
        variables.add(dim.text);
        note(dim.text, place);
      }
    }
  }
  return { variables, spreads, hasSpread, introducedBy };
}

/** The names of the inputs that introduce a dim. */
export function introducersOf(
  declaration: CallableDeclaration,
  { introducedBy }: DimNames,
  dim: string,
): readonly string[] {
  const places = introducedBy.get(dim) ?? [];
  return places.flatMap((place) => elementAt(declaration.inputs, place).name?.text ?? []);
}
