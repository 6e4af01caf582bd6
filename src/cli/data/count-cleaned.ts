import type { DataProgram } from "../../ir/program.ts";
import { cleanRows } from "../../runtime/data/clean-rows.ts";
import type { RawData } from "../../sources/raw-data.ts";

/** What a step of cleaning has left out. */
export interface CleanedStep {
  readonly step: string;
  readonly leftOut: number;
}

/** What cleaning does to the rows of a table. */
export interface Cleaned {
  /** Rows that have not so many before them as their features read. */
  readonly without: number;
  readonly steps: readonly CleanedStep[];
  readonly kept: Int32Array;
}

/** Counts what each step of `clean` leaves out, in their order. */
export async function countCleaned(raw: Extract<RawData, { kind: "columns" }>, data: DataProgram): Promise<Cleaned> {
  const { kept, reports } = await cleanRows(raw, data);
  const steps = reports.map(({ step, leftOut }): CleanedStep => ({ step, leftOut }));
  const leftOut = steps.reduce((sum, it) => sum + it.leftOut, 0);
  return { without: raw.count - kept.length - leftOut, steps, kept };
}
