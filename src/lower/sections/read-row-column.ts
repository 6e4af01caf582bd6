import { constant } from "../../dims/dim.ts";
import { createCollector } from "../../diagnostics/collector.ts";
import type { RawField, ReadingSpec, RowColumn, SourceSpec } from "../../ir/program.ts";
import { readingOf } from "../../sources/readings.ts";
import { sourceOf } from "../../sources/registry.ts";
import { textOf } from "../../support/source.ts";
import type { Expression } from "../../syntax/ast.ts";
import type { Feature } from "../../syntax/ast/sections.ts";
import { nameOfCells, type RawReader } from "./raw-fields.ts";
import { readRaw, type CellsRead } from "./read-raw.ts";
import { reportNoTable, reportUnknown } from "./type-raw-fields.ts";

/** What columns of rows are read with. */
export interface RowReader extends RawReader {
  /** Undefined where it is wrong, which was reported. */
  readonly source: SourceSpec | undefined;
  /** The features of the section: a name may stand for the column that one is made of. */
  readonly features: readonly Feature[];
}

/** Who asks for a column, and for what it holds: numbers, or anything that can be told apart. */
interface RowUse {
  readonly argument: string;
  readonly callee: string;
  readonly holds: "numbers" | "words";
}

/** Cells as words, whatever they are. */
const asWords: ReadingSpec = { kind: "categories", arguments: { words: [], rest: false } };

/**
 * The column that rows are cleaned or split by: `raw.species`, `raw.date -> days_since`, or a feature that tells nothing
 * else. Undefined after a report, or where the source is wrong.
 */
export function readRowColumn(expression: Expression, use: RowUse, reader: RowReader): RowColumn | undefined {
  const { scope, source } = reader;
  const text = textOf(expression.span);
  const refuse = (help: string): undefined => {
    const expected = `a column that holds ${use.holds}, as \`raw.${use.holds === "words" ? "species" : "age"}\``;
    const parameters = { argument: use.argument, callee: use.callee, expected, found: `\`${text}\`` };
    scope.collector.report("MC4006", expression.span, parameters, { help });
    return undefined;
  };
  const named = expression.kind === "reference" ? expression.text : undefined;
  const feature = reader.features.find((it) => it.name.text === named);
  // What is wrong in a feature is told with it.
  const found =
    feature === undefined
      ? readRaw(expression, reader)
      : readRaw(feature.value, { ...reader, scope: { ...scope, collector: createCollector() } });
  // A word as a row of truth values is that word still.
  const isTold = found?.rest.every((it) => feature !== undefined && use.holds === "words" && isOneHot(it));
  if (found === undefined || isTold !== true) {
    const computed = `Rows are judged by what the source holds${feature === undefined ? "" : `, and \`${text}\` is computed`}: name a column.`;
    return refuse(computed);
  }
  const { chain } = found.read;
  if (chain.kind === "broken" || source === undefined) return undefined;
  // A text has no rows, which is told of the whole setting.
  if (sourceOf(source).fields(source).kind === "windows") return undefined;
  if (chain.kind === "window") return refuse("A window of a text is no column.");
  const { cells } = chain;
  if (cells.rows !== undefined || cells.carried !== undefined)
    return refuse("Each row is judged by what it holds itself.");
  if (cells.columns.kind !== "named") return refuse("Name one of the columns.");
  if (chain.by !== undefined && feature === undefined)
    return refuse("What is missing is not filled here: leave `impute` out.");
  const reading = readingOf(cells.reading);
  if (reading.kind === "sequence")
    return refuse(`Rows are told apart by whole cells: leave \`${cells.reading?.kind ?? ""}\` out.`);
  const isOneNumber = reading.kind === "numbers" && reading.shape.length === 0;
  const oneNumber = "It is to be one number for each row.";
  if (use.holds === "numbers" && !isOneNumber) return refuse(oneNumber);
  const field = fieldOf(cells, cells.columns.name, use, expression, source, reader);
  return field === "several" ? refuse(oneNumber) : field && { field, text };
}

const isOneHot = (it: Expression): boolean =>
  it.kind === "call" && it.callee.kind === "reference" && it.callee.text === "one_hot";

function fieldOf(
  cells: CellsRead,
  column: string,
  { holds }: RowUse,
  expression: Expression,
  source: SourceSpec,
  { scope, names }: RowReader,
): RawField | "several" | undefined {
  const delivered = sourceOf(source).fields(source);
  if (delivered.kind === "table" || (delivered.kind === "listed" && delivered.cells?.includes(column) === true)) {
    const reading = cells.reading ?? (holds === "words" ? asWords : undefined);
    const name = nameOfCells({ ...cells, ...(reading !== undefined && { reading }) }, names);
    const read = readingOf(reading);
    const shape = read.kind === "numbers" ? read.shape.map(constant) : [];
    return {
      name,
      type: { dtype: read.kind === "numbers" && read.gives === "f32" ? "f32" : "i32", shape },
      ...(name !== column && { columns: cells.columns }),
      ...(reading !== undefined && { reading }),
    };
  }
  const mention = { name: column, expression, ...cells };
  if (cells.reading !== undefined) {
    reportNoTable(mention, source, scope);
    return undefined;
  }
  const shape = delivered.kind === "listed" ? delivered.shapes[column] : delivered.kind === "any" ? [] : undefined;
  if (shape === undefined) {
    reportUnknown(mention, source, delivered, scope);
    return undefined;
  }
  if (holds === "numbers" && shape !== "declared" && shape.length > 0) return "several";
  return { name: column, type: { dtype: "f32", shape: shape === "declared" ? [] : shape.map(constant) } };
}
