import { describe, expect, it } from "vitest";
import { loadProgram } from "../../src/analyze/program.ts";
import { createMemoryHost } from "../../src/analyze/memory-host.ts";
import { createCollector } from "../../src/diagnostics/collector.ts";
import { applyFixes } from "../../src/diagnostics/apply-fixes.ts";
import { library } from "../../src/std/library.ts";
import { textOf } from "../../src/support/source.ts";
import { codesOf, codesOfFile, checkFile, onlyFinding } from "./checking.ts";

const block = (inputs: string, body: string): string => `block M: (${inputs}) {\n  ${body}\n}\n`;

/** The one finding: its code, where it is, and all that is said. */
function told(text: string): readonly [code: string, at: string, message: string] {
  const { code, at, message, help } = onlyFinding(text);
  return [code, at, `${message} ${help ?? ""}`];
}

describe("a second value for what takes one tensor", () => {
  it.each([
    ["max(x, n)", "n", "maximum(a, b)"],
    ["max(0, x)", "x", "maximum(a, b)"],
    ["min(x, 2 * n)", "2 * n", "minimum(a, b)"],
    ["sum(x, n)", "n", "takes 1 input, and 2 are given"],
    ["mean(x, T)", "T", "axis=T"],
  ])("%s is told as what it is", (call, at, says) => {
    expect(told(block("x: f32[B, T], n: f32[B, T]", call))).toEqual(["MC3007", at, expect.stringContaining(says)]);
  });

  it("is no axis where it is a number that none has", () => {
    const help = expect.stringContaining("minimum(a, b)") as unknown;
    expect(told(block("n: i32[B]", "min(n, 3)"))).toEqual(["MC3014", "3", help]);
    expect(told(block("x: f32[B]", "min(x, 0.5)"))).toEqual(["MC3008", "0.5", help]);
    expect(told(block("x: f32[B]", "min(x, axis=3)"))[2]).not.toContain("minimum");
    expect(codesOf(block("x: f32[B, T]", "(min(x, 1), max(x, 1, true), sum(x, 0, false))"))).toEqual([]);
  });
});

describe("a word that an enum lacks", () => {
  it.each([
    ["pad(x, [1, 1], mode=around)", "around", "It takes the words constant, reflect, symmetric"],
    ["pad(x, [1, 1], mode=mirror)", "mirror", "It is called `reflect` here."],
    ["pad(x, [1, 1], mode=replicate)", "replicate", "It is called `edge` here."],
    ["x -> Conv2D(4, 3, padding=sme)", "sme", "Did you mean `same`?"],
    ["x -> Conv2D(4, 3, padding=nothing)", "nothing", "It takes the words valid, same."],
  ])("is told with those that there are: %s", (body, at, says) => {
    expect(told(block("x: f32[B, 8, 8, 1]", body))).toEqual(["MC2001", at, expect.stringContaining(says)]);
  });

  it("is told so where it is a function", () => {
    const [code, , says] = told(block("x: f32[B, 8, 8, 1]", "x -> Conv2D(4, 3, padding=full)"));
    expect([code, says]).toEqual(["MC3008", expect.stringContaining("It takes the words valid, same.")]);
  });
});

