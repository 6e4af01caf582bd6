import type { AstPath, Doc } from "prettier";
import { builders, printer, utils } from "prettier/doc";
import { commentsOf, type AttachedComment } from "./comments.ts";
import type { Node } from "./nodes.ts";

const { group, hardline, ifBreak, indent, line, lineSuffix, breakParent, softline } = builders;

/** The width that formatted lines keep to where they can. */
export const width = 120;

/** What Prettier hands to a printer, as far as this one uses it. */
export interface Printing {
  readonly path: AstPath;
  readonly text: string;
  /** Prints the node under a property, or at a property and an index, handing on where it starts. */
  readonly print: (selector: string | (string | number)[], args?: PrintArguments) => Doc;
}

/** What a node is told about its place. */
export interface PrintArguments {
  /** The column at which it starts, counted from the indentation around it, where that is known. */
  readonly column?: number;
  /** Blanks that align what follows a key or a name with its neighbours. */
  readonly key?: string;
  /** Blanks that align what follows a type with its neighbours. */
  readonly type?: string;
}

/** How wide a document is on one line; infinite where it cannot be on one. */
export function flatWidth(contents: Doc): number {
  if (utils.willBreak(contents)) return Infinity;
  const options = { printWidth: 1_000_000, tabWidth: 2, useTabs: false, endOfLine: "lf" as const };
  const { formatted } = printer.printDocToString(contents, options);
  return formatted.length;
}

/** Parts between brackets with commas: on one line, or each on its own with a comma after the last. */
export function commaList(open: string, parts: readonly Doc[], close: string): Doc {
  if (parts.length === 0) return [open, close];
  const separated = builders.join([",", line], [...parts]);
  return group([open, indent([softline, separated]), ifBreak(","), softline, close]);
}

/** Whether a new line starts between two offsets of the source. */
export function breaksBetween(text: string, from: number, to: number): boolean {
  return text.slice(from, to).includes("\n");
}

/** Whether an empty line follows what ends at an offset, past a comma and a comment on the same line. */
export function blankAfter(text: string, end: number): boolean {
  return /^[ \t]*,?[ \t]*(#[^\n]*)?\r?\n[ \t\r]*(\n|$)/.test(text.slice(end, end + 2000));
}

/** Whether comments hang on a node. */
export function hasComments(node: Node): boolean {
  return commentsOf(node).length > 0;
}

/** Whether a node is printed together with the operator before it, so that its comments stand before that. */
export function printsOwnComments(path: AstPath): boolean {
  const parent: Node | null = path.parent;
  switch (parent?.kind) {
    case "binary":
      return path.key === "right";
    case "comparison":
      return path.key === "operands" && path.index !== 0;
    case "pipe":
    case "chain":
      return path.key === "stages";
    case "file":
      return path.key === "spec";
    default:
      return false;
  }
}

/** An operator and the node after it, the node's comments before both. */
export function withOperator(printing: Printing, node: Node, operator: string, printed: Doc): Doc {
  const comments = commentsOf(node);
  const textOf = (it: AttachedComment): string => printing.text.slice(it.span.start, it.span.end).trimEnd();
  for (const it of comments) it.printed = true;
  const ownLine = (it: AttachedComment): boolean => /\n[ \t]*$/.test(printing.text.slice(0, it.span.start));
  return [
    ...comments.filter((it) => it.leading).map((it) => [textOf(it), hardline]),
    operator === "" ? "" : `${operator} `,
    printed,
    ...comments
      .filter((it) => !it.leading)
      .map((it): Doc => [lineSuffix(ownLine(it) ? [hardline, textOf(it)] : ` ${textOf(it)}`), breakParent]),
  ];
}
