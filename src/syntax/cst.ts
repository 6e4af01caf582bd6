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
  return nodes(node, key)[0];
}

/** The first child token under a name, where there is one. */
export function maybeToken(node: CstNode, key: string): IToken | undefined {
  return tokens(node, key)[0];
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
  let found: CstElement | undefined;
  for (const elements of Object.values(node.children)) {
    for (const element of elements) {
      if (found !== undefined) return undefined;
      found = element;
    }
  }
  return found;
}

/** The offset after the last character of a token; that of an inserted token is its start. */
export function endOf(token: IToken): number {
  return token.startOffset + token.image.length;
}
