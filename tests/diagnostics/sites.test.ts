import { describe, expect, it } from "vitest";
import { textOf } from "../../src/support/source.ts";
import { checkFile } from "../lower/checking.ts";

/** A case of one place in the source that reports: the code, and a text in which ⟦ ⟧ enclose what it points to. */
type Case = readonly [code: string, text: string];

/** A model of 4 features in and 4 out with this body. */
const inBody = (body: string): string => `model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n${body}\n}\n`;

function findings(marked: string): { readonly wanted: string; readonly found: readonly string[] } {
  const start = marked.indexOf("⟦");
  const end = marked.indexOf("⟧") - 1;
  const text = marked.replace("⟦", "").replace("⟧", "");
  const found = checkFile(text).map((it) => `${it.code} at ${it.span.start}: ${textOf(it.span)}`);
  return { wanted: `at ${start}: ${text.slice(start, end)}`, found };
}

function each(cases: readonly Case[]): void {
  it.each(cases)("%s %s", (code, marked) => {
    const { wanted, found } = findings(marked);
    expect(found).toContain(`${code} ${wanted}`);
  });
}

describe("syntax", () => {
  each([
    ["MC1012", 'import { A } ⟦form⟧ "./layers.model"\n'],
    ["MC1001", "const a = 1\n⟦(⟧1, 2)\n"],
    ["MC1019", `⟦import { } from "./layers.model"⟧\n\n${inBody("  x")}`],
    ["MC1019", "model M: (x: f32[B, 4]) -> y: f32[B, 4] ⟦{\n}⟧\n"],
    ["MC1020", inBody("  y = when true { x } else ⟦{ h = x }⟧\n  y")],
    ["MC1021", 'data D {\n  source: csv("a.csv")\n  label: ⟦class⟧ = raw.label\n}\n'],
    ["MC1021", "model M: (x: ⟦f32(10)[B, 4]⟧) -> y: f32[B, 4] {\n  x\n}\n"],
    ["MC1009", inBody("  y = x ⟦**⟧ 2\n  y")],
    ["MC1001", inBody("  sum(for i⟦,⟧ u in enumerate([1, 2]) { x * i * u })")],
    ["MC1001", inBody("  sum([x * i ⟦for⟧ i in range(3)])")],
    ["MC1001", inBody("  sum(x * i ⟦for⟧ i in range(3))")],
    ["MC1001", inBody("  x -> for u in [4] { h ⟦=⟧ Dense(u) }")],
    ["MC1009", inBody("  y = x ⟦=>⟧ Dense(4)\n  y")],
    ["MC1012", "⟦modle⟧ M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x\n}\n"],
    ["MC1001", "model M⟦[⟧B, 4] {\n  x\n}\n"],
    ["MC1001", "model M(x: f32⟦[⟧B, 4]) -> y: f32[B, 4] {\n  x\n}\n"],
    ["MC1001", "⟦4⟧\n"],
    ["MC1001", "test M { ⟦loss⟧ < 3 }\n"],
    ["MC1001", "test M { expect accuracy >= 0.9, ⟦loss⟧ <= 1 }\n"],
    ["MC1001", "test M {\n  expect accuracy >= 0.9\n  ⟦0.5⟧ <= loss\n}\n"],
    ["MC1027", "const a = 1\n\nspec ⟦1⟧\n"],
    ["MC1028", `⟦const a = ${"(".repeat(90)}1${`${" + 1".repeat(20)})`.repeat(90)}⟧\n`],
  ]);
});

