/** What a name of the library is called elsewhere. */
export interface Counterpart {
  /** Keras 3's name; "none" where it has no such thing. */
  readonly keras: string;
  /** PyTorch's name, under `torch`; "none" where it has no such thing. */
  readonly torch: string;
  /** What a person who knows those must know besides. */
  readonly differs: string;
}

type Rows = Readonly<Record<string, Counterpart>>;

const row = (keras: string, torch: string, differs = ""): Counterpart => ({ keras, torch, differs });

/** Rows of layers of one to three spatial axes. */
function forAxes(axes: readonly number[], rowsOf: (n: number) => Rows): Rows {
  return Object.assign({}, ...axes.map(rowsOf)) as Rows;
}

const kernels = "PyTorch's kernels are [out, in, ...], its images channels first";

/** The layers of the library, `block`s, by their names. */
export const layerCounterparts: Rows = {
  Dense: row("Dense", "nn.Linear", "PyTorch's weight is the kernel transposed"),
  Embedding: row("Embedding", "nn.Embedding", "PyTorch's begins normal, with a deviation of 1"),
  EmbeddingBag: row(
    "none",
    "nn.EmbeddingBag",
    "bags are of one length, with `mask` or `lengths`; `per_sample_weights` are a `mask` of floating point",
  ),
  RepeatVector: row("RepeatVector", "Tensor.expand"),
  TimeDistributed: row(
    "TimeDistributed",
    "none",
    "not for layers of the last axis, as `Dense`: they leave all others as they are",
  ),
  Flatten: row("Flatten", "nn.Flatten", "order of elements is that of channels last"),
  ...forAxes([1, 2, 3], (n) => ({
    [`Conv${n}D`]: row(`Conv${n}D`, `nn.Conv${n}d`, `${kernels}; \`padding\` takes numbers as PyTorch's does`),
  })),
  ...forAxes([1, 2], (n) => ({
    [`DepthwiseConv${n}D`]: row(
      `DepthwiseConv${n}D`,
      `nn.Conv${n}d`,
      "of Keras the kernel is [..., in, multiplier]; of PyTorch that with `groups` of 1 channel",
    ),
    [`SeparableConv${n}D`]: row(`SeparableConv${n}D`, "none", "of Keras the kernel is [..., in, multiplier]"),
  })),
  ...forAxes([1, 2, 3], (n) => ({
    [`Conv${n}DTranspose`]: row(
      `Conv${n}DTranspose`,
      `nn.ConvTranspose${n}d`,
      "PyTorch's kernels are [in, out, ...]; its padding in numbers, `output_padding` and `groups` are here too",
    ),
  })),
  LayerNorm: row("LayerNormalization", "nn.LayerNorm", "the last axis alone; PyTorch's epsilon is 1e-5"),
  RMSNorm: row("RMSNormalization", "nn.RMSNorm", "PyTorch's epsilon is that of the type"),
  BatchNorm: row(
    "BatchNormalization",
    "nn.BatchNorm1d, 2d, 3d",
    "PyTorch's `momentum` is what is new, 0.1 for 0.9 here; its epsilon is 1e-5, its running variance that of a sample",
  ),
  GroupNorm: row("GroupNormalization", "nn.GroupNorm", "PyTorch's epsilon is 1e-5"),
  InstanceNorm: row(
    "GroupNormalization(-1)",
    "nn.InstanceNorm1d, 2d, 3d",
    "PyTorch's has no scale and bias unless `affine`; its epsilon is 1e-5",
  ),
  UnitNorm: row("UnitNormalization", "functional.normalize", "of the last axis, by the Euclidean norm"),
  PReLU: row(
    "PReLU",
    "nn.PReLU",
    "a share for each channel; Keras has one for each place unless they are shared, PyTorch one in all, 0.25",
  ),
  Dropout: row("Dropout", "nn.Dropout", "draws by a key of its own place, so that a training can be repeated"),
  SpatialDropout: row("SpatialDropout1D, 2D, 3D", "nn.Dropout1d, 2d, 3d", "whole channels, of any number of axes"),
  StochasticDepth: row("none", "none", 'torchvision has `StochasticDepth`, with `mode="row"`; timm `DropPath`'),
  AlphaDropout: row("AlphaDropout", "nn.AlphaDropout"),
  GaussianNoise: row("GaussianNoise", "none"),
  GaussianDropout: row("GaussianDropout", "none"),
  ...forAxes([1, 2, 3], (n) => ({
    [`MaxPool${n}D`]: row(`MaxPooling${n}D`, `nn.MaxPool${n}d`, "PyTorch's padding, dilation and `ceil` are here too"),
    [`AvgPool${n}D`]: row(
      `AveragePooling${n}D`,
      `nn.AvgPool${n}d`,
      "`count_padding` is PyTorch's `count_include_pad`, which is true there unless it is said",
    ),
  })),
  ...forAxes([1, 2, 3], (n) => ({
    [`GlobalAvgPool${n}D`]: row(`GlobalAveragePooling${n}D`, `nn.AdaptiveAvgPool${n}d(1)`, "PyTorch keeps the axes"),
    [`GlobalMaxPool${n}D`]: row(`GlobalMaxPooling${n}D`, `nn.AdaptiveMaxPool${n}d(1)`, "PyTorch keeps the axes"),
  })),
  ...forAxes([1, 2, 3], (n) => ({
    [`AdaptiveAvgPool${n}D`]: row(`AdaptiveAveragePooling${n}D`, `nn.AdaptiveAvgPool${n}d`),
    [`AdaptiveMaxPool${n}D`]: row(`AdaptiveMaxPooling${n}D`, `nn.AdaptiveMaxPool${n}d`),
  })),
  ...forAxes([1, 2, 3], (n) => ({
    [`LpPool${n}D`]: row(
      "none",
      `nn.LPPool${n}d`,
      "of absolute values, where PyTorch takes powers of what is negative; with `ceil` it scales windows up that reach over the end",
    ),
  })),
  ...forAxes([1, 2, 3], (n) => ({
    [`UpSampling${n}D`]: row(`UpSampling${n}D`, "nn.Upsample", "nearest; `resize` has the other ways"),
    [`ZeroPadding${n}D`]: row(`ZeroPadding${n}D`, `nn.ZeroPad${n}d`, "`pad` of constants, reflections and edges"),
    [`Cropping${n}D`]: row(`Cropping${n}D`, "none", "a slice does the same: `x[:, 1:-1]`"),
  })),
  SimpleRNN: row("SimpleRNN", "nn.RNN", "one bias, PyTorch has two; `reverse` keeps the order of the sequence"),
  LSTM: row(
    "LSTM",
    "nn.LSTM",
    "gates input, forget, cell, output as in both; one bias, PyTorch has two; the forget gate's begins at 1 as in Keras",
  ),
  GRU: row(
    "GRU",
    "nn.GRU",
    "gates update, reset, new as in Keras, PyTorch has reset first; the reset is after the product",
  ),
  Bidirectional: row("Bidirectional", "bidirectional=True", "of one value: a layer with `states` does not go in it"),
  ...forAxes([1, 2, 3], (n) => ({
    [`ConvLSTM${n}D`]: row(`ConvLSTM${n}D`, "none", "`reverse` keeps the order of the sequence"),
  })),
  MultiHeadAttention: row(
    "MultiHeadAttention, GroupQueryAttention",
    "nn.MultiheadAttention, functional.scaled_dot_product_attention",
    "masks say what is seen, PyTorch's what is not; heads share the width, Keras has `key_dim`; gives no weights",
  ),
  CachedAttention: row(
    "none",
    "functional.scaled_dot_product_attention",
    "a step of generation: `past_key_values` of transformers",
  ),
  Attention: row(
    "Attention",
    "functional.scaled_dot_product_attention",
    "query, key, value, where Keras has query, value, key; products as they are, PyTorch divides by the root of the width",
  ),
  AdditiveAttention: row("AdditiveAttention", "none", "query, key, value, where Keras has query, value, key"),
};

