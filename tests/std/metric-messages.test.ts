import { expect, it } from "vitest";
import { checkFile } from "../lower/checking.ts";

const source = (call: string): string => `
model Given: (l: f32[B, 4, 5], s: f32[B, 4]) -> (logits: f32[B, 4, 5], score: f32[B, 4]) {
  param one: f32[] = ones
  (l * one, s * one)
}
data Rows {
  source: npz("rows.npz")
  l:     f32[4, 5]   = raw.l
  s:     f32[4]      = raw.s
  label: class(5)[4] = raw.label
  real:  f32[4]      = raw.real
  known: f32[4]      = raw.known
  long:  i32[]       = raw.long
}
train Given on Rows {
  loss:      mse(score, real)
  optimizer: sgd(lr=0.1)
  metrics:   ${call}
}
`;

it.each([
  [
    "class_f1(logits, label, average=none)",
    "MC2001 Nothing here is called `none`. It takes the words macro, micro, weighted.",
  ],
  ["class_f1(logits, label, average=makro)", "MC2001 Nothing here is called `makro`. Did you mean `macro`?"],
  [
    'class_f1(logits, label, average="macro")',
    "MC3009 `average` of `class_f1` is `macro | micro | weighted`, and this is",
  ],
  ["class_f1(logits, label, beta=0)", "MC3004 Recall counts beta times as much as precision, and beta is 0"],
  ["class_f1(logits, real)", "MC3003 The elements of `labels` of `class_f1` must be class, and they are f32."],
  [
    "auc(logits, label)",
    "MC3003 The elements of `targets` of `auc` must be f32, as those of the inputs before it are, and they are i32.",
  ],
  ["auc(score, real, thresholds=1)", "MC3004 The curve begins at one threshold and ends at another, and there are 1"],
  ["auc(sigmoid(score), real)", "MC3019 `auc` takes logits, and this is a probability already."],
  ["sensitivity_at_specificity(score, real)", "MC2013 `sensitivity_at_specificity` needs `specificity`."],
  ["recall_at_precision(score, real, precision=2)", "MC3004 Precision is a share, and it is 2"],
  ["pearson(score[:, 0], real)", "MC3031 `real` of `pearson` has `...S` = [] where this has [4]."],
  [
    "r2(score, real, mask=long)",
    "MC3003 The elements of `mask` of `r2` must be truth values or of floating point, and they are i32.",
  ],
  ["multilabel_f1(score, real, mask=known[:, :2])", "whose axes are the first of f32[B, 4]."],
  [
    "exact_match(logits, label, lengths=label)",
    "MC3001 `lengths` of `exact_match` needs i32[B], and this is i32[B, 4].",
  ],
])("%s is refused", (call, message) => {
  const found = checkFile(source(call));
  expect(found.map((it) => `${it.code} ${it.message} ${it.help ?? ""}`)).toEqual([expect.stringContaining(message)]);
});

it.each([
  "r2(score, real, mask=known)",
  "r2(score, real, mask=known[:, 0])",
  "multilabel_f1(score, real, mask=known[:, 0])",
])("%s is fine", (call) => {
  expect(checkFile(source(call))).toEqual([]);
});
