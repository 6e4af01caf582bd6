import { hashText } from "../../support/hash-text.ts";
import { toJson } from "../../support/show-text.ts";
import { lineText, positionAt, type Span } from "../../support/source.ts";
import { catalog } from "../catalog.ts";
import { codePages } from "../code-page.ts";
import type { Diagnostic, Fix } from "../diagnostic.ts";
import type { FormatOptions, Report, Trouble } from "../report.ts";

/** The name that SARIF's writers have for the folder of the repository. */
const root = "%SRCROOT%";

type Place = NonNullable<FormatOptions["placeOf"]>;

/** A SARIF 2.1.0 log (OASIS standard), which code hosts show beside the lines of a change. */
export function sarif(report: Report, { version, placeOf = (path) => path, baseUri }: FormatOptions): string {
  const { diagnostics, troubles } = report;
  const codes = [...new Set(diagnostics.map((it) => it.code))].sort();
  const fingerprint = createFingerprints(placeOf);
  const run = {
    tool: { driver: { name: "modelc", version, rules: codes.map(ruleOf) } },
    ...(baseUri !== undefined && { originalUriBaseIds: { [root]: { uri: baseUri() } } }),
    columnKind: "utf16CodeUnits",
    invocations: [
      {
        executionSuccessful: troubles.length === 0,
        toolExecutionNotifications: troubles.map((it) => notificationOf(it, placeOf)),
      },
    ],
    results: diagnostics.map((it) => resultOf(it, codes, placeOf, fingerprint(it))),
  };
  const log = { $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] };
  return `${toJson(log, 2)}\n`;
}

function ruleOf(id: string): object {
  const entry = new Map<string, { readonly title: string; readonly explanation: string; readonly severity: string }>(
    Object.entries(catalog),
  ).get(id);
  return {
    id,
    ...(codePages !== undefined && { helpUri: `${codePages}${id}` }),
    ...(entry !== undefined && {
      shortDescription: { text: entry.title },
      fullDescription: { text: entry.explanation },
      help: { text: `${entry.explanation}\n\nmodelc explain ${id} has examples.` },
      defaultConfiguration: { level: entry.severity },
    }),
  };
}

function resultOf(it: Diagnostic, codes: readonly string[], placeOf: Place, fingerprint: string): object {
  // The standard library lies in no repository: what it shows is left to the other formats.
  const related = it.labels.filter(({ span }) => span.file.library !== true);
  const known = it.span.file.library === true ? [] : [{ physicalLocation: physical(it.span, placeOf) }];
  return {
    ruleId: it.code,
    ruleIndex: codes.indexOf(it.code),
    level: it.severity,
    message: { text: it.help === undefined ? it.message : `${it.message}\n${it.help}` },
    locations: known,
    relatedLocations: related.map((label, id) => ({
      id,
      physicalLocation: physical(label.span, placeOf),
      message: { text: label.message },
    })),
    partialFingerprints: { "modelcLine/v1": fingerprint },
    ...(it.fix !== undefined && { fixes: [fixOf(it.fix, placeOf)] }),
  };
}

function notificationOf({ path, message, kind }: Trouble, placeOf: Place): object {
  return {
    level: "error",
    message: { text: message },
    descriptor: { id: kind },
    locations: [{ physicalLocation: { artifactLocation: artifact(path, placeOf) } }],
  };
}

function fixOf({ title, edits }: Fix, placeOf: Place): object {
  const paths = [...new Set(edits.map((it) => it.span.file.path))];
  return {
    description: { text: title },
    artifactChanges: paths.map((path) => ({
      artifactLocation: artifact(path, placeOf),
      replacements: edits
        .filter((it) => it.span.file.path === path)
        .map((it) => ({ deletedRegion: region(it.span), insertedContent: { text: it.text } })),
    })),
  };
}

const physical = (span: Span, placeOf: Place): object => ({
  artifactLocation: artifact(span.file.path, placeOf),
  region: region(span),
});

function region({ file, start, end }: Span): object {
  const from = positionAt(file, start);
  const to = positionAt(file, end);
  return { startLine: from.line, startColumn: from.column, endLine: to.line, endColumn: to.column };
}

function artifact(path: string, placeOf: Place): object {
  const place = placeOf(path).replaceAll("\\", "/");
  const drive = /^[A-Za-z]:(?=\/)/.exec(place)?.[0] ?? "";
  if (drive === "" && !place.startsWith("/")) return { uri: escapeUri(place), uriBaseId: root };
  return { uri: `file://${drive === "" ? "" : `/${drive}`}${escapeUri(place.slice(drive.length))}` };
}

/** A path within a URI: what is no letter, digit or one of a few signs is percent-escaped. */
function escapeUri(path: string): string {
  return path
    .split("/")
    .map((part) => encodeURIComponent(part.replace(/\p{Cs}/gu, "\uFFFD")))
    .join("/");
}

/** What stays of a finding while lines around it come and go: its code, its file and its line, and which of several it is. */
function createFingerprints(placeOf: Place): (diagnostic: Diagnostic) => string {
  const seen = new Map<string, number>();
  return ({ code, span }) => {
    const { file, start } = span;
    const key = hashText([code, placeOf(file.path), lineText(file, start).trim()].join("\n"));
    const before = seen.get(key) ?? 0;
    seen.set(key, before + 1);
    return `${key}:${before + 1}`;
  };
}
