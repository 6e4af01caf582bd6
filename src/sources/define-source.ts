import type { RawField, SourceSpec } from "../ir/program.ts";
import { typedValues, type ArgumentSchema, type CallSchema, type SettingValues } from "../ir/settings.ts";
import type { Result } from "../support/result.ts";
import type { NumberFiles } from "./number-file.ts";
import { markedCell } from "./marked-cell.ts";
import type { NumberText, TextUnit } from "./number-text.ts";
import type { Picture, PictureFacts, PictureRequest } from "./picture.ts";
import type { DataProblem, SourceData } from "./raw-data.ts";

/** The shape of one example, or that which the feature declares that reads the field. */
export type FieldShape = readonly number[] | "declared";

/** The raw fields of a source, as far as its arguments tell: these alone, any name with one shape, columns of a table, or windows. */
export type SourceFields =
  | {
      readonly kind: "listed";
      readonly shapes: Readonly<Record<string, FieldShape>>;
      /** Those whose numbers may stand for words: there are as many as a label that holds them has classes. */
      readonly words?: readonly string[];
      /** Those that are sounds, which spectrograms are made of. */
      readonly sounds?: readonly string[];
      /** Those that are read as cells of a table are. */
      readonly cells?: readonly string[];
    }
  | { readonly kind: "any"; readonly shape: FieldShape }
  | { readonly kind: "table" }
  | { readonly kind: "windows" };