describe("what other frameworks write of an operator", () => {
  it.each([
    ['pad(x, [0, 1], [0, 1], mode="reflect")', "MC3008", '"reflect"', "Words stand without quotes: `reflect`."],
    ["pad(x, [[0, 0], [1, 1]])", "MC3006", "pad(x, [[0, 0], [1, 1]])", "how many elements stand behind it"],
    ["transpose(x, 0, 1)", "MC2014", "1", "`perm=[0, 2, 1]` says another order"],
    ["median(x, axis=0)", "MC2011", "axis", "`quantile(x, 0.5, axis=1)` goes along another"],
    ["x + np.random.normal(x)", "MC2001", "np.random.normal", "`normal_like`"],
    ["x + np.random.uniform(x)", "MC2001", "np.random.uniform", "`uniform_like`"],
    ["matmul(x, eye(8))", "MC2001", "eye", "`diag(ones([n]))`"],
    ["x + np.normal(x)", "MC2001", "np.normal", "`normal`"],
    ["quantile(ids, 0.5)", "MC3006", "quantile(ids, 0.5)", "floating point"],
  ])("is answered: %s", (body, code, at, says) => {
    expect(told(block("x: f32[B, 8], ids: i32[B]", `h = ids\n  ${body}`).replace("h = ids", "_ = ids"))).toEqual([
      code,
      at,
      expect.stringContaining(says),
    ]);
  });

  const training = (
    line: string,
  ): string => `model M: (x: f32[B, 4]) -> (logits: f32[B, 3], score: f32[B], each: f32[B, 4]) {
  (x -> Dense(3), mean(x, axis=1), 2 * x)
}
data D {
  source: npz("d.npz")
  x:     f32[4]   = raw.x
  label: class(3) = raw.label
  words: class(3)[4] = raw.words
  hard:  i32[]    = raw.hard
}
train M on D {
  loss:      cross_entropy(logits, label)
  optimizer: adam
  ${line}
}
`;
  it.each([
    ["metrics: auc(score, hard)", "MC3003", "Convert it: `cast(hard, f32)`."],
    ["metrics: roc_auc(score, hard)", "MC2001", "It is called `auc` here."],
    ["metrics: class_auc(logits, label, average=micro)", "MC2001", "It takes the words macro, weighted."],
    ["metrics: bleu(each, words)", "MC3003", "of logits, `argmax(each)` is the class"],
    ["freeze pat", "MC1013", 'stands behind `freeze`: `freeze "stem.**"`.'],
    ["group bias", "MC1013", 'stands behind `group`: `group "stem.**"`.'],
  ])("is answered in a training: %s", (line, code, says) => {
    const [found, ...more] = checkFile(training(line));
    expect([found?.code, found?.help]).toEqual([code, expect.stringContaining(says)]);
    expect(more).toEqual([]);
  });
});

describe("what is written of a loop", () => {
  it.each([
    [
      "(all, h) = for _ in range(3) with h = x { emit h\n h <- 2 * h }\n  h",
      "MC3021",
      "`emit last h` gives `h` as well.",
    ],
    ["(a, b) = for _ in range(3) { x }\n  a + b", "MC3021", ""],
    ["scan e in x over T until n - 1 with h: f32[B] = zeros { h <- h + e }", "MC1001", "`(n - ...)`"],
    ["scan e in x over T until (n - 1) with h: f32[B] = zeros { h <- h + e }", "", ""],
  ])("is answered: %s", (body, code, help) => {
    const [found] = checkFile(block("x: f32[B, T], n: i32[B]", `_ = n\n  ${body}`));
    expect([found?.code ?? "", found?.help ?? ""]).toEqual([code, expect.stringContaining(help)]);
  });
});

describe("constants", () => {
  const file = (source: string): string => `const path = "a.csv"
const widths = [2, 3]
const pairs = "b t d, b s d -> b t s"
data D {
  source: csv(${source})
  x: f32[widths[0]]      = stack(raw.a, raw.b, axis=-1)
  y: f32[widths[-1] - 1] = stack(raw.a, raw.b, axis=-1)
}
model M: (x: f32[B, 6, 6]) -> y: f32[B, 6, 6] {
  einsum(pairs, x, x)
}
`;
  it("stand for paths, for sizes of features by their places, and for equations", () => {
    expect(codesOfFile(file("path"))).toEqual([]);
    expect(codesOfFile(file("paths"))).toEqual(["MC4006"]);
    expect(codesOfFile(file("path").replace("widths[0]", "widths[2]"))).toEqual(["MC4006"]);
  });
});

