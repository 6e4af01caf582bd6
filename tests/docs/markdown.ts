import { readFileSync } from "node:fs";

/** A fenced block of a page: the words after its fence, its text, and the line at which the text starts. */
export interface Fence {
  readonly info: string;
  readonly text: string;
  readonly line: number;
}

/** The fenced blocks of a Markdown file, in order. */
export function fencesOf(path: string): readonly Fence[] {
  const fences: Fence[] = [];
  let open:
    { readonly marks: string; readonly info: string; readonly line: number; readonly lines: string[] } | undefined;
  for (const [index, line] of readFileSync(path, "utf8").split("\n").entries()) {
    const [, marks, info] = /^(`{3,})(.*)$/.exec(line) ?? [];
    if (open === undefined) {
      if (marks !== undefined) open = { marks, info: (info ?? "").trim(), line: index + 2, lines: [] };
    } else if (marks !== undefined && marks.length >= open.marks.length && info === "") {
      fences.push({ info: open.info, text: `${open.lines.join("\n")}\n`, line: open.line });
      open = undefined;
    } else open.lines.push(line);
  }
  if (open !== undefined) throw new Error(`${path}: the fence at line ${String(open.line - 1)} is never closed`);
  return fences;
}

/** The tables of a Markdown file, each as its rows, cell by cell. */
export function tablesOf(path: string): readonly (readonly (readonly string[])[])[] {
  const tables: string[][][] = [];
  let inTable = false;
  for (const line of readFileSync(path, "utf8").split("\n")) {
    const isRow = line.startsWith("| ");
    if (isRow && !inTable) tables.push([]);
    if (isRow) tables.at(-1)?.push(cellsOf(line));
    inTable = isRow;
  }
  return tables;
}

/** The rows of every table of a Markdown file, cell by cell. */
export function tableRowsOf(path: string): readonly (readonly string[])[] {
  return tablesOf(path).flat();
}

const cellsOf = (line: string): string[] =>
  line
    .replace(/^\| ?|\|\s*$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));
