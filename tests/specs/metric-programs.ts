/** How many bins `binned_auc` sorts scores into. */
export const aucBins = 50;

/**
 * Metrics as a person may declare them: counts, sums of squares, rows of bins, a largest and a smallest number, and one
 * of a size that the inputs decide.
 */
export const ownMetrics = `
## The harmonic mean of precision and recall.
metric my_f1(threshold: float = 0): (logits: f32[B, 1], real: f32[B, 1]) -> more {
  hit = cast(logits > threshold, f32)
  total both:  f32[] = sum(hit * real)
  total found: f32[] = sum(hit)
  total wanted: f32[] = sum(real)
  finish 2 * both / (found + wanted)
}

## The share of pairs of a true and a false example in which the true one has the greater score, by bins.
metric binned_auc(bins: int = ${aucBins}): (logits: f32[B, 1], real: f32[B, 1]) -> more {
  place = cast(minimum(floor(sigmoid(logits) * bins), bins - 1), i32) -> reshape([B])
  truth = real -> reshape([1, B])
  total _seen:   f32[] = B
  total sides: f32[2, bins] = matmul(concat(1 - truth, truth, axis=0), one_hot(place, bins))
  finish area(sides[0], sides[1])
}

fn area: (wrong: f32[N], right: f32[N]) -> f32[] {
  below = cumsum(wrong, exclusive=true)
  sum(right * (below + 0.5 * wrong)) / (sum(wrong) * sum(right))
}

## The share of the variance of truths that predictions explain.
metric my_r2: (guess: f32[B, 1], real: f32[B, 1]) -> more {
  total first:   f32[] = sum(real)
  total squares: f32[] = sum(square(real))
  total missed:  f32[] = sum(square(real - guess))
  total count:   f32[1] = sum(ones_like(real), over=B)
  finish 1 - missed / (squares - square(first / count[0]) * count[0])
}

## How far apart the greatest and the least error of any output are.
metric spread: (guess: f32[B, N], real: f32[B, N]) -> less {
  error = guess - real
  largest top:     f32[N] = max(error, over=B)
  smallest bottom: f32[N] = min(error, over=B)
  finish max(top - bottom)
}

## How often what is found, by columns, goes with what is real, by rows.
metric pairs: (logit: f32[B, 1], real: f32[B, 1]) -> f32[2, 2] {
  hit = cast(logit > 0, f32)
  total table: f32[2, 2] = matmul(transpose(concat(1 - real, real, axis=1)), concat(1 - hit, hit, axis=1))
  finish table
}

## Of what is not real, and of what is, the share that is found.
metric rates: (logit: f32[B, 1], real: f32[B, 1]) -> f32[2] {
  hit = cast(logit > 0, f32)
  total found: f32[2] = sum(concat(1 - real, real, axis=1) * hit, axis=0)
  total all:   f32[2] = sum(concat(1 - real, real, axis=1), axis=0)
  finish found / all
}
`;
