export { snakeCase } from "../support/snake-case.ts";

/** The names of instances in a function, or in the body of a repeat: explicit ones, and numbered ones by kind. */
export interface PathScope {
  /** What every path of this scope begins with: `layer.0.` in an unrolled repeat, else nothing. */
  readonly prefix: string;
  readonly parent: PathScope | undefined;
  /** Names that are given explicitly: numbering skips them. */
  readonly reserved: ReadonlySet<string>;
  readonly taken: Set<string>;
  readonly counters: Map<string, number>;
  /** Paths of what owns parameters, in the order in which they were claimed; labelled ones apart. */
  readonly owners: { readonly path: string; readonly labelled: boolean }[];
  /** True once something of an outer scope was used in it. */
  escaped: boolean;
}

/** A fresh numbering. */
export function pathScope(reserved: ReadonlySet<string>, prefix = "", parent?: PathScope): PathScope {
  return { prefix, parent, reserved, taken: new Set(), counters: new Map(), owners: [], escaped: false };
}

/** A name after a kind with its number: `conv2d_0`. */
export function claimNumbered(scope: PathScope, kind: string, owns: boolean): string {
  for (;;) {
    const number = scope.counters.get(kind) ?? 0;
    scope.counters.set(kind, number + 1);
    const name = `${kind}_${String(number)}`;
    if (scope.reserved.has(name) || scope.taken.has(name)) continue;
    scope.taken.add(name);
    const path = scope.prefix + name;
    if (owns) scope.owners.push({ path, labelled: false });
    return path;
  }
}

/** An explicit name; undefined where it is taken already. */
export function claimNamed(scope: PathScope, name: string, owns: boolean): string | undefined {
  if (scope.taken.has(name)) return undefined;
  scope.taken.add(name);
  const path = scope.prefix + name;
  if (owns) scope.owners.push({ path, labelled: true });
  return path;
}

/** Marks every scope between the one in use and the one that an instance lives in. */
export function markEscaped(from: PathScope, home: PathScope): void {
  for (let scope: PathScope | undefined = from; scope !== undefined && scope !== home; scope = scope.parent) {
    scope.escaped = true;
  }
}
