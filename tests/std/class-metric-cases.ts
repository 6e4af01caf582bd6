import type { MetricCase } from "./metric-cases.ts";

/** Metrics of classes, by labels. */
export const classCases: readonly MetricCase[] = [
  { call: "accuracy(logits, label)", peer: `sk.accuracy_score(label, pred(logits))`, value: 0.16666666666666666 },
  {
    call: "accuracy(logits, label, mask=weight)",
    peer: `sk.accuracy_score(label, pred(logits), sample_weight=weight)`,
    value: 0.20512820512820512,
  },
  {
    call: "accuracy(logits, label, mask=weight > 0)",
    peer: `sk.accuracy_score(label, pred(logits), sample_weight=weight)`,
    value: 0.20512820512820512,
  },
  { call: "accuracy(equal, label)", peer: `sk.accuracy_score(label, pred(equal))`, value: 0.2 },
  {
    call: "accuracy(words, tags, mask=known)",
    peer: `sk.accuracy_score(flat(tags), flat(pred(words)), sample_weight=flat(known))`,
    value: 0.15037593984962405,
  },
  {
    call: "accuracy(words, tags, lengths=long)",
    peer: `sk.accuracy_score(flat(tags), flat(pred(words)), sample_weight=flat(within(long)))`,
    value: 0.21333333333333335,
  },
  { call: "class_auc(logits, label)", peer: `ovr(label, logits)`, value: 0.5252529656138633 },
  {
    call: "class_auc(logits, label, average=weighted, thresholds=50, mask=weight)",
    peer: `ovr(label, logits, "weighted", thresholds=50, weight=weight)`,
    value: 0.5674832473839917,
  },
  { call: "class_auc(few, seldom)", peer: `ovr(seldom, few)`, value: 0.5108452164455358 },
  {
    call: "class_auc(words, tags, lengths=long)",
    peer: `ovr(tags, words, weight=within(long))`,
    value: 0.4803909973959037,
  },
  {
    call: "class_auc(logits, label, curve=pr)",
    peer: `np.mean([keras_figure("AUC", label == c, softmax(logits)[:, c], curve="PR") for c in range(5)])`,
    value: 0.250429730117321,
    sums: true,
  },
  {
    call: "balanced_accuracy(logits, label)",
    peer: `sk.balanced_accuracy_score(label, pred(logits))`,
    value: 0.15831738437001594,
  },
  {
    call: "balanced_accuracy(few, seldom, mask=weight)",
    peer: `sk.balanced_accuracy_score(seldom, pred(few), sample_weight=weight)`,
    value: 0.30513833992094863,
  },
  {
    call: "exact_match(words, tags, lengths=long)",
    peer: `np.mean(((pred(words) == tags) | (within(long) == 0)).all(1)[long > 0])`,
    value: 0.125,
  },
  { call: "exact_match(logits, label)", peer: `sk.accuracy_score(label, pred(logits))`, value: 0.16666666666666666 },
  {
    call: "top_k_accuracy(logits, label, k=2)",
    peer: `sk.top_k_accuracy_score(label, logits, k=2, labels=range(5))`,
    value: 0.35,
  },
  {
    call: "top_k_accuracy(logits, label, k=3, mask=share)",
    peer: `sk.top_k_accuracy_score(label, logits, k=3, labels=range(5), sample_weight=share)`,
    value: 0.7395153098104421,
    sums: true,
  },
  {
    call: "mean_reciprocal_rank(logits, label)",
    peer: `np.mean(1 / (1 + (logits > np.take_along_axis(logits, label[:, None], 1)).sum(1)))`,
    value: 0.4394444444444444,
    sums: true,
  },
  {
    call: "log_loss(logits, label)",
    peer: `sk.log_loss(label, softmax(logits), labels=range(5))`,
    value: 2.345093829135439,
    sums: true,
  },
  {
    call: "log_loss(words, tags, mask=known)",
    peer: `sk.log_loss(flat(tags), softmax(words.reshape(-1, 5)), labels=range(5), sample_weight=flat(known))`,
    value: 2.78376218053192,
    sums: true,
  },
  {
    call: "perplexity(logits, label)",
    peer: `np.exp(sk.log_loss(label, softmax(logits), labels=range(5)))`,
    value: 10.434251718436954,
    sums: true,
  },
  {
    call: "perplexity(logits, label, mask=weight)",
    peer: `np.exp(sk.log_loss(label, softmax(logits), labels=range(5), sample_weight=weight))`,
    value: 9.325716454489205,
    sums: true,
  },
  {
    call: "mean_iou(logits, label)",
    peer: `sk.jaccard_score(label, pred(logits), average="macro", zero_division=0)`,
    value: 0.08821277331259182,
  },
  {
    call: "mean_iou(logits, label, mask=weight)",
    peer: `sk.jaccard_score(label, pred(logits), average="macro", zero_division=0, sample_weight=weight)`,
    value: 0.11213786213786214,
  },
  {
    call: "mean_iou(few, seldom)",
    peer: `sk.jaccard_score(seldom, pred(few), average="macro", zero_division=0)`,
    value: 0.14638157894736842,
  },
  {
    call: "class_precision(logits, label)",
    peer: `sk.precision_score(label, pred(logits), average="macro", zero_division=0)`,
    value: 0.16373959373959374,
  },
  {
    call: "class_precision(few, seldom)",
    peer: `sk.precision_score(seldom, pred(few), average="macro", zero_division=0)`,
    value: 0.28055555555555556,
  },
  {
    call: "class_precision(few, seldom, average=weighted)",
    peer: `sk.precision_score(seldom, pred(few), average="weighted", zero_division=0)`,
    value: 0.4257407407407407,
  },
  {
    call: "class_precision(words, tags, average=micro, mask=known)",
    peer: `sk.precision_score(flat(tags), flat(pred(words)), average="micro", zero_division=0, sample_weight=flat(known))`,
    value: 0.15037593984962405,
  },
  {
    call: "class_recall(few, seldom)",
    peer: `sk.recall_score(seldom, pred(few), average="macro", zero_division=0)`,
    value: 0.2299573055028463,
  },
  {
    call: "class_recall(words, tags, average=weighted, lengths=long)",
    peer: `sk.recall_score(flat(tags), flat(pred(words)), average="weighted", zero_division=0, sample_weight=flat(within(long)))`,
    value: 0.21333333333333335,
  },
  {
    call: "class_recall(equal, zero, average=micro)",
    peer: `sk.recall_score(zero, pred(equal), average="micro", zero_division=0)`,
    value: 0.5,
  },
  {
    call: "class_f1(logits, label)",
    peer: `sk.f1_score(label, pred(logits), average="macro", zero_division=0)`,
    value: 0.15844155844155844,
  },
  {
    call: "class_f1(few, seldom)",
    peer: `sk.f1_score(seldom, pred(few), average="macro", zero_division=0)`,
    value: 0.242512077294686,
  },
  {
    call: "class_f1(few, seldom, average=weighted, mask=share)",
    peer: `sk.f1_score(seldom, pred(few), average="weighted", zero_division=0, sample_weight=share)`,
    value: 0.3570657061031642,
    sums: true,
  },
  {
    call: "class_f1(equal, label, average=micro)",
    peer: `sk.f1_score(label, pred(equal), average="micro", zero_division=0)`,
    value: 0.2,
  },
  {
    call: "class_f1(logits, label, beta=2)",
    peer: `sk.fbeta_score(label, pred(logits), beta=2, average="macro", zero_division=0)`,
    value: 0.1576842697532353,
  },
  { call: "matthews(logits, label)", peer: `sk.matthews_corrcoef(label, pred(logits))`, value: -0.04612933430613296 },
  {
    call: "matthews(few, seldom, mask=weight)",
    peer: `sk.matthews_corrcoef(seldom, pred(few), sample_weight=weight)`,
    value: 0.08248071401091815,
  },
  { call: "matthews(logits, zero)", peer: `sk.matthews_corrcoef(zero, pred(logits))`, value: 0 },
  {
    call: "cohen_kappa(logits, label)",
    peer: `sk.cohen_kappa_score(label, pred(logits))`,
    value: -0.04566050888811435,
  },
  {
    call: "cohen_kappa(words, tags, weights=linear, mask=known)",
    peer: `sk.cohen_kappa_score(flat(tags), flat(pred(words)), weights="linear", sample_weight=flat(known))`,
    value: -0.10025238362310707,
  },
  {
    call: "cohen_kappa(logits, label, weights=quadratic)",
    peer: `sk.cohen_kappa_score(label, pred(logits), weights="quadratic")`,
    value: -0.1206896551724137,
  },
  {
    call: "confusion_matrix(logits, label)",
    peer: `sk.confusion_matrix(label, pred(logits))`,
    value: [
      [1, 1, 3, 1, 4],
      [3, 1, 1, 3, 0],
      [4, 6, 4, 3, 2],
      [1, 3, 1, 3, 3],
      [3, 2, 5, 1, 1],
    ],
  },
  {
    call: "confusion_matrix(few, seldom, normalize=real, mask=weight)",
    peer: `sk.confusion_matrix(seldom, pred(few), labels=range(5), normalize="true", sample_weight=weight)`,
    value: [
      [0.2, 0, 0.6, 0.2, 0],
      [0.30434782608695654, 0.2608695652173913, 0.2608695652173913, 0.17391304347826086, 0],
      [0.18181818181818182, 0.18181818181818182, 0.45454545454545453, 0.18181818181818182, 0],
      [0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0],
    ],
  },
  {
    call: "confusion_matrix(words, tags, normalize=found, lengths=long)",
    peer: `sk.confusion_matrix(flat(tags), flat(pred(words)), normalize="pred", sample_weight=flat(within(long)))`,
    value: [
      [0.2727272727272727, 0.3333333333333333, 0.2, 0.16666666666666666, 0.125],
      [0.36363636363636365, 0.13333333333333333, 0.06666666666666667, 0.16666666666666666, 0.5],
      [0, 0.26666666666666666, 0.26666666666666666, 0.3333333333333333, 0.125],
      [0.2727272727272727, 0.06666666666666667, 0.3333333333333333, 0.2777777777777778, 0.125],
      [0.09090909090909091, 0.2, 0.13333333333333333, 0.05555555555555555, 0.125],
    ],
  },
  {
    call: "confusion_matrix(equal, label, normalize=all)",
    peer: `sk.confusion_matrix(label, pred(equal), normalize="all")`,
    value: [
      [0.08333333333333333, 0.05, 0, 0, 0.03333333333333333],
      [0.06666666666666667, 0.016666666666666666, 0.016666666666666666, 0.03333333333333333, 0],
      [0.13333333333333333, 0.1, 0.06666666666666667, 0.016666666666666666, 0],
      [0.1, 0.03333333333333333, 0.03333333333333333, 0.016666666666666666, 0],
      [0.11666666666666667, 0.03333333333333333, 0.016666666666666666, 0.016666666666666666, 0.016666666666666666],
    ],
  },
  {
    call: "precision_by_class(few, seldom)",
    peer: `sk.precision_score(seldom, pred(few), labels=range(5), average=None, zero_division=0)`,
    value: [0.2, 0.5333333333333333, 0.3888888888888889, 0, 0],
  },
  {
    call: "recall_by_class(few, seldom)",
    peer: `sk.recall_score(seldom, pred(few), labels=range(5), average=None, zero_division=0)`,
    value: [0.25, 0.25806451612903225, 0.4117647058823529, 0, 0],
  },
  {
    call: "f1_by_class(words, tags, mask=known)",
    peer: `sk.f1_score(flat(tags), flat(pred(words)), labels=range(5), average=None, zero_division=0, sample_weight=flat(known))`,
    value: [0.14814814814814814, 0.1276595744680851, 0.10714285714285714, 0.1509433962264151, 0.21428571428571427],
  },
  {
    call: "f1_by_class(few, seldom, beta=2)",
    peer: `sk.fbeta_score(seldom, pred(few), beta=2, labels=range(5), average=None, zero_division=0)`,
    value: [0.23809523809523808, 0.28776978417266186, 0.4069767441860465, 0, 0],
  },
  {
    call: "iou_by_class(few, seldom)",
    peer: `sk.jaccard_score(seldom, pred(few), labels=range(5), average=None, zero_division=0)`,
    value: [0.125, 0.21052631578947367, 0.25, 0, 0],
  },
];
