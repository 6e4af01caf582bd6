import type { DataProgram } from "../../ir/program.ts";
import { cleanedRows, type CleanColumn } from "../../sources/clean-steps.ts";
import type { RawData } from "../../sources/raw-data.ts";
import { required } from "../../support/fault.ts";

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
export function countCleaned(raw: Extract<RawData, { kind: "columns" }>, data: DataProgram): Cleaned {
  const columns = data.preparation.raw.map(({ name, missing }): CleanColumn => ({
    ...required(raw.columns.get(name), `a column for raw.${name}`),
    filled: missing !== undefined,
  }));
  const whole = Int32Array.from({ length: raw.count }, (_, row) => row).filter((row) =>
    columns.every((it) => it.absent?.[row] !== 1),
  );
  let kept: Int32Array = whole;
  const steps = data.clean.map((step): CleanedStep => {
    const before = kept.length;
    kept = cleanedRows(kept, columns, [step]);
    return { step: step.kind, leftOut: before - kept.length };
  });
  return { without: raw.count - whole.length, steps, kept };
}
