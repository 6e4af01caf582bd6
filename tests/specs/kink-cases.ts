/** An expression of w, both elements of which have the value, and the slopes of the sum of its results at each. */
export interface KinkCase {
  readonly expression: string;
  /** What a PyTorch user writes for it; `zeros` has two elements. */
  readonly torch: string;
  readonly value: number;
  /** As PyTorch 2.13 gives them: `npm run conformance -- --torch` asks it again. */
  readonly slopes: readonly [number, number];
}

const kink = (
  expression: string,
  torch: string,
  value: number,
  slope: number | readonly [number, number],
): KinkCase => ({ expression, torch, value, slopes: typeof slope === "number" ? [slope, slope] : slope });

/** Kinks and ties, where a derivative is a matter of choice: PyTorch's is taken. */
export const kinkCases: readonly KinkCase[] = [
  kink("relu(w)", "functional.relu(w)", 0, 0),
  kink("relu6(w)", "functional.relu6(w)", 0, 0),
  kink("relu6(w)", "functional.relu6(w)", 6, 0),
  kink("relu6(w)", "functional.relu6(w)", 3, 1),
  kink("abs(w)", "torch.abs(w)", 0, 0),
  kink("clip(w, 0, 6)", "torch.clamp(w, 0, 6)", 0, 1),
  kink("clip(w, 0, 6)", "torch.clamp(w, 0, 6)", 6, 1),
  kink("clip(w, min=0)", "torch.clamp(w, min=0)", 0, 1),
  kink("pow(w, zeros([2]))", "torch.pow(w, zeros)", 0, 0),
  kink("pow(w, ones([2]))", "torch.pow(w, zeros + 1)", 0, 1),
  kink("pow(w, 2 * ones([2]))", "torch.pow(w, zeros + 2)", 0, 0),
  kink("maximum(w, zeros([2]))", "torch.maximum(w, zeros)", 0, 0.5),
  kink("maximum(w, 0)", "torch.maximum(w, zeros[0])", 0, 0.5),
  kink("minimum(w, zeros([2]))", "torch.minimum(w, zeros)", 0, 0.5),
  kink("max(w, axis=0, keep=true) / 2", "torch.amax(w, 0, keepdim=True) / 2", 1, 0.5),
  kink("min(w, axis=0, keep=true) / 2", "torch.amin(w, 0, keepdim=True) / 2", 1, 0.5),
  kink("leaky_relu(w)", "functional.leaky_relu(w, 0.3)", 0, 0.3),
  kink("elu(w)", "functional.elu(w)", 0, 1),
  kink("hard_sigmoid(w)", "functional.hardsigmoid(w)", -3, 0),
  kink("hard_sigmoid(w)", "functional.hardsigmoid(w)", 3, 0),
  kink("hard_swish(w)", "functional.hardswish(w)", -3, 0),
  kink("hard_swish(w)", "functional.hardswish(w)", 3, 1),
  kink("log(sigmoid(w))", "torch.log(torch.sigmoid(w))", -20, 1),
  kink("log(sigmoid(w))", "torch.log(torch.sigmoid(w))", -80, 1),
  kink("huber(w, zeros([2]))", "functional.huber_loss(w, zeros)", 1, 1),
  kink("mae(w, zeros([2]))", "functional.l1_loss(w, zeros)", 0, 0),
  // Of two that are equal, the one that is chosen has the slope.
  kink("cummax(w, axis=0)", "torch.cummax(w, 0).values", 1, 1),
  kink("cummin(w, axis=0)", "torch.cummin(w, 0).values", 1, 1),
  kink("top_k(w, 1)[0] / 2", "torch.topk(w, 1).values / 2", 1, [1, 0]),
  kink("take_along(w, argmax(w, axis=0)) * ones([1]) / 2", "torch.max(w, 0).values[None] / 2", 1, [1, 0]),
  kink("sort(w)", "torch.sort(w, stable=True).values", 1, 1),
  kink(
    "reshape(adaptive_max_pool(reshape(w, [1, 2, 1]), sizes=[1]), [1]) / 2",
    "functional.adaptive_max_pool1d(w[None], 1)[0] / 2",
    1,
    [1, 0],
  ),
  kink(
    "reshape(max_pool(reshape(w, [1, 2, 1]), window=[2], strides=[1]), [1]) / 2",
    "functional.max_pool1d(w[None], 2)[0] / 2",
    1,
    [1, 0],
  ),
];
