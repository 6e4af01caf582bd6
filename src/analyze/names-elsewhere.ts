/** What a name of another framework or language is answered with. */
export interface Answer {
  /** What is written here in its place. */
  readonly help: string;
  /** The name that can stand in its place as it is, where one can. */
  readonly instead?: string;
  /** How many arguments by position it has at least where the first is the size of its input, which is seen here. */
  readonly sizes?: number;
}

type Names = Readonly<Record<string, readonly string[]>>;

/** Rows of layers of one to three spatial axes. */
function forAxes(rowsOf: (n: number) => Names): Names {
  return Object.assign({}, ...[1, 2, 3].map(rowsOf)) as Names;
}

/** What bears another name here, by its name here: layers of Keras and PyTorch, functions of both and of NumPy. */
const renamed = (): Names => ({
  Dense: ["Linear", "LazyLinear", "FullyConnected"],
  ...forAxes((n) => ({
    [`Conv${n}D`]: [`Conv${n}d`, `LazyConv${n}d`, `Convolution${n}D`],
    [`Conv${n}DTranspose`]: [`ConvTranspose${n}d`, `Convolution${n}DTranspose`],
    [`MaxPool${n}D`]: [`MaxPooling${n}D`, `MaxPool${n}d`],
    [`AvgPool${n}D`]: [`AveragePooling${n}D`, `AvgPool${n}d`],
    [`GlobalAvgPool${n}D`]: [`GlobalAveragePooling${n}D`],
    [`GlobalMaxPool${n}D`]: [`GlobalMaxPooling${n}D`],
    [`AdaptiveAvgPool${n}D`]: [`AdaptiveAveragePooling${n}D`, `AdaptiveAvgPool${n}d`],
    [`AdaptiveMaxPool${n}D`]: [`AdaptiveMaxPooling${n}D`, `AdaptiveMaxPool${n}d`],
    [`LpPool${n}D`]: [`LPPool${n}d`],
    [`ZeroPadding${n}D`]: [`ZeroPad${n}d`],
  })),
  BatchNorm: ["BatchNormalization", "BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "SyncBatchNorm"],
  LayerNorm: ["LayerNormalization"],
  RMSNorm: ["RMSNormalization"],
  GroupNorm: ["GroupNormalization"],
  InstanceNorm: ["InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d"],
  UnitNorm: ["UnitNormalization"],
  SpatialDropout: [
    ...["SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "Dropout1d", "Dropout2d", "Dropout3d"],
  ],
  StochasticDepth: ["DropPath"],
  SimpleRNN: ["RNN"],
  MultiHeadAttention: ["MultiheadAttention", "GroupQueryAttention"],
  random_flip: ["RandomFlip", "RandomHorizontalFlip"],
  random_crop: ["RandomCrop"],
  random_shift: ["RandomTranslation"],
  random_rotate: ["RandomRotation"],
  random_zoom: ["RandomZoom"],
  random_affine: ["RandomAffine"],
  random_brightness: ["RandomBrightness"],
  random_contrast: ["RandomContrast"],
  random_saturation: ["RandomSaturation"],
  random_hue: ["RandomHue"],
  random_grayscale: ["RandomGrayscale"],
  random_erasing: ["RandomErasing", "Cutout", "cutout"],
  gaussian_noise: ["RandomGaussianNoise", "jitter"],
  mixup: ["MixUp", "Mixup"],
  cutmix: ["CutMix"],
  time_mask: ["TimeMasking"],
  frequency_mask: ["FrequencyMasking"],
  time_stretch: ["TimeStretch"],
  relu: ["ReLU"],
  relu6: ["ReLU6"],
  elu: ["ELU"],
  selu: ["SELU"],
  gelu: ["GELU"],
  silu: ["SiLU", "Swish"],
  mish: ["Mish"],
  leaky_relu: ["LeakyReLU"],
  sigmoid: ["Sigmoid"],
  tanh: ["Tanh"],
  softmax: ["Softmax"],
  log_softmax: ["LogSoftmax"],
  softplus: ["Softplus"],
  linear: ["Identity"],
  hard_sigmoid: ["hardsigmoid", "Hardsigmoid"],
  hard_swish: ["hardswish", "Hardswish", "hard_silu"],
  concat: ["cat", "concatenate", "hstack", "vstack"],
  transpose: ["permute", "swapaxes"],
  reshape: ["view"],
  mean: ["reduce_mean", "nanmean", "average"],
  sum: ["reduce_sum"],
  max: ["reduce_max", "amax"],
  min: ["reduce_min", "amin"],
  prod: ["reduce_prod"],
  any: ["reduce_any"],
  all: ["reduce_all"],
  variance: ["var", "reduce_variance"],
  std: ["reduce_std"],
  logsumexp: ["reduce_logsumexp"],
  range: ["arange"],
  matmul: ["mm", "bmm"],
  clip: ["clamp", "clip_by_value"],
  cast: ["astype"],
  length: ["len"],
  pow: ["power"],
  mul: ["multiply"],
  sub: ["subtract"],
  div: ["divide"],
  stop_gradient: ["detach", "no_grad"],
  normal_like: ["randn_like"],
  uniform_like: ["rand_like"],
  repeat_each: ["repeat_interleave"],
  top_k: ["topk"],
  cross_entropy: [
    ...["CrossEntropyLoss", "NLLLoss", "nll_loss", "SparseCategoricalCrossentropy", "sparse_categorical_crossentropy"],
  ],
  soft_cross_entropy: ["CategoricalCrossentropy", "categorical_crossentropy"],
  binary_cross_entropy: [
    ...["BCEWithLogitsLoss", "BCELoss", "binary_cross_entropy_with_logits", "BinaryCrossentropy"],
    ...["binary_crossentropy", "bce", "bce_with_logits"],
  ],
  mse: ["MSELoss", "mse_loss", "MeanSquaredError"],
  mae: ["L1Loss", "l1_loss", "MeanAbsoluteError"],
  huber: ["HuberLoss", "huber_loss", "Huber"],
  smooth_l1: ["SmoothL1Loss", "smooth_l1_loss"],
  kl_divergence: ["KLDivLoss", "kl_div", "KLDivergence"],
  ctc: ["CTCLoss", "ctc_loss", "CTC"],
  triplet: ["TripletMarginLoss", "triplet_margin_loss"],
  cosine_embedding: ["CosineEmbeddingLoss", "cosine_embedding_loss"],
  margin_ranking: ["MarginRankingLoss", "margin_ranking_loss"],
  poisson: ["PoissonNLLLoss", "poisson_nll_loss", "Poisson"],
  gaussian_nll: ["GaussianNLLLoss", "gaussian_nll_loss"],
  glorot_uniform: ["xavier_uniform", "xavier_uniform_", "GlorotUniform"],
  glorot_normal: ["xavier_normal", "xavier_normal_", "GlorotNormal"],
  he_uniform: ["kaiming_uniform", "kaiming_uniform_", "HeUniform"],
  he_normal: ["kaiming_normal", "kaiming_normal_", "HeNormal"],
  lecun_uniform: ["LecunUniform"],
  lecun_normal: ["LecunNormal"],
  orthogonal: ["orthogonal_", "Orthogonal"],
  truncated_normal: ["trunc_normal", "trunc_normal_", "TruncatedNormal"],
  normal: ["normal_", "RandomNormal"],
  uniform: ["uniform_", "RandomUniform"],
  zeros: ["zeros_"],
  ones: ["ones_"],
  constant: ["constant_"],
  accuracy: [
    ...["acc", "Accuracy", "SparseCategoricalAccuracy", "CategoricalAccuracy", "sparse_categorical_accuracy"],
    ...["categorical_accuracy", "accuracy_score"],
  ],
  auc: ["AUC", "roc_auc_score", "roc_auc"],
  f1: ["F1Score", "f1_score"],
  precision: ["Precision", "precision_score"],
  recall: ["Recall", "recall_score"],
  r2: ["R2Score", "r2_score"],
});

const stage = "A function is a stage by itself: `-> relu`, `-> leaky_relu(0.2)`.";
const pipe = "Stages stand one after the other: `x -> Dense(64) -> relu -> Dense(10)`.";
const inputs = "Inputs and their types stand in the header: `model Net: (x: f32[B, 4]) -> y: f32[B, 2] { ... }`.";
const sizes = "Sizes are named in the header, as `B` in `x: f32[B, 8]`, and these names stand for them.";
const cell = "A `scan` runs a cell of your own over an axis; `LSTM`, `GRU` and `SimpleRNN` are whole layers.";
const merged = "Operators join tensors: `a + b`, `a * b`, `maximum(a, b)`, `concat(a, b, axis=-1)`.";
const cast = "Element types are changed by `cast(x, f32)`, `cast(x, i32)`.";
const noise = "Noise has the shape of something, `normal_like(x)`, or is a feature: `z: f32[64] = noise.normal`.";
const standardized =
  "A feature is standardized by its stage: `x: f32[4] = stack(raw.a, raw.b, axis=-1) -> standardize`.";
/** What is said of the devices that files elsewhere name. */
export const devices = "A file says nothing of devices: leave it out.";
const variances =
  "Its scales are squares of gains: 2 by fan-in is `he_normal`, 1 `lecun_normal`, by the mean of both `glorot_normal`, and any other one of these with `gain=`.";
const newAxis = "An axis is added by `None` inside index brackets: `x[:, None]`.";

const texts = "A feature reads a text: `text: class(1000)[L] = raw.text -> words`, or `raw.kind -> categories`.";
const padding =
  "What varies in length is padded by batch; `lengths(x)` in a feature, `steps: i32[] = lengths(frames)`, or in a loss says how long it was.";

/** What has no counterpart of one name, and what is written for it. */
const told: Readonly<Record<string, string>> = {
  None: "`None` adds an axis inside index brackets: `x[:, None]`. Elsewhere it is no value: what is not wanted is left out.",
  null: "There is no such value: what is not wanted is left out.",
  Activation: stage,
  Lambda: stage,
  Sequential: pipe,
  Module: "A network is written `model Net: (x: f32[B, 4]) -> y: f32[B, 2] { ... }`, and a part of one `block`.",
  ModuleList: "`repeat 3 { ... }` copies stages, and a `for` gives a list.",
  Input: inputs,
  InputLayer: inputs,
  placeholder: inputs,
  Tensor: "A tensor's type has its elements and axes: `f32[B, 4]`.",
  RNNCell: cell,
  LSTMCell: cell,
  GRUCell: cell,
  ColorJitter: "Write `random_brightness(0.2) -> random_contrast(0.2) -> random_saturation(0.2) -> random_hue(0.05)`.",
  RandomColorJitter:
    "Write `random_brightness(0.2) -> random_contrast(0.2) -> random_saturation(0.2) -> random_hue(0.05)`.",
  RandomVerticalFlip: "Write `random_flip(vertical)`.",
  Upsample: "`UpSampling2D` repeats pixels; `resize` has the other ways.",
  ...Object.fromEntries(
    ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Dot", "Concatenate"].map((it) => [it, merged]),
  ),
  ...Object.fromEntries(
    ["float", "int", "double", "half", "long", "to", "type", "convert_to_tensor"].map((it) => [it, cast]),
  ),
  ...Object.fromEntries(["randn", "rand", "random_normal", "random_uniform"].map((it) => [it, noise])),
  ...Object.fromEntries(["cuda", "cpu", "device"].map((it) => [it, devices])),
  Permute: "Write `transpose(x, perm=[0, 2, 1])`, the batch included, or `rearrange`.",
  Reshape: "Write `reshape([B, 28, 28, 1])`, the batch included.",
  ...Object.fromEntries(
    ["standardize", "StandardScaler", "Normalize", "Normalization"].map((it) => [it, standardized]),
  ),
  ...Object.fromEntries(["TextVectorization", "StringLookup", "CountVectorizer"].map((it) => [it, texts])),
  ...Object.fromEntries(
    ["pad_sequence", "pad_sequences", "pack_padded_sequence", "padded_batch", "sequence_mask", "lengths"].map((it) => [
      it,
      padding,
    ]),
  ),
  backward: "A training has its gradients; `gradient(y, x)` is one as a value.",
  append: "A `for` gives the list of what its rounds end with: `for u in units { Dense(u)(x) }`.",
  pass: "A body holds what it computes, and ends with its result.",
  eye: "Write `diag(ones([n]))`.",
  unsqueeze: newAxis,
  expand_dims: newAxis,
  newaxis: newAxis,
  squeeze: "An axis of size 1 goes by its place, `x[:, 0]`, or by `reshape`.",
  ...Object.fromEntries(["VarianceScaling", "variance_scaling"].map((it) => [it, variances])),
  shape: sizes,
  size: sizes,
  flatten: "Write `x -> Flatten`, or `reshape(x, [B, -1])`.",
  masked_fill: "Write `where(mask, value, x)`.",
  randint: "Write `floor(10 * uniform_like(x))`, or in a feature `floor(10 * noise.uniform)`.",
  chunk: "Write `split(x, count=3, axis=-1)`.",
  percentile: "Write `quantile(x, 0.9, axis=-1)`: parts of 1, not of 100.",
  linspace: "Write `range(8) / 7`, scaled as you need it.",
  unbind: "Write `unstack(x, axis=0)`.",
  numel: "Write `product([B, 4])`, of sizes.",
  print: "Nothing is printed while a network runs: make what you want to see a result of the model.",
  self: "What a block owns is named alone, without `self`.",
  super: "There are no classes: a block is used by its name.",
  forward: "A body is what is computed: a block is applied by its name, `x -> Net`.",
  call: "A body is what is computed: a block is applied by its name, `x -> Net`.",
  lambda: "A function is declared at the top of the file: `fn twice: (x: f32[...S]) -> f32[...S] { 2 * x }`.",
  is: "Values are compared by `==`; whether an input is there, `given(input)` says.",
};

/** Packages and modules that names are written behind elsewhere. */
const modules: ReadonlySet<string> = new Set([
  ...["nn", "torch", "F", "functional", "optim", "tf", "keras", "layers", "losses", "ops", "K", "np", "numpy", "jnp"],
  ...["jax", "math", "tfl", "torchvision", "linalg"],
]);

/** What takes the size of its input first, in PyTorch, with how many arguments by position it is written at least. */
const sized: ReadonlyMap<string, number> = new Map([
  ["Linear", 2],
  ["RNN", 2],
  ["MultiheadAttention", 2],
  ...[1, 2, 3].flatMap((n): readonly (readonly [string, number])[] => [
    [`Conv${n}d`, 3],
    [`ConvTranspose${n}d`, 3],
    [`BatchNorm${n}d`, 1],
    [`InstanceNorm${n}d`, 1],
  ]),
]);

/** The answer to what has another name here. */
export function renamedTo(instead: string): Answer & { readonly instead: string } {
  return { help: `It is called \`${instead}\` here.`, instead };
}

let known: ReadonlyMap<string, Answer> | undefined;

/** All answers by name: made when the first name means nothing, which in most files none does. */
const answers = (): ReadonlyMap<string, Answer> =>
  (known ??= new Map([
    ...Object.entries(renamed()).flatMap(([instead, names]) =>
      names.map((it): [string, Answer] => {
        const sizes = sized.get(it);
        return [it, { ...renamedTo(instead), ...(sizes !== undefined && { sizes }) }];
      }),
    ),
    ...Object.entries(told).map(([name, help]): [string, Answer] => [name, { help }]),
    ...["true", "false"].map((instead): [string, Answer] => [
      instead === "true" ? "True" : "False",
      { help: `Write \`${instead}\`.`, instead },
    ]),
  ]));

/** What a name that means nothing is answered with, where another framework or language has it. */
export function answerOfName(name: string): Answer | undefined {
  return (
    answers().get(name) ?? (modules.has(name) ? { help: `Names stand alone here, without \`${name}.\`.` } : undefined)
  );
}

/** Element types of other frameworks, by their names here. */
const elements: Names = {
  f16: ["float16", "half"],
  bf16: ["bfloat16"],
  f32: ["float32", "single", "float"],
  f64: ["float64", "double"],
  i8: ["int8"],
  i32: ["int32", "int"],
  i64: ["int64", "long"],
  u8: ["uint8", "byte"],
  bool: ["boolean", "bool_"],
};

/** What a word that is no element type is answered with, where another framework has it. */
export function answerOfElement(name: string): Answer | undefined {
  const instead = Object.entries(elements).find(([, names]) => names.includes(name))?.[0];
  if (instead !== undefined) return renamedTo(instead);
  return name === "Tensor" || name === "self" ? answers().get(name) : undefined;
}

/** Whether a name is that of a package or module of another framework. */
export function isModule(name: string): boolean {
  return modules.has(name);
}

/** All names that are answered, each with the name here that stands for it, if one does. */
export function answeredNames(): Iterable<readonly [name: string, answer: Answer]> {
  return answers();
}
