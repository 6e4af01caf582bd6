import type { PeerCase } from "./peer-case.ts";

const x = "f32[2, 3, 4]";
const memory = "f32[2, 5, 6]";
const mask = { type: "bool[2, 3, 3]", data: [1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 1, 0, 1, 0, 1, 0, 1] };
const there = { type: "bool[2, 5]", data: [1, 1, 1, 0, 0, 1, 0, 1, 1, 0] };

const of = "MultiHeadAttention";
const keras = (heads: number, given: string, settings = ""): string =>
  `layer(keras.layers.MultiHeadAttention(${heads}, ${4 / heads}${settings}), ${given})`;
const torch = (heads: number, given: string, settings = ""): string =>
  `module(nn.MultiheadAttention(4, ${heads}, batch_first=True${settings}), attention_weights(w), ${given}, need_weights=False)[0]`;

const masked = [1, 2, 4].flatMap((heads): readonly PeerCase[] => [
  { of, from: "Keras", inputs: { x }, body: `x -> own: ${of}(${heads})`, peer: keras(heads, "x, x") },
  {
    of,
    from: "Keras",
    inputs: { x },
    body: `x -> own: ${of}(${heads}, causal=true)`,
    peer: keras(heads, "x, x, use_causal_mask=True"),
  },
  {
    of,
    from: "Keras",
    inputs: { x },
    body: `x -> own: ${of}(${heads}, bias=false)`,
    peer: keras(heads, "x, x", ", use_bias=False"),
  },
  {
    of,
    from: "Keras",
    inputs: { x, mask },
    body: `x -> own: ${of}(${heads})(mask=mask)`,
    peer: keras(heads, "x, x, attention_mask=mask"),
  },
  {
    of,
    from: "Keras",
    inputs: { x, memory, there },
    body: `x -> own: ${of}(${heads})(memory, key_mask=there)`,
    peer: keras(heads, "x, memory, attention_mask=there[:, None].expand(2, 3, 5)"),
  },
  { of, from: "PyTorch", inputs: { x }, body: `x -> own: ${of}(${heads})`, peer: torch(heads, "x, x, x") },
  {
    of,
    from: "PyTorch",
    inputs: { x },
    body: `x -> own: ${of}(${heads}, causal=true, bias=false)`,
    peer: torch(heads, "x, x, x, attn_mask=torch.ones(3, 3).triu(1).bool()", ", bias=False"),
  },
  {
    of,
    from: "PyTorch",
    inputs: { x, mask },
    body: `x -> own: ${of}(${heads})(mask=mask)`,
    peer: torch(heads, `x, x, x, attn_mask=~mask.repeat_interleave(${heads}, 0)`),
  },
  {
    of,
    from: "PyTorch",
    inputs: { x, memory, there },
    body: `x -> own: ${of}(${heads})(memory, key_mask=there)`,
    peer: torch(heads, "x, memory, memory, key_padding_mask=~there", ", kdim=6, vdim=6"),
  },
]);

const wide = "f32[2, 5, 8]";
const relative = "f32[4, 5, 5]";
const past = "f32[2, 2, 3, 2]";
const fewer = (call: string, given: string, more: Partial<PeerCase> = {}): PeerCase => ({
  of,
  from: "PyTorch",
  inputs: { x: wide },
  body: `x -> own: ${of}(4, ${call})`,
  peer: `attend(x, w, 4, ${given}`,
  ...more,
});

/** Fewer heads of keys, rotary and relative positions, windows, what is remembered. */
const grouped: readonly PeerCase[] = [
  ...[1, 2, 4].map((groups): PeerCase => ({
    of,
    from: "Keras",
    inputs: { x: wide },
    body: `x -> own: ${of}(4, groups=${groups}, causal=true)`,
    peer: `layer(keras.layers.GroupQueryAttention(2, 4, ${groups}), x, x, use_causal_mask=True)`,
  })),
  fewer("groups=2", "2, lambda apart: apart == apart)[0]"),
  fewer("positions=rotary, causal=true, bias=false", "4, lambda apart: apart >= 0, rotary=True)[0]"),
  fewer("groups=1, positions=rotary", "1, lambda apart: apart == apart, rotary=True)[0]"),
  fewer("window=2, causal=true", "4, lambda apart: (apart >= 0) & (apart < 2))[0]"),
  fewer("groups=2, window=3", "2, lambda apart: apart.abs() < 3)[0]"),
  fewer("", "4, lambda apart: apart == apart, relative=relative)[0]", {
    inputs: { x: wide, relative },
    body: `x -> own: ${of}(4)(relative=relative)`,
  }),
  fewer("groups=2, positions=rotary, causal=true, states=true", "2, lambda apart: apart >= 0, rotary=True)"),
  ...[
    ["", "apart >= 0", ""],
    [", positions=rotary, bias=false", "apart >= 0", ", rotary=True"],
    [", window=2, positions=rotary", "(apart >= 0) & (apart < 2)", ", rotary=True"],
  ].map(([call = "", seen = "", more = ""]): PeerCase => ({
    of: "CachedAttention",
    from: "PyTorch",
    inputs: { x: wide, keys: past, values: past },
    body: `own = CachedAttention(4${call})\n  own(x, keys, values)`,
    peer: `attend(x, w, 4, 2, lambda apart: ${seen}, past=(keys, values)${more})`,
  })),
];

const values = "f32[2, 5, 3]";
const key = "f32[2, 5, 4]";

/** Attention of one head, by products or by sums. */
const single: readonly PeerCase[] = ["Attention", "AdditiveAttention"].flatMap((name): readonly PeerCase[] => {
  const keras = (call: string, settings: string, given: string, inputs: PeerCase["inputs"], more = ""): PeerCase => ({
    of: name,
    from: "Keras",
    inputs,
    body: `own = ${name}(${call})\n  own(${given})`,
    peer: `layer(keras.layers.${name}(${settings}), ${more})`,
  });
  return [
    keras("", "", "x, key", { x, key }, "[x, key]"),
    keras("", "", "x, key, values", { x, key, values }, "[x, values, key]"),
    keras("scale=true", "use_scale=True", "x, key, values", { x, key, values }, "[x, values, key]"),
    keras("scale=false", "use_scale=False", "x, key", { x, key }, "[x, key]"),
    keras("causal=true", "", "x, x", { x }, "[x, x], use_causal_mask=True"),
    keras("", "", "x, key, key_mask=there", { x, key, there }, "[x, key], mask=[None, there]"),
  ];
});
const plain: readonly PeerCase[] = [
  {
    of: "Attention",
    from: "PyTorch",
    inputs: { x, key, values },
    body: "own = Attention()\n  own(x, key, values)",
    peer: "F.scaled_dot_product_attention(x, key, values, scale=1)",
  },
  {
    of: "Attention",
    from: "PyTorch",
    inputs: { x, mask },
    body: "own = Attention()\n  own(x, x, mask=mask)",
    peer: "F.scaled_dot_product_attention(x, x, x, mask, scale=1)",
  },
];

/** Attention: heads, masks, memories, positions, what is remembered. */
export const attentionCases: readonly PeerCase[] = [...masked, ...grouped, ...single, ...plain];