describe("names and declarations", () => {
  const sections = "data D {\n  source: synthetic_blobs(count=8)\n  x: f32[4] = raw.x\n}\n";
  const train = "train M on D {\n  loss: mean(y)\n  optimizer: sgd(lr=0.1)\n}\n";
  each([
    ["MC2002", `${inBody("  x")}${sections}${train}${train.replace("train M", "train ⟦M⟧")}`],
    ["MC2016", `model ⟦m⟧: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x\n}\n`],
    ["MC2003", "block C: (x: f32[B, 4]) -> (a: f32[B, 4], ⟦a⟧: f32[B, 4]) {\n  (x, x)\n}\n"],
    ["MC2018", inBody("  h = x -> Dense(4)\n  x.⟦kernel⟧ + h")],
    ["MC2014", inBody("  x -> Dense(4, true, zeros, zeros, 1, ⟦2, 3, 4⟧)")],
    [
      "MC2014",
      "block A(act: fn = clip(min=0, max=1)): (x: f32[B, D]) -> f32[B, D] {\n  x -> act(5, ⟦6⟧)\n}\n" +
        inBody("  x -> A"),
    ],
    [
      "MC2032",
      "block A(act: fn = relu): (x: f32[B, D]) -> f32[B, D] {\n  x -> act\n}\nblock C(f: fn = clip(min=0, max=1)): (x: f32[B, D]) -> f32[B, D] {\n  x -> A(act=f(⟦min=1⟧))\n}\n" +
        inBody("  x -> C"),
    ],
    ["MC2023", "fn f: (x: f32[B, D]) -> f32[B, D] {\n  l = ⟦Dense(4)⟧\n  x -> l\n}\n" + inBody("  f(x)")],
    ["MC2025", inBody("  y = x -> a: repeat 2 { Dense(4) } -> a: ⟦repeat 2 { Dense(4) }⟧\n  y")],
    ["MC2025", inBody("  param w: f32[4] = zeros\n  param v as ⟦w⟧: f32[4] = zeros\n  x + w + v")],
    ["MC2026", inBody("  ⟦scan e in x over 1 {\n    f = e + 1\n  }⟧")],
    ["MC2001", inBody("  y = when ⟦nothing⟧ { x } else { x }\n  y")],
    [
      "MC2014",
      "block A(act: fn = relu): (x: f32[B, D]) -> f32[B, D] {\n  x -> act\n}\n" +
        inBody("  x -> A(leaky_relu(0.1, ⟦2⟧))"),
    ],
    [
      "MC2032",
      "block A(act: fn = clip(min=0)): (x: f32[B, D]) -> f32[B, D] {\n  x -> act(⟦min=1⟧, max=2)\n}\n" +
        inBody("  x -> A"),
    ],
    ["MC2015", "block A(next: block): (x: f32[B, D]) -> f32[B, D] {\n  x -> ⟦next(next)⟧\n}\n" + inBody("  x -> A(A)")],
    [
      "MC2015",
      "block A(n: int, next: block): (x: f32[B, D]) -> f32[B, D] {\n  x -> ⟦next(n + 1, next)⟧\n}\n" +
        inBody("  x -> A(0, A)"),
    ],
    ["MC2015", "block ⟦A⟧(f: block = A): (x: f32[B, D]) -> f32[B, D] {\n  x -> f\n}\n" + inBody("  x -> A")],
    [
      "MC2037",
      "block W(f: block): (x: f32[B, D]) -> f32[B, D] {\n  x -> ⟦f⟧\n}\n" +
        inBody(`  x -> ${"W(".repeat(64)}Dense(4)${")".repeat(64)}`),
    ],
    ["MC2038", inBody("  x -> ⟦for i in range(1_000_000_000_000) { repeat 0 { relu } }⟧")],
    ["MC2038", inBody("  x -> ⟦for i in range(50_000) { relu -> tanh -> relu }⟧")],
    ["MC2038", inBody("  x -> ⟦repeat 300_000 shared { relu -> Dense(4) }⟧")],
    [
      "MC2038",
      "block Twice(f: block): (x: f32[B, D]) -> f32[B, D] {\n  x -> ⟦f⟧ -> f\n}\n" +
        inBody(`  x -> ${"Twice(".repeat(17)}Dense(4)${")".repeat(17)}`),
    ],
    [
      "MC2038",
      "block B0(k: int): (x: f32[B, D]) -> f32[B, D] {\n  x * k\n}\n" +
        "block B1(k: int): (x: f32[B, D]) -> f32[B, D] {\n  x -> B0(2 * k) -> B0(2 * k + 1)\n}\n" +
        "block B2(k: int): (x: f32[B, D]) -> f32[B, D] {\n  x -> B1(2 * k) -> ⟦B1(2 * k + 1)⟧\n}\n" +
        Array.from({ length: 13 }, (_, at) => at + 3)
          .map(
            (n) =>
              `block B${n}(k: int): (x: f32[B, D]) -> f32[B, D] {\n  x -> B${n - 1}(2 * k) -> B${n - 1}(2 * k + 1)\n}\n`,
          )
          .join("") +
        inBody("  x -> B15(1)"),
    ],
  ]);
});

