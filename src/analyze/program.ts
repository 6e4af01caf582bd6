import { createCollector, type Collector } from "../diagnostics/collector.ts";
import type { Findings } from "../diagnostics/findings.ts";
import type { Ignore } from "../diagnostics/ignores.ts";
import { library, type Library } from "../std/library.ts";
import type { Callable, Constant, DataEntry, ProgramFile, TopLevel } from "../std/program-file.ts";
import { nearest } from "../support/nearest.ts";
import type { SourceFile } from "../support/source.ts";
import { createAsker, createMemo, type Asker } from "../support/memo.ts";
import type { Declaration, ImportDeclaration } from "../syntax/ast.ts";
import { lostName } from "../syntax/lost-name.ts";
import { parsePieces } from "../syntax/parse.ts";
import { checkDeclaration, checkDeclarations, checkRecursion } from "./check-declarations.ts";
import { checkImports } from "./check-imports.ts";
import { dependenciesOf, ofNames, type Dependencies } from "./dependencies.ts";
import { mayBeLost } from "./may-be-lost.ts";
import { createProgramMemory, type ProgramMemory } from "./program-memory.ts";
import { readIgnores } from "./read-ignores.ts";

/** A file that a host does not read, with the reason: "it is a folder". */
export interface UnreadableFile {
  readonly unreadable: string;
}

/** An import that leads to no file, with the reason: "no `node_modules` has the package". */
export interface MissingImport {
  readonly missing: string;
}

/** How a program reaches the files that it imports. */
export interface ProgramHost {
  /** The file at a path, or undefined where there is none, or why there is one that cannot be read. */
  read(path: string): SourceFile | UnreadableFile | undefined;
  /** The path that `to`, written in the file `from`, means, or why it means none. */
  resolve(from: string, to: string): string | MissingImport | UnreadableFile;
}

/** A file with everything that it imports, its names resolved. */
export interface Program {
  readonly entry: ProgramFile;
  /** The entry first, then each imported file once. */
  readonly files: readonly ProgramFile[];
  readonly library: Library;
  /** What is wrong with syntax and names. */
  readonly findings: Findings;
  /** Declarations that were reported as using themselves. */
  readonly cyclic: ReadonlySet<Declaration>;
  readonly dependencies: Dependencies;
  /** What comments of its files silence. */
  readonly ignores: readonly Ignore[];
}

/**
 * Parses a file and its imports, and reports what is wrong with their syntax and names: missing files and names, import
 * cycles, duplicates, unknown and unused names. Returns a program whatever was found. `memory` holds what earlier checks
 * of the program found, as it was before an edit.
 */
