import { textOf, type Span } from "../support/source.ts";
import { childrenOf, type Node } from "./nodes.ts";

/**
 * Where comments go. Prettier finds for each the innermost node around it and that node's children before and after;
 * here those are held on to only where a line of its own can stand: between statements, entries, arguments and the
 * like. Any other comment moves up, above the statement that it was in the middle of.
 */

/** A comment as Prettier hands it to a plugin, which marks where it went. */
export interface AttachedComment {
  readonly span: Span;
  printed?: boolean;
  leading?: boolean;
  trailing?: boolean;
  readonly enclosingNode?: Node;
  readonly precedingNode?: Node;
  readonly followingNode?: Node;
}

/** Where Prettier looks for the comments of a node. */
interface Commented {
  comments?: AttachedComment[];
}

const isCommented = (node: object): node is Commented => !("comments" in node) || Array.isArray(node.comments);

/** The comments that hang on a node. */
export function commentsOf(node: Node): readonly AttachedComment[] {
  return node.kind !== "file" && isCommented(node) ? (node.comments ?? []) : [];
}

function attach(node: Node, comment: AttachedComment, side: "leading" | "trailing" | "dangling"): true {
  comment.leading = side === "leading";
  comment.trailing = side === "trailing";
  comment.printed = false;
  if (isCommented(node)) (node.comments ??= []).push(comment);
  return true;
}

const parents = new WeakMap<Node, Node>();

/** Remembers the parent of every node of a file, for {@link placeComment}. */
export function rememberParent(node: Node, parent: Node): void {
  parents.set(node, parent);
}

/** The children of a node that comments may stand between. */
function elementsOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case "file":
      return childrenOf(node);
    case "body":
      return node.statements;
    case "chain":
    case "pipe":
      return node.kind === "pipe" ? [node.source, ...node.stages] : node.stages;
    case "list":
    case "tuple":
      return node.elements;
    case "parenthesized":
      return [node.inner];
    case "call":
      return node.arguments;
    case "index":
      return node.indices;
    case "binary":
      return [node.left, node.right];
    case "comparison":
      return node.operands;
    case "type":
      return node.dims;
    case "import":
      return node.names;
    case "callable":
      return [...node.hyperparameters, ...node.inputs, ...(node.results ?? []), ...node.where];
    case "setting":
    case "directive":
      return node.phrases;
    case "data":
    case "train":
    case "tune":
    case "test":
    case "budget":
    case "step":
    case "predict":
      return node.entries;
    default:
      return [];
  }
}

/** Whether a comment may stand on a line of its own before an element: not before one that must follow something. */
function leadable(element: Node, parent: Node): boolean {
  const elements = elementsOf(parent);
  if (!elements.includes(element)) return false;
  switch (parent.kind) {
    case "pipe":
    case "binary":
    case "comparison":
    case "setting":
    case "directive":
      return element !== elements[0];
    case "callable": {
      if (element === parent.where[0]) return false;
      return parent.results?.length === 1 ? element !== parent.results[0] : true;
    }
    default:
      return true;
  }
}

/** Whether two parts of a header are in the same list of it. */
function sameList(around: Node, before: Node, after: Node): boolean {
  if (around.kind !== "callable") return true;
  const lists: readonly (readonly Node[])[] = [
    around.hyperparameters,
    around.inputs,
    around.results ?? [],
    around.where,
  ];
  return lists.some((it) => it.includes(before) && it.includes(after));
}

function place(comment: AttachedComment, endOfLine: boolean): boolean {
  const { enclosingNode: around, precedingNode: before, followingNode: after } = comment;
  if (around === undefined) return false;
  const elements = elementsOf(around);
  // In a header the element before may belong to a list that is already closed.
  const between =
    before && comment.span.file.text.slice(before.span.end, comment.span.start).replaceAll(/#[^\n]*/g, "");
  const adjoins = around.kind !== "callable" || /^[\s,]*$/.test(between ?? "");
  // What an ignore comment silences begins on the line that it ends: it stays beside that, or goes above it.
  if (endOfLine && isIgnore(comment) && (before === undefined || !adjoins)) return placeAbove(around, comment);
  // After a line's end, as in `a` newline `+ # note`, a comment belongs to what follows.
  const sameLine =
    before !== undefined && !comment.span.file.text.slice(before.span.end, comment.span.start).includes("\n");
  if (endOfLine && !sameLine && after !== undefined && around.kind !== "callable" && leadable(after, around)) {
    return attach(after, comment, "leading");
  }
  const [result] = around.kind === "callable" ? (around.results ?? []) : [];
  if (around.kind === "callable" && around.results?.length === 1 && before === result) {
    // A sole result is printed without parentheses, and what follows it stands in the body.
    const [statement] = around.body.statements;
    if (statement !== undefined && after === around.body) return attach(statement, comment, "leading");
  }
  if ((endOfLine || around.kind === "callable") && adjoins && before !== undefined && elements.includes(before)) {
    const ownLine = !endOfLine && after !== undefined && leadable(after, around) && sameList(around, before, after);
    return ownLine ? attach(after, comment, "leading") : attach(before, comment, "trailing");
  }
  if (after !== undefined && leadable(after, around)) {
    return attach(after, comment, "leading");
  }
  if (before !== undefined && elements.includes(before)) {
    return attach(before, comment, "trailing");
  }
  if (elements.length === 0 && "entries" in around) {
    return attach(around, comment, "dangling");
  }
  return placeAbove(around, comment);
}

function isIgnore({ span }: AttachedComment): boolean {
  return /^#\s*modelc-ignore/.test(textOf(span));
}

/** Puts a comment above the innermost of a node and those around it above which a line may stand. */
function placeAbove(around: Node, comment: AttachedComment): true {
  let node = around;
  for (let parent = parents.get(node); parent !== undefined; parent = parents.get(node)) {
    if (leadable(node, parent)) break;
    node = parent;
  }
  return attach(node, comment, "leading");
}

/** Attaches a comment that has a line of its own. */
export function placeOwnLine(comment: AttachedComment): boolean {
  return place(comment, false);
}

/** Attaches a comment that ends a line. */
export function placeEndOfLine(comment: AttachedComment): boolean {
  return place(comment, true);
}
