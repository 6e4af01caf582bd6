import type { Collector } from "../diagnostics/collector.ts";
import { makeDiagnostic } from "../diagnostics/make-diagnostic.ts";
import type { Asker, Table } from "../support/memo.ts";
import { inFile, type SourceFile } from "../support/source.ts";
import type { File, NumberLiteral } from "./ast.ts";
import { cutPieces } from "./cut-pieces.ts";
import { parsePiece, type ParsedPiece } from "./parse-piece.ts";
import { limit } from "./reporter.ts";

/** The newest version of the language, which a `spec` line may name. */
export const languageVersion = 1;

/**
 * Reads a `.model` text. Always returns a tree: statements, entries and declarations with syntax errors are left out of
 * it but for the names that they declare, and the declarations that they belong to are `broken`. Never throws for
 * anything in the text.
 */
export function parseFile(file: SourceFile, collector: Collector): File {
  return binaryFile(file, collector) ?? assemble(file, [parsePiece(file, undefined)], collector);
}

/** A piece of a file with what it parses to. Where it stands changes as the file is edited; all else stays. */
export interface KeptPiece {
  readonly source: { readonly path: string; readonly text: string; place: NonNullable<SourceFile["place"]> };
  readonly parsed: ParsedPiece;
}

/** Reads a text as {@link parseFile} does, piece by piece: those that `pieces` knows are not parsed again. */
export function parsePieces(file: SourceFile, collector: Collector, pieces: Table<KeptPiece>, asker: Asker): File {
  const binary = binaryFile(file, collector);
  if (binary !== undefined) return binary;
  const copies = new Map<string, number>();
  const parsed = cutPieces(file.text).map(({ start, end, next }): ParsedPiece => {
    const text = file.text.slice(start, end);
    // Two pieces of one text are two declarations all the same.
    const copy = (copies.get(text) ?? 0) + 1;
    copies.set(text, copy);
    const place = { file, offset: start };
    const piece = (more: string, before: { readonly start: number; readonly end: number } | undefined): ParsedPiece => {
      const kept = pieces.of(asker, `${file.path} ${copy}${more} ${text}`, () => {
        const source = { path: file.path, text, place };
        const at = before && { file: source, start: before.start - start, end: before.end - start };
        return { source, parsed: parsePiece(source, at) };
      });
      kept.source.place = place;
      return kept.parsed;
    };
    const alone = piece("", undefined);
    // What follows matters to the errors alone: what is left open ends there.
    if (alone.found.length === 0 || next === undefined) return alone;
    return piece(` before ${next.start - start} ${next.end - start}`, next);
  });
  return assemble(file, parsed, collector);
}

/** A file without anything in it, reported, where the text is none; undefined where it is one. */
function binaryFile(file: SourceFile, collector: Collector): File | undefined {
  // Control characters but for white space, and what bytes that are no UTF-8 are read as.
  const binary = /[^\P{Cc}\t\n\v\f\r]|\ufffd/u.exec(file.text);
  if (binary === null) return undefined;
  const help = /^\ufffd\ufffd|^.?\0/su.test(file.text)
    ? { help: "It looks like UTF-16: save it as UTF-8." }
    : binary[0] === "\ufffd"
      ? { help: "Save it as UTF-8: letters such as `ü` are written otherwise in Latin-1." }
      : {};
  const span = { file, start: binary.index, end: binary.index + 1 };
  collector.report("MC1010", span, { offset: binary.index }, help);
  return {
    kind: "file",
    span: { file, start: 0, end: file.text.length },
    spec: undefined,
    doc: undefined,
    declarations: [],
    comments: [],
  };
}

/** The file that pieces make, with their errors: at most {@link limit} of them, in order of place. */
function assemble(file: SourceFile, pieces: readonly ParsedPiece[], collector: Collector): File {
  const span = { file, start: 0, end: file.text.length };
  const nodes = pieces.flatMap((it) => it.nodes);
  const declarations = nodes.filter((it) => it.kind !== "number");
  const found = pieces.flatMap((it) => it.found);
  let spec: NumberLiteral | undefined;
  for (const [index, node] of nodes.entries()) {
    const problem = node.kind === "number" ? specProblem(node, index) : undefined;
    if (problem !== undefined) found.push(makeDiagnostic("MC1027", node.span, { problem }));
    else if (node.kind === "number") spec = node;
  }
  if (declarations.length === 0 && found.length === 0) found.push(makeDiagnostic("MC1011", span, {}));
  found.sort((a, b) => inFile(a.span).start - inFile(b.span).start);
  collector.take({ found: found.slice(0, limit), saysNames: false });
  const more = found[limit]?.span ?? pieces.find((it) => it.more !== undefined)?.more;
  if (more !== undefined) collector.report("MC1025", more, { limit });
  const [doc, ...docs] = pieces.flatMap((it) => it.docs);
  return {
    kind: "file",
    span,
    spec,
    doc: doc && { ...doc, text: [doc, ...docs].map((it) => it.text).join("\n\n") },
    declarations,
    comments: pieces.flatMap((it) => it.comments),
  };
}

/** What is wrong with a `spec` line, the number of whose node is given. */
function specProblem(spec: NumberLiteral, index: number): string | undefined {
  if (index > 0) return "The `spec` line stands first in a file";
  if (spec.value === languageVersion) return undefined;
  return `There is no version ${spec.raw} of the language: the newest is ${String(languageVersion)}`;
}