describe("values and types", () => {
  each([
    ["MC3008", inBody('  y = -⟦"a"⟧\n  x + y')],
    ["MC3008", inBody("  dropout(x, ⟦[1]⟧)")],
    ["MC3008", inBody("  clip(x, min=⟦true⟧, max=1)")],
    ["MC3034", inBody("  h = when ⟦3⟧ { x } else { x + 1 }\n  h")],
    ["MC3034", "block A(f: fn = relu): (x: f32[B, D]) -> f32[B, D] where ⟦f⟧ {\n  x\n}\n" + inBody("  x -> A")],
    ["MC2001", inBody("  y = x\n  when false { ⟦nothing⟧ } else { y }")],
    ["MC3005", "const a = ⟦3 / 2⟧\n\n" + inBody("  x -> Dense(a) -> Dense(4)")],
    ["MC3005", inBody("  x -> Dense(⟦7 / 2⟧) -> Dense(4)")],
    ["MC3006", inBody("  (a, b) = ⟦unstack(zeros([100_000_000]))⟧\n  x + a + b")],
    ["MC3006", inBody("  (a, b) = ⟦split(zeros([100_000_000]), count=50_000_000, axis=0)⟧\n  x + a + b")],
    ["MC3005", inBody("  x -> Dense(⟦B / 0⟧) -> Dense(4)")],
    ["MC3008", inBody("  y = -⟦Dense⟧\n  x")],
    ["MC3008", inBody('  y = not ⟦"a"⟧\n  x')],
    ["MC3008", inBody("  y = not ⟦3⟧\n  x")],
    ["MC3008", inBody("  y = -⟦training⟧\n  x")],
    ["MC3008", inBody("  x -> cast(⟦3⟧)")],
    ["MC3034", "block A: (x: f32[B, D]) -> f32[B, D] where ⟦training⟧ {\n  x\n}\n" + inBody("  x -> A")],
    ["MC3034", "block A: (x: f32[B, D]) -> f32[B, D] where D >= 1, 3 == ⟦zeros([4])⟧ {\n  x\n}\n" + inBody("  x -> A")],
    ["MC3004", "model M: (x: f32[B, 4]) -> y: f32[B, 4] where ⟦1 == 2⟧ {\n  x\n}\n"],
    ["MC3100", "model M: (x: f32[B, 4]) -> y: f32[B, 4] where B > 1, ⟦B == 1⟧ {\n  x\n}\n"],
    ["MC3008", inBody('  y = ⟦"a" < "b"⟧\n  x')],
    [
      "MC3008",
      'block W(m: big | small): (x: f32[B, 4]) { when ⟦m == "big"⟧ { x } else { 2 * x } }\n' + inBody("  x -> W(big)"),
    ],
    ["MC3008", inBody("  y = softmax(x, axis=⟦true⟧)\n  y")],
    ["MC3008", inBody("  x + ⟦D⟧\n") + 'data D {\n  source: csv("a.csv")\n  x: f32[4] = raw.x\n}\n'],
    ["MC3008", inBody("  y = ⟦3⟧[0]\n  x")],
    ["MC3008", inBody("  y = ⟦[1, 2][0, 1]⟧\n  x")],
    ["MC3008", inBody("  y = [1, 2][⟦x⟧]\n  x")],
    ["MC3008", inBody("  t = split(x, 2, axis=-1)\n  x + ⟦t⟧")],
    ["MC3008", inBody("  x + ⟦[1, 2]⟧")],
    ["MC3008", inBody("  x -> for i in ⟦x⟧ { Dense(4) }")],
    ["MC3097", inBody("  y = [1, 2][⟦5⟧]\n  x")],
    ["MC3097", inBody("  y = [1, 2][⟦1:3⟧]\n  x")],
    ["MC3010", inBody("  y = [1, 2][⟦::0⟧]\n  x")],
    ["MC3001", inBody("  y = ⟦x[0, 0, 0]⟧\n  x")],
    ["MC3010", inBody("  y = x[:, ⟦0:4:0⟧]\n  x")],
    ["MC3010", inBody("  dropout(x, ⟦2⟧)")],
    ["MC3014", "model M: (x: f32[]) -> y: f32[] {\n  ⟦cumsum(x)⟧\n}\n"],
    ["MC3001", "model M: (x: f32[B]) -> y: f32[B] {\n  ⟦transpose(x)⟧\n}\n"],
    ["MC3007", inBody("  (x, x) -> ⟦relu⟧")],
    ["MC3032", inBody("  y = x * ⟦sqrt(-1)⟧\n  y")],
    ["MC3027", inBody("  y = ⟦x⟧(4)\n  y")],
    ["MC3027", inBody("  y = ⟦3⟧(4)\n  x")],
    ["MC3027", inBody("  x -> ⟦zeros⟧")],
    ["MC3027", inBody("  x -> ⟦x⟧(3)")],
    ["MC3034", "block A(n: int): (x: f32[B, D]) -> f32[B, D] where ⟦n⟧ {\n  x\n}\n" + inBody("  x -> A(2)")],
    [
      "MC3031",
      "block A: (a: f32[B, ...S], b: f32[B, ...S]) -> f32[B, ...S] {\n  a + b\n}\n" +
        inBody("  ⟦(x, concat([x, x], axis=-1))⟧ -> A"),
    ],
    ["MC3003", "block A: (x: f32[B, D]) -> i32[B, D] {\n  ⟦x⟧\n}\n" + inBody("  x -> A")],
    ["MC3001", "block A: (x: f32[B, D]) -> f32[B, D, 1] {\n  ⟦x⟧\n}\n" + inBody("  x -> A")],
  ]);
});

