import { describe, expect, it } from "vitest";
import { answeredNames } from "../../src/analyze/names-elsewhere.ts";
import { globals } from "../../src/analyze/name-checker.ts";
import { library } from "../../src/std/library.ts";
import { textOf } from "../../src/support/source.ts";
import { checkFile } from "./checking.ts";

/** The errors of a text: where each is, and what is said and advised. */
function told(text: string): readonly (readonly [at: string, said: string])[] {
  return checkFile(text)
    .filter((it) => it.severity === "error")
    .map((it) => [textOf(it.span), `${it.message} ${it.help ?? ""}`]);
}

const body = (line: string): string =>
  `block M: (x: f32[B, 8, 8, 4], y: f32[B, 8, 8, 4], n: i32[B, 3]) {\n  z = x + y\n  ${line}\n}\n`;

const entries = { loss: "loss: mse(y, t)", optimizer: "optimizer: adam(lr=1e-3)" };

/** A training with an entry in the place of the one of that key. */
function training(line: string, key = ""): string {
  const kept = Object.entries(entries).flatMap(([name, it]) => (name === key ? [] : [it]));
  return `model M: (x: f32[B, 2]) -> y: f32[B, 1] {
  x -> Dense(1)
}
data D {
  source: synthetic_blobs(count=100)
  x: f32[2] = raw.x
  t: f32[1] = stack(raw.label, axis=-1)
}
train M on D {
  ${[...kept, line].join("\n  ")}
}
`;
}

type Case = readonly [written: string, at: string, says: string];

