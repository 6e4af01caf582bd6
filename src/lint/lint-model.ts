import type { Findings } from "../diagnostics/findings.ts";
import { asNumber, formatDim, sameForm, type Dim } from "../dims/dim.ts";
import { entryOf } from "../graph/parameters-of.ts";
import type { Module } from "../ir/graph.ts";
import type { TrainProgram } from "../ir/program.ts";
import { viewFunctions } from "./function-view.ts";
import { lintReport, type Told } from "./lint-report.ts";
import type { ModelRule } from "./model-rule.ts";
import { biasBeforeBatchNorm } from "./rules/bias-before-batch-norm.ts";
import { channelsFirst } from "./rules/channels-first.ts";
import { dropoutBeforeBatchNorm } from "./rules/dropout-before-batch-norm.ts";
import { inputSizeFirst } from "./rules/input-size-first.ts";
import { linearInARow } from "./rules/linear-in-a-row.ts";
import { resultsOutOfOrder } from "./rules/results-out-of-order.ts";
import { softmaxOverBatch } from "./rules/softmax-over-batch.ts";

/** What is a slip in any model. */
const always: readonly ModelRule[] = [
  dropoutBeforeBatchNorm,
  channelsFirst,
  softmaxOverBatch,
  resultsOutOfOrder,
  inputSizeFirst,
];

/** What costs a training something, and is nothing to a network whose weights come from elsewhere. */
const inTraining: readonly ModelRule[] = [linearInARow, biasBeforeBatchNorm];

/**
 * What is right by all types in a model, and most often a slip: warnings of the functions that are the person's own. `train`
 * is what trains the model, as it is there.
 */
export function lintModel(module: Module, told: Told, train?: TrainProgram): Findings {
  const { findings, report } = lintReport(told);
  // What is frozen is as it was trained elsewhere.
  const learnsAll = train?.phases.every(({ frozen }) => frozen.length === 0) === true;
  const rules = learnsAll ? [...always, ...inTraining] : always;
  const view = viewFunctions(module, batchOf(module, train !== undefined));
  for (const func of module.functions.values()) {
    if (func.origin === undefined || !told.isOwn(func.origin)) continue;
    const seen = view(func);
    for (const node of seen.nodes) for (const rule of rules) rule(node, seen, report);
  }
  return findings;
}

/** The dim of a batch: the first of all inputs of what is trained, and else what is called so. */
function batchOf(module: Module, isTrained: boolean): Dim | undefined {
  const [first, ...others] = entryOf(module).body.inputs.map(({ type }) => type.shape[0]);
  if (first === undefined || !others.every((it) => it !== undefined && sameForm(it, first))) return undefined;
  if (asNumber(first) !== undefined) return undefined;
  return isTrained || ["B", "Batch"].includes(formatDim(first)) ? first : undefined;
}
