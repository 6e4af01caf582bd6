import type { SourceFile } from "../support/source.ts";
import type { File } from "../syntax/ast.ts";

/**
 * The abstract syntax of library files as JSON, by path, each span as `[start, end]`. Empty in the sources: the build
 * (scripts/build.mjs) fills it in, since parsing the library at every start would take longer than all else.
 */
const syntaxTrees: Readonly<Record<string, string>> = {};

/** The abstract syntax of a library file, where the build has parsed it. */
export function parsedLibraryFile(source: SourceFile): File | undefined {
  const text = syntaxTrees[source.path];
  return text === undefined ? undefined : readSyntaxTree(text, source);
}

/** Reads what {@link writeSyntaxTree} wrote of a file. */
export function readSyntaxTree(text: string, source: SourceFile): File {
  return withSpans(JSON.parse(text), source) as File;
}

/** Puts back the file of every span, in place. */
function withSpans(node: unknown, file: SourceFile): unknown {
  if (Array.isArray(node)) for (const it of node) withSpans(it, file);
  else if (typeof node === "object" && node !== null) {
    for (const [key, value] of Object.entries(node)) {
      if (key === "span" && Array.isArray(value))
        Reflect.set(node, key, { file, start: Number(value[0]), end: Number(value[1]) });
      else withSpans(value, file);
    }
  }
  return node;
}

/** The abstract syntax of a file as JSON. */
export function writeSyntaxTree(tree: File): string {
  return JSON.stringify(tree, (key: string, value: unknown) => {
    if (key !== "span" || typeof value !== "object" || value === null) return value;
    const { start, end } = value as File["span"];
    return [start, end];
  });
}
