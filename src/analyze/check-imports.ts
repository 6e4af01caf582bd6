import type { Collector } from "../diagnostics/collector.ts";
import type { ProgramFile } from "../std/program-file.ts";
import { mentionsOf } from "./mentions.ts";

/**
 * Reports every imported name that a file does not use: unless it only gathers imports for others, or another file of the
 * program imports the name from there (`handedOn`).
 */
export function checkImports({ ast, scope }: ProgramFile, handedOn: ReadonlySet<string>, collector: Collector): void {
  const own = ast.declarations.filter((it) => it.kind !== "import");
  if (own.length === ast.declarations.length || own.length === 0) return;
  const used = new Set(own.flatMap((it) => [...mentionsOf(it)]));
  for (const it of ast.declarations) {
    if (it.kind !== "import") continue;
    for (const name of it.names) {
      if (used.has(name.text) || handedOn.has(name.text) || name.text.startsWith("_")) continue;
      if (scope.get(name.text)?.kind === "missing") continue;
      const help =
        "Remove it. What is only handed on to other files stands in a file that has imports and nothing else.";
      collector.report("MC2031", name.span, { name: name.text, path: it.from.value }, { help, unlessWrong: ast.span });
    }
  }
}
