import type { Span } from "../support/source.ts";

/** What declares a local name. */
export type LocalKind =
  "hyperparameter" | "input" | "binding" | "param" | "state" | "carry" | "accumulator" | "element" | "loop" | "dim";

/** A name of a body. */
export interface Local {
  readonly name: string;
  readonly span: Span;
  readonly kind: LocalKind;
  /** Of what may be left out: the inputs of which one must be given for it to be there. */
  readonly needs?: readonly string[];
  used: boolean;
}

/** The names of a body or a part of it, and of what it stands in. */
export interface LocalScope {
  readonly parent: LocalScope | undefined;
  readonly names: Map<string, Local>;
}

/** A scope within another. */
export function inside(parent: LocalScope | undefined): LocalScope {
  return { parent, names: new Map() };
}

/** The local that a name means. */
export function find(scope: LocalScope | undefined, name: string): Local | undefined {
  return scope === undefined ? undefined : (scope.names.get(name) ?? find(scope.parent, name));
}

/** Every name that can be seen, of the kinds that are wanted. */
export function visible(
  scope: LocalScope | undefined,
  isWanted: (kind: LocalKind) => boolean = () => true,
): readonly string[] {
  if (scope === undefined) return [];
  const own = [...scope.names].flatMap(([name, { kind }]) => (isWanted(kind) ? [name] : []));
  return [...own, ...visible(scope.parent, isWanted)];
}

/** Both branches may bind one name: each is checked against what stood before, and both are seen afterwards. */
export function checkBranches(scope: LocalScope, check: (branch: "then" | "otherwise") => void): void {
  const before = new Map(scope.names);
  check("then");
  const after = new Map(scope.names);
  scope.names.clear();
  for (const [name, local] of before) scope.names.set(name, local);
  check("otherwise");
  for (const [name, local] of after) {
    const other = scope.names.get(name);
    if (other === undefined || other === local) scope.names.set(name, local);
    else scope.names.set(name, joined(local, other));
  }
}

/** One name that two branches bind: a use of it is a use of both. */
function joined(first: Local, second: Local): Local {
  return {
    name: first.name,
    span: first.span,
    kind: first.kind,
    get used() {
      return first.used;
    },
    set used(value) {
      first.used = value;
      second.used = value;
    },
  };
}
