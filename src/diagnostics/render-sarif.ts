import { positionAt, type Span } from "../support/source.ts";
import { catalog } from "./catalog.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { toJson } from "../support/show-text.ts";

interface SarifLocation {
  readonly physicalLocation: {
    readonly artifactLocation: { readonly uri: string };
    readonly region: {
      readonly startLine: number;
      readonly startColumn: number;
      readonly endLine: number;
      readonly endColumn: number;
    };
  };
  readonly message?: { readonly text: string };
}

function location(span: Span, message?: string): SarifLocation {
  const start = positionAt(span.file, span.start);
  const end = positionAt(span.file, span.end);
  return {
    physicalLocation: {
      artifactLocation: { uri: encodeURI(span.file.path.replaceAll("\\", "/")) },
      region: { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column },
    },
    ...(message !== undefined && { message: { text: message } }),
  };
}

/** Diagnostics as a SARIF 2.1.0 log (OASIS standard), which code hosts show beside the lines of a change. */
export function renderSarif(diagnostics: readonly Diagnostic[], version: string): string {
  const codes = [...new Set(diagnostics.map((it) => it.code))].sort();
  const entries = new Map<string, { readonly title: string; readonly explanation: string }>(Object.entries(catalog));
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "modelc",
            version,
            rules: codes.map((id) => ({
              id,
              shortDescription: { text: entries.get(id)?.title ?? id },
              fullDescription: { text: entries.get(id)?.explanation ?? id },
            })),
          },
        },
        results: diagnostics.map((it) => ({
          ruleId: it.code,
          ruleIndex: codes.indexOf(it.code),
          level: it.severity,
          message: { text: it.help === undefined ? it.message : `${it.message} ${it.help}` },
          locations: [location(it.span)],
          relatedLocations: it.labels.map((label) => location(label.span, label.message)),
        })),
      },
    ],
  };
  return `${toJson(log, 2)}\n`;
}
