import { elementAt } from "../support/element-at.ts";
import { lineStarts, lineText, positionAt, type SourceFile, type Span } from "../support/source.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { displayWidth, expandTabs } from "./display-width.ts";
import { showText } from "../support/show-text.ts";

/** How to print diagnostics. */
export interface RenderOptions {
  readonly color: boolean;
}

type Paint = (text: string) => string;

interface Colors {
  readonly bold: Paint;
  readonly red: Paint;
  readonly yellow: Paint;
  readonly blue: Paint;
}

/** The four styles of a message. A package for them looks at the process's streams when loaded, which costs more than all of rendering. */
function colorsFor(color: boolean): Colors {
  const style = (on: number, off: number): Paint => {
    return (text) => (color ? `\u001b[${String(on)}m${text}\u001b[${String(off)}m` : text);
  };
  return { bold: style(1, 22), red: style(31, 39), yellow: style(33, 39), blue: style(34, 39) };
}

interface Mark {
  readonly span: Span;
  readonly sign: "^" | "-";
  readonly message: string;
  readonly paint: Paint;
}

/** The widest source line that is printed whole; of longer ones, the part around the mark. */
const widestLine = 160;

/** Diagnostics as a person reads them on a terminal: each with its place, the source line, underlines and help. */
export function renderText(diagnostics: readonly Diagnostic[], options: RenderOptions): string {
  const colors = colorsFor(options.color);
  return diagnostics.map((it) => renderOne(it, colors)).join("\n");
}

function renderOne(diagnostic: Diagnostic, colors: Colors): string {
  const severe = diagnostic.severity === "error" ? colors.red : colors.yellow;
  const marks: readonly Mark[] = [
    { span: diagnostic.span, sign: "^", message: "", paint: severe },
    ...diagnostic.labels.map((it): Mark => ({ ...it, sign: "-", paint: colors.blue })),
  ];
  const gutter = Math.max(...marks.map((it) => String(positionAt(it.span.file, it.span.start).line).length));
  const bar = colors.blue(`${" ".repeat(gutter + 1)}|`);
  const head = `${severe(colors.bold(`${diagnostic.severity}[${diagnostic.code}]`))}: ${colors.bold(diagnostic.message)}`;
  const lines = [head];
  const files = [...new Set(marks.map((it) => it.span.file))];
  for (const [i, file] of files.entries()) {
    const own = marks.filter((it) => it.span.file === file);
    const [first] = own;
    if (first === undefined) continue;
    const place = positionAt(file, first.span.start);
    const arrow = colors.blue(`${" ".repeat(gutter)}${i === 0 ? "-->" : ":::"}`);
    lines.push(`${arrow} ${showText(file.path)}:${String(place.line)}:${String(place.column)}`, bar);
    lines.push(...renderMarks(file, own, gutter, colors));
  }
  if (diagnostic.help !== undefined || diagnostic.fix !== undefined) lines.push(bar);
  const note = (word: string, text: string): void => {
    const indent = " ".repeat(gutter + 1);
    const continued = `\n${indent}${" ".repeat(word.length + 4)}`;
    lines.push(`${indent}${colors.blue("=")} ${colors.bold(word)}: ${text.replaceAll("\n", continued)}`);
  };
  if (diagnostic.help !== undefined) note("help", diagnostic.help);
  if (diagnostic.fix !== undefined) note("fix", diagnostic.fix.title);
  return `${lines.join("\n")}\n`;
}

/** The source lines of one file's marks in order, each with its underlines; the primary mark comes first on its line. */
function renderMarks(file: SourceFile, marks: readonly Mark[], gutter: number, colors: Colors): readonly string[] {
  const byLine = new Map<number, Mark[]>();
  for (const mark of marks) {
    const { line } = positionAt(file, mark.span.start);
    byLine.set(line, [...(byLine.get(line) ?? []), mark]);
  }
  const lines: string[] = [];
  let before: number | undefined;
  for (const [line, own] of [...byLine].sort(([a], [b]) => a - b)) {
    if (before !== undefined && line > before + 1) lines.push(colors.blue(`${" ".repeat(gutter)}...`));
    before = line;
    const start = elementAt(lineStarts(file), line - 1);
    const text = lineText(file, start);
    const from = windowStart(text, (own[0]?.span.start ?? start) - start);
    const shown = shownPart(text, from, from + widestLine);
    lines.push(`${colors.blue(`${String(line).padStart(gutter)} |`)} ${shown}`.trimEnd());
    for (const mark of own) {
      const begin = Math.max(from, mark.span.start - start);
      const end = Math.min(mark.span.end - start, text.length);
      const left = displayWidth(shownPart(text, from, begin));
      const right = displayWidth(shownPart(text, from, Math.max(begin, end)));
      const underline = mark.sign.repeat(Math.max(1, Math.min(right - left, widestLine)));
      const message = mark.message === "" ? "" : ` ${mark.message}`;
      const row = `${" ".repeat(left)}${mark.paint(`${underline}${message}`)}`;
      lines.push(`${colors.blue(`${" ".repeat(gutter)} |`)} ${row}`);
    }
  }
  return lines;
}

/** A part of a line as it is printed: tabs as spaces, what a terminal would obey or hide escaped. */
function shownPart(line: string, from: number, to: number): string {
  return showText(expandTabs(line.slice(from, to)));
}

function windowStart(text: string, column: number): number {
  return text.length <= widestLine ? 0 : Math.max(0, Math.min(column - 60, text.length - widestLine));
}
