import type { Collector } from "../diagnostics/collector.ts";
import type { ProgramFile } from "../std/program-file.ts";
import type { Declaration } from "../syntax/ast.ts";

/** Reports every imported name that a file does not use, unless it is one that only gathers imports for others. */
export function checkImports({ ast, scope }: ProgramFile, collector: Collector): void {
  const own = ast.declarations.filter((it) => it.kind !== "import");
  // What was left out of a text with syntax errors may be what uses the name.
  if (own.length === 0 || ast.incomplete.length > 0 || collector.hasErrors) return;
  const used = new Set<string>();
  for (const it of own) mentionsOf(it, used);
  for (const it of ast.declarations) {
    if (it.kind !== "import") continue;
    for (const name of it.names) {
      if (used.has(name.text) || name.text.startsWith("_") || scope.get(name.text)?.kind === "missing") continue;
      collector.report("MC2031", name.span, { name: name.text, path: it.from.value });
    }
  }
}

/** Adds every word in a declaration that may be a name, wherever it stands. */
function mentionsOf(declaration: Declaration, into: Set<string>): void {
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null || "file" in value) return;
    if ("text" in value && typeof value.text === "string") into.add(value.text);
    for (const it of Object.values(value)) visit(it);
  };
  visit(declaration);
}
