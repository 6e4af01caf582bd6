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

/** Attention: heads, masks, memories. */
export const attentionCases: readonly PeerCase[] = [1, 2, 4].flatMap((heads): readonly PeerCase[] => [
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