/** Each is told once, at its place, with what to write. */
const inBodies: readonly Case[] = [
  ["x -> Flatten -> Linear(10)", "Linear", "It is called `Dense` here."],
  ["x -> nn.Linear(10)", "nn.Linear", "Names stand alone here: `Dense`."],
  ["x -> nn.Linear(in_features=4, out_features=10)", "nn.Linear", "Names stand alone here: `Dense`."],
  ["x -> BatchNormalization", "BatchNormalization", "`BatchNorm`"],
  ["x -> BatchNorm2d(4)", "BatchNorm2d", "`BatchNorm`"],
  ["x -> Conv2d(4, 3)", "Conv2d", "`Conv2D`"],
  ["x -> AdaptiveAvgPool2d(1)", "AdaptiveAvgPool2d", "`AdaptiveAvgPool2D`"],
  ["x -> MaxPooling2D(2)", "MaxPooling2D", "`MaxPool2D`"],
  ["x -> GlobalAveragePooling2D", "GlobalAveragePooling2D", "`GlobalAvgPool2D`"],
  ["x -> ReLU()", "ReLU", "`relu`"],
  ["x -> nn.ReLU()", "nn.ReLU", "Names stand alone here: `relu`."],
  ["x -> F.relu", "F.relu", "Names stand alone here: `relu`."],
  ["F.relu(x)", "F.relu", "Names stand alone here: `relu`."],
  ["np.mean(x)", "np.mean", "Names stand alone here: `mean`."],
  ["np.polyfit(x)", "np.polyfit", "Names stand alone here, without `np.`."],
  ["torch.zeros(3)", "torch.zeros", "Names stand alone here: `zeros`."],
  ["torch.cat([x, y], dim=1)", "torch.cat", "Names stand alone here: `concat`."],
  ["tf.concat([x, y], axis=1)", "tf.concat", "Names stand alone here: `concat`."],
  ["tf.reduce_mean(x)", "tf.reduce_mean", "Names stand alone here: `mean`."],
  ["x -> Activation(relu)", "Activation", "A function is a stage by itself"],
  ["Sequential([Dense(3), Dense(4)])", "Sequential", "Stages stand one after the other"],
  ["Concatenate()([x, y])", "Concatenate", "`concat(a, b, axis=-1)`"],
  ["x -> Input(3)", "Input", "Inputs and their types stand in the header"],
  ["nn.Module(x)", "nn.Module", "A network is written `model Net"],
  ["forward(x)", "forward", "a block is applied by its name"],
  ["self.dense(x)", "self", "named alone, without `self`"],
  ["self.dense = Dense(3)\n  x", "self.dense", "named alone, without `self`"],
  ["print(x)", "print", "Nothing is printed"],
  ["permute(x, [0, 2, 1, 3])", "permute", "`transpose`"],
  ["unsqueeze(x, 1)", "unsqueeze", "`x[:, None]`"],
  ["squeeze(x, 1)", "squeeze", "`x[:, 0]`"],
  ["cat(x, y, axis=1)", "cat", "`concat`"],
  ["arange(4)", "arange", "`range`"],
  ["masked_fill(x, y > 0, 0)", "masked_fill", "`where(mask, value, x)`"],
  ["float(x)", "float", "`cast(x, f32)`"],
  ["randn(3)", "randn", "`normal_like(x)`"],
  ["zeros(3, 4)", "4", "A shape is a list: `zeros([3, 4])`."],
  // Members.
  ["x.shape", "shape", "A size is written as the header has it: `x` is f32[B, 8, 8, 4]."],
  ["x.shape[0]", "shape", "A size is written as the header has it"],
  ["x.size(0)", "size", "A size is written as the header has it"],
  ["reshape(x, [x.size(0), -1])", "size", "A size is written as the header has it"],
  ["x.T", "T", "`transpose(x)`"],
  ["x.view(-1, 4)", "view", "Tensors have no methods: write `reshape(x, ...)`"],
  ["x.reshape([B, -1])", "reshape", "Tensors have no methods: write `reshape(x, ...)`"],
  ["x.permute(0, 2, 1, 3)", "permute", "Tensors have no methods: write `transpose(x, ...)`"],
  ["x.unsqueeze(1)", "unsqueeze", "`x[:, None]`"],
  ["x.squeeze()", "squeeze", "`x[:, 0]`"],
  ["x.mean(dim=1)", "mean", "Tensors have no methods: write `mean(x, ...)`"],
  ["x.to(f32)", "to", "`cast(x, f32)`"],
  // Arguments.
  ["x[:, 0] -> LSTM(8, return_sequences=true)", "return_sequences", "It is called `sequences` here."],
  ["mean(x, axis=-1, keepdims=true)", "keepdims", "It is called `keep` here."],
  ["mean(x, axis=-1, keepdim=true)", "keepdim", "It is called `keep` here."],
  ["mean(x, dim=-1)", "dim", "It is called `axis` here."],
  ["softmax(x, dim=1)", "dim", "It is called `axis` here."],
  ["x -> LayerNorm(axis=-1)", "axis", "It has its axes by what it is"],
  ["x -> Dense(4, act=relu)", "act", "It is called `activation` here."],
  ["x -> Conv2D(4, 3, strides=2)", "strides", "It is called `stride` here."],
  ["x -> Conv2D(4, kernel_size=3)", "kernel_size", "It is called `kernel` here."],
  ["x -> Conv2D(out_channels=4, kernel=3)", "out_channels", "It is called `filters` here."],
  ["x -> MaxPool2D(kernel_size=2)", "kernel_size", "It is called `size` here."],
  ["x -> MaxPool2D(pool_size=2)", "pool_size", "It is called `size` here."],
  ["x[:, 0] -> MultiHeadAttention(num_heads=2)", "num_heads", "It is called `heads` here."],
  ["x -> Dropout(p=0.1)", "p", "It is called `rate` here."],
  ["x -> Dense(3, use_bias=false)", "use_bias", "It is called `bias` here."],
  ["x -> LayerNorm(eps=1e-5)", "eps", "It is called `epsilon` here."],
  ["x -> Conv2D(4, 3, in_channels=4)", "in_channels", "What it is given says its size"],
  ['x -> Dense(3, name="head")', "name", "`-> head: Dense(10)`"],
  ["binary_cross_entropy(x, y, from_logits=true)", "from_logits", "take logits here, never probabilities"],
  ["x -> Dense(4, bias=False)", "False", "Write `false`."],
  ["x -> Dense(4, bias=True)", "True", "Write `true`."],
  ["y2 = None\n  x", "None", "what is not wanted is left out"],
  ['x -> Dense(4, activation="relu")', '"relu"', "without quotes: `relu`"],
  ['x -> Conv2D(4, 3, padding="same")', '"same"', "without quotes: `same`"],
  ["x -> Dense(4, activation=nn.ReLU())", "nn.ReLU", "Names stand alone here: `relu`."],
  // Sizes of the input, which are seen here.
  ["x -> LayerNorm(4)", "4", "Epsilon is small, and 4 is not: the size of the input is seen, so leave it out"],
  ["x -> LayerNorm(4, scale=false)", "4", "Epsilon is small, and 4 is not"],
  ["x -> RMSNorm(4)", "4", "Epsilon is small, and 4 is not"],
  ["x -> InstanceNorm(4)", "4", "Epsilon is small, and 4 is not"],
  ["x -> GroupNorm(2, 4)", "4", "Epsilon is small, and 4 is not"],
  ["x -> BatchNorm(1)", "1", "this is 1: the size of the input is seen, so leave it out"],
  ["x -> BatchNorm(4)", "4", "this is 4: the size of the input is seen, so leave it out"],
  ["x -> BatchNorm(-1)", "-1", "A share of -1 of the old average cannot be kept"],
  ["x -> BatchNorm(0.9, 4)", "4", "Epsilon is small, and 4 is not"],
  ["x -> Dense(4, 8)", "8", "It sees the size of its input: leave out `4`, `Dense(8)`."],
  ["x -> Dense(4, 8, bias=false)", "8", "leave out `4`, `Dense(8, bias=false)`."],
  ["x[:, 0] -> MultiHeadAttention(4, 2)", "2", "leave out `4`, `MultiHeadAttention(2)`."],
  ["x[:, 0] -> LSTM(4, 2)", "2", "leave out `4`, `LSTM(2)`."],
  ["x -> Conv2D(4, 32, 3)", "Conv2D(4, 32, 3)", "leave out `4`, `Conv2D(32, 3)`."],
  ["x -> Conv2D(4, 9)", "Conv2D(4, 9)", "Make `kernel` of `Conv2D` smaller"],
  ["x -> Conv2D(4, 9, 9)", "Conv2D(4, 9, 9)", "Make `kernel` of `Conv2D` smaller"],
  // Words and signs.
  ["def f(a):", "def", "`fn twice:"],
  ["class Net:", "class", "as `model` and `block`"],
  ["return x", "return", "no word is needed"],
  ["import torch\n  x", "import", '`import { Head } from "./heads.model"`'],
  ["f = lambda a: a + 1\n  x", "lambda", "`fn twice:"],
  ["if training { x } else { y }", "if", "`when condition { ... } else { ... }`"],
  ["else { x }", "else", "follows the brace that closes its `when`"],
  ["while x > 0 { x }", "while", "There are no open loops"],
  ["for i in range(3):\n    x", ":", "`for i in range(3) { x * i }`"],
  ["x ? y : z", "?", "`where(mask, a, b)`"],
  ["z += y\n  z", "+=", "give the sum a new name"],
  ["z /= y\n  z", "/=", "give the quotient a new name"],
  ["x ** 2", "**", "`pow(x, 2)`"],
  ["x @ y", "@", "`matmul(a, b)`"],
  ["(x > 0) && (y > 0)", "&&", "Write `and`."],
  ["(x > 0) || (y > 0)", "||", "Write `or`."],
  ["!(x > 0)", "!", "Write `not`."],
  ["x is None", "is", "`given(input)`"],
  ['w = f"abc"\n  x', "f", "A string stands in double quotes alone"],
  ["x // the input", "//", "A comment begins with `#`"],
  ["x -> Conv2D(4, 3, padding='same')", "'same'", "Words and functions stand without quotes: `same`."],
  ["x -> Dense(4, activation='relu')", "'relu'", "Words and functions stand without quotes: `relu`."],
  ["x -> rearrange('b h w c -> b c h w')", "'b h w c -> b c h w'", "Strings stand in double quotes"],
  ["x * 2.\n", "2.", "`2`, or `2.0` for a real one"],
  ["a = x / 255.\n  a + 1", "255.", "No number ends with a point"],
  ["x * .5", ".5", "A number begins with a digit: `0.5`."],
  ["x -> Dropout(.5)", ".5", "A number begins with a digit: `0.5`."],
  ["concat(x, [.5, 1], axis=0)", ".5", "A number begins with a digit: `0.5`."],
  ["percentile(x, 90, axis=1)", "percentile", "`quantile(x, 0.9, axis=-1)`"],
  ["linspace(0, 1, 8)", "linspace", "`range(8) / 7`"],
  ["x -> AvgPool2D(2, count_include_pad=true)", "count_include_pad", "It is called `count_padding` here."],
  ["x;", ";", "no semicolon is needed"],
  ["a, b = (x, y)\n  a + b", ",", "Several names are put in parentheses"],
  ["let a = x\n  a + z", "let", "`name = value`"],
  ["x = x + 1\n  x", "x", "no name is bound twice"],
];

