/** A loss of the library as a call, what a user of PyTorch or Keras writes for it, and its value. */
export interface LossCase {
  readonly call: string;
  /** With `F`, `torch` and `keras` (Keras 3 on PyTorch). */
  readonly peer: string;
  /** The input whose gradient is compared. */
  readonly of: string;
  /** As the peer gives it in double precision: `npm run conformance -- --torch` asks it again. */
  readonly value: number;
}

/** An input of all cases: its type in the language, its shape, and its elements by their numbers. */
export interface LossInput {
  readonly type: string;
  readonly dtype: "f32" | "i32" | "bool";
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** Numbers from -1 to 1 without a pattern. */
function draw(at: number, seed: number): number {
  const x = Math.sin(12.9898 * (at + 1) + 78.233 * seed) * 43758.5453;
  return Math.fround(2 * (x - Math.floor(x)) - 1);
}

function input(type: string, shape: readonly number[], of: (at: number) => number): LossInput {
  const dtype = type.startsWith("f32") ? "f32" : type.startsWith("bool") ? "bool" : "i32";
  return { type, dtype, shape, data: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, at) => of(at)) };
}

const classes = 5;
/** Shares of five classes: what is drawn, over its sum. */
function share(at: number): number {
  const row = Math.floor(at / classes);
  const weight = (i: number): number => draw(classes * row + i, 9) + 1.01;
  const sum = [0, 1, 2, 3, 4].reduce((total, i) => total + weight(i), 0);
  return weight(at % classes) / sum;
}

/** What the cases are computed of. */
export const lossInputs: Readonly<Record<string, LossInput>> = {
  logits: input("f32[4, 3, 5]", [4, 3, 5], (at) => 2 * draw(at, 1)),
  shares: input("f32[4, 3, 5]", [4, 3, 5], share),
  label: input("class(5)[4, 3]", [4, 3], (at) => Math.floor((draw(at, 2) + 1) * 2.4999)),
  score: input("f32[4, 3]", [4, 3], (at) => 2 * draw(at, 3)),
  real: input("f32[4, 3]", [4, 3], (at) => (draw(at, 4) > 0 ? 1 : 0)),
  side: input("f32[4, 3]", [4, 3], (at) => (draw(at, 4) > 0 ? 1 : -1)),
  guess: input("f32[4, 3]", [4, 3], (at) => draw(at, 5)),
  target: input("f32[4, 3]", [4, 3], (at) => draw(at, 6)),
  counts: input("f32[4, 3]", [4, 3], (at) => Math.floor(3 * (draw(at, 7) + 1))),
  positive: input("f32[4, 3]", [4, 3], (at) => draw(at, 8) + 1.1),
  a: input("f32[4, 3, 5]", [4, 3, 5], (at) => draw(at, 10)),
  b: input("f32[4, 3, 5]", [4, 3, 5], (at) => draw(at, 11)),
  c: input("f32[4, 3, 5]", [4, 3, 5], (at) => draw(at, 12)),
  left: input("f32[4, 6]", [4, 6], (at) => draw(at, 13)),
  right: input("f32[4, 6]", [4, 6], (at) => draw(at, 14)),
  first: input("f32[4]", [4], (at) => draw(at, 15)),
  second: input("f32[4]", [4], (at) => draw(at, 16)),
  third: input("f32[4]", [4], (at) => draw(at, 17)),
  fourth: input("f32[4]", [4], (at) => draw(at, 18)),
  known: input("bool[4, 3]", [4, 3], (at) => (draw(at, 19) > -0.4 ? 1 : 0)),
  heard: input("f32[4, 7, 5]", [4, 7, 5], (at) => 2 * draw(at, 20)),
  // With labels that are doubled, which a blank must part.
  written: input("class(5)[4, 3]", [4, 3], (at) => [1, 2, 3, 2, 2, 4, 3, 1, 1, 4, 4, 4][at] ?? 0),
  heard_length: input("i32[4]", [4], (at) => [7, 5, 6, 5][at] ?? 0),
  written_length: input("i32[4]", [4], (at) => [3, 3, 2, 0][at] ?? 0),
};

const loss = (call: string, of: string, peer: string, value: number): LossCase => ({ call, of, peer, value });

