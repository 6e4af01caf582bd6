import type { IToken } from "chevrotain";
import { positionAt } from "../support/source.ts";
import type { Comment, Doc } from "./ast.ts";
import { endOf } from "./cst.ts";
import type { Reporter } from "./reporter.ts";

/** The comments of a file, sorted by what they document. */
export interface Docs {
  /** The documentation of what starts at an offset. */
  at(start: number): Doc | undefined;
  /** The blocks that a blank line follows: the documentation of the file. */
  readonly file: readonly Doc[];
  readonly comments: readonly Comment[];
}

/** What is said to modelc documents nothing, however many signs it begins with. */
const isDoc = ({ image }: IToken): boolean => image.startsWith("##") && !/^#+\s*modelc-ignore\b/i.test(image);

/** Gathers `##` lines into blocks and finds what each documents. Tokens must not hold newlines. */
export function readDocs(comments: readonly IToken[], tokens: readonly IToken[], reporter: Reporter): Docs {
  const { file, span } = reporter;
  const lineOf = (offset: number): number => positionAt(file, offset).line;
  // A comment to the right of code says something about that line, so it documents nothing below.
  const ownLine = (token: IToken): boolean =>
    /^[ \t]*$/.test(file.text.slice(file.text.lastIndexOf("\n", token.startOffset - 1) + 1, token.startOffset));
  const blocks: IToken[][] = [];
  for (const token of comments) {
    if (!isDoc(token) || !ownLine(token)) continue;
    const block = blocks.at(-1);
    const before = block?.at(-1);
    if (block && before && lineOf(before.startOffset) + 1 === lineOf(token.startOffset)) block.push(token);
    else blocks.push([token]);
  }
  const byStart = new Map<number, Doc>();
  const ofFile: Doc[] = [];
  const taken = new Set<IToken>();
  let next = 0;
  for (const block of blocks) {
    const [first] = block;
    const last = block.at(-1);
    if (first === undefined || last === undefined) continue;
    const end = endOf(last);
    while (next < tokens.length && (tokens[next]?.startOffset ?? 0) < end) next++;
    const doc: Doc = {
      kind: "doc",
      span: span(first.startOffset, end),
      text: block.map((it) => it.image.replace(/^## ?/, "").trimEnd()).join("\n"),
    };
    const following = tokens[next];
    // What is no part of any declaration, as a stray brace, is left out of the tokens: what stands above it is not of what
    // stands below.
    const between = file.text.slice(end, following?.startOffset).replaceAll(/#[^\r\n]*/g, "");
    if (between.trim() !== "") continue;
    if (/^[ \t\r]*\n[ \t\r]*(\n|$)/.test(file.text.slice(end)) || following === undefined) {
      if (first.startColumn !== 1) continue;
      ofFile.push(doc);
    } else byStart.set(following.startOffset, doc);
    for (const it of block) taken.add(it);
  }
  return {
    at: (start) => byStart.get(start),
    file: ofFile,
    comments: comments
      .filter((it) => !taken.has(it))
      .map((it) => ({ kind: "comment", span: span(it.startOffset, endOf(it)), text: it.image.trimEnd() })),
  };
}