const inSections: readonly (readonly [written: string, at: string, says: string, key?: string])[] = [
  ["batch_size: 32", "batch_size", "It is called `batch` here."],
  ["num_epochs: 10", "num_epochs", "It is called `epochs` here."],
  ["metrics: mse", "mse", "A metric is a call: `mse(...)`."],
  ["metrics: accuracy", "accuracy", "It is called with its inputs: `accuracy(logits, labels)`."],
  ["metrics: acc(y, t)", "acc", "It is called `accuracy` here."],
  ["epochs = 10", "=", "A `:` is missing after `epochs`."],
  ["clip: clip_grad_norm(1.0)", "clip_grad_norm", "It is called `global_norm` here."],
  ["lr: 0.1", "lr", "`optimizer: adam(lr=1e-3)`"],
  ["learning_rate: 0.1", "learning_rate", "`optimizer: adam(lr=1e-3)`"],
  ["shuffle: true", "shuffle", "Every epoch has an order of its own"],
  ["callbacks: early", "callbacks", "`stop: early(validate.loss, patience=3)`"],
  ["metrics: [mse(y, t)]", "[mse(y, t)]", "Metrics stand without brackets, by commas"],
  ['metrics: "accuracy"', '"accuracy"', "A metric is a call"],
  ["metrics: Accuracy(y, t)", "Accuracy", "It is called `accuracy` here."],
  ["optimizer = adam(lr=1e-3)", "=", "A `:` is missing after `optimizer`.", "optimizer"],
  ["optimizer: Adam(lr=1e-3)", "Adam", "Did you mean `adam`?", "optimizer"],
  ["optimizer: adam(learning_rate=1e-3)", "learning_rate", "It is called `lr` here.", "optimizer"],
  ["optimizer: adam(weight_decay=0.1)", "weight_decay", "It is called `decay` here.", "optimizer"],
  ["optimizer: adam(betas=[0.9, 0.99])", "betas", "They are `beta1` and `beta2` here.", "optimizer"],
  ['optimizer: "adam"', '"adam"', "without quotes: `adam`", "optimizer"],
  ["optimizer: torch.optim.Adam(lr=0.1)", "torch.optim.Adam(lr=0.1)", "Names stand alone here", "optimizer"],
  ["optimizer: adam(lr=CosineDecay(1e-3))", "CosineDecay", "It is called `cosine` here.", "optimizer"],
  ["optimizer: momentum(nesterov=True)", "True", "Did you mean `true`?", "optimizer"],
  ["loss: mse(y_pred, t)", "y_pred", "There are the values y, x, t.", "loss"],
  ["loss = mse(y, t)", "=", "A `:` is missing after `loss`.", "loss"],
  ["criterion: mse(y, t)", "criterion", "It is called `loss` here.", "loss"],
  ["loss: nn.MSELoss()", "nn.MSELoss", "Names stand alone here: `mse`.", "loss"],
  ["loss: F.mse_loss(y, t)", "F.mse_loss", "Names stand alone here: `mse`.", "loss"],
  ["loss: MSELoss()(y, t)", "MSELoss", "It is called `mse` here.", "loss"],
  ["loss: mean_squared_error(y, t)", "mean_squared_error(y, t)", "As a loss it is `mse`.", "loss"],
  ['loss: "mse"', '"mse"', "`mse(y, t)`", "loss"],
  ["loss: mse", "mse", "`mse(y, t)`", "loss"],
  ["loss: sparse_categorical_crossentropy(y, t)", "sparse_categorical_crossentropy", "`cross_entropy`", "loss"],
];

