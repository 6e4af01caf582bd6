import type { CstNode, IToken } from "chevrotain";
import { modelParser } from "../../grammar/parser.ts";
import { tokenize } from "../../grammar/tokens.ts";
import type { Collector } from "../diagnostics/collector.ts";
import type { SourceFile } from "../support/source.ts";
import type { Declaration, File, NumberLiteral } from "./ast.ts";
import { buildScan, whenValue } from "./build-body.ts";
import { buildTopLevel, type DeclarationBuilder } from "./build-declaration.ts";
import { buildStage } from "./build-stage.ts";
import { nodes } from "./cst.ts";
import { readDocs } from "./docs.ts";
import { explainError } from "./explain-error.ts";
import { applyLayout } from "./layout.ts";
import { reportLexical } from "./report-lexical.ts";
import { createReporter, limit, type Reporter } from "./reporter.ts";
import { droppedName, exciseStatement, keepBefore } from "./recover.ts";

/** The newest version of the language, which a `spec` line may name. */
export const languageVersion = 1;

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
 * Reads a `.model` text. Always returns a tree: statements, entries and declarations with syntax errors are left out of
 * it, and the names of the declarations that they belong to are in `incomplete`. Never throws for anything in the text.
 */
export function parseFile(file: SourceFile, collector: Collector): File {
  const reporter = createReporter(file, collector);
  const span = reporter.span(0, file.text.length);
  const nothing: File = {
    kind: "file",
    span,
    spec: undefined,
    doc: undefined,
    declarations: [],
    comments: [],
    incomplete: [],
  };
  // Control characters but for white space, and what bytes that are no UTF-8 are read as.
  const binary = /[^\P{Cc}\t\n\v\f\r]|\ufffd/u.exec(file.text);
  if (binary !== null) {
    const help = /^\ufffd\ufffd|^.?\0/su.test(file.text) ? { help: "It looks like UTF-16: save it as UTF-8." } : {};
    reporter.report("MC1010", reporter.span(binary.index, binary.index + 1), { offset: binary.index }, help);
    reporter.flush();
    return nothing;
  }
  // A prettier plugin would take it for the end of a line, the lexer for a blank: neither was meant.
  for (const { index } of file.text.matchAll(/\r(?!\n)/g)) {
    const at = reporter.span(index, index + 1);
    const fix = { title: "change to a line feed", edits: [{ span: at, text: "\n" }] };
    reporter.report("MC1031", at, {}, { fix });
  }
  const lexed = tokenize(file.text);
  reportLexical(lexed, reporter);
  const laid = applyLayout(lexed.tokens, reporter);
  const { cst, cutNames } = parseTokens(laid, reporter);
  const docs = readDocs(
    lexed.comments,
    laid.filter((it) => it.image.trim() !== ""),
    reporter,
  );
  const rules = { stage: buildStage, scan: buildScan, when: whenValue };
  const builder: DeclarationBuilder = { reporter, rules, docs };
  const declarations: Declaration[] = [];
  const incomplete = new Set(cutNames);
  let spec: NumberLiteral | undefined;
  for (const [i, node] of nodes(cst, "topLevel").entries()) {
    const built = buildTopLevel(builder, node);
    if (built.kind === "number") {
      if (checkSpec(built, i, reporter)) spec = built;
      continue;
    }
    // The stand-in for a header that did not parse: its body was read for its own errors only.
    if (built.kind === "callable" && built.name.text === droppedName) continue;
    const depth = treeDepth(built);
    if (depth > deepestTree) {
      reporter.report("MC1028", built.span, { problem: `is ${String(depth)} levels deep`, limit: deepestTree });
      for (const name of namesOf(built)) incomplete.add(name);
      continue;
    }
    declarations.push(built);
    if (reporter.reportedIn(built.span.start, built.span.end)) {
      for (const name of namesOf(built)) incomplete.add(name);
    }
  }
  if (declarations.length === 0 && reporter.count === 0) reporter.report("MC1011", span, {});
  reporter.flush();
  return {
    kind: "file",
    span,
    spec,
    doc: docs.file,
    declarations,
    comments: docs.comments,
    incomplete: [...incomplete],
  };
}

/** Parses, and after each error again without the statement or declaration that it lies in. */
function parseTokens(laid: IToken[], reporter: Reporter): { cst: CstNode; cutNames: readonly string[] } {
  const parser = modelParser();
  const cutNames: string[] = [];
  let tokens = laid;
  for (;;) {
    parser.input = tokens;
    const cst = parser.file();
    const [error] = parser.errors;
    if (error === undefined) return { cst, cutNames };
    const at = tokens.indexOf(error.token);
    const place = at === -1 ? tokens.length : at;
    if (reporter.full) {
      // Enough was said: keep what is known to be sound.
      const last = error.token.startOffset;
      reporter.report("MC1025", reporter.span(last, last), { limit });
      tokens = keepBefore(tokens, place);
      continue;
    }
    const cut = exciseStatement(tokens, place);
    if (!reporter.reportedIn(cut.start, cut.end)) explainError(error, tokens, place, reporter);
    cutNames.push(...cut.names);
    tokens = cut.tokens;
  }
}

function checkSpec(spec: NumberLiteral, index: number, reporter: Reporter): boolean {
  if (index > 0) {
    reporter.report("MC1027", spec.span, { problem: "The `spec` line stands first in a file" });
    return false;
  }
  if (spec.value !== languageVersion) {
    const problem = `There is no version ${spec.raw} of the language: the newest is ${String(languageVersion)}`;
    reporter.report("MC1027", spec.span, { problem });
    return false;
  }
  return true;
}

/** The names that a declaration brings into the file. */
function namesOf(declaration: Declaration): readonly string[] {
  switch (declaration.kind) {
    case "import":
      return declaration.names.map((it) => it.text);
    case "const":
    case "callable":
    case "data":
      return [declaration.name.text];
    case "train":
    case "tune":
      return declaration.label === undefined ? [] : [declaration.label.text];
    case "test":
    case "budget":
      return [];
  }
}
