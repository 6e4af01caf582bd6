import type { TensorType } from "../../ir/types.ts";
import type { Field, Item, TypeNode } from "./ast.ts";
import type { NameScope } from "../structured/name-scope.ts";
import { shapeText } from "../structured/type-text.ts";
import { pascalCase } from "./names.ts";
import {
  isTuple,
  structureKey,
  type VariableKind,
  type VariableNode,
  type VariableTree,
} from "../structured/variable-tree.ts";

/** What a model owns: statistics are the data section's. */
type OwnedKind = VariableKind | "statistics";

/** The interfaces of parameters, states and statistics, one for all instances that are alike. */
export interface Interfaces {
  /** The type of a tree: the name of an interface where it is a declaration's. */
  typeOf(tree: VariableTree, kind: OwnedKind): TypeNode;
  readonly items: () => readonly Item[];
}

/** Collects interfaces as they are asked for; names come from a file's scope. */
export function interfaceCollector(names: NameScope): Interfaces {
  const known = new Map<string, { readonly name: string; readonly kind: OwnedKind; readonly trees: VariableNode[] }>();

  const typeOf = (tree: VariableTree, kind: OwnedKind): TypeNode => {
    switch (tree.kind) {
      case "leaf":
        return kind === "statistics" ? "Statistic" : variableType(tree.type);
      case "list":
        return { kind: "array-type", element: typeOf(tree.element, kind) };
      case "node":
        if (isTuple(tree))
          return { kind: "tuple-type", elements: [...tree.entries.values()].map((it) => typeOf(it, kind)) };
        return tree.owner === undefined
          ? { kind: "object-type", fields: fieldsOf([tree], kind) }
          : named(tree, tree.owner, kind);
    }
  };

  const named = (tree: VariableNode, owner: string, kind: OwnedKind): string => {
    const key = `${kind} ${owner} ${structureKey(tree)}`;
    const found = known.get(key);
    if (found !== undefined) {
      found.trees.push(tree);
      return found.name;
    }
    const suffix = kind === "parameters" ? "Parameters" : "States";
    // Every file keeps the name of statistics free.
    const name = kind === "statistics" ? "Statistics" : names.take(`${pascalCase(owner)}${suffix}`);
    known.set(key, { name, kind, trees: [tree] });
    tree.entries.forEach((entry) => typeOf(entry, kind));
    return name;
  };

  const fieldsOf = (trees: readonly VariableNode[], kind: OwnedKind): readonly Field[] => {
    const [tree] = trees;
    return [...(tree?.entries ?? [])].map(([name, entry]): Field => {
      const field: Field = { name, type: typeOf(entry, kind) };
      const alike = trees.map((it) => it.entries.get(name));
      const shapes = new Set(alike.map((it) => (it?.kind === "leaf" ? shapeText(it.type) : "")));
      const [shape = ""] = shapes;
      return shapes.size === 1 && shape !== "" ? { ...field, doc: shape } : field;
    });
  };

  return {
    typeOf,
    items: () =>
      [...known.values()].map(({ name, kind: owned, trees }) => ({
        kind: "interface",
        exported: true,
        name,
        fields: fieldsOf(trees, owned),
        doc:
          owned === "statistics"
            ? "What the data section fits on the training examples, by path."
            : `The ${owned} of ${/^[AEIOU]/.test(name) ? "an" : "a"} ${name.replace(/(Parameters|States)\d*$/, "")}.`,
      })),
  };
}

/** `tf.Variable<tf.Rank.R4>`. */
function variableType(type: TensorType): string {
  const rank = type.shape.length;
  return rank <= 6 ? `tf.Variable<tf.Rank.R${rank}>` : "tf.Variable";
}
