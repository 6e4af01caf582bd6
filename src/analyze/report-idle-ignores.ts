import { catalog } from "../diagnostics/catalog.ts";
import { builtFilesCatalog } from "../diagnostics/catalog/built-files.ts";
import { dataCatalog } from "../diagnostics/catalog/data.ts";
import { resumingCatalog } from "../diagnostics/catalog/resuming.ts";
import { runsCatalog } from "../diagnostics/catalog/runs.ts";
import { targetsCatalog } from "../diagnostics/catalog/targets.ts";
import type { Collector } from "../diagnostics/collector.ts";
import type { Fix } from "../diagnostics/diagnostic.ts";
import { tell } from "../diagnostics/findings.ts";
import type { CatalogEntry } from "../diagnostics/entry.ts";
import { silences, type Ignore } from "../diagnostics/ignores.ts";
import { inFile, type Span } from "../support/source.ts";
import type { Program } from "./program.ts";

/** Codes that a check need not find: what runs, builds and loads does, or nobody has asked for them. */
const foundElsewhere: ReadonlySet<string> = new Set([
  ...[runsCatalog, resumingCatalog, targetsCatalog, builtFilesCatalog, dataCatalog].flatMap((it) => Object.keys(it)),
  ...Object.entries<CatalogEntry<never>>(catalog).flatMap(([code, { optIn }]) => (optIn === true ? [code] : [])),
]);

/**
 * Reports the codes in ignore comments of a program's entry file that silence nothing of what `collector` holds: everything
 * that a check finds. A file of blocks alone is for others to use: what is found in it depends on their uses.
 */
export function reportIdleIgnores(program: Program, collector: Collector): void {
  const { ast, source } = program.entry;
  const own = program.ignores.filter(({ span }) => inFile(span).file.path === source.path);
  if (own.length === 0 || collector.hasErrors) return;
  const isLibrary = ast.declarations.every(
    (it) => it.kind === "import" || it.kind === "const" || (it.kind === "callable" && it.flavor !== "model"),
  );
  if (isLibrary) return;
  const found = tell(collector);
  for (const ignore of own) {
    const idle = ignore.codes.filter(
      ({ code }) => !foundElsewhere.has(code) && !found.some((it) => silences(ignore, code, it)),
    );
    const fix = idle.length === ignore.codes.length ? { fix: removal(ignore) } : {};
    for (const { code, span } of idle) {
      collector.report("MC1051", span, { code, line: ignore.line }, fix);
    }
  }
}

/** Takes a comment away, with its line where it has one of its own. */
function removal({ span }: Ignore): Fix {
  const { file, start, end } = inFile(span);
  const before = file.text.slice(0, start);
  const begin = before.trimEnd().length;
  const isAlone = begin === 0 || before.slice(begin).includes("\n");
  const lineStart = before.lastIndexOf("\n") + 1;
  const lineEnd = file.text.indexOf("\n", end);
  const edit: Span = isAlone
    ? { file, start: lineStart, end: lineEnd === -1 ? end : lineEnd + 1 }
    : { file, start: begin, end };
  return { title: "remove the comment", edits: [{ span: edit, text: "" }] };
}