export function loadProgram(
  entry: SourceFile,
  host: ProgramHost,
  outer: Collector,
  memory: ProgramMemory = createProgramMemory(createMemo()),
  asker: Asker = createAsker(),
): Program {
  const collector = createCollector();
  const loaded = new Map<string, ProgramFile>();
  const files: ProgramFile[] = [];
  const underWay: string[] = [];
  /** What other files import from each, by its path. */
  const handedOn = new Map<string, Set<string>>();

  const load = (source: SourceFile): ProgramFile => {
    const ast = parsePieces(source, collector, memory.pieces, asker);
    const scope = new Map<string, TopLevel>();
    const imports = new Map<string, ProgramFile>();
    const file: ProgramFile = { source, ast, library: false, scope, imports };
    loaded.set(source.path, file);
    files.push(file);
    underWay.push(source.path);
    const declare = (
      { name: { text }, broken }: Callable["declaration"] | Constant["declaration"] | DataEntry["declaration"],
      meaning: TopLevel,
    ): void => {
      if (scope.has(text)) return;
      // The entries of data are looked at one by one: what is broken is left out of them.
      const isKnown = text !== lostName && (!broken || meaning.kind === "data");
      scope.set(text, isKnown ? meaning : { kind: "missing" });
    };
    for (const declaration of ast.declarations) {
      switch (declaration.kind) {
        case "import":
          importNames(file, scope, imports, declaration);
          break;
        case "callable":
          declare(declaration, { kind: "callable", declaration, file });
          break;
        case "const":
          declare(declaration, { kind: "const", declaration, file });
          break;
        case "data":
          declare(declaration, { kind: "data", declaration, file });
          break;
        default:
          break;
      }
    }
    underWay.pop();
    return file;
  };

  const declares = ({ ast }: ProgramFile, name: string): boolean =>
    ast.declarations.some((it) =>
      it.kind === "import" ? it.names.some(({ text }) => text === name) : "name" in it && it.name.text === name,
    );

  const importNames = (
    file: ProgramFile,
    scope: Map<string, TopLevel>,
    imports: Map<string, ProgramFile>,
    declaration: ImportDeclaration,
  ): void => {
    const without = (names: ImportDeclaration["names"]): void => {
      for (const name of names) if (!scope.has(name.text)) scope.set(name.text, { kind: "missing" });
    };
    if (declaration.broken) {
      without(declaration.names);
      return;
    }
    if (!declaration.from.value.endsWith(".model")) {
      collector.report("MC2035", declaration.from.span, { path: declaration.from.value });
      without(declaration.names);
      return;
    }
    const path = host.resolve(file.source.path, declaration.from.value);
    if (typeof path !== "string") {
      if ("missing" in path)
        collector.report("MC2007", declaration.from.span, { path: declaration.from.value, reason: path.missing });
      else collector.report("MC2036", declaration.from.span, { path: declaration.from.value, reason: path.unreadable });
      without(declaration.names);
      return;
    }
    if (underWay.includes(path)) {
      const cycle = [...underWay.slice(underWay.indexOf(path)), path].join(" -> ");
      collector.report("MC2009", declaration.from.span, { cycle });
      without(declaration.names);
      return;
    }
    const known = loaded.get(path);
    const source = known?.source ?? host.read(path);
    if (source === undefined) {
      const reason = `I looked for ${path}`;
      collector.report("MC2007", declaration.from.span, { path: declaration.from.value, reason });
      without(declaration.names);
      return;
    }
    if ("unreadable" in source) {
      collector.report("MC2036", declaration.from.span, { path: declaration.from.value, reason: source.unreadable });
      without(declaration.names);
      return;
    }
    const imported = known ?? load(source);
    imports.set(declaration.from.value, imported);
    const handed = handedOn.get(path) ?? new Set<string>();
    handedOn.set(path, handed);
    for (const name of declaration.names) {
      handed.add(name.text);
      const found = imported.scope.get(name.text);
      if (found !== undefined) {
        if (!scope.has(name.text)) scope.set(name.text, found);
        continue;
      }
      without([name]);
      if (!mayBeLost(imported, name.text)) {
        const near = nearest(name.text, imported.scope.keys());
        const meant = near === undefined ? undefined : imported.scope.get(near);
        // What is misspelt here is right where it is used, or the other way round.
        if (near !== undefined && meant !== undefined && !declares(file, near)) scope.set(near, meant);
        collector.report(
          "MC2008",
          name.span,
          { name: name.text, path: declaration.from.value },
          near === undefined
            ? {}
            : {
                help: `Did you mean \`${near}\`?`,
                fix: { title: `change to ${near}`, edits: [{ span: name.span, text: near }] },
              },
        );
      }
    }
  };

  const entryFile = load(entry);
  const problems = files.map((it) => {
    const cycles = createCollector();
    return { file: it, cycles, cyclic: checkRecursion(it, cycles) };
  });
  const cyclic = new Set(problems.flatMap((it) => it.cyclic));
  const dependencies = dependenciesOf(files, cyclic, memory, asker);
  for (const { file, cycles } of problems) {
    const checks = file.ast.declarations.map((it) =>
      ofNames(memory.declarations, asker, dependencies.of(file, it), dependencies.names, () =>
        checkDeclaration(file, library, it),
      ),
    );
    checkDeclarations(file, checks, collector);
    collector.take(cycles);
    for (const it of checks) collector.take(it.names);
    checkImports(file, handedOn.get(file.source.path) ?? new Set(), collector);
  }
  const ignores = files.flatMap(({ ast }) => readIgnores(ast, collector));
  outer.take(collector);
  outer.ignore(ignores);
  return { entry: entryFile, files, library, findings: collector, cyclic, dependencies, ignores };
}

/** What a name at the top level means in a file: its own declarations and imports, then the standard library. */
export function findTopLevel(file: ProgramFile, name: string): TopLevel | undefined {
  return file.scope.get(name) ?? library.find(name);
}