const atTheTop: readonly Case[] = [
  ["block M: (x: f32[B, T]) where T = 4 { x }\n", "=", "A fact compares sizes by `==`"],
  [
    "block M: (x: f32[B, T])\n  where B >= 2,\n    T in [4, 8] { x }\n",
    "in",
    "A fact compares sizes, and looks none up",
  ],
  ["block M: (x: f32[B, T]) where T not in [3] { x }\n", "not", "written `T != 4`"],
  ["block M: (x: f32[B, T]) where T mod 4 == 0 { x }\n", "mod", "written `%`"],
  ["block M: (x: f32[B, T]) where T divides 8 { x }\n", "divides", "`T % 4 == 0`"],
  ["block M: (x: f32[B, T]) where T == 4 | T == 8 { x }\n", "|", "`or` chooses"],
  ["block M: (x: f32[B, T]) where T == 4 xor T == 8 { x }\n", "xor", "nothing chooses"],
  ["block M: (x: f32[B, T]) where T <> 4 { x }\n", "<>", "Inequality is written `!=`."],
  ["block M: (x: f32[B, T]) where T => 4 { x }\n", "=>", "Write `>=`."],
  ["block M: (x: f32[B, T]) where T =< 4 { x }\n", "=<", "Write `<=`."],
  ["block M: (x: f32[B, T]) where T ≤ 4 { x }\n", "≤", "Write `<=`."],
  ["block M: (x: f32[B, T]) where T ≠ 4 { x }\n", "≠", "Write `!=`."],
  ['block M: (x: f32[B, T]) where T >= 4: "short" { x }\n', ":", "before the message of a fact"],
  ['block M: (x: f32[B, T])\n  where B >= 2,\n    T >= 4 "short" { x }\n', '"short"', "before the message of a fact"],
  ["block M: (x: f32[None, 4]) { x }\n", "None", "A size that is open has a name of its own"],
  ["import torch\n", "torch", '`import { Head } from "./heads.model"`'],
  ["import numpy as np\n", "numpy", '`import { Head } from "./heads.model"`'],
  ["from torch import nn\n", "from", '`import { Head } from "./heads.model"`'],
  ['import Head from "./layers.model"\n', "Head", '`import { Head } from "./heads.model"`'],
  ["class Net(nn.Module):\n  def forward(self, x):\n    return x\n", "class", "did you mean `model`?"],
  ["def f(x):\n  return x\n", "def", "did you mean `fn`?"],
  ["// all of it\nblock M: (x: f32[B]) { x }\n", "//", "A comment begins with `#`"],
  ["/* all of it */\nblock M: (x: f32[B]) { x }\n", "/*", "A comment begins with `#`"],
  ["net = Dense(3)\n", "net", "A file holds declarations"],
  ["model Net: (x: float32[B, 4]) -> y: f32[B, 4] { x }\n", "float32", "It is called `f32` here."],
  ["model Net: (self: Tensor) -> y: f32[2, 4] { zeros([2, 4]) }\n", "Tensor", "`f32[B, 4]`"],
  ["model Net: (x: f32[batch, 4]) -> y: f32[2, 4] { zeros([2, 4]) }\n", "batch", "a name with a capital"],
  ["data D {\n  source: drawn(count=4)\n  z: float64[2] = noise.normal\n}\n", "float64", "It is called `f64` here."],
  ["data D {\n  source: drawn(count=4)\n  z: int = noise.normal\n}\n", "int", "It is called `i32` here."],
  [
    "data D {\n  source: drawn(count=4)\n  batch_size: 4\n}\n",
    "batch_size",
    "belongs to the `train` section, as `batch`",
  ],
  ["data D {\n  source: drawn(count=4)\n  z = noise.normal\n}\n", "=", "A feature has a type: `z: f32[4] = ...`."],
  ["data D {\n  source: csv('a.csv')\n  z: f32[] = raw.z\n}\n", "'a.csv'", "Strings stand in double quotes"],
  [
    "data D {\n  source: drawn(count=4)\n  z: f32[] = raw.number -> StandardScaler()\n}\n",
    "StandardScaler",
    "standardize",
  ],
];

