import type { DataProgram, Split, TrainProgram } from "../../ir/program.ts";
import { entryOf } from "../../graph/parameters-of.ts";
import { restrictFeatures } from "../../runtime/data/restrict-features.ts";
import type { Dataset } from "../../runtime/data/dataset.ts";
import { findSharedRows } from "../../runtime/data/find-shared-rows.ts";
import { rowsOf } from "../../runtime/data/rows-of.ts";
import { splitNames } from "../../runtime/data/split-rows.ts";
import { otherWords, type TextUnit } from "../../sources/number-text.ts";
import { exampleOf, standingOf, type Column, type RawData, type StoredColumn } from "../../sources/raw-data.ts";
import { elementAt } from "../../support/element-at.ts";
import { required } from "../../support/fault.ts";
import type { Compared } from "./association.ts";
import { paddingName } from "./class-name.ts";
import { countCleaned, type CleanedStep } from "./count-cleaned.ts";
import { describeColumns, type ColumnReport } from "./describe-column.ts";
import { describeRagged } from "./describe-ragged.ts";
import { describeNumbers, type NumbersFigures } from "./describe-numbers.ts";
import { labelOf, type Label } from "./label-of.ts";
import { sampleRows, type RowsBySplit } from "./sample-rows.ts";
import { notesOn } from "./notes-on.ts";

/** What is predicted: how often each class is there, or how the number is spread, by split. */
export interface LabelReport {
  readonly name: string;
  /** Classes in the order of their numbers, each with how often it is there. */
  readonly classes?: readonly { readonly name: string; readonly counts: Readonly<Partial<Record<Split, number>>> }[];
  readonly numbers?: Readonly<Partial<Record<Split, NumbersFigures>>>;
}

/** Rows of two splits that are equal. */
export interface SharedReport {
  readonly split: Split;
  readonly as: Split;
  readonly count: number;
  /** The places of one of them and of the row that it is equal to. */
  readonly example: readonly [string, string];
}

/** What `modelc data` says of the data of a training. */
export interface DataReport {
  readonly training: string;
  readonly section: string;
  readonly from: string;
  /** The rows of the source; of a text, its characters. */
  readonly rows: number;
  readonly unit: "rows" | "examples" | `${TextUnit}s`;
  /** Rows that are no examples, as they have not so many before them as their features read. */
  readonly without: number;
  readonly cleaning: readonly CleanedStep[];
  /** The splits that have examples; none where the data cannot be split as they are. */
  readonly splits: readonly { readonly split: Split; readonly examples: number; readonly share: number }[];
  readonly columns: readonly ColumnReport[];
  readonly label?: LabelReport;
  readonly shared: readonly SharedReport[];
  /** What a person should look at, a sentence each. */
  readonly notes: readonly string[];
}

/** Describes the data of a training; without a data set, the source alone. */
export async function describeData(
  program: TrainProgram,
  raw: RawData,
  dataset: Dataset | undefined,
): Promise<DataReport> {
  const { data } = program;
  const common = { training: program.name, section: data.name, ...splitsOf(dataset) };
  if (raw.kind === "text") return { ...common, ...textReport(raw, dataset) };
  const cleaned = await countCleaned(raw, data);
  const rows = rowsBySplit(dataset, cleaned.kept);
  const label = dataset === undefined ? undefined : await labelOf(program, dataset, raw.count);
  const compared = comparedLabel(label);
  const fields = visibleFields(data, raw);
  const inputs = inputFields(program);
  const columns: ColumnReport[] = [];
  for (const [field, column] of fields) {
    const looked = await sampleRows(column, rows, inputs.has(field.name) ? compared : undefined);
    columns.push(...(looked.column.starts === undefined ? describeColumns : describeRagged)(field, looked));
  }
  const read = fields.map(([, column]) => column);
  const first = read[0];
  const splits = [...rows].flatMap(([split, some]) => (split === "all" ? [] : [[split, some] as const]));
  const shared = (await findSharedRows(read, splits)).map(({ split, as, pairs }): SharedReport => {
    const place = (at: number): string => (first === undefined ? String(at) : exampleOf(first, at));
    const [row, like] = elementAt(pairs, 0);
    return { split, as, count: pairs.length, example: [place(row), place(like)] };
  });
  const found = {
    ...common,
    from: first?.from ?? data.source.kind,
    rows: raw.count,
    unit: first === undefined || standingOf(first, 0).cells === undefined ? "examples" : "rows",
    without: cleaned.without,
    cleaning: cleaned.steps,
    columns,
    ...(label !== undefined && { label: labelReport(label) }),
    shared,
  } as const;
  return { ...found, notes: notesOn(found) };
}

