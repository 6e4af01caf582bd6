import { toJson } from "../../support/show-text.ts";
import { positionAt, type Span } from "../../support/source.ts";
import type { Diagnostic } from "../diagnostic.ts";
import type { Report, Trouble } from "../report.ts";

/** A place in the published JSON: lines and columns count from 1, the end is exclusive. */
export interface JsonPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** One finding in the published JSON. */
export interface JsonDiagnostic extends JsonPlace {
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly help: string | null;
  /** Other places that it speaks of, each with what it shows. */
  readonly related: readonly (JsonPlace & { readonly message: string })[];
  /** Sizes of dims at which it shows. */
  readonly counterexample: Readonly<Record<string, number>> | null;
  /** The change that resolves it, where `--fix` knows one. */
  readonly fix: { readonly title: string; readonly edits: readonly (JsonPlace & { readonly text: string })[] } | null;
}

/** What `modelc check --format json` prints (docs/schemas/check.schema.json). */
export interface JsonReport {
  readonly diagnostics: readonly JsonDiagnostic[];
  /** How many files were checked. */
  readonly files: number;
  readonly errors: number;
  readonly warnings: number;
  /** How many findings `--max-problems` has left out. */
  readonly notShown: number;
  /** What `--fix` has changed. */
  readonly fixed: readonly { readonly file: string; readonly code: string; readonly title: string }[];
  readonly troubles: readonly { readonly file: string; readonly kind: Trouble["kind"]; readonly message: string }[];
}

function placeOf({ file, start, end }: Span): JsonPlace {
  const from = positionAt(file, start);
  const to = positionAt(file, end);
  return { file: file.path, line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
}

function diagnosticOf({
  code,
  severity,
  message,
  span,
  labels,
  help,
  fix,
  counterexample,
}: Diagnostic): JsonDiagnostic {
  return {
    code,
    severity,
    message,
    ...placeOf(span),
    help: help ?? null,
    related: labels.map((it) => ({ ...placeOf(it.span), message: it.message })),
    counterexample: counterexample ?? null,
    fix:
      fix === undefined
        ? null
        : { title: fix.title, edits: fix.edits.map((it) => ({ ...placeOf(it.span), text: it.text })) },
  };
}

/** A report as data. */
export function toJsonReport({ files, diagnostics, errors, warnings, notShown, troubles, fixed }: Report): JsonReport {
  return {
    diagnostics: diagnostics.map(diagnosticOf),
    files: files.length,
    errors,
    warnings,
    notShown,
    fixed: fixed.map(({ path, code, title }) => ({ file: path, code, title })),
    troubles: troubles.map(({ path, kind, message }) => ({ file: path, kind, message })),
  };
}

/** {@link toJsonReport} as text. */
export const json = (report: Report): string => `${toJson(toJsonReport(report), 2)}\n`;
