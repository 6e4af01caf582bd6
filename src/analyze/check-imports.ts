import type { Collector } from "../diagnostics/collector.ts";
import type { ProgramFile } from "../std/program-file.ts";
import { mentionsOf } from "./mentions.ts";

/** Reports every imported name that a file does not use, unless it is one that only gathers imports for others. */
export function checkImports({ ast, scope }: ProgramFile, collector: Collector): void {
  const own = ast.declarations.filter((it) => it.kind !== "import");
  if (own.length === ast.declarations.length || own.length === 0) return;
  const used = new Set(own.flatMap((it) => [...mentionsOf(it)]));
  for (const it of ast.declarations) {
    if (it.kind !== "import") continue;
    for (const name of it.names) {
      if (used.has(name.text) || name.text.startsWith("_") || scope.get(name.text)?.kind === "missing") continue;
      collector.report("MC2031", name.span, { name: name.text, path: it.from.value }, { unlessWrong: ast.span });
    }
  }
}
