import { inputsOfResults } from "../../graph/inputs-of-results.ts";
import { portOf } from "../../ir/ports.ts";
import type { ColumnChoice, DataProgram, RawField, RowWindow, SettingValue } from "../../ir/program.ts";
import type { SourceFields } from "../../sources/define-source.ts";
import { plainReading, readingOf } from "../../sources/readings.ts";
import { choiceOf } from "../../sources/read-table.ts";
import { sourceOf } from "../../sources/registry.ts";
import { showField } from "../../sources/show-raw-field.ts";
import { required } from "../../support/fault.ts";

/** How the inputs `raw/...` of the graph `prep` are made of what the data section reads. */
export interface ManifestData {
  /** The name of the section. */
  readonly name: string;
  readonly source: { readonly kind: string; readonly arguments: Readonly<Record<string, SettingValue>> };
  /** Cells of a table that are missing ones, beside the empty one; blanks around a cell count for nothing. */
  readonly missing?: readonly string[];
  /** What the numbers of a text stand for, where weights are given that say it. */
  readonly vocabulary?: readonly string[];
  readonly fields: readonly ManifestField[];
}

/** A raw field: an input of `prep`. */
export interface ManifestField {
  readonly input: string;
  /** The features that are made of it; whoever wants none of them may feed zeros. */
  readonly features: readonly string[];
  /** The column of a table that it is read from, or which ones side by side. */
  readonly column?: string;
  readonly columns?: Exclude<ColumnChoice, { readonly kind: "named" }>;
  /** How each cell is read, with arguments. */
  readonly reading?: { readonly kind: string; readonly arguments: Readonly<Record<string, SettingValue>> };
  /** The words whose places are its numbers: those given in the spec, or those of the training where weights are given. */
  readonly words?: readonly string[];
  /** The number of all other words. */
  readonly rest?: number;
  /** The input that is 1 where its cell is missing; there it is 0 itself. Without one, no cell may be missing. */
  readonly missing?: string;
  /** Whether a missing cell is what the last one before it is that is there. */
  readonly carried?: true;
  /** The rows before the example that it is read from. */
  readonly rows?: RowWindow;
  /** The window of a text. */
  readonly window?: RawField["window"];
}

/** What a manifest says of the data of a training. */
export function describeData(
  { name, source, preparation }: DataProgram,
  vocabularies: Readonly<Record<string, readonly string[]>> | undefined,
): ManifestData {
  const kind = sourceOf(source);
  const made = inputsOfResults(preparation.func);
  const featuresOf = (field: string): readonly string[] =>
    made.flatMap((it, at) =>
      it.has(field) ? [required(preparation.func.resultNames[at], "the name of a feature")] : [],
    );
  const isText = preparation.raw.some((it) => it.window !== undefined);
  // A tokenizer says itself what its numbers stand for, at length.
  const vocabulary = isText && source.arguments["tokenizer"] === "" ? vocabularies?.["text"] : undefined;
  const delivered = kind.fields(source);
  return {
    name,
    source: { kind: source.kind, arguments: source.arguments },
    ...(kind.isTable && { missing: kind.marks(source) }),
    ...(vocabulary !== undefined && { vocabulary }),
    fields: preparation.raw.map((it) => ({
      input: portOf("raw", it.name),
      features: featuresOf(it.name),
      ...cellsOf(it, delivered, vocabularies?.[showField(it)]),
      ...wordsOf(it, vocabularies?.[it.name]),
      ...(it.missing !== undefined && { missing: portOf("raw", it.missing) }),
      ...(it.carried !== undefined && { carried: it.carried }),
      ...(it.rows !== undefined && { rows: it.rows }),
      ...(it.window !== undefined && { window: it.window }),
    })),
  };
}

/** Which cells a field is read from, and how; nothing of what is no cell. */
function cellsOf(
  field: RawField,
  delivered: SourceFields,
  names: readonly string[] | undefined,
): Pick<ManifestField, "column" | "columns" | "reading"> {
  const choice = choiceOf(field);
  const isCell =
    delivered.kind === "table" ||
    (delivered.kind === "listed" && choice.kind === "named" && delivered.cells?.includes(choice.name) === true);
  if (!isCell && field.reading === undefined) return {};
  const reading = field.reading ?? plainReading;
  if (choice.kind === "named") return { column: choice.name, reading };
  return { columns: { ...choice, ...(names !== undefined && { names }) }, reading };
}

/** What the numbers of a field stand for, where these are words. */
function wordsOf(field: RawField, known: readonly string[] | undefined): Pick<ManifestField, "words" | "rest"> {
  const reading = readingOf(field.reading);
  if (reading.kind !== "words" && reading.kind !== "sequence") return known === undefined ? {} : { words: known };
  const isSequence = reading.kind === "sequence";
  const given = isSequence ? reading.known : reading.words;
  const isListed = given.length > 0;
  // Of the parts of a text, 0 is behind its end.
  const words = isListed ? (isSequence ? ["", ...given] : given) : known;
  const room = isSequence ? (reading.count ?? field.words) : isListed ? given.length + 1 : field.words;
  return {
    ...(words !== undefined && { words }),
    ...(reading.rest && { rest: required(room, `the number of words of ${field.name}`) - 1 }),
  };
}
