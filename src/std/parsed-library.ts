import { fault } from "../support/fault.ts";
import type { SourceFile } from "../support/source.ts";
import type { CallableDeclaration, File } from "../syntax/ast.ts";

/**
 * The abstract syntax of library files. A tree is JSON: a node is `[form, start, end, value...]`, a list is `[0, element...]`.
 * That is a third of the text that its objects would be, and every start of modelc reads it.
 */
export interface KeptLibrary {
  /** What nodes of a form are: their kind, where they have one, and the names of their values. Form 1 is the first. */
  readonly forms: readonly Form[];
  readonly files: Readonly<Record<string, KeptFile>>;
}

interface Form {
  readonly kind?: string;
  readonly keys: readonly string[];
}

/** The tree of a file: what it declares by name, and all the rest. */
interface KeptFile {
  readonly rest: string;
  readonly declarations: Readonly<Record<string, string>>;
}

/**
 * The library as the build (scripts/build.mjs) has parsed it, by path. Empty in the sources: parsing it at every start
 * would take longer than all else.
 */
const kept: KeptLibrary = { forms: [], files: {} };

/** The tree of a library file, and its declarations by name: both are read when they are first asked for. */
export interface LibraryTree {
  readonly file: File;
  readonly names: readonly string[];
  declaration(name: string): CallableDeclaration;
}

/** The abstract syntax of a library file, where the build has parsed it. */
export function parsedLibraryFile(source: SourceFile): LibraryTree | undefined {
  return source.path in kept.files ? readSyntaxTree(kept, source) : undefined;
}

/** Reads what {@link writeSyntaxTrees} wrote of a file. */
export function readSyntaxTree({ forms, files }: KeptLibrary, source: SourceFile): LibraryTree {
  const file = files[source.path] ?? fault(`${source.path} was not kept`);
  const names = Object.keys(file.declarations);
  const read = (text: string): unknown => readTree(JSON.parse(text), forms, source);
  const known = new Map<string, CallableDeclaration>();
  const declaration = (name: string): CallableDeclaration => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const text = file.declarations[name] ?? fault(`${source.path} does not declare ${name}`);
    const tree = read(text) as CallableDeclaration;
    known.set(name, tree);
    return tree;
  };
  let whole: File | undefined;
  return {
    names,
    declaration,
    get file() {
      whole ??= { ...(read(file.rest) as File), declarations: names.map(declaration) };
      return whole;
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

/** A tree as objects again, its spans in their file. */
function readTree(written: unknown, forms: readonly Form[], file: SourceFile): unknown {
  if (!Array.isArray(written)) return written;
  const [form, start, end] = written as readonly number[];
  if (form === 0) return written.slice(1).map((it) => readTree(it, forms, file));
  const { kind, keys } = forms[Number(form) - 1] ?? fault(`no nodes have the form ${String(form)}`);
  const node: Record<string, unknown> = kind === undefined ? {} : { kind };
  keys.forEach((key, at) => (node[key] = readTree(written[at + 3], forms, file)));
  node["span"] = { file, start: Number(start), end: Number(end) };
  return node;
}

/** The abstract syntax of library files, to be read by {@link readSyntaxTree}. */
export function writeSyntaxTrees(trees: readonly File[]): KeptLibrary {
  const forms: Form[] = [];
  const numbers = new Map<string, number>();
  const write = (value: unknown): unknown => {
    if (Array.isArray(value)) return [0, ...value.map(write)];
    if (typeof value !== "object" || value === null) return value;
    const { kind, span, ...values } = value as File & Record<string, unknown>;
    const entries = Object.entries(values).filter(([, it]) => it !== undefined);
    const name = [kind, ...entries.map(([key]) => key)].join(" ");
    const form = numbers.get(name) ?? forms.push({ kind, keys: entries.map(([key]) => key) });
    numbers.set(name, form);
    return [form, span.start, span.end, ...entries.map(([, it]) => write(it))];
  };
  const text = (tree: object): string => JSON.stringify(write(tree));
  const files = trees.map((tree): [string, KeptFile] => {
    const declarations = callablesOf(tree).map((it) => [it.name.text, text(it)]);
    return [
      tree.span.file.path,
      { rest: text({ ...tree, declarations: [] }), declarations: Object.fromEntries(declarations) },
    ];
  });
  return { forms, files: Object.fromEntries(files) };
}

function callablesOf(file: File): readonly CallableDeclaration[] {
  return file.declarations.map((it) =>
    it.kind === "callable" ? it : fault(`${file.span.file.path}: the library declares models, blocks and fns alone`),
  );
}