describe("scans", () => {
  const scanning = (before: string, carry: string, body: string): string =>
    `model M: (x: f32[B, T]) -> y: f32[B, T] {\n${before}  scan e in x over T with h: f32[B] = ${carry} {\n${body}    h <- h + e\n    emit h\n  }\n}\n`;
  each([
    [
      "MC3035",
      `block Count: (x: f32[B]) -> f32[B] {\n  state n: f32[] = zeros\n  n <- n + 1\n  x + n\n}\n${scanning("  c = Count\n", "zeros", "    g = e -> ⟦c⟧\n")}`,
    ],
    ["MC3098", `model M: (x: f32[B, T], n: f32[B]) -> y: f32[B, T] {\n  scan e in x over T until ⟦n⟧ { emit e }\n}\n`],
    [
      "MC3098",
      `model M: (x: f32[B, T], n: i32[B, 1]) -> y: f32[B, T] {\n  scan e in x over T until ⟦n⟧ { emit e }\n}\n`,
    ],
    ["MC3098", `model M: (x: f32[B, T]) -> y: f32[B, T] {\n  scan e in x over T until ⟦T⟧ { emit e }\n}\n`],
    [
      "MC3099",
      `model M: (x: f32[B, T], n: i32[B]) -> y: f32[B, T] {\n  scan e in x over T until n with k: ⟦i32[]⟧ = 0 {\n    k <- k + 1\n    emit e * cast(k, f32)\n  }\n}\n`,
    ],
    [
      "MC3099",
      `model M: (x: f32[B, T], n: i32[B]) -> y: f32[T] {\n  scan e in x over T until n { ⟦emit mean(e)⟧ }\n}\n`,
    ],
    ["MC3037", scanning("", "⟦glorot_uniform⟧", "")],
    ["MC3024", scanning("", "⟦x⟧", "")],
  ]);
});