describe("what other languages and frameworks write is told once, with what is written here:", () => {
  it.each(inBodies)("%s", (written, at, says) => {
    expect(told(body(written))).toEqual([[at, expect.stringContaining(says)]]);
  });
  it.each(inSections.map(([written, at, says, key = ""]) => [written, at, says, key] as const))(
    "%s",
    (written, at, says, key) => {
      expect(told(training(written, key))).toEqual([[at, expect.stringContaining(says)]]);
    },
  );
  it.each(atTheTop)("%s", (written, at, says) => {
    expect(told(written)).toEqual([[at, expect.stringContaining(says)]]);
  });
});

it("an `if` with an `else` behind colons is told at both", () => {
  expect(told(body("if x > 0:\n    x\n  else:\n    y")).map(([at]) => at)).toEqual(["if", "else"]);
});

describe("what means the same here is taken:", () => {
  it.each([
    ...["x -> AdaptiveAvgPool2D(1)", "softmax(x, axis=1)", "x // 2", "(x > 0) and not (y > 0) or (x > 1)"],
    ...["x -> Conv2D(filters=4, kernel=3)", "x -> Dense(units=3, bias=false)", "x -> Dropout(rate=0.1)"],
    ...["mean(x, -1)", "mean(x, 1)", "sum(x, [1, 2])", "max(x, -2)", "x -> relu()", "x[..., None]", "x[:, -1]"],
    "for i in range(3) { i * x }",
  ])("%s", (written) => {
    expect(told(body(written))).toEqual([]);
  });
  it.each(["epochs: 10", "batch: 32", "metrics: mse(y, t)"])("%s", (written) => {
    expect(told(training(written))).toEqual([]);
  });
});