describe("what earlier versions called otherwise", () => {
  it.each([
    ["border(x, before=[0, 1], after=[0, 1])", "MC2001", "border", "mode=reflect"],
    ["grid_sample(x[..., None, None], y, extend=true)", "MC2011", "extend", "`mode=edge`"],
  ])("is told by what stands for it: %s", (body, code, at, says) => {
    expect(told(block("x: f32[B, 8], y: f32[B, 2, 2, 2]", body))).toEqual([code, at, expect.stringContaining(says)]);
  });

  it("may be declared", () => {
    expect(codesOf(`fn border: (x: f32[B]) -> f32[B] { 2 * x }\n${block("x: f32[B]", "border(x)")}`)).toEqual([]);
  });
});

describe("what files of the library declare for themselves", () => {
  it.each(["ratio", "size_of", "log_add", "kept_count", "area_under_roc", "resize_line"])(
    "is offered in no message: %s",
    (name) => {
      expect(library.names).toContain(name);
      expect(library.offered()).not.toContain(name);
      expect(told(block("x: f32[B, 8]", `${name}s(x)`))[2]).not.toContain(`\`${name}\``);
    },
  );

  it("leaves all else to be offered", () => {
    expect(library.offered()).toEqual(expect.arrayContaining(["relu6", "Dense", "ctc", "resize", "f1", "hinge"]));
  });
});

describe("an element type that does not exist", () => {
  const feature = (type: string): string => `data D {\n  source: csv("a.csv")\n  t: ${type} = raw.c\n}\n`;
  it.each([
    ["clas(2)", "MC1021", "Did you mean `class(2)`?"],
    ["f31", "MC4004", "Did you mean `f32`?"],
    ["Dense(2)[3]", "MC4004", "`Dense` is no element type"],
    ["float(2)", "MC4004", "`class(n)`"],
    ["f32(2)", "MC1021", "takes no parentheses"],
  ])("is told once in a feature: %s", (type, code, says) => {
    const found = checkFile(feature(type));
    expect(found.map((it) => it.code)).toEqual([code]);
    expect(`${found[0]?.message ?? ""} ${found[0]?.help ?? ""}`).toContain(says);
  });

  it.each([
    ["clas(2)[B]", "Did you mean `class(2)`?"],
    ["clas[B]", "it is no element type"],
    ["f31(3)", "it is no element type"],
    ["any(3)", "takes no parentheses"],
    ["float", "needs its dims"],
  ])("is told once in an input: %s", (type, says) => {
    const found = checkFile(`block Free: (x: ${type}) -> f32[] { 2 }\n`).filter((it) => it.severity === "error");
    expect(found.map((it) => `${it.message} ${it.help ?? ""}`)).toEqual([expect.stringContaining(says)]);
  });
});

describe("a window that is larger than its input", () => {
  it.each([
    ["x -> Conv2D(3, 5)", "`kernel` of `Conv2D`"],
    ["x -> MaxPool2D(5)", "`size` of `MaxPool2D`"],
    ["max_pool(x, window=[5, 5], strides=[1, 1])", "Make `window` smaller"],
    ["conv(x, zeros([5, 5, 1, 3]))", "Make `kernel` smaller"],
  ])("is told once, by the argument that gives it: %s", (body, says) => {
    expect(told(block("x: f32[B, 4, 4, 1]", body))).toEqual([
      "MC3028",
      body.replace("x -> ", ""),
      expect.stringContaining(says),
    ]);
  });
});

describe("the message of a `where`", () => {
  it("shows elements of lists and whole lists", () => {
    const text = `block R(before: [int] = [1, 2]): (x: f32[B, N]) -> f32[B, N]
  where N > before[0], "{N} is not above {before[0]} of {before}, {before[7]} and {}" { x }
block M: (x: f32[B, 1]) { x -> R }
`;
    expect(onlyFinding(text).message).toContain("1 is not above 1 of [1, 2], {before[7]} and {}");
    expect(codesOfFile(text.replace("{before[0]} of", "{behind[0]} of"))).toContain("MC2001");
  });
});