/** Operators of windows, whose comparisons go by what moves channels and pads. */
export const windowOperators: Readonly<Record<string, readonly [torch: string, keras: string]>> = {
  conv: ["F.conv1d, F.conv2d, F.conv3d", "keras.ops.conv"],
  conv_transpose: ["F.conv_transpose1d, 2d, 3d", "keras.ops.conv_transpose"],
  max_pool: ["F.max_pool1d, 2d, 3d", "keras.ops.max_pool"],
  avg_pool: ["F.avg_pool1d, 2d, 3d", "keras.ops.average_pool"],
  lp_pool: ["F.lp_pool1d, 2d, 3d", ""],
  adaptive_avg_pool: ["F.adaptive_avg_pool1d, 2d, 3d", "keras.ops.adaptive_average_pool"],
  adaptive_max_pool: ["F.adaptive_max_pool1d, 2d, 3d", "keras.ops.adaptive_max_pool"],
};

/** Functions of the library that nothing is compared with by `npm run conformance`, and why. */
export const withoutCounterpart: Readonly<Record<string, string>> = {
  ignore: "labels that are not known, for `mask=`; PyTorch has `ignore_index`",
  quick_gelu: "transformers has it; tests/std/functions.test.ts has its figures",
  depth_to_space: "TensorFlow's `nn.depth_to_space`; tests/std/tensors.test.ts has its figures",
  space_to_depth: "TensorFlow's `nn.space_to_depth`; tests/std/tensors.test.ts has its figures",
  sparsemax: "Keras 3.15's shares do not add up to 1 where several are not 0; tests/std/tensors.test.ts has ours",
  gather_rows: "PyTorch expands the indices of `gather`; tests/std/tensors.test.ts",
  rotary: "a part of MultiHeadAttention, which is compared with it",
  match_heads: "a part of MultiHeadAttention",
  weigh_heads: "a part of MultiHeadAttention",
  see_near: "a part of MultiHeadAttention",
  mask_scores: "a part of Attention",
  conv_lstm: "a part of ConvLSTM2D",
  resize_line: "a part of resize",
  resize_points: "a part of resize",
  resize_smooth: "a part of resize",
  last_place: "a part of scatter_set",
  grid_places: "a part of grid_sample",
  bilinear_pixels: "a part of grid_sample and of augmentations",
  ...Object.fromEntries(
    [
      ...["random_flip", "random_crop", "random_shift", "random_rotate", "random_zoom", "random_affine"],
      ...["random_brightness", "random_contrast", "random_saturation", "random_hue", "random_grayscale"],
      ...["random_erasing", "gaussian_noise", "mixup", "cutmix", "time_mask", "frequency_mask", "time_stretch"],
      "word_dropout",
    ].map((it) => [it, "its draws are its own; tests/std/augment.test.ts compares what it makes of them"]),
  ),
  ...Object.fromEntries(
    [
      ...["between", "beta_of", "mixed", "shifted_by", "contrasted", "saturated", "grey_of", "turned_hue", "in_box"],
      ...["filled_box", "masked_stretches", "stretched", "affine_image", "places_within", "nearest_pixels"],
    ].map((it) => [it, "a part of augmentations"]),
  ),
  log_add: "a part of ctc",
  size_of: "a part of contrastive",
};
