import type { CstNode, IToken } from "chevrotain";
import { modelParser } from "../../grammar/parser.ts";
import * as t from "../../grammar/tokens.ts";
import { applyFixes } from "../diagnostics/apply-fixes.ts";
import type { Diagnostic, Fix } from "../diagnostics/diagnostic.ts";
import type { SourceFile, Span } from "../support/source.ts";
import type { Comment, Declaration, Doc, Name, NameReference, NumberLiteral } from "./ast.ts";
import { whenValue } from "./build-body.ts";
import { buildFor, buildScan } from "./build-loop.ts";
import { buildTopLevel, type DeclarationBuilder } from "./build-declaration.ts";
import { buildStage } from "./build-stage.ts";
import { endOf, nodes } from "./cst.ts";
import { readDocs } from "./docs.ts";
import { explainError } from "./explain-error.ts";
import { applyLayout } from "./layout.ts";
import { lostName } from "./lost-name.ts";
import { mendBrackets } from "./mend-brackets.ts";
import { exciseStatement, exciseWithin, keepBefore, type Cut } from "./recover.ts";
import { reportLexical } from "./report-lexical.ts";
import { isName, isOneOf } from "./stop.ts";
import { createReporter, limit, type Reporter } from "./reporter.ts";
import { tokenAfter } from "./token-after.ts";

/** What one piece of a text holds. Spans lie in the piece. */
export interface ParsedPiece {
  readonly source: SourceFile;
  /** Declarations, and the numbers of `spec` lines, in order. */
  readonly nodes: readonly (Declaration | NumberLiteral)[];
  /** Blocks of documentation that document the file. */
  readonly docs: readonly Doc[];
  readonly comments: readonly Comment[];
  /** Its syntax errors, in order of place. */
  readonly found: readonly Diagnostic[];
  /** Where the first error lies that is over the limit. */
  readonly more: Span | undefined;
}

/** What is said of brackets that do not match. */
const bracketErrors: readonly string[] = ["MC1002", "MC1003", "MC1004"];

/** How deep a tree may be, so that later phases may recurse over it. */
const deepestTree = 1000;

/** The depth of a tree, found without recursion. */
function treeDepth(root: object): number {
  let deepest = 0;
  const open: [object, number][] = [[root, 1]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [value, depth] = next;
    deepest = Math.max(deepest, depth);
    for (const child of Object.values(value) as readonly unknown[]) {
      // Lists are no level of their own; spans lead to the text.
      if (typeof child !== "object" || child === null || "file" in child) continue;
      open.push([child, Array.isArray(child) ? depth : depth + 1]);
    }
  }
  return deepest;
}

/**
 * Parses a piece; `next` is the declaration's word after it, undefined at the end of the file. Never throws for anything
 * in the text.
 */
export function parsePiece(source: SourceFile, next: Span | undefined): ParsedPiece {
  const parsed = parseOnce(source, next);
  const found = parsed.found.map((it): Diagnostic => {
    if (it.fix === undefined || !isOfBrackets(source.text, it.fix.edits)) return it;
    const { text } = applyFixes(source.text, [it], () => true);
    if (parseOnce({ ...source, text }, next).found.length < parsed.found.length) return it;
    // What leaves the text as broken as it was is no fix.
    const { fix: _, ...rest } = it;
    return rest;
  });
  return { ...parsed, found };
}

/** Whether edits change brackets alone. */
function isOfBrackets(text: string, edits: Fix["edits"]): boolean {
  return edits.every((it) => /^[\s()[\]{}]*$/.test(text.slice(it.span.start, it.span.end) + it.text));
}

/** Parses a piece, with the fixes of all its errors. */
function parseOnce(source: SourceFile, next: Span | undefined): ParsedPiece {
  const reporter = createReporter(source);
  // A prettier plugin would take it for the end of a line, the lexer for a blank: neither was meant.
  for (const { index } of source.text.matchAll(/\r(?!\n)/g)) {
    const at = reporter.span(index, index + 1);
    const fix = { title: "change to a line feed", edits: [{ span: at, text: "\n" }] };
    reporter.report("MC1031", at, {}, { fix });
  }
  const lexed = t.tokenize(source.text);
  reportLexical(lexed, reporter);
  const laid = applyLayout(mendBrackets(lexed.tokens, reporter), reporter, next);
  const { cst, cuts } = parseTokens(laid, reporter, next !== undefined);
  const docs = readDocs(
    lexed.comments,
    laid.filter((it) => it.image.trim() !== ""),
    reporter,
  );
  const rules = { stage: buildStage, scan: buildScan, loop: buildFor, when: whenValue };
  const builder: DeclarationBuilder = { reporter, rules, docs };
  const kept: (Declaration | NumberLiteral)[] = [];
  const all = nodes(cst, "topLevel").map((node) => buildTopLevel(builder, node));
  for (const [at, built] of all.entries()) {
    if (built.kind === "number") {
      kept.push(built);
      continue;
    }
    const { start, end } = built.span;
    const depth = treeDepth(built);
    if (depth > deepestTree) {
      reporter.report("MC1028", built.span, { problem: `is ${String(depth)} levels deep`, limit: deepestTree });
      kept.push(shallow(built));
    } else {
      const isNamed = !("name" in built) || built.name.text !== lostName;
      const isWhole = isNamed && !cuts.some((it) => it.start <= end && it.end >= start);
      // A brace that closes nothing may stand below: one too many before it has ended the declaration.
      const until = all[at + 1]?.span.start ?? source.text.length;
      const unbalanced = reporter.reportedIn(start, until, bracketErrors);
      const broken = !isWhole || unbalanced || reporter.reportedIn(start, end);
      kept.push(broken ? { ...built, broken, unbalanced } : built);
    }
  }
  const { found, more } = reporter;
  return { source, nodes: kept, docs: docs.file, comments: docs.comments, found, more };
}