describe("what is answered with another spelling is fixed as well:", () => {
  it.each([
    [training("optimizer: adamw(learning_rate=1e-3)", "optimizer"), "lr"],
    [training("optimizer: adamw(weight_decay=0.1)", "optimizer"), "decay"],
    [training("optimizer: adamw(lrr=0.1)", "optimizer"), "lr"],
    [training("metrics: acc(y, t)"), "accuracy"],
    [body("x -> Dense(4, bias=False)"), "false"],
    [body("x -> Dense(4, bias=True)"), "true"],
  ])("%s", (text, instead) => {
    const [found] = checkFile(text);
    expect(found?.fix?.edits.map((it) => it.text)).toEqual([instead]);
  });
});

describe("an expectation", () => {
  it.each([
    ["val_accuracy > 0.9", "On the test split this is `accuracy`."],
    ["test_loss < 1", "On the test split this is `loss`."],
    ["validate.accuracy > 0.9", "On the test split this is `accuracy`."],
    ["acc > 0.9", "On the test split this is `accuracy`."],
    ["acuracy > 0.9", "On the test split this is `accuracy`."],
    ["auc > 0.9", undefined],
  ])("of what the test does not measure says what it does: %s", (written, help) => {
    const text = `model M: (x: f32[B, 2]) -> logits: f32[B, 2] {
  x -> Dense(2)
}
data D {
  source: synthetic_blobs(count=100)
  split: train 0.8, test 0.2
  x: f32[2] = raw.x
  label: class(2) = raw.label
}
train M on D {
  loss: cross_entropy(logits, label)
  optimizer: adam(lr=1e-3)
  epochs: 2
  metrics: accuracy(logits, label)
}
test M on D {
  expect ${written}
}
`;
    expect(checkFile(text).map((it) => [it.code, it.help])).toEqual([["MC4015", help]]);
  });
});

describe("a feature that joins the axes of its examples", () => {
  const feature = (value: string): string =>
    `data D {\n  source: synthetic_digits(count=100)\n  x: f32[784] = ${value}\n}\n`;
  it("is no layer: the answer is a function", () => {
    const help = "What learns belongs into the model; what owns nothing has a function, as `reshape(x, [-1, 784])`.";
    expect(checkFile(feature("raw.image / 255 -> Flatten")).map((it) => [it.code, it.help])).toEqual([
      ["MC2023", help],
    ]);
  });

  it.each(["reshape(raw.image / 255, [784])", "reshape(raw.image / 255, [-1, 784])"])(
    "may say the shape of an example, or that of the batch: %s",
    (value) => {
      expect(checkFile(feature(value))).toEqual([]);
    },
  );
});

describe("the table of names", () => {
  it("leads to names that there are, from names that there are not", () => {
    const exists = (name: string): boolean => library.find(name) !== undefined || globals.has(name);
    const answered = [...answeredNames()];
    expect(answered.length).toBeGreaterThan(150);
    expect(
      answered.filter(
        ([, { instead }]) => instead !== undefined && !exists(instead) && !/^(true|false)$/.test(instead),
      ),
    ).toEqual([]);
    expect(answered.filter(([name]) => exists(name)).map(([name]) => name)).toEqual([]);
  });
});
