/** Layers of Keras 3 and PyTorch that are no layers here, and what stands for them. */
export const elsewhere: readonly (readonly [from: "Keras" | "PyTorch", names: readonly string[], here: string])[] = [
  [
    "Keras",
    ["Activation", "ReLU", "ELU", "LeakyReLU", "Softmax", "Lambda", "Identity"],
    "a function is a stage by itself: `-> leaky_relu(0.2)`, `-> linear`",
  ],
  [
    "Keras",
    ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Dot", "Concatenate"],
    "operators: `a + b`, `maximum(a, b)`, `concat(a, b, axis=-1)`",
  ],
  ["Keras", ["Reshape", "Permute"], "`reshape`, `transpose`, `rearrange`"],
  ["Keras", ["Masking"], "no value is a mark: layers and losses take `lengths` and `mask`"],
  [
    "Keras",
    ["RNN", "LSTMCell", "GRUCell", "SimpleRNNCell", "StackedRNNCells"],
    "a `scan` writes a cell out; layers stand one after the other",
  ],
  ["Keras", ["EinsumDense"], "a `param` and `einsum`"],
  ["Keras", ["ReversibleEmbedding"], "`matmul(h, transpose(embed.table))`"],
  ["Keras", ["SpectralNormalization"], "not here: a layer's weights are its own, and nothing wraps them"],
  ["Keras", ["ActivityRegularization"], "a model gives what is to be small, and the loss adds it"],
  [
    "Keras",
    ["Normalization", "Rescaling", "CategoryEncoding", "Discretization", "Hashing", "HashedCrossing"],
    "features of a `data` section: `standardize`, arithmetic, `one_hot`; buckets and hashes are not here",
  ],
  ["Keras", ["IntegerLookup", "StringLookup", "TextVectorization"], "sources of a `data` section, as far as they go"],
  ["Keras", ["Resizing", "CenterCrop"], "`resize` and slices"],
  [
    "Keras",
    ["Random...", "MixUp", "CutMix"],
    "functions, below, for `augment` of a `data` section: `random_flip`, `random_crop`, `mixup`, ...",
  ],
  [
    "Keras",
    ["AugMix", "RandAugment", "Pipeline"],
    "stages of `augment` in a `data` section, one after the other; which of them are carried out is not drawn",
  ],
  [
    "Keras",
    [
      "AutoContrast",
      "Equalization",
      "ContrastLimitedAdaptiveHistogramEqualization",
      "Solarization",
      "MaxNumBoundingBoxes",
    ],
    "not here: images are prepared before they are data",
  ],
  ["Keras", ["MelSpectrogram", "STFTSpectrogram"], "not here: there is no Fourier transform"],
  [
    "Keras",
    ["Layer", "Wrapper", "InputLayer", "InputSpec", "JaxLayer", "FlaxLayer", "TFSMLayer", "TorchModuleWrapper"],
    "blocks are written in the language, and inputs are what a header says",
  ],
  ["PyTorch", ["nn.Bilinear"], "a `param` and `einsum`"],
  [
    "PyTorch",
    ["nn.ReflectionPad2d", "nn.ReplicationPad2d", "nn.CircularPad2d"],
    "`pad`, with `mode=reflect`, `edge` or `wrap`",
  ],
  ["PyTorch", ["nn.PixelShuffle", "nn.Upsample", "nn.CosineSimilarity"], "functions, below"],
  ["PyTorch", ["nn.Transformer..."], "blocks of the [zoo](../specs/zoo/blocks/transformer.model)"],
  ["PyTorch", ["nn.Fold", "nn.Unfold", "nn.MaxUnpool2d", "nn.FractionalMaxPool2d", "nn.RReLU"], "not here"],
  ["PyTorch", ["nn.AdaptiveLogSoftmaxWithLoss"], "not here"],
];
