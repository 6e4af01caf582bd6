import type { PeerCase } from "./peer-case.ts";

/** A case of one input, x, that a layer of Keras stands for. */
export function kerasLayer(x: string, call: string, peer: string, more: Partial<PeerCase> = {}): PeerCase {
  return {
    of: /^\w+/.exec(call)?.[0] ?? "",
    from: "Keras",
    inputs: { x },
    body: `x -> own: ${call}`,
    peer: `layer(keras.layers.${peer}, x)`,
    ...more,
  };
}

/** A case of one input, x, and what it is in PyTorch. */
export function torchLayer(x: string, call: string, peer: string, more: Partial<PeerCase> = {}): PeerCase {
  return { ...kerasLayer(x, call, ""), from: "PyTorch", peer, ...more };
}

const table = "f32[2, 4]";
const words = "f32[2, 3, 4]";
const image = "f32[2, 3, 2, 4]";

const dense = [
  ...[table, words, image].flatMap((x) => [
    kerasLayer(x, "Dense(3)", "Dense(3)"),
    torchLayer(x, "Dense(3)", 'F.linear(x, w["kernel"].T, w["bias"])'),
  ]),
  kerasLayer(words, "Dense(3, bias=false, activation=tanh)", 'Dense(3, use_bias=False, activation="tanh")'),
  kerasLayer(table, "Dense(3, activation=softmax)", 'Dense(3, activation="softmax")'),
  torchLayer(words, "Dense(3, bias=false)", 'F.linear(x, w["kernel"].T)'),
  kerasLayer(image, "Flatten", "Flatten()"),
  kerasLayer(words, "Flatten", "Flatten()"),
  torchLayer(image, "Flatten", "nn.Flatten()(x)"),
  ...["i32[3]", "i32[2, 3]"].flatMap((x) => [
    kerasLayer(x, "Embedding(5, 3)", "Embedding(5, 3)"),
    torchLayer(x, "Embedding(5, 3)", 'F.embedding(x, w["table"])'),
  ]),
];

/** Keras normalises groups in f32. */
const inSingle = { tolerance: 2e-5 };

const norms = [
  ...[table, words].flatMap((x) => [
    kerasLayer(x, "LayerNorm", "LayerNormalization()"),
    torchLayer(x, "LayerNorm(epsilon=1e-5)", 'F.layer_norm(x, [4], w["scale"], w["bias"])'),
    kerasLayer(x, "RMSNorm", "RMSNormalization()"),
    torchLayer(x, "RMSNorm(epsilon=1e-5)", 'F.rms_norm(x, [4], w["scale"], 1e-5)'),
  ]),
  kerasLayer(words, "LayerNorm(center=false)", "LayerNormalization(center=False)"),
  kerasLayer(words, "LayerNorm(scale=false, epsilon=0.1)", "LayerNormalization(scale=False, epsilon=0.1)"),
  kerasLayer(words, "LayerNorm(center=false, scale=false)", "LayerNormalization(center=False, scale=False)"),
  torchLayer(words, "LayerNorm(center=false)", 'F.layer_norm(x, [4], w["scale"], None, 1e-3)'),
  ...[words, image].flatMap((x) => [
    ...[1, 2, 4].flatMap((groups) => [
      kerasLayer(x, `GroupNorm(${groups})`, `GroupNormalization(${groups})`, inSingle),
      torchLayer(
        x,
        `GroupNorm(${groups}, epsilon=1e-5)`,
        `last(F.group_norm(first(x), ${groups}, w["scale"], w["bias"]))`,
      ),
    ]),
    kerasLayer(x, "InstanceNorm", "GroupNormalization(-1)", inSingle),
    torchLayer(x, "InstanceNorm(epsilon=1e-5)", 'last(F.instance_norm(first(x), weight=w["scale"], bias=w["bias"]))'),
  ]),
  ...["f32[5, 4]", words, image].flatMap((x) => [
    ...["", "momentum=0.8, epsilon=0.1", "center=false", "scale=false"].flatMap((settings) => {
      const own = settings === "" ? "BatchNorm" : `BatchNorm(${settings})`;
      const theirs = settings.replace("false", "False");
      return [
        kerasLayer(x, own, `BatchNormalization(${theirs})`),
        kerasLayer(x, own, "", {
          mode: "training",
          peer: `averaging(keras.layers.BatchNormalization(${theirs}), x, layer)`,
        }),
      ];
    }),
    torchLayer(x, "BatchNorm(epsilon=1e-5)", "batch_norm(x, w)"),
    torchLayer(x, "BatchNorm(momentum=0.9, epsilon=1e-5)", "batch_norm(x, w, 0.1)", { mode: "training" }),
  ]),
];

