import type { CallableDeclaration, ConstDeclaration, File } from "../syntax/ast.ts";
import type { DataDeclaration } from "../syntax/ast/sections.ts";
import type { SourceFile } from "../support/source.ts";

/** A parsed file with the names that it can see. */
export interface ProgramFile {
  readonly source: SourceFile;
  readonly ast: File;
  /** True for the files of the standard library: messages point at the person's own line that uses them. */
  readonly library: boolean;
  /** What its top level declares and imports. */
  readonly scope: ReadonlyMap<string, TopLevel>;
  /** The files that it imports from, by what it calls them. */
  readonly imports: ReadonlyMap<string, ProgramFile>;
}

/** A model, block or fn with the file whose names its text means. */
export interface Callable {
  readonly kind: "callable";
  readonly declaration: CallableDeclaration;
  readonly file: ProgramFile;
}

/** A named value that is known at compile time. */
export interface Constant {
  readonly kind: "const";
  readonly declaration: ConstDeclaration;
  readonly file: ProgramFile;
}

/** A data section, which training names. */
export interface DataEntry {
  readonly kind: "data";
  readonly declaration: DataDeclaration;
  readonly file: ProgramFile;
}

/** An import that failed, as was reported: its name means nothing, and nothing more is said of it. */
export interface MissingImport {
  readonly kind: "missing";
}

/** What a name at the top level of a file stands for. */
export type TopLevel = Callable | Constant | DataEntry | MissingImport;