/** The rows of a file that has the names of its columns, of which those that are wanted are read. */
interface NamedRows {
  readonly names: readonly string[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** The files that a source may read. A place is where a file lies, as messages say it. */
export interface SourceFiles {
  /** `--data`: the file or folder that is to be read in place of what the spec names. */
  readonly override?: string;
  /** The place of a file that the spec names: relative to the spec, or by the same name in the folder of `--data`. */
  readonly placeOf: (name: string) => string;
  /** A file that tells how data are read, and is none of them: relative to the spec, or in the folder of `--data` where that has it. */
  readonly placeBeside: (name: string) => string;
  /** How many bytes of one field may lie in memory: more are read as they are asked for, where the source can. */
  readonly held: number;
  /** How many bytes a file has as it lies there; undefined where there is none. */
  readonly sizeOf?: (place: string) => number | undefined;
  /** The bytes of a file bit by bit, unpacked where it is gzipped. */
  readonly stream?: (place: string) => AsyncIterable<Uint8Array>;
  /** Where numbers are kept that do not lie in memory. */
  readonly numbers?: NumberFiles;
  /** The bytes of a file, unpacked where it is gzipped. */
  readonly read: (place: string) => Promise<Result<Uint8Array, DataProblem>>;
  /** What a folder holds; undefined where the place is none. */
  readonly list: (place: string) => readonly string[] | undefined;
  /** What a folder is whatever links lead to it, so that two places of one folder are told. */
  readonly real: (folder: string) => string;
  /** The pixels of an image file; left out where nothing can decode any. */
  readonly readPicture?: (place: string, request: PictureRequest) => Promise<Result<Picture, DataProblem>>;
  /** What an image file says of itself: nothing of it is decoded. */
  readonly lookAtPicture?: (place: string) => Promise<Result<PictureFacts, DataProblem>>;
  /** The rows of a Parquet file; where there is nothing that reads them, undefined. */
  readonly readParquet?: (
    place: string,
    isWanted: (name: string) => boolean,
  ) => Promise<Result<NamedRows, DataProblem>>;
  /** The rows of a SQLite database; where there is nothing that reads them, undefined. */
  /** A tokenizer that numbers texts; where there is nothing that reads any, undefined. */
  readonly readTokenizer?: (place: string) => Promise<Result<Tokenizer, DataProblem>>;
  readonly readDatabase?: (place: string, request: DatabaseRequest) => Promise<Result<DatabaseRows, DataProblem>>;
}

/** What numbers the tokens of texts, and what its numbers stand for. */
export interface Tokenizer {
  readonly vocabulary: readonly string[];
  readonly numbers: NumberText;
}

/** What is to be read of a database: what a query gives, a table, or where there is none of both the only one. */
export interface DatabaseRequest {
  readonly table?: string;
  readonly query?: string;
  readonly isWanted: (name: string) => boolean;
}

/** Rows of a database, with those of their columns that are wanted; `from` says where they stand. */
export interface DatabaseRows {
  readonly names: readonly string[];
  readonly columns: readonly { readonly name: string; readonly values: readonly unknown[] }[];
  readonly count: number;
  readonly from: string;
}

/** Arguments of any name beside those that a schema lists: one for each raw field. */
export interface FieldArguments {
  readonly schema: ArgumentSchema & { readonly kind: "string" };
  /** Names that such arguments have often. */
  readonly like: readonly string[];
  /** The raw field that an argument gives: no two give one. */
  readonly fieldOf: (argument: string) => string;
}

/** An argument that its schema lets through and that means nothing: what it must be. */
export interface WrongArgument {
  readonly argument: string;
  readonly problem: string;
}

/** A source as its author writes it: `S` its arguments. */
interface Definition<S extends CallSchema> {
  /** What a spec calls it by. */
  readonly name: string;
  /** A sentence on what it delivers. */
  readonly doc: string;
  /** In positional order. */
  readonly arguments: S;
  readonly fieldArguments?: FieldArguments;
  /** What is wrong with its arguments, beyond what the schema says: which one, and what it must be. */
  readonly wrong?: (given: SettingValues<S>) => WrongArgument | undefined;
  /** Whether its files lie in folders, which splits may be made of. */
  readonly hasFolders?: true;
  /** Whether its examples are drawn and none is read: then equal ones are no mistake. */
  readonly isDrawn?: true;
  /** What it delivers for each example, as far as that is known before anything is read, or the columns of a table. */
  readonly fields: ((given: Given<S>) => SourceFields) | "table";
  /** The texts of cells that stand for missing ones, blanks around them left away; where it is left out, each text is what it is. */
  readonly marks?: (given: SettingValues<S>) => readonly string[];
  /** Numbers a text by the vocabulary of an earlier training, where its examples are cut from one. */
  readonly numberText?: (
    given: SettingValues<S>,
    files: SourceFiles,
    vocabulary: readonly string[],
  ) => Promise<Result<NumberedText, DataProblem>>;
  /** Reads or draws all examples. A package that only this source needs is imported here, when it is needed. */
  readonly load: (request: LoadRequest<S>) => Loaded | Promise<Loaded>;
}

type Loaded = Result<SourceData, DataProblem>;

/** How texts are numbered, and what of them. */
interface NumberedText {
  readonly unit: TextUnit;
  readonly numbers: NumberText;
}

interface Given<S extends CallSchema> {
  readonly arguments: SettingValues<S>;
  /** The values of its `fieldArguments`, by the raw fields that they give. */
  readonly byField: Readonly<Record<string, string>>;
}

interface LoadRequest<S extends CallSchema> extends Given<S> {
  /** The raw fields that features read: nothing else need be delivered. */
  readonly wanted: readonly RawField[];
  readonly files: SourceFiles;
  /** The folders that the splits are in; none where they are shares. */
  readonly folders: readonly string[];
  /** The raw fields whose numbers must lie in memory, as rows are split or cleaned by them. */
  readonly judged: ReadonlySet<string>;
}

/** A data source as the rest of the compiler uses it. */
export interface Source {
  readonly name: string;
  readonly doc: string;
  readonly arguments: CallSchema;
  readonly fieldArguments: FieldArguments | undefined;
  /** What is wrong with its arguments, beyond what the schema says. */
  readonly wrong: (spec: SourceSpec) => WrongArgument | undefined;
  /** Whether it delivers the columns of a table. */
  readonly isTable: boolean;
  readonly hasFolders: boolean;
  readonly isDrawn: boolean;
  readonly fields: (spec: SourceSpec) => SourceFields;
  /** A text as a cell of its table, undefined where it stands for a missing one. */
  readonly cellOf: (spec: SourceSpec, text: string) => string | undefined;
  /** The texts of cells that stand for missing ones, besides the empty one. */
  readonly marks: (spec: SourceSpec) => readonly string[];
  /** Numbers a text by the vocabulary of an earlier training; undefined where its examples are cut from none. */
  readonly numberText:
    | ((
        spec: SourceSpec,
        files: SourceFiles,
        vocabulary: readonly string[],
      ) => Promise<Result<NumberedText, DataProblem>>)
    | undefined;
  readonly load: (
    spec: SourceSpec,
    wanted: readonly RawField[],
    files: SourceFiles,
    folders?: readonly string[],
    judged?: ReadonlySet<string>,
  ) => Loaded | Promise<Loaded>;
}

/** Makes a source of its definition. */
export function defineSource<const S extends CallSchema>(definition: Definition<S>): Source {
  const { fieldArguments, numberText, marks } = definition;
  const givenBy = (spec: SourceSpec): Given<S> => ({
    arguments: typedValues(definition.arguments, spec.arguments),
    byField:
      fieldArguments === undefined
        ? {}
        : Object.fromEntries(
            Object.entries(spec.arguments).flatMap(([name, value]) =>
              name in definition.arguments || typeof value !== "string" ? [] : [[fieldArguments.fieldOf(name), value]],
            ),
          ),
  });
  const marksOf = (spec: SourceSpec): readonly string[] =>
    marks?.(typedValues(definition.arguments, spec.arguments)) ?? [];
  return {
    name: definition.name,
    doc: definition.doc,
    arguments: definition.arguments,
    fieldArguments,
    wrong: (spec) => definition.wrong?.(typedValues(definition.arguments, spec.arguments)),
    isTable: definition.fields === "table",
    fields: (spec) => (definition.fields === "table" ? { kind: "table" } : definition.fields(givenBy(spec))),
    hasFolders: definition.hasFolders ?? false,
    isDrawn: definition.isDrawn ?? false,
    cellOf: (spec, text) => (marks === undefined ? text : markedCell(text, new Set(marksOf(spec)))),
    marks: marksOf,
    numberText:
      numberText &&
      ((spec, files, vocabulary) => numberText(typedValues(definition.arguments, spec.arguments), files, vocabulary)),
    load: (spec, wanted, files, folders = [], judged = new Set()) =>
      definition.load({ ...givenBy(spec), wanted, files, folders, judged }),
  };
}
