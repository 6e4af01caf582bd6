import type { CstElement, CstNode, IToken } from "chevrotain";
import { fault } from "../support/fault.ts";

/** Typed reading of chevrotain's concrete syntax trees, whose children are arrays by name. */

const isNode = (element: CstElement): element is CstNode => "children" in element;

/** The child nodes under a name, in order of place. */
export function nodes(node: CstNode, key: string): readonly CstNode[] {
  return (node.children[key] ?? []).filter(isNode);
}

/** The child tokens under a name, in order of place. */
export function tokens(node: CstNode, key: string): readonly IToken[] {
  return (node.children[key] ?? []).filter((it): it is IToken => !isNode(it));
}

/** The first child node under a name, where there is one. */
export function maybeNode(node: CstNode, key: string): CstNode | undefined {
  return node.children[key]?.find(isNode);
}

/** The first child token under a name, where there is one. */
export function maybeToken(node: CstNode, key: string): IToken | undefined {
  return node.children[key]?.find((it): it is IToken => !isNode(it));
}

/** The first child node under a name, which the grammar guarantees. */
export function oneNode(node: CstNode, key: string): CstNode {
  return maybeNode(node, key) ?? fault(`no ${key} in the concrete syntax of ${node.name}`);
}

/** The first child token under a name, which the grammar guarantees. */
export function oneToken(node: CstNode, key: string): IToken {
  return maybeToken(node, key) ?? fault(`no ${key} in the concrete syntax of ${node.name}`);
}

/** The only child of a node, where it has just one. */
export function onlyChild(node: CstNode): CstElement | undefined {
  const lists = Object.values(node.children);
  return lists.length === 1 && lists[0]?.length === 1 ? lists[0][0] : undefined;
}

/** The child node under a name, where that is all that a node has. */
export function soleNode(node: CstNode, key: string): CstNode | undefined {
  const child = onlyChild(node);
  return child !== undefined && isNode(child) && child.name === key ? child : undefined;
}

/** The offset after the last character of a token; that of an inserted token is its start. */
export function endOf(token: IToken): number {
  return token.startOffset + token.image.length;
}
