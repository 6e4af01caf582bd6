import { resolve } from "node:path";
import type { ProgramHost } from "../analyze/program.ts";
import { applyFixes } from "../diagnostics/apply-fixes.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Fixed } from "../diagnostics/report.ts";
import type { SourceFile } from "../support/source.ts";
import { checkSpecs, type CheckedSpecs, type CheckOne, type SpecTrouble } from "./check-specs.ts";
import { UsageError } from "./exit-code.ts";
import { readFileBytes } from "./read-specs.ts";
import { rewriteFile } from "./rewrite-file.ts";

/** How often a file is looked at again: a fix may bring to light what lay behind it. */
const mostRounds = 20;

/**
 * Checks files and applies the fixes of what is found, until nothing is left to fix; then writes the files that changed,
 * each whole. Files that are imported and were not named stay as they are, and so does what is not `heeded`.
 */
export function fixSpecs(
  sources: readonly SourceFile[],
  host: ProgramHost,
  heeded: (diagnostics: readonly Diagnostic[]) => readonly Diagnostic[] = (it) => it,
  check?: CheckOne,
): CheckedSpecs & { readonly fixed: readonly Fixed[] } {
  const known = new Map(sources.map((it) => [resolve(it.path), it]));
  const current: ProgramHost = {
    ...host,
    read(path) {
      const source = known.get(resolve(path));
      return source === undefined ? host.read(path) : { ...source, path };
    },
  };
  // A text that was there before would come again and again.
  const seen = new Set(sources.map((it) => `${it.path}\n${it.text}`));
  const fixed = new Map<string, Fixed[]>();
  const now = (): readonly SourceFile[] => [...known.values()];
  let checked = checkSpecs(now(), current, check);
  for (let round = 0; round < mostRounds && fixOnce(heeded(checked.diagnostics)); round++)
    checked = checkSpecs(now(), current, check);

  const unwritten = sources.flatMap((it) => writeFixed(it, known.get(resolve(it.path))));
  const lost = new Set(unwritten.map((it) => it.path));
  if (lost.size > 0) {
    // What could not be written is as it was, with all that is found in it.
    for (const it of sources) if (lost.has(it.path)) known.set(resolve(it.path), it);
    checked = checkSpecs(now(), current, check);
  }
  return {
    ...checked,
    troubles: [...checked.troubles, ...unwritten],
    fixed: sources.flatMap(({ path }) => (lost.has(path) ? [] : (fixed.get(path) ?? []))),
  };

  /** Applies what can be applied at once; false where nothing changed. */
  function fixOnce(diagnostics: readonly Diagnostic[]): boolean {
    let changed = false;
    for (const [key, source] of known) {
      const isIts = (file: SourceFile): boolean => file.library !== true && resolve(file.path) === key;
      const { text, fixed: done } = applyFixes(source.text, diagnostics, isIts);
      const after = `${source.path}\n${text}`;
      if (done.length === 0 || seen.has(after)) continue;
      seen.add(after);
      known.set(key, { path: source.path, text });
      const told = done.map(({ code, fix }) => ({ path: source.path, code, title: fix.title }));
      fixed.set(source.path, [...(fixed.get(source.path) ?? []), ...told]);
      changed = true;
    }
    return changed;
  }
}

/** Writes a text in the place of what was read, unless that is not what the file holds. */
function writeFixed({ path, text: before }: SourceFile, after: SourceFile | undefined): readonly SpecTrouble[] {
  if (after === undefined || after.text === before) return [];
  try {
    const bytes = readFileBytes(path);
    const now = Buffer.from(bytes).toString("utf8");
    const mark = now.startsWith("\uFEFF") ? "\uFEFF" : "";
    // One file may have several names.
    if (now.slice(mark.length) === after.text) return [];
    // Bytes that are no UTF-8 would be lost.
    if (now.slice(mark.length) !== before || !Buffer.from(now, "utf8").equals(bytes))
      throw new UsageError(`${path} is not what it was any more: it is left as it is.`);
    rewriteFile(path, `${mark}${after.text}`);
    return [];
  } catch (error) {
    return [{ path, error }];
  }
}