describe("an import that other files take from a file", () => {
  const encoder = "block Encoder: (x: f32[B, 4]) -> f32[B, 4] { x }\n";
  const joint = 'import { Encoder } from "./encoder.model"\nblock Own: (x: f32[B, 4]) -> f32[B, 4] { 2 * x }\n';
  const found = (text: string): readonly string[] => {
    const host = createMemoryHost({ "/encoder.model": encoder, "/joint.model": joint });
    const collector = createCollector();
    loadProgram({ path: "/main.model", text }, host, collector);
    return collector.diagnostics.map(({ code, help }) => `${code} ${help ?? ""}`);
  };
  const use = (...names: readonly string[]): string =>
    `import { ${names.join(", ")} } from "./joint.model"\nblock M: (x: f32[B, 4]) { x -> ${names.join(" -> ")} }\n`;

  it("is used, and is told where it may stand otherwise", () => {
    expect(found(use("Encoder", "Own"))).toEqual([]);
    expect(found(use("Own"))).toEqual([
      "MC2031 Remove it. What is only handed on to other files stands in a file that has imports and nothing else.",
    ]);
  });
});

describe("followers that do not go together", () => {
  const follows = (...lines: readonly string[]): readonly string[] =>
    checkFile(`block Half: (x: f32[B, 2]) -> f32[B, 2] { x -> Dense(2) }
model Net: (x: f32[B, 2]) -> (y: f32[B, 2], z: f32[B, 2], v: f32[B, 2]) {
  a = Half()
  b = Half()
  c = Half()
  (x -> a, x -> b, x -> c)
}
data D {
  source: drawn(count=8)
  x: f32[2] = noise.normal
}
train Net on D {
  loss: mse(y, x) + mse(z, v)
  optimizer: adam
  ${lines.map((it) => `follow ${it}: every=1`).join("\n  ")}
}
`).map(({ code }) => code);

  it.each([
    [['"a.**" of "b.**"', '"b.**" of "a.**"']],
    [['"a.**" of "b.**"', '"a.**" of "c.**"']],
    [['"a.**" of "b.**"', '"b.**" of "c.**"', '"c.**" of "a.**"']],
    [['"a.**" of "a.**"']],
  ])("are told once: %s", (lines) => {
    expect(follows(...lines)).toEqual(["MC4082"]);
  });
});

describe("arguments in each other's place", () => {
  const training = (loss: string, metric = "accuracy(logits, label)"): string => `
model M: (x: f32[B, 4]) -> (logits: f32[B, 2], score: f32[B]) {
  h = x -> Dense(2)
  (h, h[:, 0])
}
data D {
  source: synthetic_blobs(count=100)
  x: f32[4] = concat(raw.x, raw.x, axis=-1)
  label: class(2) = raw.label
  hit: bool[] = raw.label > 0
}
train M on D {
  loss: ${loss}
  optimizer: adam(lr=1e-3)
  metrics: ${metric}
}
`;
  it.each([
    "cross_entropy(label, logits)",
    "focal_cross_entropy(label, logits, gamma=3)",
    "cross_entropy(label, logits, mask=hit)",
    "mean(cross_entropy(label, logits))",
  ])("are told once, with a fix: %s", (loss) => {
    const text = training(loss);
    const found = checkFile(text);
    const help = "Two arguments are in each other's place: give `logits` before `label`.";
    expect(found.map((it) => [it.code, textOf(it.span), it.help])).toEqual([["MC3003", "label", help]]);
    const { text: fixed } = applyFixes(text, found, () => true);
    expect(fixed).toBe(training(loss.replace("label, logits", "logits, label")));
  });

  it.each([
    ["accuracy(label, logits)", "give `logits` before `label`"],
    ["top_k_accuracy(label, logits, k=2)", "give `logits` before `label`"],
  ])("are told in a metric: %s", (metric, says) => {
    const found = checkFile(training("cross_entropy(logits, label)", metric));
    expect(found.map((it) => it.help)).toEqual([expect.stringContaining(says)]);
  });

  it("are told of operators, and not where both places would not fit", () => {
    expect(told(block("x: f32[B], y: f32[B]", "where(x, x > y, y)"))).toEqual([
      "MC3003",
      "x",
      expect.stringContaining("give `x > y` before `x`"),
    ]);
    expect(onlyFinding(block("x: i32[B, 3], y: i32[B]", "cross_entropy(x, y)")).help).toBeUndefined();
  });
});

