import type { DataProgram } from "../../ir/program.ts";
import { cleanStepOf, type CleanColumn, type Reason } from "../../sources/clean-steps.ts";
import { coarseColumns, equalRows } from "../../sources/equal-rows.ts";
import { exampleOf, isStored, type Column, type RawData } from "../../sources/raw-data.ts";
import { showCleanStep } from "../../sources/show-clean-step.ts";
import { showField } from "../../sources/show-raw-field.ts";
import { elementAt } from "../../support/element-at.ts";
import { filterRows } from "./filter-rows.ts";
import { heldColumn } from "./held-column.ts";
import { judgeStored, type StoredCleanColumn } from "./judge-stored.ts";
import { required } from "../../support/fault.ts";

/** What a step of `clean` has left out, and why. */
export interface CleanReport {
  /** The step as it is written. */
  readonly step: string;
  /** How many rows it was given, and left out. */
  readonly rows: number;
  readonly leftOut: number;
  /** How many rows were left out for each reason, in the order in which they were met. */
  readonly why: ReadonlyMap<string, number>;
  /** The place of the first that was left out, and of the row that it is equal to. */
  readonly first?: { readonly place: string; readonly like?: string };
  /** How many of those that stay are nearly equal to an earlier one, and the places of the first two. */
  readonly near?: { readonly count: number; readonly places: readonly [string, string] };
}

/** What cleaning makes of the rows of a source. */
export interface CleanedRows {
  /** Those that are kept, in their order. */
  readonly kept: Int32Array;
  readonly reports: readonly CleanReport[];
}

/** The rows that the steps of a section keep, in their order, and what each step has left out. */
export async function cleanRows(
  raw: Extract<RawData, { kind: "columns" }>,
  { preparation, split, clean }: Pick<DataProgram, "preparation" | "split" | "clean">,
): Promise<CleanedRows> {
  const columnOf = (name: string): Column => heldColumn(raw, name);
  const read = preparation.raw.map((it): CleanColumn | StoredCleanColumn => ({
    ...required(raw.columns.get(it.name), `a column for raw.${it.name}`),
    filled: it.missing !== undefined,
    shown: showField(it),
  }));
  const own = split.column && { ...columnOf(split.column.field.name), shown: split.column.text };
  const needed = own === undefined ? read : [...read, own];
  const heldOf = (columns: readonly (CleanColumn | StoredCleanColumn)[]): readonly CleanColumn[] =>
    columns.flatMap((it) => (isStored(it) ? [] : [it]));
  const features = heldOf(read);
  let rows: Int32Array = Int32Array.from({ length: raw.count }, (_, row) => row);
  if (features.some((it) => it.absent !== undefined))
    rows = filterRows(rows, (row) => features.every((it) => it.absent?.[row] !== 1));
  const reports: CleanReport[] = [];
  for (const spec of clean) {
    const column = (): Column => columnOf(required(spec.column, `the column of ${spec.kind}`).field.name);
    const judge =
      (await judgeStored(spec, { read, needed, rows })) ??
      cleanStepOf(spec).judge(spec, { features, needed: heldOf(needed), rows, column });
    const why = new Map<string, number>();
    let first: { readonly row: number; readonly reason: Reason } | undefined;
    const given = rows.length;
    rows = filterRows(rows, (row) => {
      const reason = judge(row);
      if (reason === undefined) return true;
      first ??= { row, reason };
      why.set(reason.why, (why.get(reason.why) ?? 0) + 1);
      return false;
    });
    const [of] = [spec.column && column(), ...read].filter((it) => it !== undefined);
    const placeOf = (row: number): string => (of === undefined ? `row ${row}` : exampleOf(of, row));
    const like = first?.reason.like;
    const near =
      spec.kind === "drop_duplicates" && features.length === read.length
        ? nearlyEqual(features, rows, placeOf)
        : undefined;
    reports.push({
      step: showCleanStep(spec),
      rows: given,
      leftOut: given - rows.length,
      why,
      ...(first && { first: { place: placeOf(first.row), ...(like !== undefined && { like: placeOf(like) }) } }),
      ...(near && { near }),
    });
  }
  return { kept: rows, reports };
}

/** Rows of a table that are nearly equal to an earlier one, where there are any. */
function nearlyEqual(
  columns: readonly Column[],
  rows: Int32Array,
  placeOf: (row: number) => string,
): CleanReport["near"] {
  const coarse = coarseColumns(columns, rows);
  if (coarse === undefined) return undefined;
  const earlier = equalRows(coarse);
  const pairs: (readonly [number, number])[] = [];
  for (const row of rows) {
    const like = earlier.add(row);
    if (like !== undefined) pairs.push([like, row]);
  }
  const [pair] = pairs;
  return pair && { count: pairs.length, places: [placeOf(elementAt(pair, 0)), placeOf(elementAt(pair, 1))] };
}
