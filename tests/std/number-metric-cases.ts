import type { MetricCase } from "./metric-cases.ts";

/** Metrics of real numbers. */
export const numberCases: readonly MetricCase[] = [
  {
    call: "mean_of(relu(1 - where(real > 0, score, -score)))",
    peer: `sk.hinge_loss(2 * real - 1, score)`,
    value: 0.4987179458141327,
    sums: true,
  },
  {
    call: "mean_of(abs(words[..., 0]), lengths=long)",
    peer: `np.average(np.abs(words[..., 0]), weights=within(long))`,
    value: 1.335567732217411,
    sums: true,
  },
  {
    call: "mean_squared_error(guess, target)",
    peer: `sk.mean_squared_error(target, guess)`,
    value: 0.12652547184674312,
    sums: true,
  },
  {
    call: "root_mean_squared_error(guess, target)",
    peer: `sk.mean_squared_error(target, guess) ** 0.5`,
    value: 0.355704191494482,
    sums: true,
  },
  {
    call: "mean_absolute_error(guess, target)",
    peer: `sk.mean_absolute_error(target, guess)`,
    value: 0.3007996726237858,
    sums: true,
  },
  {
    call: "mean_absolute_error(score, real, mask=share)",
    peer: `sk.mean_absolute_error(real, score, sample_weight=share)`,
    value: 1.3447622740873906,
    sums: true,
  },
  { call: "max_error(score, real)", peer: `sk.max_error(real, score)`, value: 2.8418333530426025, sums: true },
  {
    call: "max_error(score, real, mask=weight)",
    peer: `sk.max_error(real[weight > 0], score[weight > 0])`,
    value: 2.8418333530426025,
    sums: true,
  },
  {
    call: "mean_absolute_percentage_error(guess, target)",
    peer: `100 * sk.mean_absolute_percentage_error(target, guess)`,
    value: 236.58004489698152,
    sums: true,
  },
  {
    call: "mean_squared_logarithmic_error(high, level)",
    peer: `sk.mean_squared_log_error(level, high)`,
    value: 0.000001396521110563903,
    sums: true,
  },
  {
    call: "mean_cosine_similarity(guess, target)",
    peer: `keras_figure("CosineSimilarity", target, guess)`,
    value: 0.7245435118675232,
    sums: true,
  },
  {
    call: "mean_cosine_similarity(guess, target, mask=weight)",
    peer: `keras_figure("CosineSimilarity", target, guess, weight)`,
    value: 0.7288709878921509,
    sums: true,
  },
  { call: "r2(guess, target)", peer: `sk.r2_score(target, guess)`, value: 0.49697110192783395, sums: true },
  {
    call: "r2(guess, target, mask=share)",
    peer: `sk.r2_score(target, guess, sample_weight=share)`,
    value: 0.574809805136292,
    sums: true,
  },
  {
    call: "r2(guess, target, mask=across2(weight))",
    peer: `sk.r2_score(target, guess, sample_weight=weight)`,
    value: 0.4644059412829706,
    sums: true,
  },
  { call: "r2(high, level)", peer: `sk.r2_score(level, high)`, value: 0.49697087561528014, sums: true },
  { call: "r2(score, ones)", peer: `sk.r2_score(ones, score)`, value: 0, sums: true },
  { call: "r2(real - real, ones - 1)", peer: `sk.r2_score(ones - 1, ones - 1)`, value: 1, sums: true },
  { call: "pearson(guess, target)", peer: `pearson(guess, target)`, value: 0.8004051354198949, sums: true },
  { call: "pearson(high, level)", peer: `pearson(high, level)`, value: 0.8004038158211049, sums: true },
  {
    call: "pearson(guess, target, mask=share)",
    peer: `pearson(guess, target, share)`,
    value: 0.8270690334575127,
    sums: true,
  },
  { call: "pearson(score, 0.1 * ones)", peer: `0.0`, value: 0, sums: true },
  {
    call: "spearman(guess, target, low=-1.5, high=1.5, bins=40)",
    peer: `spearman(grade(guess, -1.5, 1.5, 40), grade(target, -1.5, 1.5, 40))`,
    value: 0.805087800322302,
  },
  // Numbers that are in bins of their own: the ranks are those of all examples.
  {
    call: "spearman(tied, cast(read[:, 0], f32), low=-6.5, high=6.5, bins=13)",
    peer: `spearman(tied, read[:, 0])`,
    value: 0.011093810695709435,
  },
  {
    call: "spearman(tied, score, low=-2.5, high=2.5, bins=5, mask=weight)",
    peer: `spearman(grade(tied, -2.5, 2.5, 5), grade(score, -2.5, 2.5, 5), weight)`,
    value: 0.9266939105173939,
  },
  { call: "spearman(score, ones, low=-3, high=3)", peer: `0.0`, value: 0 },
  { call: "mse(guess, target)", peer: `sk.mean_squared_error(target, guess)`, value: 0.12652547184674312, sums: true },
  {
    call: "squares(guess, target)",
    peer: `sk.mean_squared_error(target, guess)`,
    value: 0.12652547184674312,
    sums: true,
  },
];
