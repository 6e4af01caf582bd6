import type { Collector } from "../diagnostics/collector.ts";
import type { Fix } from "../diagnostics/diagnostic.ts";
import type { ProgramFile } from "../std/program-file.ts";
import { textOf } from "../support/source.ts";
import type { ImportDeclaration, Name } from "../syntax/ast.ts";
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
    const unused = it.names.filter(
      ({ text }) =>
        !used.has(text) && !handedOn.has(text) && !text.startsWith("_") && scope.get(text)?.kind !== "missing",
    );
    for (const name of unused) {
      const help =
        "Remove it. What is only handed on to other files stands in a file that has imports and nothing else.";
      const fix = removal(it, name, unused.length === it.names.length);
      collector.report(
        "MC2031",
        name.span,
        { name: name.text, path: it.from.value },
        { help, unlessWrong: ast.span, ...(fix !== undefined && { fix }) },
      );
    }
  }
}

/** Removes a name with its comma, or with the first of names that are all unused the import; nothing where that has a comment. */
function removal(declaration: ImportDeclaration, name: Name, isAll: boolean): Fix | undefined {
  const { names, span } = declaration;
  if (textOf(span).includes("#")) return undefined;
  const at = names.indexOf(name);
  const [before, after] = [names[at - 1], names[at + 1]];
  if (isAll) {
    const lineEnd = /^[ \t]*\r?\n/.exec(span.file.text.slice(span.end))?.[0].length ?? 0;
    const edits = [{ span: { ...span, end: span.end + lineEnd }, text: "" }];
    return at === 0 ? { title: "remove the import", edits } : undefined;
  }
  const start = after === undefined ? (before ?? name).span.end : name.span.start;
  const end = after === undefined ? name.span.end : after.span.start;
  return { title: `remove ${name.text}`, edits: [{ span: { ...name.span, start, end }, text: "" }] };
}
