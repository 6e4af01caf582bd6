import type { Findings } from "../diagnostics/findings.ts";
import type { TrainProgram } from "../ir/program.ts";
import { lintReport, type Told } from "./lint-report.ts";
import { augmentedLabels } from "./rules/augmented-labels.ts";
import { batchOfOne } from "./rules/batch-of-one.ts";
import { classesWithoutLabels } from "./rules/classes-without-labels.ts";
import type { TrainRule } from "./train-rule.ts";

const rules: readonly TrainRule[] = [classesWithoutLabels, batchOfOne, augmentedLabels];

/** What is right by all types in a training, and most often a slip. */
export function lintTraining(train: TrainProgram, told: Told): Findings {
  const { findings, report } = lintReport(told);
  for (const rule of rules) rule(train, report);
  return findings;
}
