import { elementAt } from "../support/element-at.ts";
import { fault } from "../support/fault.ts";
import type { Val } from "./values.ts";

/** How single values make up one: by tuples and lists, in order. */
export type ValueTree =
  { readonly kind: "leaf" } | { readonly kind: "tuple" | "list"; readonly elements: readonly ValueTree[] };

/** How a value is made up. */
export function treeOf(val: Val): ValueTree {
  if (val.kind !== "tuple" && val.kind !== "list") return { kind: "leaf" };
  return { kind: val.kind, elements: val.elements.map(treeOf) };
}

/** The single values that a value is made up of, in order. */
export function leavesOf(val: Val): readonly Val[] {
  return val.kind === "tuple" || val.kind === "list" ? val.elements.flatMap(leavesOf) : [val];
}

/** Whether two values are made up alike. */
export function sameTree(one: ValueTree, other: ValueTree): boolean {
  if (one.kind === "leaf" || other.kind === "leaf") return one.kind === other.kind;
  const { elements } = other;
  if (one.kind !== other.kind || one.elements.length !== elements.length) return false;
  return one.elements.every((it, index) => sameTree(it, elementAt(elements, index)));
}

/** One value as it is, several as a tuple. */
export function joined(vals: readonly Val[]): Val {
  const [only, ...others] = vals;
  return only !== undefined && others.length === 0 ? only : { kind: "tuple", elements: vals };
}

/** Makes up a value of as many single ones as it has, in order. */
export function fromLeaves(tree: ValueTree, leaves: readonly Val[]): Val {
  let next = 0;
  const build = (it: ValueTree): Val => {
    if (it.kind !== "leaf") return { kind: it.kind, elements: it.elements.map(build) };
    const leaf = leaves[next] ?? fault("a value of fewer parts than it has places");
    next += 1;
    return leaf;
  };
  const val = build(tree);
  return next === leaves.length ? val : fault("a value of more parts than it has places");
}