/** What stands for a declaration that is too deep: all that is known is its name. */
function shallow({ kind, span, doc, ...it }: Declaration): Declaration {
  const lost: NameReference = { kind: "reference", span, text: lostName };
  const name: Name = { kind: "name", span, text: lostName };
  const common = { span, doc, broken: true, unbalanced: false };
  if (kind === "train" || kind === "tune")
    return { kind, ...common, label: undefined, model: lost, data: name, entries: [] };
  return { kind: "const", ...common, name: "name" in it ? it.name : name, value: lost };
}

/** Parses, and after each error again with a stand-in for the statement or declaration that it lies in. */
function parseTokens(
  laid: IToken[],
  reporter: Reporter,
  goesOn: boolean,
): { readonly cst: CstNode; readonly cuts: readonly Cut[] } {
  const parser = modelParser();
  const cuts: Cut[] = [];
  let tokens = laid;
  for (const number of laid.filter((it) => it.tokenType === t.BadNumber)) {
    const place = tokens.indexOf(number);
    const cut = place !== -1 && isInSection(tokens, place) && exciseWithin(tokens, place, reporter.file.text.length);
    if (!cut) continue;
    cuts.push(cut);
    tokens = cut.tokens;
  }
  for (const { code, span } of reporter.found) {
    if (!bracketErrors.includes(code) || cuts.some((it) => it.start <= span.start && span.start <= it.end)) continue;
    const cut = cutGuessed(tokens, span);
    if (cut === undefined) continue;
    cuts.push(cut);
    tokens = cut.tokens;
  }
  for (;;) {
    parser.input = tokens;
    const cst = parser.file();
    const [error] = parser.errors;
    if (error === undefined) return { cst, cuts };
    const at = tokens.indexOf(error.token);
    const place = at === -1 ? tokens.length : at;
    if (reporter.full) {
      // Enough was said: keep what is known to be sound.
      const last = error.token.startOffset;
      reporter.report("MC1025", reporter.span(last, last), { limit });
      tokens = keepBefore(tokens, place);
      continue;
    }
    const once = withoutDoubled(tokens, place, reporter);
    if (once !== undefined) {
      tokens = once;
      continue;
    }
    const cut = exciseStatement(tokens, place, reporter.file.text.length);
    if (!reporter.reportedIn(cut.start, cut.end)) {
      explainError(
        error,
        place === tokens.length && goesOn ? [...tokens, tokenAfter(tokens.at(-1), t.Newline)] : tokens,
        place,
        reporter,
      );
    }
    cuts.push(cut);
    tokens = cut.tokens;
  }
}

/** Whether a place lies in a section of entries, of which one that lacks its number says nothing of itself. */
function isInSection(tokens: readonly IToken[], place: number): boolean {
  const word = tokens
    .slice(0, place)
    .findLast((it) => it.startColumn === 1 && t.declarationTokens.includes(it.tokenType));
  return isOneOf(word, t.sectionTokens);
}

/**
 * The tokens without what holds parentheses or brackets that were guessed, since it says nothing of itself; undefined where
 * nothing around them has to go.
 */
function cutGuessed(tokens: IToken[], { file: { text }, start }: Span): Cut | undefined {
  const place = tokens.findLastIndex((it) => it.startOffset <= start && it.image !== "");
  const token = tokens[place];
  if (token === undefined || token.tokenType === t.LeftBrace || token.tokenType === t.RightBrace) return undefined;
  // One that was left out is known by its text, and by what stands before it on its line.
  const isLeftOut = token.startOffset !== start;
  const isApart = /^[{}]/.test(text.slice(start)) || text.slice(token.startOffset, start).includes("\n");
  return isLeftOut && isApart ? undefined : exciseWithin(tokens, place, text.length);
}

/** The tokens without a word that stands twice right before where parsing stopped, which is reported: `model model Net`. */
function withoutDoubled(tokens: readonly IToken[], place: number, reporter: Reporter): IToken[] | undefined {
  const [third, before, token] = [tokens[place - 2], tokens[place - 1], tokens[place]];
  // A word that no name can be, or an arrow, fits no more where it stands again.
  const isSign = isOneOf(token, [t.Arrow, t.Else, t.For, t.When, t.Scan]) && token.tokenType === before?.tokenType;
  const [first, second] = isSign ? [before, token] : [third, before];
  if (first === undefined || second === undefined || first.image !== second.image || first.image === "")
    return undefined;
  if (!isSign && !(isName(first) && isName(second))) return undefined;
  const span = reporter.spanOf(second);
  const fix = {
    title: `remove \`${second.image}\``,
    edits: [{ span: reporter.span(endOf(first), span.end), text: "" }],
  };
  reporter.report("MC1001", span, { expected: `one \`${first.image}\``, found: "another" }, { fix });
  return tokens.filter((it) => it !== second);
}