const dropouts = [
  kerasLayer(words, "Dropout(0.4)", "Dropout(0.4)"),
  kerasLayer(words, "Dropout(0)", "Dropout(0)", { mode: "training" }),
  torchLayer(words, "Dropout(0.4)", "F.dropout(x, 0.4, False)"),
  torchLayer(words, "Dropout(0)", "F.dropout(x, 0, True)", { mode: "training" }),
  ...(["inference", "training"] as const).flatMap((mode) => {
    const more = mode === "training" ? ({ mode } as const) : {};
    const [rate, told] = mode === "training" ? [0, "training=True"] : [0.4, "training=False"];
    return [
      ...[1, 2, 3].flatMap((n) => {
        const x = `f32[2, ${[3, 2, 2].slice(0, n).join(", ")}, 4]`;
        return [
          kerasLayer(x, `SpatialDropout(${rate})`, `SpatialDropout${n}D(${rate})`, more),
          torchLayer(x, `SpatialDropout(${rate})`, `F.dropout${n}d(x, ${rate}, ${told})`, more),
        ];
      }),
      kerasLayer(words, `AlphaDropout(${rate})`, `AlphaDropout(${rate})`, more),
      torchLayer(words, `AlphaDropout(${rate})`, `F.alpha_dropout(x, ${rate}, ${told})`, more),
      kerasLayer(words, `GaussianNoise(${rate})`, `GaussianNoise(${rate})`, more),
      kerasLayer(words, `GaussianDropout(${rate})`, `GaussianDropout(${rate})`, more),
    ];
  }),
];

const bag = { type: "i32[2, 4]", data: [0, 2, 1, 2, 4, 4, 3, 0] };
const kept = { type: "bool[2, 4]", data: [1, 0, 1, 1, 0, 1, 1, 0] };
const shares = "f32[2, 4]";
const lengths = { type: "i32[2]", data: [3, 1] };
const bags: readonly PeerCase[] = [
  ...["mean", "sum", "max"].map((mode) => ({
    body: `ids -> own: EmbeddingBag(5, 3, mode=${mode})`,
    peer: `F.embedding_bag(ids, w["table"], mode="${mode}")`,
    inputs: { ids: bag },
  })),
  {
    body: "ids -> own: EmbeddingBag(5, 3, mode=sum)(mask=shares)",
    peer: 'F.embedding_bag(ids, w["table"], mode="sum", per_sample_weights=shares)',
    inputs: { ids: bag, shares },
  },
  {
    body: "ids -> own: EmbeddingBag(5, 3)(mask=kept)",
    peer: 'F.embedding_bag(ids.masked_fill(~kept, 5), F.pad(w["table"], (0, 0, 0, 1)), mode="mean", padding_idx=5)',
    inputs: { ids: bag, kept },
  },
  {
    body: "ids -> own: EmbeddingBag(5, 3)(lengths=lengths)",
    peer: 'F.embedding_bag(torch.tensor([0, 2, 1, 4]), w["table"], torch.tensor([0, 3]), mode="mean")',
    inputs: { ids: bag, lengths },
  },
].map((it) => ({ ...it, of: "EmbeddingBag", from: "PyTorch" }));

const volume = "f32[2, 5, 4, 6, 3]";
const others = [
  kerasLayer(table, "RepeatVector(3)", "RepeatVector(3)"),
  torchLayer(table, "RepeatVector(3)", "x[:, None].expand(2, 3, 4)"),
  kerasLayer(words, "TimeDistributed(Dense(5))", "TimeDistributed(keras.layers.Dense(5))"),
  kerasLayer(volume, "TimeDistributed(Conv2D(2, 3))", "TimeDistributed(keras.layers.Conv2D(2, 3))"),
  kerasLayer(volume, "TimeDistributed(Flatten)", "TimeDistributed(keras.layers.Flatten())"),
  kerasLayer(table, "UnitNorm", "UnitNormalization()"),
  torchLayer(words, "UnitNorm", "F.normalize(x, dim=-1)"),
  kerasLayer(table, "PReLU(init=constant(0.25))", "PReLU()"),
  kerasLayer(image, "PReLU", "PReLU(shared_axes=[1, 2])"),
  torchLayer(image, "PReLU", 'last(F.prelu(first(x), w["slope"]))'),
  torchLayer(image, "PReLU(shared=true)", 'last(F.prelu(first(x), w["slope"]))'),
];

/** Dense layers, tables, normalisations, noise where it is off. */
export const layerCases: readonly PeerCase[] = [...dense, ...norms, ...dropouts, ...bags, ...others];
