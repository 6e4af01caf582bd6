import { inFile, type Span } from "../support/source.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { labelOfMore } from "./label-of-more.ts";

/**
 * What was found while a value was made, in order: diagnostics, and what was found while the values were made that it
 * rests on. Spans may lie in pieces of files.
 */
export interface Findings {
  readonly found: readonly (Diagnostic | Findings)[];
  /** True where something says which names there are, as "did you mean" does: it depends on all of them. */
  readonly saysNames: boolean;
}

/** Whether one of the findings is an error. */
export function hasErrors({ found }: Findings): boolean {
  return found.some((it) => ("found" in it ? hasErrors(it) : it.severity === "error"));
}

/**
 * The findings as people read them, their spans in whole files. What several values rest on is told where it is met
 * first, and a line that is wrong in several values, as that of a block which two models use, by the first of them. What
 * may only follow from something else that is wrong is left out beside it.
 */
export function tell(findings: Findings): readonly Diagnostic[] {
  const told: Diagnostic[] = [];
  const met = new Set<Findings>();
  const byPlace = new Map<string, Findings>();
  const visit = (value: Findings): void => {
    if (met.has(value)) return;
    met.add(value);
    for (const it of value.found) {
      if ("found" in it) {
        visit(it);
        continue;
      }
      const { file, start, end } = inFile(it.span);
      const place = `${it.code} ${file.path} ${start} ${end}`;
      const first = byPlace.get(place);
      if (first !== undefined && first !== value) continue;
      byPlace.set(place, value);
      told.push(placed(it));
    }
  };
  visit(findings);
  const errors = told.filter((it) => it.severity === "error" && it.unlessWrong === undefined);
  return unknownOnce(
    told.flatMap(({ unlessWrong: part, ...it }) =>
      part !== undefined && errors.some(({ span }) => liesIn(span, part)) ? [] : [it],
    ),
  );
}

/** Codes of names that mean nothing: a person who misspells one, or leaves out what declares it, does so in all places. */
const ofNames: ReadonlySet<string> = new Set(["MC2001", "MC2011"]);

/** A name that means nothing in a file is told where it stands first, with how many places more; its fix is for all of them. */
function unknownOnce(told: readonly Diagnostic[]): readonly Diagnostic[] {
  const groups = new Map<string, Diagnostic[]>();
  for (const it of told) {
    if (!ofNames.has(it.code)) continue;
    const name = `${it.span.file.path}\n${it.message}`;
    const key = `${name}\n${it.help ?? ""}`;
    // Beside many findings nothing is offered any more, whatever was offered first.
    const group = groups.get(key) ?? (it.help === undefined ? groups.get(name) : undefined);
    if (group !== undefined) group.push(it);
    else {
      const begun = [it];
      groups.set(key, begun);
      if (!groups.has(name)) groups.set(name, begun);
    }
  }
  const folded = new Map(
    [...groups.values()].map(
      (group) => [group.reduce((a, b) => (b.span.start < a.span.start ? b : a)), group] as const,
    ),
  );
  return told.flatMap((it) => {
    if (!ofNames.has(it.code)) return [it];
    const group = folded.get(it) ?? [];
    if (group.length < 2) return group;
    const label = labelOfMore(it.span, group.length - 1);
    const edits = group.flatMap(({ fix }) => fix?.edits ?? []);
    return [{ ...it, labels: [...it.labels, label], ...(it.fix !== undefined && { fix: { ...it.fix, edits } }) }];
  });
}

function liesIn({ file, start }: Span, part: Span): boolean {
  return file.path === part.file.path && start >= part.start && start <= part.end;
}

function placed(it: Diagnostic): Diagnostic {
  const { fix, unlessWrong } = it;
  return {
    ...it,
    ...(unlessWrong !== undefined && { unlessWrong: inFile(unlessWrong) }),
    span: inFile(it.span),
    labels: it.labels.map((label) => ({ ...label, span: inFile(label.span) })),
    ...(fix !== undefined && {
      fix: { ...fix, edits: fix.edits.map((edit) => ({ ...edit, span: inFile(edit.span) })) },
    }),
  };
}
