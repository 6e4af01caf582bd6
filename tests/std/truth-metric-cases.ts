import type { MetricCase } from "./metric-cases.ts";

/** Metrics of what is real or not, by probabilities. */
export const truthCases: readonly MetricCase[] = [
  { call: "binary_accuracy(score, real)", peer: `sk.accuracy_score(real, score > 0)`, value: 0.7833333333333333 },
  {
    call: "binary_accuracy(score, real, threshold=0.7, mask=weight)",
    peer: `sk.accuracy_score(real, p(score) > 0.7, sample_weight=weight)`,
    value: 0.7692307692307693,
  },
  {
    call: "binary_log_loss(score, real, mask=share)",
    peer: `sk.log_loss(real, p(score), sample_weight=share)`,
    value: 0.4419609357881282,
    sums: true,
  },
  { call: "brier(score, real)", peer: `sk.brier_score_loss(real, p(score))`, value: 0.14701798740335018, sums: true },
  {
    call: "precision(score, real, threshold=0.6)",
    peer: `sk.precision_score(real, p(score) > 0.6)`,
    value: 0.7083333333333334,
  },
  {
    call: "precision(score, real, mask=weight)",
    peer: `sk.precision_score(real, score > 0, sample_weight=weight)`,
    value: 0.7222222222222222,
  },
  {
    call: "precision(tied, real, threshold=1)",
    peer: `sk.precision_score(real, p(tied) > 1, zero_division=0)`,
    value: 0,
  },
  { call: "recall(score, real)", peer: `sk.recall_score(real, score > 0)`, value: 0.76 },
  {
    call: "recall(score, real, mask=weight)",
    peer: `sk.recall_score(real, score > 0, sample_weight=weight)`,
    value: 0.8125,
  },
  { call: "recall(score, 1 - ones)", peer: `sk.recall_score(1 - ones, score > 0, zero_division=0)`, value: 0 },
  { call: "specificity(score, real)", peer: `sk.recall_score(1 - real, score <= 0)`, value: 0.8 },
  {
    call: "specificity(score, ones, mask=weight)",
    peer: `sk.recall_score(1 - ones, score <= 0, zero_division=0)`,
    value: 0,
  },
  { call: "f1(score, real)", peer: `sk.f1_score(real, score > 0)`, value: 0.7450980392156863 },
  { call: "f1(many, marks)", peer: `sk.f1_score(flat(marks), flat(many) > 0)`, value: 0.7044025157232704 },
  {
    call: "f1(score, real, beta=0.5, threshold=0.4)",
    peer: `sk.fbeta_score(real, p(score) > 0.4, beta=0.5)`,
    value: 0.7092198581560284,
  },
  { call: "binary_iou(score, real)", peer: `sk.jaccard_score(real, score > 0)`, value: 0.59375 },
  {
    call: "binary_iou(score, real, threshold=1, mask=1 - real)",
    peer: `sk.jaccard_score(real[real == 0], score[real == 0] > 99, zero_division=0)`,
    value: 0,
  },
  { call: "binary_matthews(score, real)", peer: `sk.matthews_corrcoef(real, score > 0)`, value: 0.5571420284083805 },
  {
    call: "binary_matthews(score, ones, mask=weight)",
    peer: `sk.matthews_corrcoef(ones, score > 0, sample_weight=weight)`,
    value: 0,
  },
  {
    call: "multilabel_precision(many, marks)",
    peer: `sk.precision_score(marks, many > 0, average="macro", zero_division=0)`,
    value: 0.4729437229437229,
  },
  {
    call: "multilabel_precision(many, marks, average=micro, threshold=0.6)",
    peer: `sk.precision_score(marks, p(many) > 0.6, average="micro", zero_division=0)`,
    value: 0.6753246753246753,
  },
  {
    call: "multilabel_recall(many, marks)",
    peer: `sk.recall_score(marks, many > 0, average="macro", zero_division=0)`,
    value: 0.6012103838190794,
  },
  {
    call: "multilabel_recall(many, marks, average=weighted, mask=weight)",
    peer: `sk.recall_score(marks, many > 0, average="weighted", zero_division=0, sample_weight=weight)`,
    value: 0.8518518518518519,
  },
  {
    call: "multilabel_f1(many, marks)",
    peer: `sk.f1_score(marks, many > 0, average="macro", zero_division=0)`,
    value: 0.5292354229827524,
  },
  {
    call: "multilabel_f1(many, marks, average=weighted, beta=2)",
    peer: `sk.fbeta_score(marks, many > 0, beta=2, average="weighted", zero_division=0)`,
    value: 0.7589133646159194,
  },
  { call: "auc(score, real)", peer: `sk.roc_auc_score(real, bins(score, 200))`, value: 0.8794285714285714 },
  {
    call: "auc(score, real, thresholds=50, mask=weight)",
    peer: `sk.roc_auc_score(real, bins(score, 50), sample_weight=weight)`,
    value: 0.8709239130434783,
  },
  { call: "auc(tied, real)", peer: `sk.roc_auc_score(real, tied)`, value: 0.8662857142857142 },
  {
    call: "auc(many, marks, mask=across(weight))",
    peer: `sk.roc_auc_score(flat(marks), bins(flat(many), 200), sample_weight=np.repeat(weight, 4))`,
    value: 0.9213870733478576,
  },
  {
    call: "auc(score, real, curve=pr)",
    peer: `keras_figure("AUC", real, p(score), curve="PR")`,
    value: 0.7971521615982056,
    sums: true,
  },
  {
    call: "auc(tied, real, curve=pr, mask=weight)",
    peer: `keras_figure("AUC", real, p(tied), weight, curve="PR")`,
    value: 0.7413536906242371,
    sums: true,
  },
  {
    call: "multilabel_auc(many, marks)",
    peer: `sk.roc_auc_score(marks[:, :3], bins(many[:, :3], 200))`,
    value: 0.8452062978917199,
  },
  {
    call: "multilabel_auc(many, marks, average=weighted, thresholds=30, mask=weight)",
    peer: `sk.roc_auc_score(marks[:, :3], bins(many[:, :3], 30), average="weighted", sample_weight=weight)`,
    value: 0.8694935465768799,
  },
  {
    call: "multilabel_auc(many, marks, average=micro)",
    peer: `sk.roc_auc_score(marks, bins(many, 200), average="micro")`,
    value: 0.9021428571428571,
  },
  {
    call: "multilabel_auc(many[:, :3], marks[:, :3], curve=pr)",
    peer: `keras_figure("AUC", marks[:, :3], p(many[:, :3]), multi_label=True, curve="PR")`,
    value: 0.7498204708099365,
    sums: true,
  },
  {
    call: "average_precision(score, real)",
    peer: `sk.average_precision_score(real, bins(score, 200))`,
    value: 0.8029637584223722,
  },
  {
    call: "average_precision(tied, real, mask=weight)",
    peer: `sk.average_precision_score(real, tied, sample_weight=weight)`,
    value: 0.7214201639153686,
  },
  {
    call: "sensitivity_at_specificity(score, real, specificity=0.8)",
    peer: `keras_figure("SensitivityAtSpecificity", real, p(score), specificity=0.8)`,
    value: 0.800000011920929,
    sums: true,
  },
  {
    call: "specificity_at_sensitivity(tied, real, sensitivity=0.6, mask=weight)",
    peer: `keras_figure("SpecificityAtSensitivity", real, p(tied), weight, sensitivity=0.6)`,
    value: 0.6521739363670349,
    sums: true,
  },
  {
    call: "precision_at_recall(score, real, recall=0.5)",
    peer: `keras_figure("PrecisionAtRecall", real, p(score), recall=0.5)`,
    value: 0.8421052694320679,
    sums: true,
  },
  {
    call: "recall_at_precision(score, real, precision=0.9)",
    peer: `keras_figure("RecallAtPrecision", real, p(score), precision=0.9)`,
    value: 0.1599999964237213,
    sums: true,
  },
  {
    call: "recall_at_precision(score, 1 - ones, precision=0.9)",
    peer: `keras_figure("RecallAtPrecision", 1 - ones, p(score), precision=0.9)`,
    value: 0,
    sums: true,
  },
];
