import { reservedWords } from "../../grammar/tokens.ts";
import { infixWords } from "./layout.ts";

/** A part of a text that parses by itself. */
export interface Cut {
  readonly start: number;
  readonly end: number;
  /** The word of the declaration that follows it: what is left open in the piece stops there. */
  readonly next: { readonly start: number; readonly end: number } | undefined;
}

/** A declaration's word and a name, or an import's brace: in column 1 they begin a declaration, whatever is open above. */
const opening = /(?:(const|fn|block|model|data|train|tune|test|budget)[ \t]+([A-Za-z_]\w*)|(import)[ \t]*\{)/y;
const noNames: ReadonlySet<string> = new Set([...reservedWords, ...infixWords]);
const idle = /[ \t\r]*(?:#[^\r\n]*)?\r?(?=\n)/y;

/**
 * Cuts a text before its declarations, each with the comments above it. By the rule of layout nothing reaches over such
 * a place, so the pieces parse as the whole would; where it is not plain that a declaration begins, none is cut.
 */
export function cutPieces(text: string): readonly Cut[] {
  const cuts: { readonly at: number; readonly word: { readonly start: number; readonly end: number } }[] = [];
  // Where the comments and blank lines before the present line begin.
  let lead: number | undefined;
  for (let line = 0; line < text.length;) {
    const newline = text.indexOf("\n", line);
    const end = newline === -1 ? text.length : newline + 1;
    opening.lastIndex = line;
    const found = opening.exec(text);
    const word = found?.[1] ?? found?.[3];
    if (word !== undefined && !noNames.has(found?.[2] ?? "")) {
      const at = lead ?? line;
      if (at > 0) cuts.push({ at, word: { start: line, end: line + word.length } });
    }
    idle.lastIndex = line;
    lead = idle.test(text) ? (lead ?? line) : undefined;
    line = end;
  }
  const starts = [0, ...cuts.map((it) => it.at)];
  return starts.map((start, index) => ({ start, end: cuts[index]?.at ?? text.length, next: cuts[index]?.word }));
}
