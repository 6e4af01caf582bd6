import type { FigureRange } from "../ir/program.ts";

const share: FigureRange = { least: 0, greatest: 1 };
const correlation: FigureRange = { least: -1, greatest: 1 };
const distance: FigureRange = { least: 0 };

/**
 * Between which numbers the figures of the library's metrics lie, of those that are one number. What a metric divides and adds
 * up does not show it, as that hits are no more than all of them; the tests hold the figures of all cases to it.
 */
export const figureRanges: ReadonlyMap<string, FigureRange> = new Map([
  ...[
    "accuracy",
    "balanced_accuracy",
    "exact_match",
    "top_k_accuracy",
    "mean_reciprocal_rank",
    "mean_iou",
    "class_precision",
    "class_recall",
    "class_f1",
    "class_auc",
    "binary_accuracy",
    "precision",
    "recall",
    "specificity",
    "f1",
    "binary_iou",
    "multilabel_precision",
    "multilabel_recall",
    "multilabel_f1",
    "auc",
    "multilabel_auc",
    "average_precision",
    "sensitivity_at_specificity",
    "specificity_at_sensitivity",
    "precision_at_recall",
    "recall_at_precision",
    "bleu",
  ].map((name) => [name, share] as const),
  ...["matthews", "cohen_kappa", "binary_matthews", "mean_cosine_similarity", "pearson", "spearman"].map(
    (name) => [name, correlation] as const,
  ),
  ...[
    "log_loss",
    "brier",
    "mean_squared_error",
    "root_mean_squared_error",
    "mean_absolute_error",
    "max_error",
    "mean_absolute_percentage_error",
    "mean_squared_logarithmic_error",
    "error_rate",
    "ctc_error_rate",
    "edit_distance",
  ].map((name) => [name, distance] as const),
  ["perplexity", { least: 1 }],
  ["r2", { greatest: 1 }],
]);
