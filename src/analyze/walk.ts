import type {
  Argument,
  Body,
  CallableDeclaration,
  Chain,
  DimSpread,
  Expression,
  Fact,
  Hyperparameter,
  IndexItem,
  Input,
  Name,
  RepeatStage,
  SliceExpression,
  Statement,
  TypedName,
  TypeExpression,
} from "../syntax/ast.ts";
import type { ForExpression, ForStage, LoopCarry, ScanCarry, ScanSequence } from "../syntax/ast/loops.ts";

/** Every node that may stand inside a callable declaration. */
export type BodyNode =
  | CallableDeclaration
  | Hyperparameter
  | Input
  | TypedName
  | TypeExpression
  | DimSpread
  | Fact
  | Body
  | Statement
  | Expression
  | Argument
  | SliceExpression
  | Chain
  | ScanSequence
  | ScanCarry
  | LoopCarry
  | Name;

function isNode(value: unknown): value is BodyNode {
  return typeof value === "object" && value !== null && "kind" in value && "span" in value;
}

/** Calls `visit` for the nodes right within a node, in the order of the text. */
export function eachChild(node: BodyNode, visit: (child: BodyNode) => void): void {
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) {
      for (const it of value) if (isNode(it)) visit(it);
    } else if (isNode(value)) visit(value);
  }
}

/** Calls `visit` for a node and everything in it, in the order of the text. */
export function walk(root: BodyNode, visit: (node: BodyNode) => void): void {
  const enter = (node: BodyNode): void => {
    visit(node);
    eachChild(node, enter);
  };
  enter(root);
}

const referencesOf = new WeakMap<BodyNode, ReadonlySet<string>>();

/** Every name that a node and what stands in it refers to. */
export function referencesIn(root: BodyNode): ReadonlySet<string> {
  const known = referencesOf.get(root);
  if (known !== undefined) return known;
  const names = new Set<string>();
  referencesOf.set(root, names);
  walk(root, (node) => {
    if (node.kind === "reference") names.add(node.text);
  });
  return names;
}

function isLoop(node: BodyNode): node is RepeatStage | ForStage | ForExpression {
  return node.kind === "repeat-stage" || node.kind === "for-stage" || node.kind === "for-expression";
}

const namesIn = new WeakMap<BodyNode, ReadonlySet<string>>();

/** Every name that a declaration gives an instance, a binding or what it owns: numbering skips them. */
export function explicitNames(root: BodyNode): ReadonlySet<string> {
  const known = namesIn.get(root);
  if (known !== undefined) return known;
  const names = new Set<string>();
  namesIn.set(root, names);
  walk(root, (node) => {
    if (node.kind === "binding") for (const it of node.targets) names.add(it.text);
    else if (node.kind === "labelled-stage") names.add(node.label.text);
    else if (node.kind === "param") names.add((node.alias ?? node.name).text);
    else if (isLoop(node) && node.label) names.add(node.label.text);
  });
  return names;
}

/** The expressions within an item of an index. */
export function partsOfIndex(it: IndexItem): readonly Expression[] {
  switch (it.kind) {
    case "index-mark":
      return [];
    case "slice":
      return [it.start, it.stop, it.step].filter((part) => part !== undefined);
    default:
      return [it];
  }
}
