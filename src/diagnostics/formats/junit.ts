import { showLines, showText } from "../../support/show-text.ts";
import { positionAt } from "../../support/source.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { renderText } from "../render.ts";
import type { FormatOptions, Report, Trouble } from "../report.ts";

/** One `<testcase>`, and what it counts as. */
interface Case {
  readonly kind: "passed" | "failures" | "errors";
  readonly text: string;
}

/**
 * JUnit's XML, which CI systems read: a suite for each file. A finding that fails the check is a failed case, any other a
 * case that passes with a text; a file without findings is one case that passes, and one that cannot be checked an error.
 */
export function junit(
  { files, diagnostics, hidden, troubles }: Report,
  { placeOf = (path) => path, fails = ({ severity }) => severity === "error" }: FormatOptions,
): string {
  const byFile = new Map<string, Case[]>(
    [...files, ...troubles.map((it) => it.path)].map((path): [string, Case[]] => [placeOf(path), []]),
  );
  const add = (path: string, made: (file: string) => Case): void => {
    const file = placeOf(path);
    byFile.set(file, [...(byFile.get(file) ?? []), made(file)]);
  };
  for (const it of troubles) add(it.path, (file) => troubleCase(it, file));
  for (const it of diagnostics) add(it.span.file.path, (file) => findingCase(it, file, fails(it)));
  for (const path of new Set(hidden.filter(fails).map(({ span }) => span.file.path))) {
    const count = hidden.filter((it) => it.span.file.path === path && fails(it)).length;
    add(path, (file) => hiddenCase(count, file));
  }
  for (const path of files) {
    const file = placeOf(path);
    if (byFile.get(file)?.length === 0) add(path, () => ({ kind: "passed", text: testCase("check", file, "") }));
  }
  const suites = [...byFile];
  const all = suites.flatMap(([, cases]) => cases);
  const written = suites.map(
    ([file, cases]) =>
      `  <testsuite ${attributes({ name: file, ...countsOf(cases) })}>\n${cases.map((it) => it.text).join("")}  </testsuite>\n`,
  );
  const head = '<?xml version="1.0" encoding="UTF-8"?>\n';
  return `${head}<testsuites ${attributes({ name: "modelc", ...countsOf(all) })}>\n${written.join("")}</testsuites>\n`;
}

function countsOf(cases: readonly Case[]): Readonly<Record<string, string>> {
  const count = (kind: Case["kind"]): string => String(cases.filter((it) => it.kind === kind).length);
  return { tests: String(cases.length), failures: count("failures"), errors: count("errors") };
}

function troubleCase({ kind, message }: Trouble, file: string): Case {
  const inner = `<error ${attributes({ message, type: kind })}>${escape(message)}</error>`;
  return { kind: "errors", text: testCase("check", file, inner) };
}

/** Findings that fail the check and are not shown: the file must not pass for it. */
function hiddenCase(count: number, file: string): Case {
  const message = count === 1 ? "one more finding is not shown" : `${count} more findings are not shown`;
  const inner = `<failure ${attributes({ message, type: "hidden" })}>${escape(message)}</failure>`;
  return { kind: "failures", text: testCase("not shown", file, inner) };
}

function findingCase(diagnostic: Diagnostic, file: string, fails: boolean): Case {
  const { code, message, span } = diagnostic;
  const { line, column } = positionAt(span.file, span.start);
  const text = escape(renderText([diagnostic], { color: false }));
  const inner = fails
    ? `<failure ${attributes({ message, type: code })}>${text}</failure>`
    : `<system-out>${text}</system-out>`;
  return {
    kind: fails ? "failures" : "passed",
    text: testCase(`${code} at ${line}:${column}`, file, inner, { file, line: String(line) }),
  };
}

function testCase(name: string, file: string, inner: string, more: Readonly<Record<string, string>> = {}): string {
  const head = `    <testcase ${attributes({ name, classname: file, ...more })}`;
  return inner === "" ? `${head}/>\n` : `${head}>\n      ${inner}\n    </testcase>\n`;
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${escape(showText(value))}"`)
    .join(" ");
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text within XML. What XML has no way to say, as control characters, is written as the language escapes it. */
function escape(text: string): string {
  return showLines(text)
    .replaceAll(/[\uFFFE\uFFFF]/g, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`)
    .replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
}
