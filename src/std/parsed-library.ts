import { fault } from "../support/fault.ts";
import type { SourceFile } from "../support/source.ts";
import type { CallableDeclaration, File } from "../syntax/ast.ts";

/** A library file as JSON, each span as `[start, end]`: what it declares by name, and all the rest of its tree. */
export interface KeptFile {
  readonly rest: string;
  readonly declarations: Readonly<Record<string, string>>;
}

/**
 * The abstract syntax of library files by path. Empty in the sources: the build (scripts/build.mjs) fills it in, since
 * parsing the library at every start would take longer than all else.
 */
const syntaxTrees: Readonly<Record<string, KeptFile>> = {};

/** The tree of a library file, and its declarations by name: both are read when they are first asked for. */
export interface LibraryTree {
  readonly file: File;
  readonly names: readonly string[];
  declaration(name: string): CallableDeclaration;
}

/** The abstract syntax of a library file, where the build has parsed it. */
export function parsedLibraryFile(source: SourceFile): LibraryTree | undefined {
  const kept = syntaxTrees[source.path];
  return kept && readSyntaxTree(kept, source);
}

/** Reads what {@link writeSyntaxTree} wrote of a file. */
export function readSyntaxTree(kept: KeptFile, source: SourceFile): LibraryTree {
  const names = Object.keys(kept.declarations);
  const read = new Map<string, CallableDeclaration>();
  const declaration = (name: string): CallableDeclaration => {
    const known = read.get(name);
    if (known !== undefined) return known;
    const text = kept.declarations[name] ?? fault(`${source.path} does not declare ${name}`);
    const tree = withSpans(JSON.parse(text), source) as CallableDeclaration;
    read.set(name, tree);
    return tree;
  };
  let file: File | undefined;
  return {
    names,
    declaration,
    get file() {
      file ??= { ...(withSpans(JSON.parse(kept.rest), source) as File), declarations: names.map(declaration) };
      return file;
    },
  };
}

/** A tree that was parsed just now, in the same form. */
export function libraryTree(file: File): LibraryTree {
  const declarations = new Map(callablesOf(file).map((it) => [it.name.text, it]));
  return {
    file,
    names: [...declarations.keys()],
    declaration: (name) => declarations.get(name) ?? fault(`${file.span.file.path} does not declare ${name}`),
  };
}

/** Puts back the file of every span, in place. */
function withSpans(node: unknown, file: SourceFile): unknown {
  if (Array.isArray(node)) for (const it of node) withSpans(it, file);
  else if (typeof node === "object" && node !== null) {
    for (const [key, value] of Object.entries(node)) {
      if (key === "span" && Array.isArray(value))
        Reflect.set(node, key, { file, start: Number(value[0]), end: Number(value[1]) });
      else if (typeof value === "object") withSpans(value, file);
    }
  }
  return node;
}

/** The abstract syntax of a library file as JSON. */
export function writeSyntaxTree(tree: File): KeptFile {
  return {
    rest: json({ ...tree, declarations: [] }),
    declarations: Object.fromEntries(callablesOf(tree).map((it) => [it.name.text, json(it)])),
  };
}

function callablesOf(file: File): readonly CallableDeclaration[] {
  return file.declarations.map((it) =>
    it.kind === "callable" ? it : fault(`${file.span.file.path}: the library declares models, blocks and fns alone`),
  );
}

function json(tree: object): string {
  return JSON.stringify(tree, (key: string, value: unknown) => {
    if (key !== "span" || typeof value !== "object" || value === null) return value;
    const { start, end } = value as File["span"];
    return [start, end];
  });
}
