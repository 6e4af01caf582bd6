import type { PeerCase } from "./peer-case.ts";

/** A function, as it is called here, in PyTorch and in Keras; none where one of them has no such thing. */
type Names = readonly [call: string, torch: string | undefined, keras?: string];

const points = "f32[3, 4]";
/** Numbers strictly between 0 and 1, and positive ones. */
const share = { type: "f32[6]", data: [0.01, 0.1, 0.3, 0.5, 0.75, 0.99] };
const positive = { type: "f32[6]", data: [0.2, 0.7, 1.3, 2.5, 4.5, 30] };
const flags = { type: "bool[4]", data: [0, 0, 1, 1] };
const others = { type: "bool[4]", data: [0, 1, 0, 1] };
const broken = { type: "f32[4]", data: [1.5, NaN, Infinity, -Infinity] };

function casesOf(inputs: PeerCase["inputs"], rows: readonly Names[]): readonly PeerCase[] {
  return rows.flatMap(([call, torch, keras]) => {
    const of = /\w+/.exec(call.replace(/^\w+ -> /, ""))?.[0] ?? "";
    const written = (from: "Keras" | "PyTorch", peer: string | undefined): readonly PeerCase[] =>
      peer === undefined ? [] : [{ of, from, inputs, body: call, peer }];
    return [...written("PyTorch", torch), ...written("Keras", keras)];
  });
}

// PyTorch computes the slopes of two with numbers in f32.
const activations = casesOf({ x: points }, [
  ["x -> relu", "F.relu(x)", "keras.activations.relu(x)"],
  ["x -> leaky_relu(0.2)", "F.leaky_relu(x, 0.2)", "keras.activations.leaky_relu(x, 0.2)"],
  ["x -> elu", "F.elu(x)", "keras.activations.elu(x)"],
  ["x -> gelu", "F.gelu(x)", "keras.activations.gelu(x)"],
  ["x -> sigmoid", "torch.sigmoid(x)", "keras.activations.sigmoid(x)"],
  ["x -> hard_sigmoid", "F.hardsigmoid(x)", "keras.activations.hard_sigmoid(x)"],
  ["x -> silu", "F.silu(x)", "keras.activations.silu(x)"],
  ["x -> softmax", "F.softmax(x, -1)", "keras.activations.softmax(x)"],
  ["x -> log_softmax", "F.log_softmax(x, -1)", "keras.activations.log_softmax(x)"],
  ["x -> softplus", "F.softplus(x)", "keras.activations.softplus(x)"],
  ["x -> tanh", "torch.tanh(x)", "keras.activations.tanh(x)"],
  ["x -> linear", "nn.Identity()(x)", "keras.activations.linear(x)"],
  ["x -> swish", "F.silu(x)", "keras.activations.swish(x)"],
  ["x -> mish", "F.mish(x)", "keras.activations.mish(x)"],
  ["x -> relu6", "F.relu6(x)", "keras.activations.relu6(x)"],
  ["x -> softsign", "F.softsign(x)", "keras.activations.softsign(x)"],
  ["x -> selu", "F.selu(x)", "keras.activations.selu(x)"],
  ["x -> celu(0.7)", "F.celu(x, 0.7)", "keras.activations.celu(x, 0.7)"],
  ["x -> hard_swish", "F.hardswish(x)", "keras.activations.hard_swish(x)"],
  ["x -> hard_tanh", "F.hardtanh(x)", "keras.activations.hard_tanh(x)"],
  ["x -> log_sigmoid", "F.logsigmoid(x)", "keras.activations.log_sigmoid(x)"],
  ["x -> tanh_shrink", "F.tanhshrink(x)", "keras.activations.tanh_shrink(x)"],
  ["x -> hard_shrink(0.4)", "F.hardshrink(x, 0.4)", "keras.activations.hard_shrink(x, 0.4)"],
  ["x -> soft_shrink(0.4)", "F.softshrink(x, 0.4)", "keras.activations.soft_shrink(x, 0.4)"],
  ["x -> threshold(0.1, -2)", "F.threshold(x, 0.1, -2)", "keras.activations.threshold(x, 0.1, -2)"],
  ["x -> squareplus", undefined, "keras.activations.squareplus(x)"],
  ["x -> sparse_plus", undefined, "keras.activations.sparse_plus(x)"],
  ["x -> sparse_sigmoid", undefined, "keras.activations.sparse_sigmoid(x)"],
  ["x -> softmin", "F.softmin(x, -1)"],
  ["x -> glu", "F.glu(x)", "keras.activations.glu(x)"],
]).map((it) => (it.of === "hard_sigmoid" || it.of === "celu" ? { ...it, tolerance: 1e-7 } : it));

