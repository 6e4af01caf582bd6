import { catalog } from "../diagnostics/catalog.ts";
import { createCollector } from "../diagnostics/collector.ts";
import type { CatalogEntry } from "../diagnostics/entry.ts";
import type { Findings } from "../diagnostics/findings.ts";
import { asNumber, formatDim, sameForm, type Dim } from "../dims/dim.ts";
import { entryOf } from "../graph/parameters-of.ts";
import type { Module } from "../ir/graph.ts";
import { inFile, type Span } from "../support/source.ts";
import { viewFunctions } from "./function-view.ts";
import type { ModelRule } from "./model-rule.ts";
import { biasBeforeBatchNorm } from "./rules/bias-before-batch-norm.ts";
import { channelsFirst } from "./rules/channels-first.ts";
import { dropoutBeforeBatchNorm } from "./rules/dropout-before-batch-norm.ts";
import { linearInARow } from "./rules/linear-in-a-row.ts";
import { resultsOutOfOrder } from "./rules/results-out-of-order.ts";
import { softmaxOverBatch } from "./rules/softmax-over-batch.ts";

/** What is a slip in any model. */
const always: readonly ModelRule[] = [dropoutBeforeBatchNorm, channelsFirst, softmaxOverBatch, resultsOutOfOrder];

/** What costs a training something, and is nothing to a network whose weights come from elsewhere. */
const inTraining: readonly ModelRule[] = [linearInARow, biasBeforeBatchNorm];

/** Of what is told. */
export interface Told {
  /** Whether a place is in a file of the person's own. */
  readonly isOwn: (span: Span) => boolean;
  /** Codes that are asked for, of those that are told to who asks. */
  readonly asked: ReadonlySet<string>;
}

/** What is right by all types in a model, and most often a slip: warnings of the functions that are the person's own. */
export function lintModel(module: Module, { isOwn, asked }: Told, isTrained: boolean): Findings {
  const collector = createCollector();
  const told = new Set<string>();
  const report: typeof collector.report = (code, span, ...others) => {
    const { file, start } = inFile(span);
    const place = `${code} ${file.path} ${start}`;
    const entry: CatalogEntry<never> = catalog[code];
    if (told.has(place) || !isOwn(span) || (entry.optIn === true && !asked.has(code))) return;
    told.add(place);
    collector.report(code, span, ...others);
  };
  const rules = isTrained ? [...always, ...inTraining] : always;
  const view = viewFunctions(module, batchOf(module, isTrained));
  for (const func of module.functions.values()) {
    if (func.origin === undefined || !isOwn(func.origin)) continue;
    const seen = view(func);
    for (const node of seen.nodes) for (const rule of rules) rule(node, seen, report);
  }
  return collector;
}

/** The dim of a batch: the first of all inputs of what is trained, and else what is called so. */
function batchOf(module: Module, isTrained: boolean): Dim | undefined {
  const [first, ...others] = entryOf(module).body.inputs.map(({ type }) => type.shape[0]);
  if (first === undefined || !others.every((it) => it !== undefined && sameForm(it, first))) return undefined;
  if (asNumber(first) !== undefined) return undefined;
  return isTrained || ["B", "Batch"].includes(formatDim(first)) ? first : undefined;
}
