import type { Initializer } from "../../ir/graph.ts";
import type { VariableNode, VariableTree } from "./variable-tree.ts";

/** A tree of parameters in which those that `initials` knows, by path, begin so; instances of a repeat may differ then. */
export function withInitials(tree: VariableNode, initials: ReadonlyMap<string, Initializer>): VariableNode {
  return initials.size === 0 ? tree : ofNode(tree, "", initials);
}

function ofNode(node: VariableNode, path: string, initials: ReadonlyMap<string, Initializer>): VariableNode {
  const under = (name: string): string => (path === "" ? name : `${path}.${name}`);
  return {
    ...node,
    entries: new Map([...node.entries].map(([name, entry]) => [name, ofTree(entry, under(name), initials)])),
  };
}

function ofTree(tree: VariableTree, path: string, initials: ReadonlyMap<string, Initializer>): VariableTree {
  switch (tree.kind) {
    case "leaf":
      return { ...tree, init: initials.get(path) ?? tree.init };
    case "node":
      return ofNode(tree, path, initials);
    case "list": {
      const copies = Array.from({ length: tree.count }, (_, i) => ofNode(tree.element, `${path}.${i}`, initials));
      const [first] = copies;
      if (first === undefined || copies.every((it) => initialsKey(it) === initialsKey(first)))
        return { ...tree, element: first ?? tree.element };
      return { kind: "node", entries: new Map(copies.map((it, i) => [String(i), it])) };
    }
  }
}

/** A text that two trees of one structure share where all in them begins alike. */
function initialsKey(tree: VariableTree): string {
  switch (tree.kind) {
    case "leaf":
      return `${tree.init.name}(${Object.entries(tree.init.arguments).join()})`;
    case "list":
      return initialsKey(tree.element);
    case "node":
      return [...tree.entries.values()].map(initialsKey).join();
  }
}