/** Each loss of the library, over its options. */
export const lossCases: readonly LossCase[] = [
  loss("cross_entropy(logits, label)", "logits", "F.cross_entropy(rows(logits), label.flatten())", 2.009593329),
  loss(
    "cross_entropy(logits, label, smoothing=0.1)",
    "logits",
    "F.cross_entropy(rows(logits), label.flatten(), label_smoothing=0.1)",
    2.014118331,
  ),
  loss(
    "cross_entropy(logits, label, smoothing=1)",
    "logits",
    "F.cross_entropy(rows(logits), label.flatten(), label_smoothing=1.0)",
    2.054843351,
  ),
  loss(
    "cross_entropy(logits, label, smoothing=0.2, mask=known)",
    "logits",
    "F.cross_entropy(rows(logits), torch.where(known, label, -100).flatten(), label_smoothing=0.2)",
    2.047086654,
  ),
  loss(
    "cross_entropy(logits, label, mask=gather(range(5) + 1, label) -> cast(f32))",
    "logits",
    "F.cross_entropy(rows(logits), label.flatten(), weight=torch.arange(5.0, dtype=torch.float64) + 1)",
    1.850961929,
  ),
  loss("soft_cross_entropy(logits, shares)", "logits", "F.cross_entropy(rows(logits), rows(shares))", 2.170408407),
  loss(
    "soft_cross_entropy(logits, shares, mask=known)",
    "logits",
    "F.cross_entropy(logits[known], shares[known])",
    2.154257356,
  ),
  loss(
    "focal_cross_entropy(logits, label)",
    "logits",
    "keras.losses.CategoricalFocalCrossentropy(alpha=1, gamma=2, from_logits=True)(F.one_hot(label, 5), logits)",
    1.569948077,
  ),
  loss(
    "focal_cross_entropy(logits, label, gamma=0.5, mask=known)",
    "logits",
    "keras.losses.CategoricalFocalCrossentropy(alpha=1, gamma=0.5, from_logits=True)(F.one_hot(label[known], 5), logits[known])",
    1.919704795,
  ),
  loss(
    "binary_focal_cross_entropy(score, real)",
    "score",
    "keras.losses.BinaryFocalCrossentropy(apply_class_balancing=True, from_logits=True)(real, score)",
    0.2769057453,
  ),
  loss(
    "binary_focal_cross_entropy(score, real, gamma=3, alpha=0.6)",
    "score",
    "keras.losses.BinaryFocalCrossentropy(apply_class_balancing=True, alpha=0.6, gamma=3, from_logits=True)(real, score)",
    0.155632481,
  ),
  loss("binary_cross_entropy(score, real)", "score", "F.binary_cross_entropy_with_logits(score, real)", 0.9120814127),
  loss(
    "kl_divergence(logits, shares)",
    "logits",
    "F.kl_div(rows(F.log_softmax(logits, -1)), rows(shares), reduction='batchmean')",
    0.7005914054,
  ),
  loss(
    "kl_divergence(logits, one_hot(label, 5))",
    "logits",
    "F.kl_div(rows(F.log_softmax(logits, -1)), rows(F.one_hot(label, 5)).double(), reduction='batchmean')",
    2.009593329,
  ),
  loss("hinge(score, real)", "score", "keras.losses.Hinge()(real, score)", 1.236059546),
  loss("hinge(score, side, mask=known)", "score", "keras.losses.Hinge()(side[known], score[known])", 1.337537408),
  loss("hinge(score, 1)", "score", "keras.losses.Hinge()(torch.ones_like(score), score)", 0.9628303051),
  loss("squared_hinge(score, real)", "score", "keras.losses.SquaredHinge()(real, score)", 2.525370359),
  loss("multi_margin(logits, label)", "logits", "F.multi_margin_loss(rows(logits), label.flatten())", 1.031606),
  loss(
    "multi_margin(logits, label, margin=2)",
    "logits",
    "F.multi_margin_loss(rows(logits), label.flatten(), margin=2.0)",
    1.632385891,
  ),
  loss("huber(guess, target, delta=0.4)", "guess", "F.huber_loss(guess, target, delta=0.4)", 0.2442059465),
  loss("smooth_l1(guess, target)", "guess", "F.smooth_l1_loss(guess, target)", 0.4214976537),
  loss("smooth_l1(guess, target, beta=0.3)", "guess", "F.smooth_l1_loss(guess, target, beta=0.3)", 0.6485369824),
  loss("log_cosh(4 * guess, target)", "guess", "keras.losses.LogCosh()(target, 4 * guess)", 1.914215326),
  loss("pinball(guess, target)", "guess", "F.l1_loss(guess, target) / 2", 0.3909416883),
  loss(
    "pinball(guess, target, quantile=0.9)",
    "guess",
    "torch.maximum(0.9 * (target - guess), -0.1 * (target - guess)).mean()",
    0.2915588369,
  ),
  loss("poisson(score, counts)", "score", "F.poisson_nll_loss(score, counts)", 1.024297535),
  loss("gaussian_nll(guess, positive, target)", "guess", "F.gaussian_nll_loss(guess, target, positive)", 0.8424494153),
  loss(
    "gaussian_nll(guess, positive, target)",
    "positive",
    "F.gaussian_nll_loss(guess, target, positive)",
    0.8424494153,
  ),
  loss(
    "gaussian_nll(guess, 0 * positive, target)",
    "guess",
    "F.gaussian_nll_loss(guess, target, 0 * positive)",
    456563.1703,
  ),
  loss("mape(guess, target)", "guess", "keras.losses.MeanAbsolutePercentageError()(target, guess)", 161.558548),
  loss("msle(guess, positive)", "guess", "keras.losses.MeanSquaredLogarithmicError()(positive, guess)", 0.2173241675),
  loss("dice(score, real)", "score", "keras.losses.Dice()(real, torch.sigmoid(score))", 0.5093730847),
  loss(
    "tversky(score, real, alarm=0.3, miss=0.7)",
    "score",
    "keras.losses.Tversky(alpha=0.7, beta=0.3)(real, torch.sigmoid(score))",
    0.5018814652,
  ),
  loss("mean(cosine_similarity(a, b))", "a", "F.cosine_similarity(a, b, dim=-1).mean()", -0.05128078122),
  loss("-mean(cosine_similarity(a, b))", "b", "keras.losses.CosineSimilarity()(a, b)", 0.05128078163),
  loss(
    "cosine_embedding(a, b, side, margin=0.2)",
    "a",
    "F.cosine_embedding_loss(rows(a), rows(b), side.flatten(), margin=0.2)",
    0.7105331271,
  ),
  loss(
    "contrastive(a, b, real, margin=3)",
    "a",
    "torch.where(real > 0, (a - b).norm(dim=-1) ** 2, F.relu(3 - (a - b).norm(dim=-1)) ** 2).mean()",
    3.464971634,
  ),
  loss("triplet(a, b, c)", "a", "F.triplet_margin_loss(rows(a), rows(b), rows(c))", 1.068385325),
  loss(
    "triplet(a, b, c, margin=0.2)",
    "c",
    "F.triplet_margin_loss(rows(a), rows(b), rows(c), margin=0.2)",
    0.3531313771,
  ),
  loss(
    "margin_ranking(guess, target, side, margin=0.1)",
    "guess",
    "F.margin_ranking_loss(guess, target, side, margin=0.1)",
    0.5942393356,
  ),
  loss(
    "info_nce(left, right)",
    "left",
    "F.cross_entropy(F.normalize(left) @ F.normalize(right).T / 0.07, torch.arange(4))",
    2.173277989,
  ),
  loss(
    "dpo(first, second, third, fourth)",
    "first",
    "-F.logsigmoid(0.1 * (first - second - (third - fourth))).mean()",
    0.7598604296,
  ),
  loss("mean(ctc(heard, written))", "heard", "ctc(torch.full((4,), 7), torch.full((4,), 3), 0)", 8.269865352),
  loss(
    "mean(ctc(heard, written, lengths=heard_length, label_lengths=written_length))",
    "heard",
    "ctc(heard_length, written_length, 0)",
    8.321420453,
  ),
  loss(
    "mean(ctc(heard, written -> clip(1, 3), blank=4))",
    "heard",
    "ctc(torch.full((4,), 7), torch.full((4,), 3), 4)",
    8.910751601,
  ),
];
