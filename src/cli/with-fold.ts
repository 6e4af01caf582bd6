import type { TrainProgram } from "../ir/program.ts";
import { UsageError } from "./exit-code.ts";

/** A program with another of its folds as the validate split, where `--fold` says so. */
export function withFold(program: TrainProgram, fold: number | undefined): TrainProgram {
  if (fold === undefined) return program;
  const { name, split } = program.data;
  const { folds } = split;
  if (folds === undefined)
    throw new UsageError(`--fold is for data that are split into folds, and ${name} is not: write \`split: folds 5\`.`);
  if (fold < 1 || fold > folds.count)
    throw new UsageError(`${name} has ${folds.count} folds: --fold is 1 to ${folds.count}, not ${fold}.`);
  return { ...program, data: { ...program.data, split: { ...split, folds: { ...folds, validate: fold } } } };
}
