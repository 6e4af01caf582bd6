import { required } from "../support/fault.ts";
import type { Diagnostic } from "./diagnostic.ts";

/** A file that was not checked to its end: it cannot be read, or modelc itself failed on it. */
export interface Trouble {
  readonly path: string;
  readonly kind: "unreadable" | "defect";
  readonly message: string;
}

/** What `--fix` has changed in a file. */
export interface Fixed {
  readonly path: string;
  readonly code: string;
  /** What was done, as "change to Dense". */
  readonly title: string;
}

/** What a check of some files found: what every format is written from. */
export interface Report {
  /** The files that were checked, in order. */
  readonly files: readonly string[];
  /** The findings to show, file by file. */
  readonly diagnostics: readonly Diagnostic[];
  /** How many errors and warnings there are, with those that are not shown. */
  readonly errors: number;
  readonly warnings: number;
  readonly notShown: number;
  /** Those findings. */
  readonly hidden: readonly Diagnostic[];
  readonly troubles: readonly Trouble[];
  readonly fixed: readonly Fixed[];
}

/** What a format asks besides the findings. */
export interface FormatOptions {
  readonly version: string;
  readonly color?: boolean;
  /** Leaves the line that sums up out, where the format has one. */
  readonly quiet?: boolean;
  /** Whether a finding fails the check; every error does by default. */
  readonly fails?: (diagnostic: Diagnostic) => boolean;
  /** A path as the repository has it, with `/`; an absolute one where it lies outside of it. */
  readonly placeOf?: (path: string) => string;
  /** The URI of the folder that the places of {@link placeOf} are in, with a `/` at its end. */
  readonly baseUri?: () => string;
}

/**
 * A report of files, the first `most` of their findings shown, errors before warnings, each file's in the order of its
 * text.
 */
export function createReport(
  files: readonly string[],
  found: readonly Diagnostic[],
  {
    troubles = [],
    fixed = [],
    most = Infinity,
  }: {
    readonly troubles?: readonly Trouble[];
    readonly fixed?: readonly Fixed[];
    readonly most?: number | undefined;
  } = {},
): Report {
  const diagnostics = inOrder(found);
  const errors = diagnostics.filter((it) => it.severity === "error");
  const warnings = diagnostics.filter((it) => it.severity === "warning");
  const shown = new Set([...errors, ...warnings].slice(0, most));
  return {
    files,
    diagnostics: diagnostics.filter((it) => shown.has(it)),
    errors: errors.length,
    warnings: warnings.length,
    notShown: diagnostics.length - shown.size,
    hidden: diagnostics.filter((it) => !shown.has(it)),
    troubles,
    fixed,
  };
}

/** Findings by their files, in the order in which these come, and by their places in them. */
function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const files = [...new Set(diagnostics.map(({ span }) => span.file.path))];
  const rank = new Map(files.map((path, at) => [path, at]));
  const rankOf = ({ span }: Diagnostic): number => required(rank.get(span.file.path), "file");
  return diagnostics.toSorted((a, b) => rankOf(a) - rankOf(b) || a.span.start - b.span.start);
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** The line that sums up: `6 files checked, no problems`. */
export function summarise({ files, errors, warnings, notShown, troubles, fixed }: Report): string {
  const found = [errors > 0 ? counted(errors, "error") : "", warnings > 0 ? counted(warnings, "warning") : ""];
  const problems = found.filter((it) => it !== "").join(" and ");
  const hidden = notShown > 0 ? `, ${notShown} of them not shown` : "";
  const mended = fixed.length > 0 ? `, ${fixed.length} fixed` : "";
  const unchecked = troubles.length > 0 ? `; ${counted(troubles.length, "file")} could not be checked` : "";
  const none = files.length === 0 ? "" : ", no problems";
  return `${counted(files.length, "file")} checked${problems === "" ? none : `, ${problems}`}${hidden}${mended}${unchecked}`;
}