describe("a mask that is given other elements", () => {
  it("is not made of features", () => {
    const inputs = "x: f32[B, 8, 64], n: f32[B, 8]";
    expect(told(block(inputs, "MultiHeadAttention(8)(x, x, x)"))).toEqual([
      "MC3003",
      "x",
      expect.stringContaining(
        "`memory`, the second input, gives keys and values: `MultiHeadAttention(...)(query, memory)`.",
      ),
    ]);
    expect(onlyFinding(block(inputs, "MultiHeadAttention(8)(x, key_mask=n)")).help).toBe(
      "A comparison gives truth values: `n > 0`.",
    );
    expect(onlyFinding(block("x: f32[B, 8, 64], n: i32[B, 8]", "Attention()(x, x, key_mask=n)")).help).toBe(
      "A comparison gives truth values: `n != 0`.",
    );
  });
});

describe("a result that has other axes than are declared", () => {
  const result = (type: string, inputs: string, body: string): string =>
    `block M: (${inputs}) -> ${type} {\n  ${body}\n}\n`;
  it.each([
    ["image: f32[B, 28, 28, 1]", "f32[B, 10]", "image -> Conv2D(8, 3) -> Dense(10)", "`GlobalAvgPool2D`"],
    ["x: f32[B, T, 4]", "f32[B, 10]", "x -> Dense(10)", "`GlobalAvgPool1D`"],
    ["x: f32[B, T, 4]", "f32[B, 10]", "y = x -> Dense(10)\n  y", "`Flatten` joins all axes but the first"],
    ["x: i32[B, T]", "f32[B, T, 10]", "x -> Embedding(100, 8) -> LSTM(64) -> Dense(10)", "`LSTM(64, sequences=true)`"],
    ["x: f32[B, T, 4]", "f32[B, T, 10]", "h = x -> GRU(64)\n  h -> Dense(10)", "`GRU(64, sequences=true)`"],
    ["x: f32[B, T, 4]", "f32[B, T, 10]", "h = GRU(64)(x)\n  Dense(10)(h)", "`GRU(64)` gives the last step alone"],
    ["x: f32[B, T, 4]", "f32[B, T, 10]", "GRU(2 * (3 + 2))(x)", "`GRU(2 * (3 + 2), sequences=true)` gives"],
    ["x: f32[B, T, 4]", "f32[B, T, 10]", "x -> GRU(10,)", "`GRU(10, sequences=true)` gives"],
    ["x: f32[B, T, 4]", "f32[B, T, 10]", "x -> GRU(10, sequences=false)", "`GRU(10, sequences=true)` gives"],
  ])("says what gives these: %s", (inputs, type, body, says) => {
    const { code, help } = onlyFinding(result(type, inputs, body));
    expect([code, help]).toEqual(["MC3001", expect.stringContaining(says)]);
  });

  it("says nothing where no layer would", () => {
    expect(onlyFinding(result("f32[B]", "x: f32[B, 4, 5]", "x -> Dense(1)")).help).toBeUndefined();
    expect(onlyFinding(result("f32[B, 3, 4]", "x: f32[B, 4]", "x -> Dense(1)")).help).toBeUndefined();
  });
});