function splitsOf(dataset: Dataset | undefined): Pick<DataReport, "splits"> {
  const counts = splitNames.map((split) => ({ split, examples: dataset?.splits[split].count ?? 0 }));
  const all = counts.reduce((sum, it) => sum + it.examples, 0);
  return {
    splits: counts.filter((it) => it.examples > 0).map((it) => ({ ...it, share: it.examples / all })),
  };
}

function rowsBySplit(dataset: Dataset | undefined, kept: Int32Array): RowsBySplit {
  const bySplit = splitNames.flatMap((split): [Split, Int32Array][] => {
    const examples = dataset?.splits[split];
    if (examples === undefined || examples.count === 0) return [];
    return [[split, rowsOf(examples)]];
  });
  const all = bySplit.flatMap(([, rows]) => [...rows]);
  return new Map<Split | "all", Int32Array>([["all", dataset === undefined ? kept : Int32Array.from(all)], ...bySplit]);
}

/** The fields that features read, without those that only tell which cells of others are missing. */
function visibleFields(data: DataProgram, raw: Extract<RawData, { kind: "columns" }>) {
  const fields = data.preparation.raw;
  const masks = new Set(fields.flatMap((it) => it.missing ?? []));
  return fields
    .filter((it) => !masks.has(it.name))
    .map((it): readonly [typeof it, Column | StoredColumn] => [it, required(raw.columns.get(it.name), it.name)]);
}

/** The names of the fields that the network sees something of: what the label alone is made of tells it by nature. */
function inputFields({ data, model }: TrainProgram): ReadonlySet<string> {
  const seen = restrictFeatures(data, entryOf(model).inputNames);
  return new Set(seen.preparation.raw.map((it) => it.name));
}

function comparedLabel(label: Label | undefined): Compared | undefined {
  if (label?.byRow === undefined) return undefined;
  return { kind: isClass(label) ? "groups" : "numbers", values: label.byRow };
}

const isClass = ({ feature }: Label): boolean => feature.classes !== undefined || feature.type.dtype === "bool";

function labelReport(label: Label): LabelReport {
  const { feature, values, words } = label;
  const { name } = feature;
  if (!isClass(label)) {
    const numbers = Object.fromEntries(
      splitNames.flatMap((split) => {
        const figures = describeNumbers(values[split]);
        return figures === undefined ? [] : [[split, figures]];
      }),
    );
    return { name, numbers };
  }
  const filled = splitNames.filter((it) => values[it].length > 0);
  const classes = Array.from({ length: feature.classes ?? 2 }, (_, at) => ({
    name: words?.[at] ?? String(at),
    counts: Object.fromEntries(filled.map((split) => [split, countOf(values[split], at)])),
  }));
  // Texts of their own lengths have no padding.
  const isThere = (it: (typeof classes)[number]): boolean => Object.values(it.counts).some((count) => count > 0);
  return { name, classes: classes.filter((it) => it.name !== paddingName || isThere(it)) };
}

const countOf = (values: Float64Array, wanted: number): number =>
  values.reduce((count, it) => count + (it === wanted ? 1 : 0), 0);

/** A text: its characters as the words of one column. */
function textReport(
  { tokens, unit, vocabulary, from }: Extract<RawData, { kind: "text" }>,
  dataset: Dataset | undefined,
): Omit<DataReport, "training" | "section" | "splits"> {
  const counts = new Float64Array(vocabulary.length);
  for (const it of tokens) counts[it] = elementAt(counts, it) + 1;
  const frequent = vocabulary
    .map((word, at) => ({ word: word === otherWords ? "(others)" : word, count: elementAt(counts, at) }))
    .filter((it) => it.count > 0)
    .toSorted((a, b) => b.count - a.count);
  const words = {
    count: tokens.length,
    different: frequent.length,
    frequent: frequent.slice(0, 20),
    single: frequent.filter((it) => it.count === 1).length,
  };
  const gaps = { all: { missing: 0, of: tokens.length } };
  return {
    from: dataset?.from ?? from,
    rows: tokens.length,
    unit: `${unit}s`,
    without: 0,
    cleaning: [],
    columns: [{ name: "text", reading: `${unit}s`, shape: [], gaps, words }],
    shared: [],
    notes: [],
  };
}
