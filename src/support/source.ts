import { elementAt } from "./element-at.ts";
/** A source text with the path that messages print for it. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** True where it is part of modelc, and lies in nobody's folder. */
  readonly library?: true;
  /** Where a piece of a file stands in it. Spans within the piece stay what they are when it moves. */
  readonly place?: { readonly file: SourceFile; readonly offset: number };
}

/** A half-open range of UTF-16 offsets in one source file. */
export interface Span {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}

/** A place as editors show it: both numbers count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

const lineStartsOf = new WeakMap<SourceFile, readonly number[]>();

/** Offsets at which the lines of a file start; computed once for each file. */
export function lineStarts(file: SourceFile): readonly number[] {
  const known = lineStartsOf.get(file);
  if (known !== undefined) return known;
  const starts = [0];
  for (let at = file.text.indexOf("\n"); at !== -1; at = file.text.indexOf("\n", at + 1)) {
    starts.push(at + 1);
  }
  lineStartsOf.set(file, starts);
  return starts;
}

/** The line and column of an offset, counted from 1; of one in a piece, those in its file. */
export function positionAt(file: SourceFile, offset: number): Position {
  if (file.place !== undefined) return positionAt(file.place.file, file.place.offset + offset);
  const starts = lineStarts(file);
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (elementAt(starts, middle) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - elementAt(starts, low) + 1 };
}

/** The line that an offset lies in, without its end. */
export function lineText(file: SourceFile, offset: number): string {
  const start = elementAt(lineStarts(file), positionAt(file, offset).line - 1);
  const end = file.text.indexOf("\n", start);
  return file.text.slice(start, end === -1 ? undefined : end).replace(/\r$/, "");
}

/** The text that a span covers. */
export function textOf(span: Span): string {
  return span.file.text.slice(span.start, span.end);
}

/** A span in the whole file, where it is one in a piece. */
export function inFile(span: Span): Span {
  const { place } = span.file;
  if (place === undefined) return span;
  return { file: place.file, start: span.start + place.offset, end: span.end + place.offset };
}

/** The smallest span that covers both, which must lie in one file. */
export function cover(first: Span, last: Span): Span {
  return { file: first.file, start: Math.min(first.start, last.start), end: Math.max(first.end, last.end) };
}
