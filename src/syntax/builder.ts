import type { CstNode, IToken } from "chevrotain";
import { cover, type Span } from "../support/source.ts";
import type * as ast from "./ast.ts";
import type { ForExpression, ScanExpression } from "./ast/loops.ts";
import type { Reporter } from "./reporter.ts";

/** Longest run of operators, suffixes or alternatives at one level: what recursion over the tree can surely bear. */
export const longestChain = 200;

/** What building a tree needs. */
export interface Builder {
  readonly reporter: Reporter;
  readonly rules: BuildRules;
}

/** The rules that expressions hold others by: these hold expressions in turn. */
export interface BuildRules {
  stage(builder: Builder, node: CstNode): ast.Stage;
  scan(builder: Builder, node: CstNode): ScanExpression;
  loop(builder: Builder, node: CstNode): ForExpression;
  when(builder: Builder, node: CstNode): ast.Expression;
}

/** Where a node stands. */
export function spanOf(builder: Builder, node: CstNode): Span {
  const location = node.location;
  return builder.reporter.span(location?.startOffset ?? 0, (location?.endOffset ?? -1) + 1);
}

/** Where a node and what stands before it are together; a node in which nothing stands, as parsing stopped there, adds nothing. */
export function spanWith(builder: Builder, before: Span, node: CstNode): Span {
  return Number.isNaN(node.location?.startOffset ?? NaN) ? before : cover(before, spanOf(builder, node));
}

/** A name. */
export function buildName(builder: Builder, token: IToken): ast.Name {
  return { kind: "name", span: builder.reporter.spanOf(token), text: token.image };
}

/** Reports a run of too many parts. */
export function checkLength(builder: Builder, node: CstNode, count: number): void {
  if (count <= longestChain) return;
  const problem = `joins ${String(count)} parts`;
  builder.reporter.report("MC1028", spanOf(builder, node), { problem, limit: longestChain });
}