describe("sections", () => {
  const model = "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> Dense(4)\n}\n";
  const data = (entries: string): string => `data D {\n${entries}\n}\n`;
  const source = "  source: synthetic_blobs(count=8, features=4)";
  const tested = `${source}\n  split: train 0.5, test 0.5`;
  const plain = data(`${source}\n  x: f32[4] = raw.x`);
  const train = (entries: string, rest = ""): string =>
    `${model}${plain}train M on D {\n  loss: mean(y)\n${entries}\n}\n${rest}`;
  const sgd = "  optimizer: sgd(lr=0.1)";
  each([
    ["MC4003", "data ⟦D⟧ {\n  x: f32[4] = raw.x\n}\n"],
    ["MC4002", data(`${source}\n  x: f32[4] = raw.x\n  ⟦x⟧: f32[4] = raw.x`)],
    ["MC4006", data(`${source}\n  x: f32[⟦0⟧] = raw.x`)],
    ["MC4006", data(`${source}\n  x: ⟦class(0)⟧ = raw.label`)],
    ["MC4004", data(`${source}\n  x: ⟦f33⟧[4] = raw.x`)],
    ["MC4001", data(`${source}\n  x: f32[4] = raw.x\n  ⟦expect x < 3⟧`)],
    ["MC4001", data(`${source}\n  x: f32[4] = raw.x\n  ⟦freeze "**"⟧`)],
    ["MC4001", train(sgd, `test M {\n  ⟦expect: loss < 3⟧\n}\n`).replace(source, tested)],
    ["MC4001", train(sgd, `tune M on D {\n  search: random(2)\n  ⟦expect loss < 3⟧\n}\n`)],
    ["MC4006", train(sgd, `test M {\n  expect loss < ⟦M⟧\n}\n`).replace(source, tested)],
    ["MC4019", `${model}budget M {\n  ⟦depth < 1⟧\n}\n`],
    ["MC4021", `${model}budget M {\n  ⟦dept⟧ < 3\n}\n`],
    ["MC4006", `${model}budget M {\n  params < ⟦"a"⟧\n}\n`],
    ["MC4004", 'data D {\n  source: idx(images="a")\n  x: f32[4] = ⟦raw.label⟧\n}\n'],
    ["MC4005", 'data D {\n  source: idx(image="a", ⟦images="b"⟧)\n  x: f32[4] = raw.image\n}\n'],
    ["MC4004", data(`${source}\n  x: f32[4] = noise.⟦gauss⟧`)],
    ["MC4005", data(`${source}\n  x: f32[4] = ⟦noise.normal(2)⟧`)],
    ["MC4081", data(`${source}\n  x: f32[T] = ⟦noise.normal⟧`)],
    ["MC4080", 'data ⟦D⟧ {\n  source: csv("a")\n  x: f32[4] = noise.normal\n}\n'],
    ["MC2001", train(sgd).replace("mean(y)", "mean(⟦nothing⟧)")],
    ["MC2018", train(sgd).replace("mean(y)", "mean(y.⟦part⟧)")],
    ["MC4013", train(sgd, "test ⟦N⟧ {\n  expect loss < 1\n}\n")],
    ["MC4020", train(sgd, "test ⟦M⟧ {\n  expect loss < 1\n}\n")],
    ["MC4015", train(sgd, "test M {\n  expect ⟦nothing < 1⟧\n}\n").replace(source, tested)],
    ["MC4013", train(sgd).replace("train M", "train ⟦Other⟧")],
    ["MC4001", train(`${sgd}\n  ⟦expect loss < 3⟧`)],
    ["MC2023", train(sgd).replace("mean(y)", "mean(y -> ⟦Dense(1)⟧)")],
    ["MC4065", train(`${sgd}\n  ⟦group "**.bias": scale=2⟧\n  freeze "**.bias"`)],
    ["MC4010", train(`${sgd}\n  metrics: ⟦accuracy 3⟧`)],
    ["MC4001", train(`${sgd}\n  ⟦groop⟧ "**": lr=0.1`)],
  ]);
});