const numbers = [
  ...casesOf({ x: points }, [
    ["x -> trunc", "torch.trunc(x)", "keras.ops.trunc(x)"],
    ["x -> frac", "torch.frac(x)"],
    ["x -> exp2", "torch.exp2(x)", "keras.ops.exp2(x)"],
    ["x -> sinc", "torch.sinc(x)"],
    [
      "x -> heaviside(0.3)",
      "torch.heaviside(x.detach(), torch.tensor(0.3).double())",
      "keras.ops.heaviside(x.detach(), 0.3)",
    ],
    ["x -> deg2rad", "torch.deg2rad(x)", "keras.ops.deg2rad(x)"],
    ["x -> rad2deg", "torch.rad2deg(x)"],
    ["x -> cyclic(24)", "torch.stack([torch.sin(x * (2 * torch.pi / 24)), torch.cos(x * (2 * torch.pi / 24))], -1)"],
    ["x -> tril(1)", "torch.tril(x, 1)", "keras.ops.tril(x, 1)"],
    ["x -> triu(-1)", "torch.triu(x, -1)", "keras.ops.triu(x, -1)"],
  ]),
  ...casesOf({ x: share }, [["x -> logit", "torch.logit(x)"]]),
  ...casesOf({ x: positive }, [
    ["x -> log2", "torch.log2(x)", "keras.ops.log2(x)"],
    ["x -> log10", "torch.log10(x)", "keras.ops.log10(x)"],
    ["x -> lgamma", "torch.lgamma(x)"],
    ["x -> digamma", "torch.digamma(x)"],
  ]).map((it) => (/gamma/.test(it.of) ? { ...it, tolerance: 1e-6 } : it)),
  ...casesOf({ a: points, b: points }, [
    ["fmod(a, 3 * b)", "torch.fmod(a, 3 * b)"],
    ["log_add_exp(a, b)", "torch.logaddexp(a, b)", "keras.ops.logaddexp(a, b)"],
    ["hypot(a, 2 * b)", "torch.hypot(a, 2 * b)", "keras.ops.hypot(a, 2 * b)"],
    ["xlogy(a, b + 2)", "torch.xlogy(a, b + 2)"],
    ["lerp(a, 2 * b, abs(a))", "torch.lerp(a, 2 * b, a.abs())"],
  ]),
  ...casesOf({ x: broken }, [
    ["x -> is_nan", "torch.isnan(x)", "keras.ops.isnan(x)"],
    ["x -> is_finite", "torch.isfinite(x)", "keras.ops.isfinite(x)"],
    ["x -> is_inf", "torch.isinf(x)", "keras.ops.isinf(x)"],
    [
      "x -> nan_to_num(2, -5, 7)",
      "torch.nan_to_num(x, 2, 7, -5)",
      "keras.ops.nan_to_num(x, nan=2, posinf=7, neginf=-5)",
    ],
  ]),
  ...casesOf({ flags, others }, [
    ["logical_xor(flags, others)", "torch.logical_xor(flags, others)", "keras.ops.logical_xor(flags, others)"],
  ]),
];

const image = "f32[2, 4, 6, 8]";
const images = [
  ...casesOf({ x: image }, [
    ["x -> pixel_shuffle(2)", "last(F.pixel_shuffle(first(x), 2))"],
    ["x -> pixel_unshuffle(2)", "last(F.pixel_unshuffle(first(x), 2))"],
    ["x -> local_response_norm(3, 0.1)", "last(F.local_response_norm(first(x), 3, 0.1))"],
    [
      "x -> resize(7, 4)",
      'last(F.interpolate(first(x), (7, 4), mode="bilinear"))',
      "layer(keras.layers.Resizing(7, 4), x)",
    ],
    [
      "x -> resize(7, 9, bicubic, corners=true)",
      'last(F.interpolate(first(x), (7, 9), mode="bicubic", align_corners=True))',
    ],
    ["x -> resize(5, 9, nearest)", 'last(F.interpolate(first(x), (5, 9), mode="nearest-exact"))'],
  ]),
  ...casesOf({ x: image, at: "f32[2, 3, 5, 2]" }, [
    ["grid_sample(x, 1.2 * at)", "last(F.grid_sample(first(x), 1.2 * at, align_corners=False))"],
    [
      "grid_sample(x, at, corners=true, mode=edge)",
      'last(F.grid_sample(first(x), at, padding_mode="border", align_corners=True))',
    ],
  ]),
];

/** Activations and functions, of the library and operators. */
export const functionCases: readonly PeerCase[] = [...activations, ...numbers, ...images];
