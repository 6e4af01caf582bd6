/** A way from an input `x` to a `y`, in a model's body. */
export interface Way {
  readonly inputs: string;
  readonly body: string;
  readonly blocks?: string;
}

/** Layers, loops and operators that a gradient goes through. */
export const ways: Readonly<Record<string, Way>> = {
  "a layer": { inputs: "x: f32[2, 3]", body: "y = x -> Dense(4) -> tanh" },
  "a block that is used twice": {
    blocks: "block Score: (x: f32[B, 3]) -> f32[B] {\n  h = x -> Dense(5) -> silu -> Dense(1)\n  h[:, 0]\n}\n",
    inputs: "x: f32[2, 3]",
    body: "score = Score()\n  y = score(x) * score(2 * x)",
  },
  "a repeat": { inputs: "x: f32[2, 3]", body: "y = x -> repeat 3 { Dense(3) -> tanh }" },
  "a loop": { inputs: "x: f32[2, 3]", body: "y = x -> for u in [4, 3, 2] { Dense(u) -> sigmoid }" },
  convolutions: {
    inputs: "x: f32[1, 5, 5, 2]",
    body: "y = x -> Conv2D(3, 3, padding=same, activation=tanh) -> AvgPool2D(2) -> Conv2D(2, 2) -> Flatten",
  },
  normalisations: { inputs: "x: f32[2, 4]", body: "y = x -> LayerNorm -> Dense(3) -> BatchNorm -> tanh" },
  attention: { inputs: "x: f32[1, 3, 4]", body: "y = x -> MultiHeadAttention(2)(x)" },
  "softmax and a part": { inputs: "x: f32[2, 4]", body: "y = log(softmax(x)[:, 1]) * x[:, 0]" },
  "cross entropy": {
    inputs: "x: f32[2, 4], k: class(4)[2]",
    body: "y = cross_entropy(x -> Dense(4) -> tanh, k)",
  },
  "a scan": {
    inputs: "x: f32[2, 3, 4]",
    body: "y = scan e in x over 1 with h: f32[2, 4] = zeros {\n    h <- tanh(h * e + e)\n    emit h\n  }",
  },
  "a recurrent layer": { inputs: "x: f32[2, 3, 2]", body: "y = x -> LSTM(3)" },
  reductions: { inputs: "x: f32[3, 4]", body: "y = logsumexp(x, over=1) * max(x, over=1) + mean(square(x), over=1)" },
};

/** A model of a way with a result of a type. */
export function textOfWay({ blocks = "", inputs, body }: Way, result: string, type: string): string {
  return `${blocks}model M: (${inputs}) -> result: ${type} {\n  ${body}\n  ${result}\n}\n`;
}
