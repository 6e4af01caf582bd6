import { describe, expect, it } from "vitest";
import { checkSource, createChecker } from "../../src/compiler.ts";
import { lintsOfModelsCatalog } from "../../src/diagnostics/catalog/lints-of-models.ts";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { textOf } from "../../src/support/source.ts";
import { codesOfFile, host } from "../lower/checking.ts";

describe("the catalog of lints of models", () => {
  it.each(Object.entries(lintsOfModelsCatalog))(
    "%s: the bad example yields it alone, the good one nothing",
    (code, it) => {
      const check = (text: string): readonly Diagnostic[] =>
        checkSource({ path: "main.model", text }, host, { optIn: [code] });
      expect(check(it.bad).map((found) => found.code)).toEqual([code]);
      expect(check(it.good)).toEqual([]);
      expect(check(it.bad)[0]?.message).toMatch(/^[A-Z`].*\.$/s);
    },
  );

  it("those that are a matter of taste are told to who asks", () => {
    expect(codesOfFile(lintsOfModelsCatalog.MC3202.bad)).toEqual([]);
  });
});

/** A body of a model from f32[B, 8] to f32[B, 8] that is trained, after `before`. */
const trained = (body: string, before = ""): string => `${before}model M: (x: f32[B, 8]) -> y: f32[B, 8] {
  ${body}
}
data D {
  source: drawn(count=640)
  x: f32[8] = noise.normal
}
train M on D {
  loss: mean(square(y))
  optimizer: adam
}
`;

const all = (text: string): readonly Diagnostic[] =>
  checkSource({ path: "main.model", text }, host, { optIn: ["MC3202"] });

/** Codes with the texts that they point to. */
const found = (text: string): readonly string[] => all(text).map((it) => `${it.code} ${textOf(it.span)}`);

describe("two linear layers in a row", () => {
  it.each([
    ["x -> Dense(16) -> Dropout(0.1) -> Dense(8)", "Dense(8)"],
    ["x -> Dense(8) -> Dense(8, activation=relu)", "Dense(8, activation=relu)"],
    ["x -> repeat 2 { Dense(8) }", "Dense(8)"],
    ["x -> for u in [16, 8] { Dense(u) }", "Dense(u)"],
    ["h = x -> Dense(8)\n  h -> Dense(8, bias=false)", "Dense(8, bias=false)"],
    ["d = Dense(8)\n  x -> d -> Dense(8)", "Dense(8)"],
  ])("%s", (body, at) => {
    expect(found(trained(body))).toEqual([`MC3201 ${at}`]);
  });

  it("of the person's own", () => {
    const own = `block Linear(n: int): (x: f32[B, D]) -> f32[B, n] {
  param w: f32[D, n] = glorot_uniform
  param b: f32[n] = zeros
  matmul(x, w) + b
}
`;
    expect(found(trained("x -> Linear(9) -> Linear(8)", own))).toEqual(["MC3201 Linear(8)"]);
    expect(found(trained("x -> Linear(9) -> tanh -> Linear(8)", own))).toEqual([]);
  });

  it.each([
    ["x -> Dense(16, activation=relu) -> Dense(8)"],
    ["x -> Dense(16) -> relu -> Dense(8)"],
    ["x -> Dense(16) -> LayerNorm -> Dense(8)"],
    // A product of two narrow matrices stands for a wide one.
    ["x -> Dense(3) -> Dense(8)"],
    // What lies between is used beside.
    ["h = x -> Dense(8)\n  (h -> Dense(8)) + h"],
    ["h = x -> Dense(8)\n  (h -> Dense(8)) * (h -> Dense(8))"],
    // One of the layers is used elsewhere, or is applied again and again.
    ["d = Dense(8)\n  (x -> d -> Dense(8)) + (tanh(x) -> d)"],
    ["d = Dense(8)\n  (x -> Dense(8) -> d) + (tanh(x) -> d)"],
    ["d = Dense(8)\n  (x -> Dense(8) -> d) + matmul(tanh(x), d.kernel)"],
    ["x -> repeat 3 shared { Dense(8) }"],
    ["x -> repeat 1 { Dense(8) }"],
    ["x -> repeat 2 { Dense(8) -> relu }"],
    ["x -> repeat 2 { Dense(8, activation=relu) }"],
    // A reshape between makes another map of it.
    ["x -> Dense(16) -> reshape([B, 2, 8]) -> Dense(4) -> Flatten"],
  ])("is not: %s", (body) => {
    expect(found(trained(body))).toEqual([]);
  });

  const convolved = (body: string): readonly string[] =>
    found(trained(`image = reshape(x, [B, 2, 2, 2])\n  h = image -> ${body}\n  h -> Flatten -> Dense(8)`));
  it.each([
    ["Conv2D(4, 2, padding=same) -> Conv2D(4, 2, padding=same, activation=relu)"],
    ["Conv2D(4, 2, padding=same) -> Dropout(0.1) -> Conv2D(4, 2, stride=2, padding=same) -> relu"],
  ])("of convolutions: %s", (body) => {
    expect(convolved(body).map((it) => it.slice(0, 13))).toEqual(["MC3201 Conv2D"]);
  });

  it.each([
    ["Conv2D(4, 2, padding=same, activation=relu) -> Conv2D(4, 2, padding=same) -> relu"],
    ["Conv2D(4, 2, padding=same) -> BatchNorm -> Conv2D(4, 2, padding=same) -> relu"],
    ["Conv2D(4, [1, 2], padding=same) -> Conv2D(4, [2, 1], padding=same) -> relu"],
    ["Conv2D(4, 2, padding=same) -> Conv2D(4, 1) -> relu"],
    ["Conv2D(4, 1) -> Conv2D(4, 2, padding=same) -> relu"],
    ["DepthwiseConv2D(2, padding=same) -> Conv2D(4, 2, padding=same) -> relu"],
    ["Conv2D(4, 2, padding=same) -> DepthwiseConv2D(2, padding=same) -> relu"],
    ["Conv2D(4, 2, padding=same) -> Conv2D(4, 2, padding=same, groups=2) -> relu"],
    ["SeparableConv2D(4, 2, padding=same) -> Conv2D(4, 2, padding=same) -> relu"],
    ["Conv2D(4, 2, padding=same) -> MaxPool2D(2) -> Conv2D(4, 1) -> relu"],
    // A narrow one between two wide ones.
    ["Conv2D(1, 2, padding=same) -> Conv2D(4, 2, padding=same) -> relu"],
  ])("not of convolutions as these: %s", (body) => {
    expect(convolved(body).filter((it) => it.startsWith("MC3201"))).toEqual([]);
  });

  it("is nothing to a model whose weights come from elsewhere", () => {
    expect(found(trained("x -> Dense(16) -> Dense(8)").replace(/data[^]*/, ""))).toEqual([]);
  });

  it("is nothing where a part is frozen, as it was trained elsewhere", () => {
    const text = trained("x -> Dense(16) -> head: Dense(8)");
    expect(found(text)).toEqual(["MC3201 Dense(8)"]);
    expect(found(text.replace("adam\n", 'adam\n  freeze "dense_0.**"\n'))).toEqual([]);
  });

  it("is told once of a block that is used twice", () => {
    const block = "block Two: (x: f32[B, D]) -> f32[B, D] {\n  x -> Dense(D) -> Dense(D)\n}\n";
    expect(found(trained("x -> Two -> Two", block))).toEqual(["MC3201 Dense(D)"]);
  });
});

describe("a bias that a normalisation takes away", () => {
  it.each([
    ["x -> Dense(8) -> BatchNorm -> relu", ["MC3202 Dense(8)"]],
    ["x -> Dense(8, bias=false) -> BatchNorm", []],
    ["x -> Dense(8, activation=relu) -> BatchNorm", []],
    ["x -> Dense(8) -> LayerNorm", []],
    ["x -> Dense(8) -> RMSNorm", []],
    [
      "x -> Dense(8) -> reshape([B, 8, 1]) -> Conv1D(4, 3, padding=same) -> InstanceNorm -> Flatten -> Dense(8)",
      ["MC3202 Conv1D(4, 3, padding=same)"],
    ],
    ["x -> reshape([B, 8, 1]) -> Conv1D(4, 3, padding=same) -> GroupNorm(2) -> Flatten -> Dense(8)", []],
    ["h = x -> Dense(8)\n  (h -> BatchNorm) + h", []],
    ["x -> Dense(8) -> reshape([B, 4, 2]) -> BatchNorm -> Flatten", []],
  ])("%s", (body, codes) => {
    expect(found(trained(body))).toEqual(codes);
  });
});

describe("what is said of a bias that a normalisation takes away", () => {
  const own = (hyperparameters: string): string => `block Linear(${hyperparameters}): (x: f32[B, D]) -> f32[B, n] {
  param w: f32[D, n] = glorot_uniform
  param b: f32[n] = zeros
  when bias { matmul(x, w) + b } else { matmul(x, w) }
}
`;
  it.each([
    ["", "Dense(8)", "Write `bias=false`."],
    [own("n: int, bias: bool = true"), "Linear(8)", "Write `bias=false`."],
    [own("n: int").replace(/ {2}when.*/, "  matmul(x, w) + b"), "Linear(8)", undefined],
    [own("n: int, bias: float = 1").replace(/ {2}when.*/, "  matmul(x * bias, w) + b"), "Linear(8)", undefined],
  ])("%s%s", (before, layer, help) => {
    const [finding] = all(trained(`x -> ${layer} -> BatchNorm`, before)).filter((it) => it.code === "MC3202");
    expect(finding?.help).toBe(help);
  });
});

describe("dropout before a batch normalisation", () => {
  it.each([
    ["x -> Dropout(0.1) -> BatchNorm", ["MC3203 Dropout(0.1)"]],
    ["x -> Dropout(0.1) -> reshape([B, 2, 4]) -> BatchNorm -> Flatten", ["MC3203 Dropout(0.1)"]],
    ["x -> Dropout(0) -> BatchNorm", []],
    ["x -> Dropout(0.1) -> relu -> BatchNorm", ["MC3203 Dropout(0.1)"]],
    ["x -> Dropout(0.1) -> Dense(8, bias=false) -> BatchNorm", []],
    ["(x -> Dropout(0.1)) + x -> BatchNorm", []],
    ["concat((x -> Dropout(0.1))[:, 0:4], x[:, 0:4], axis=-1) -> BatchNorm", []],
    ["x -> BatchNorm -> Dropout(0.1)", []],
    ["x -> Dropout(0.1) -> LayerNorm", []],
  ])("%s", (body, codes) => {
    expect(found(trained(body))).toEqual(codes);
  });
});

describe("an image whose channels stand first", () => {
  const taken = (shape: string, body: string): readonly string[] =>
    found(
      `model M: (image: f32[${shape}]) -> y: f32[B, H2, W2, C2] {\n  ${body}\n}\n`
        .replace("[B, H2, W2, C2]", "[]")
        .replace(`${body}`, `h = ${body}\n  mean(h)`),
    );
  it.each([
    ["B, 3, 224, 224", "image -> Conv2D(4, 3)", ["MC3204 Conv2D(4, 3)"]],
    ["B, 1, 28, 28", "image / 255 - 0.5 -> Conv2D(4, 3, padding=same)", ["MC3204 Conv2D(4, 3, padding=same)"]],
    ["B, 3, 224, 224", 'image -> rearrange("b c h w -> b h w c") -> Conv2D(4, 3)', []],
    ["B, 224, 224, 3", "image -> Conv2D(4, 3)", []],
    ["B, 3, 8, 8", "image -> Conv2D(4, 2)", []],
    ["B, 3, 16, 16", "image -> Conv2D(4, 2)", ["MC3204 Conv2D(4, 2)"]],
    ["B, 1, 64, 64", "image -> Conv2D(4, [3, 1], padding=same)", []],
    ["B, 3, 64, 64, 1", "image -> Conv3D(4, 2)", []],
    ["B, 3, 64, 64", "image * mean(image) -> Conv2D(4, 2)", []],
    ["B, 3, 20, 64", "image -> Conv2D(4, 3)", []],
    ["B, 3, H, W", "image -> Conv2D(4, 3, padding=same)", ["MC3204 Conv2D(4, 3, padding=same)"]],
    ["B, 3, H, 64", "image -> Conv2D(4, 3, padding=same)", []],
    ["B, 3, H, H", "image -> Conv2D(4, 3, padding=same)", ["MC3204 Conv2D(4, 3, padding=same)"]],
    ["B, 3, 128, W", "image -> Conv2D(4, 3, padding=same)", ["MC3204 Conv2D(4, 3, padding=same)"]],
    ["B, 4, 64, 64", "image -> Conv2D(4, 3)", ["MC3204 Conv2D(4, 3)"]],
    ["B, 3, 224, 320", "image -> Conv2D(4, 3)", ["MC3204 Conv2D(4, 3)"]],
    ["B, 3, 31, 64", "image -> Conv2D(4, 3)", []],
    ["B, 3, 8, W", "image -> Conv2D(4, 3, padding=same)", []],
    ["B, C, H, W", "image -> Conv2D(4, 3, padding=same)", []],
    ["B, 3, 64, 64", "relu(image) -> Conv2D(4, 3)", ["MC3204 Conv2D(4, 3)"]],
    ["B, 5, 64, 64", "image -> Conv2D(4, 3)", []],
    ["B, 1, 64, 64", "image -> Conv2D(4, [1, 3])", []],
    ["B, 3, 64, 64", "image -> Conv2D(4, 1)", []],
  ])("[%s]: %s", (shape, body, codes) => {
    expect(taken(shape, body)).toEqual(codes);
  });
});

describe("an image whose channels stand first, given to a block of the person's own", () => {
  const stem = (body: string): string => `block Stem: (x: f32[B, H, W, C]) {
  ${body}
}
block Net: (x: f32[B, H, W, C]) {
  x -> Stem
}
model M: (image: f32[B, 3, 32, 32]) -> y: f32[] {
  mean(image -> Net)
}
`;
  it.each([
    ["2 * x -> Conv2D(4, 3, activation=relu)", ["MC3204 Conv2D(4, 3, activation=relu)"]],
    ["x -> MaxPool2D(2, padding=same) -> Conv2D(4, 3, padding=same)", []],
    ['x -> rearrange("b c h w -> b h w c") -> Conv2D(4, 3)', []],
    ["x -> Dense(4)", []],
  ])("%s", (body, codes) => {
    expect(found(stem(body))).toEqual(codes);
  });
});

describe("a softmax over the batch", () => {
  const model = (shape: string, body: string): string =>
    `model M: (x: f32[${shape}]) -> y: f32[] {\n  mean(${body})\n}\n`;
  it.each([
    ["B, 8", "softmax(x, axis=0)", ["MC3205 softmax(x, axis=0)"]],
    ["B, 8", "log_softmax(x, axis=-2)", ["MC3205 log_softmax(x, axis=-2)"]],
    ["B, 8", "softmax(transpose(x))", ["MC3205 softmax(transpose(x))"]],
    ["B, 8", "exp(x) / sum(exp(x), axis=0)", []],
    ["B, 8", "softmax(x)", []],
    ["B, T, 8", "softmax(x, axis=1)", []],
    // Pairs of examples, nodes of a graph, and what has no batch at all.
    ["B, 8", "softmax(matmul(x, transpose(x)), axis=0)", []],
    ["N, 8", "softmax(x, axis=0)", []],
    ["B", "softmax(x)", []],
    ["4, 8", "softmax(x, axis=0)", []],
  ])("[%s]: %s", (shape, body, codes) => {
    expect(found(model(shape, body))).toEqual(codes);
  });

  it.each([
    ["axis=0", ["MC3205 e / sum(e, axis=0, keep=true)"]],
    ["axis=1", []],
  ])("written out, along %s", (axis, codes) => {
    const text = `model M: (x: f32[B, 8]) -> y: f32[] {\n  e = exp(x)\n  mean(e / sum(e, ${axis}, keep=true))\n}\n`;
    expect(found(text)).toEqual(codes);
  });

  it("of whatever name, where the model is trained", () => {
    const text = trained("x -> Dense(8) -> softmax(axis=0)");
    expect(found(text.replaceAll("[B, 8]", "[N, 8]"))).toEqual(["MC3205 softmax(axis=0)"]);
  });
});

describe("results that are bound to one another's names", () => {
  const block = `block Parts: (x: f32[B, 8]) -> (a: f32[B, 8], b: f32[B, 8], c: f32[B, 8]) {
  (x + 1, x * 2, x - 3)
}
`;
  it.each([
    ["(b, a, c)", true],
    ["(b, c, a)", true],
    ["(_, c, b)", true],
    ["(a, b, c)", false],
    ["(p, q, r)", false],
    ["(b, q, r)", false],
    ["(_, b, _)", false],
  ])("%s", (names, isWrong) => {
    const used = [...names.matchAll(/[a-z]/g)].map(([it]) => it);
    const codes = found(trained(`${names} = x -> Parts\n  ${used.join(" + ")} -> Dense(8)`, block));
    expect(codes).toEqual(isWrong ? ["MC3206 Parts"] : []);
  });
});

describe("results that are bound to one another's names, of inputs in another order", () => {
  it.each([
    ["(second, first) = (b, a) -> Both", []],
    ["(second, first) = (a, b) -> Both", ["MC3206 Both"]],
    ["(first, second) = (b, a) -> Both", []],
  ])("%s", (line, codes) => {
    const block =
      "block Both: (a: f32[B, 8], b: f32[B, 8]) -> (first: f32[B, 8], second: f32[B, 8]) {\n  (2 * a, b - 1)\n}\n";
    expect(found(trained(`a = x + 1\n  b = x * 3\n  ${line}\n  first / second -> Dense(8)`, block))).toEqual(codes);
  });
});

describe("lints", () => {
  it("are kept for what an edit does not bear on, and silenced by comments", () => {
    const checker = createChecker(host);
    const codes = (text: string): readonly string[] => checker.check({ path: "main.model", text }).map((it) => it.code);
    const text = trained("x -> Dense(8) -> Dense(8)");
    expect(codes(text)).toEqual(["MC3201"]);
    expect(codes(`const a = 1\n${text}`)).toEqual(["MC3201"]);
    expect(codes(text.replace("-> Dense(8)\n", "-> Dense(8) # modelc-ignore MC3201: a test\n"))).toEqual([]);
    expect(codes(text.replace("x -> Dense(8)", "x -> Dense(8, activation=relu)"))).toEqual([]);
  });

  it("are told of imported files, at their own lines", () => {
    const block = "block Two: (x: f32[B, 8]) -> f32[B, 8] {\n  x -> Dropout(0.1) -> BatchNorm\n}\n";
    const reading = { ...host, read: (path: string) => ({ path, text: block }) };
    const text = `import { Two } from "./two.model"\n${trained("x -> Two")}`;
    const all = createChecker(reading).check({ path: "main.model", text });
    expect(all.map((it) => [it.code, it.span.file.path])).toEqual([["MC3203", "two.model"]]);
  });
});

/** A finding as it is told: its message, its labels with their texts, its help. */
const words = (finding: Diagnostic | undefined): readonly string[] =>
  finding === undefined
    ? []
    : [
        finding.message,
        ...finding.labels.map(({ span, message }) => `${textOf(span)}: ${message}`),
        ...(finding.help === undefined ? [] : [finding.help]),
      ];

describe("what lints say", () => {
  it.each([
    [
      trained("x -> Dense(16) -> Dense(8)"),
      "Between `Dense(16)` and `Dense(8)` there is no activation: together they can do no more than one linear layer.",
      "Dense(16): the linear layer before it",
      "Give the first one an activation, as `activation=relu`, or leave it out.",
    ],
    [
      trained("x -> repeat 4 { Dense(8) }"),
      "Between `Dense(8)` and `Dense(8)` there is no activation: together they can do no more than one linear layer.",
      "Give it an activation, as `activation=relu`: copies of a linear layer in a row are no more than one of them.",
    ],
    [
      trained("x -> Dense(8) -> BatchNorm(0.9)"),
      "`BatchNorm(0.9)` takes the mean of each channel away, and with it the bias of `Dense(8)`, which so learns nothing.",
      "BatchNorm(0.9): this takes the mean away",
      "Write `bias=false`.",
    ],
    [
      trained("x -> Dropout(0.3) -> BatchNorm"),
      "`BatchNorm` keeps the spread of what `Dropout(0.3)` leaves in training, and what it is given later spreads less.",
      "BatchNorm: this keeps averages of it for later",
      "Put it behind the normalisation, or behind the last one of the network.",
    ],
    [
      "model M: (photo: f32[B, 3, 64, 64]) -> y: f32[] {\n  mean(photo -> Conv2D(4, 3))\n}\n",
      "`Conv2D(4, 3)` takes channels last, and `photo`, [B, 3, 64, 64], seems to have them first: write [B, 64, 64, 3].",
    ],
    [
      trained("x -> Dense(8) -> softmax(axis=0)"),
      "Axis 0 of this `softmax` is that of the batch: what it gives for an example depends on the others beside it.",
      "Give it the axis of the classes, which is most often the last one: of [B, 10] `axis=-1`, the default.",
    ],
    [
      trained(
        "(b, a) = x -> Two\n  a / b -> Dense(8)",
        "block Two: (x: f32[B, 8]) -> (a: f32[B, 8], b: f32[B, 8]) {\n  (x, exp(x))\n}\n",
      ),
      "`Two` gives (a, b), and here they are bound as (b, a).",
      "Results go by their places: write `(a, b) = ...`, or other names.",
    ],
  ])("%#", (text, ...said) => {
    expect(words(all(text)[0])).toEqual(said);
  });
});

describe("the channels of the input as an argument", () => {
  const taken = (layer: string, channels: number): readonly string[] =>
    found(`model M: (x: f32[B, 64, 64, ${String(channels)}]) -> y: f32[] {\n  mean(x -> ${layer})\n}\n`);
  it.each([
    ["Conv2D(3, 64, 3)", 3],
    ["Conv2D(1, 32, 3, padding=same)", 1],
    ["Conv2DTranspose(64, 32, 2)", 64],
    ["SeparableConv2D(16, 32, 3)", 16],
  ] as const)("is told: %s of %i", (layer, channels) => {
    expect(taken(layer, channels)).toEqual([`MC3211 ${layer}`]);
  });

  it.each([
    ["Conv2D(64, 3, 2)", 64],
    ["Conv2D(64, 7, 2)", 64],
    ["Conv2D(3, 64, 3)", 4],
    ["Conv2D(16, 16, 16)", 16],
    ["Conv2D(8, 8, 4, padding=2)", 8],
    ["Conv2D(8, 16, 4, padding=6)", 8],
    ["Conv2D(8, 10, 5)", 8],
    ["Conv2D(16, 32)", 16],
    ["Conv2D(16, kernel=32, stride=3)", 16],
  ] as const)("is not: %s of %i", (layer, channels) => {
    expect(taken(layer, channels)).toEqual([]);
  });
});
