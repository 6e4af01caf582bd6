import { createCollector } from "../diagnostics/collector.ts";
import { parseFile } from "../syntax/parse.ts";
import { fault } from "../support/fault.ts";
import type { SourceFile } from "../support/source.ts";
import type { File } from "../syntax/ast.ts";
import { libraryFiles, libraryIndex } from "./index.generated.ts";
import { libraryTree, parsedLibraryFile, writeSyntaxTrees, type KeptLibrary } from "./parsed-library.ts";
import type { Callable, ProgramFile, TopLevel } from "./program-file.ts";

/** The standard library: declarations by name, each read when it is first asked for. */
export interface Library {
  find(name: string): Callable | undefined;
  /** Every name that the library declares. */
  readonly names: readonly string[];
  /** Those that messages offer: all but what the library declares for itself, below a line such as `# Of this file alone.` */
  offered(): readonly string[];
}

const parsed = new Map<string, ProgramFile>();

function libraryFile(path: string): ProgramFile {
  const known = parsed.get(path);
  if (known !== undefined) return known;
  const text = libraryFiles[path] ?? fault(`the standard library has no file ${path}`);
  const source: SourceFile = { path, text, library: true };
  const tree = parsedLibraryFile(source) ?? libraryTree(parseLibraryFile(source));
  const scope = new Map<string, TopLevel>();
  const file: ProgramFile = {
    source,
    get ast() {
      return tree.file;
    },
    library: true,
    scope,
    imports: new Map(),
  };
  for (const name of tree.names) {
    scope.set(name, {
      kind: "callable",
      get declaration() {
        return tree.declaration(name);
      },
      file,
    });
  }
  parsed.set(path, file);
  return file;
}

function parseLibraryFile(source: SourceFile): File {
  const collector = createCollector();
  const ast = parseFile(source, collector);
  const [problem] = collector.diagnostics;
  if (problem !== undefined) fault(`${source.path}: ${problem.message}`);
  return ast;
}

let offered: readonly string[] | undefined;

/** The library that comes with modelc. */
export const library: Library = {
  find(name) {
    if (!Object.hasOwn(libraryIndex, name)) return undefined;
    const found = libraryFile(libraryIndex[name] ?? fault(name)).scope.get(name);
    return found?.kind === "callable" ? found : fault(`the index of the standard library is stale: ${name}`);
  },
  names: Object.keys(libraryIndex),
  offered() {
    offered ??= Object.keys(libraryIndex).filter((name) => {
      const text = libraryFiles[libraryIndex[name] ?? fault(name)] ?? "";
      const own = /\n# Of (?:this file|the library) alone\.\n/.exec(text)?.index;
      return own === undefined || !new RegExp(`^(?:block|fn|metric|model) ${name}\\b`, "m").test(text.slice(own));
    });
    return offered;
  },
};

/** The text of every library file by path, for tools and tests. */
export const librarySources: Readonly<Record<string, string>> = libraryFiles;

/** The syntax trees of all library files, as the build keeps them. */
export function librarySyntaxTrees(): KeptLibrary {
  return writeSyntaxTrees(Object.entries(libraryFiles).map(([path, text]) => parseLibraryFile({ path, text })));
}
