import type { Figure } from "../../src/runtime/train/figures.ts";
import { classCases } from "./class-metric-cases.ts";
import { numberCases } from "./number-metric-cases.ts";
import { sequenceCases } from "./sequence-metric-cases.ts";
import { truthCases } from "./truth-metric-cases.ts";

/** A metric of the library as a call, what gives the same figure in Python, and that figure. */
export interface MetricCase {
  readonly call: string;
  /** With `sk` (scikit-learn's metrics), `keras` (Keras 3), `np`, and the helpers of `tests/oracles/sklearn_metrics.py`. */
  readonly peer: string;
  /** As the peer gives it: `npm run conformance -- --torch` asks it again. */
  readonly value: Figure;
  /** Whether it is made of sums of real numbers, which batches give in single precision; others are counts, and exact. */
  readonly sums?: true;
}

/** A case for each metric, and for what it makes a difference of. */
export const metricCases: readonly MetricCase[] = [...classCases, ...truthCases, ...numberCases, ...sequenceCases];

/** Figures of nothing, which are no numbers: scikit-learn warns, and gives none either. */
export const undefinedCalls: readonly string[] = [
  "accuracy(logits, label, mask=0 * weight)",
  "balanced_accuracy(logits, label, mask=0 * weight)",
  "exact_match(words, tags, lengths=0 * long)",
  "perplexity(words, tags, lengths=0 * long)",
  "root_mean_squared_error(score, real, mask=0 * weight)",
  "auc(score, ones)",
  "class_auc(logits, zero)",
  "multilabel_auc(many, 0 * marks)",
  "auc(score, 1 - ones, mask=weight)",
  "auc(score, 1 - ones, curve=pr)",
  "average_precision(score, real, mask=1 - real)",
];
