import { nodesWithin } from "../../ir/visit.ts";
import type { Callable, Callables } from "./callables.ts";

/** Callables that may become one function. */
export interface CallableGroup {
  /** The declaration that all are instances of. */
  readonly name: string;
  readonly members: readonly Callable[];
}

/**
 * The callables that are used from some, in groups of one declaration each, every group after those that it calls. A
 * declaration whose instances hold one another, `Residual(Residual(Dense(8)))`, has a group for each depth.
 */
export function groupCallables(roots: readonly string[], callables: Callables): readonly CallableGroup[] {
  const all = reachable(roots, callables);
  const below = declarationsBelow(all, callables);
  const isMutual = (one: string, other: string): boolean =>
    below.get(one)?.has(other) === true && below.get(other)?.has(one) === true;
  const depths = new Map<string, number>();
  const depthOf = (callable: Callable): number => {
    const known = depths.get(callable.key);
    if (known !== undefined) return known;
    const held = calleesOf(callable, callables).filter(({ name }) => isMutual(name, callable.name));
    const depth = Math.max(0, ...held.map((it) => 1 + depthOf(it)));
    depths.set(callable.key, depth);
    return depth;
  };

  const groups = new Map<string, { readonly name: string; readonly members: Callable[] }>();
  const groupKey = (callable: Callable): string => `${callable.name} ${depthOf(callable)}`;
  for (const callable of all) {
    const group = groups.get(groupKey(callable));
    if (group === undefined) groups.set(groupKey(callable), { name: callable.name, members: [callable] });
    else group.members.push(callable);
  }
  const ordered = new Set<CallableGroup>();
  const begun = new Set<string>();
  const visit = (key: string): void => {
    const group = groups.get(key);
    if (group === undefined || begun.has(key)) return;
    begun.add(key);
    group.members.flatMap((it) => calleesOf(it, callables)).forEach((it) => visit(groupKey(it)));
    ordered.add(group);
  };
  for (const key of groups.keys()) visit(key);
  return [...ordered];
}

/** The callables that one applies. */
function calleesOf(callable: Callable, callables: Callables): readonly Callable[] {
  return [...nodesWithin(callable.body.nodes)].flatMap((node) => {
    if (node.kind === "call") return [callables.of(node.callee)];
    const composite = node.kind === "operator" ? callables.ofNode(node) : undefined;
    return composite === undefined ? [] : [composite];
  });
}

/** All callables used from some, those first. */
function reachable(roots: readonly string[], callables: Callables): readonly Callable[] {
  const found = new Map<string, Callable>();
  const visit = (callable: Callable): void => {
    if (found.has(callable.key)) return;
    found.set(callable.key, callable);
    calleesOf(callable, callables).forEach(visit);
  };
  roots.forEach((key) => visit(callables.of(key)));
  return [...found.values()];
}

/** The declarations whose instances those of each apply, at any remove. */
function declarationsBelow(all: readonly Callable[], callables: Callables): ReadonlyMap<string, ReadonlySet<string>> {
  const direct = new Map<string, Set<string>>();
  for (const callable of all) {
    const names = direct.get(callable.name) ?? new Set();
    calleesOf(callable, callables).forEach(({ name }) => names.add(name));
    direct.set(callable.name, names);
  }
  const from = (name: string): ReadonlySet<string> => {
    const found = new Set<string>();
    const visit = (it: string): void => {
      if (found.has(it)) return;
      found.add(it);
      direct.get(it)?.forEach(visit);
    };
    direct.get(name)?.forEach(visit);
    return found;
  };
  return new Map([...direct.keys()].map((name) => [name, from(name)]));
}
