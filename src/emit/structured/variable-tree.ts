import type { Func, Initializer, Region, Variable } from "../../ir/graph.ts";
import type { TensorType } from "../../ir/types.ts";
import { regionsOf } from "../../ir/visit.ts";
import { required } from "../../support/fault.ts";

/** What a function and all that it calls owns, nested as its paths are: leaves are parameters or states. */
export type VariableTree = VariableLeaf | VariableNode | VariableList;

/** One parameter or state. */
export interface VariableLeaf {
  readonly kind: "leaf";
  readonly type: TensorType;
  readonly init: Initializer;
}

/** What lies under the segments of a path; `owner` is the declaration whose instance it is. */
export interface VariableNode {
  readonly kind: "node";
  readonly owner?: string;
  readonly entries: ReadonlyMap<string, VariableTree>;
}

/** The instances of a repeat, which are alike. */
export interface VariableList {
  readonly kind: "list";
  readonly count: number;
  readonly element: VariableNode;
}

/** Whether a tree is of parameters or of states. */
export type VariableKind = "parameters" | "states";

interface MutableNode {
  readonly kind: "node";
  owner?: string;
  readonly entries: Map<string, VariableTree | MutableNode>;
}

/** The trees of the functions of a module, by key; a function that owns nothing of a kind has an empty node. */
export function variableTrees(functions: ReadonlyMap<string, Func>, kind: VariableKind): (key: string) => VariableNode {
  const known = new Map<string, VariableNode>();
  const treeOf = (key: string): VariableNode => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const func = required(functions.get(key), `function ${key}`);
    const root: MutableNode = { kind: "node", owner: func.name, entries: new Map() };
    for (const variable of func[kind]) {
      const segments = variable.path.split(".");
      const place = descend(root, segments.slice(0, -1).join("."));
      place.entries.set(segments.at(-1) ?? variable.path, leafOf(variable));
    }
    fill(root, func.body, treeOf);
    const tree = freeze(root);
    known.set(key, tree);
    return tree;
  };
  return treeOf;
}

function leafOf({ type, init }: Variable): VariableLeaf {
  return { kind: "leaf", type, init };
}

function fill(into: MutableNode, region: Region, treeOf: (key: string) => VariableNode): void {
  for (const node of region.nodes) {
    switch (node.kind) {
      case "call": {
        const tree = treeOf(node.callee);
        if (tree.entries.size === 0) break;
        const place = descend(into, node.instance);
        if (place.entries.size === 0 && tree.owner !== undefined) place.owner ??= tree.owner;
        for (const [name, entry] of tree.entries) place.entries.set(name, entry);
        break;
      }
      case "repeat":
        if (node.shared) {
          fill(descend(into, node.path), node.body, treeOf);
        } else {
          const element: MutableNode = { kind: "node", entries: new Map() };
          fill(element, node.body, treeOf);
          if (element.entries.size > 0)
            insertList(into, node.path, { kind: "list", count: node.count, element: freeze(element) });
        }
        break;
      case "scan":
      case "training":
        regionsOf(node).forEach((it) => {
          fill(into, it, treeOf);
        });
        break;
      default:
        break;
    }
  }
}

function insertList(into: MutableNode, path: string, list: VariableList): void {
  const segments = path.split(".");
  const place = descend(into, segments.slice(0, -1).join("."));
  place.entries.set(segments.at(-1) ?? path, list);
}

function descend(from: MutableNode, path: string): MutableNode {
  let at = from;
  for (const segment of path === "" ? [] : path.split(".")) {
    const next = at.entries.get(segment);
    if (next?.kind === "node") {
      const made: MutableNode = { kind: "node", entries: new Map(next.entries) };
      if (next.owner !== undefined) made.owner = next.owner;
      at.entries.set(segment, made);
      at = made;
    } else {
      const made: MutableNode = { kind: "node", entries: new Map() };
      at.entries.set(segment, made);
      at = made;
    }
  }
  return at;
}

function freeze(node: MutableNode): VariableNode {
  const entries = new Map<string, VariableTree>();
  for (const [name, entry] of node.entries) {
    const frozen = entry.kind === "node" ? freeze({ ...entry, entries: new Map(entry.entries) }) : entry;
    if (frozen.kind !== "node" || frozen.entries.size > 0) entries.set(name, frozen);
  }
  return node.owner === undefined ? { kind: "node", entries } : { kind: "node", owner: node.owner, entries };
}

/** True where all keys of a node are 0, 1, ...: instances that are not alike, in a row. */
export function isTuple(node: VariableNode): boolean {
  return node.entries.size > 0 && [...node.entries.keys()].every((key, index) => key === String(index));
}

/** A text that two trees share where their TypeScript types are the same: names, nesting and ranks. */
export function structureKey(tree: VariableTree): string {
  switch (tree.kind) {
    case "leaf":
      return `${tree.type.shape.length}`;
    case "list":
      return `[${structureKey(tree.element)}]`;
    case "node":
      return `{${[...tree.entries].map(([name, entry]) => `${name}:${structureKey(entry)}`).join(",")}}`;
  }
}

/** The leaves of a tree, each with its path; instances of repeats one by one. */
export function* leavesOf(
  tree: VariableTree,
  path = "",
): Generator<{ readonly path: string; readonly leaf: VariableLeaf }> {
  const under = (name: string): string => (path === "" ? name : `${path}.${name}`);
  if (tree.kind === "leaf") yield { path, leaf: tree };
  else if (tree.kind === "list") for (let i = 0; i < tree.count; i++) yield* leavesOf(tree.element, under(String(i)));
  else for (const [name, entry] of tree.entries) yield* leavesOf(entry, under(name));
}
