import { positionAt } from "../../support/source.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { summarise, type FormatOptions, type Report, type Trouble } from "../report.ts";

/** Workflow commands of GitHub Actions, which it shows as annotations beside the lines. */
export function github(report: Report, { placeOf = (path) => path, quiet = false }: FormatOptions): string {
  const lines = [
    ...report.troubles.map((it) => troubleLine(it, placeOf(it.path))),
    ...report.diagnostics.map((it) => findingLine(it, placeOf(it.span.file.path))),
    ...(quiet ? [] : [summarise(report)]),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function troubleLine({ message }: Trouble, file: string): string {
  return command("error", { file, title: "modelc" }, message);
}

function findingLine({ code, severity, message, span, help }: Diagnostic, file: string): string {
  const start = positionAt(span.file, span.start);
  const end = positionAt(span.file, span.end);
  const place = { file, line: String(start.line), endLine: String(end.line) };
  // Columns are of one line: GitHub refuses them beside an end on another.
  const columns = start.line === end.line ? { col: String(start.column), endColumn: String(end.column) } : {};
  // The log shows the message alone: it has the place once more.
  const text = `${file}:${start.line}:${start.column}: ${message}${help === undefined ? "" : `\n${help}`}`;
  return command(severity, { ...place, ...columns, title: `modelc ${code}` }, text);
}

function command(name: string, properties: Readonly<Record<string, string>>, message: string): string {
  const given = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`);
  return `::${name} ${given.join(",")}::${escapeData(message)}`;
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
