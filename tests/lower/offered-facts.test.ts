import { describe, expect, it } from "vitest";
import { required } from "../../src/support/fault.ts";
import { textOf } from "../../src/support/source.ts";
import { withOfferedFacts } from "../fixtures/follow-helps.ts";
import { checkFile } from "./checking.ts";

const double = `block Double(ch: int): (x: f32[B, H, W, C]) -> f32[B, H, W, ch] {
  x -> Conv2D(ch, 3, padding=same) -> relu
}
`;
const levels = (count: number): string => {
  const down = Array.from({ length: count }, (_, at) => `  d${at + 1} = d${at} -> MaxPool2D(2) -> Double(4)`);
  const up = Array.from({ length: count }, (_, at) => count - at - 1).map(
    (at) =>
      `  u${at} = concat(${at === count - 1 ? "d" : "u"}${at + 1} -> UpSampling2D(2), d${at}, axis=-1) -> Double(4)`,
  );
  return [...down, ...up].join("\n");
};
const unet = (count: number): string => `${double}model M: (image: f32[B, H, W, 3]) -> y: f32[B, H, W, 4] {
  d0 = image -> Double(4)
${levels(count)}
  u0
}
`;

/** What the helps offer, all of them. */
function offered(text: string): readonly string[] {
  return checkFile(text).map((it) => /`where (.*)`/.exec(it.help ?? "")?.[1] ?? `${it.code}: ${it.message}`);
}

describe("what a help offers for the header", () => {
  it.each([
    ["four poolings and back", unet(4), "H % 16 == 0, W % 16 == 0"],
    ["six poolings and back", unet(6), "H % 64 == 0, W % 64 == 0"],
    [
      "patches",
      "model M: (x: f32[B, H, W, 3]) -> y: f32[B, H // 16, 16, W // 16, 16, 3] {\n  reshape(x, [B, H // 16, 16, W // 16, 16, 3])\n}\n",
      "H % 16 == 0, W % 16 == 0",
    ],
    ["halves", "model M: (x: f32[B, T]) -> y: f32[B, T // 2] {\n  x[:, :T // 2] + x[:, T // 2:]\n}\n", "T % 2 == 0"],
    [
      "halves that share the middle",
      "model M: (x: f32[B, T]) -> y: f32[B, T // 2 + 1] {\n  x[:, :T // 2 + 1] + x[:, T // 2:]\n}\n",
      "T % 2 == 1",
    ],
    ["two inputs of one length", "model M: (x: f32[B, T], y: f32[B, S]) -> z: f32[B, T] {\n  x + y\n}\n", "T == S"],
    [
      "two inputs of twice one length",
      "model M: (x: f32[B, T], y: f32[B, S]) -> z: f32[B, T] {\n  x + concat(y, y, axis=1)\n}\n",
      "T == 2 * S",
    ],
    [
      "two images of one size",
      "model M: (x: f32[B, H, W, 3], y: f32[B, K, L, 3]) -> z: f32[B, H, W, 6] {\n  concat(x, y, axis=-1)\n}\n",
      "H == K, W == L",
    ],
    [
      "padding that makes one part more",
      "model M: (x: f32[B, T, 4]) -> y: f32[B, T // 8 + 1, 4] {\n  x -> AvgPool1D(8, padding=same)\n}\n",
      "T % 8 != 0",
    ],
    [
      "a rest of a reshape",
      "model M: (x: f32[B, T, 12]) -> y: f32[B, T // 3, 36] {\n  reshape(x, [B, -1, 36])\n}\n",
      "T % 3 == 0",
    ],
    ["a number", "model M: (x: f32[B, N, 4], y: f32[B, 196, 4]) -> z: f32[B, N, 4] {\n  x + y\n}\n", "N == 196"],
    ["heads", "model M: (x: f32[B, T, D]) -> y: f32[B, T, D] {\n  x -> MultiHeadAttention(8)\n}\n", "D % 8 == 0"],
    [
      "a window",
      "model M: (x: f32[B, H, W, 3]) -> y: f32[B, 4] {\n  x -> Conv2D(4, 5) -> GlobalAvgPool2D\n}\n",
      "H >= 5, W >= 5",
    ],
    [
      "windows over windows",
      "model M: (x: f32[B, T, 3]) -> y: f32[B, 4] {\n  x -> Conv1D(4, 3, stride=2) -> Conv1D(4, 3, stride=2) -> GlobalAvgPool1D\n}\n",
      "T >= 7",
    ],
    ["a part that is longer", "model M: (x: f32[B, T]) -> y: f32[B, 8] {\n  x[:, :8]\n}\n", "T >= 8"],
    [
      "a result that is declared",
      "model M: (x: f32[B, H, W, 3]) -> y: f32[B, H, W, 3] {\n  x -> MaxPool2D(4) -> UpSampling2D(4)\n}\n",
      "H % 4 == 0, W % 4 == 0",
    ],
    [
      "rows of a table of positions",
      "model M: (x: f32[B, T, 8]) -> y: f32[B, T, 8] {\n  x + (range(T) -> Embedding(16, 8))\n}\n",
      "T <= 16",
    ],
    [
      "parts of a product",
      "model M: (x: f32[B, H, W, 2]) -> y: f32[B, H * W // 4, 8] {\n  reshape(x, [B, H * W // 4, 8])\n}\n",
      "(H * W) % 4 == 0",
    ],
    [
      "parts of a sum",
      "model M: (x: f32[B, S, 8], y: f32[B, T, 8]) -> z: f32[B, 2, (S + T) // 2, 8] {\n  reshape(concat(x, y, axis=1), [B, 2, -1, 8])\n}\n",
      "(S + T) % 2 == 0",
    ],
    [
      "a window that goes back to the size, which must be as large as it",
      "model M: (x: f32[B, H, W, 3]) -> y: f32[B, H, W, 3] {\n  x -> Conv2D(3, 3, stride=2) -> Conv2DTranspose(3, 3, stride=2)\n}\n",
      "H % 2 == 1, W % 2 == 1, H >= 3, W >= 3",
    ],
    [
      "pieces of two lengths",
      "model M: (x: f32[B, T], y: f32[B, S]) -> z: f32[B, 3 * (T // 3)] {\n  reshape(x, [B, T // 3, 3]) -> Flatten\n}\n",
      "T % 3 == 0",
    ],
  ])("suffices, and is what a person would write: %s", (_, text, wanted) => {
    const source = { path: "main.model", text };
    expect([...new Set(offered(source.text))]).toEqual([wanted]);
    const stated = withOfferedFacts(source, checkFile(source.text));
    expect(offered(stated).filter((it) => !it.startsWith("MC2005"))).toEqual([]);
  });

  it.each([
    ["sizes that are never equal", "model M: (x: f32[B, N]) -> y: f32[B, N] {\n  x + concat(x, x, axis=1)\n}\n"],
    [
      "a product that only comes out at some sizes",
      "model M: (x: f32[B, H, W, 4]) -> y: f32[B, 100] {\n  x -> MaxPool2D(2, padding=same) -> reshape([B, 100])\n}\n",
    ],
    [
      "a length that only comes out where elements are counted",
      "model M: (x: f32[B, T, 8]) -> y: f32[B, 96] {\n  x -> reshape([B, 96])\n}\n",
    ],
    [
      "a size that the header rules out",
      "model M: (x: f32[B, N], y: f32[B, 8]) -> z: f32[B, 8] where N >= 9 {\n  x + y\n}\n",
    ],
  ])("is nothing where nothing can hold: %s", (_, text) => {
    expect(required(checkFile(text)[0], "finding").help ?? "").not.toContain("header");
  });

  it.each([
    ["a constant", "const context = 128\n", "x + zeros([context, 8])", "T == context"],
    [
      "a constant that is a factor",
      "const patch = 16\n",
      'rearrange(x, "b (t p) c -> b t (p c)", p=patch) -> Dense(8)',
      "T % patch == 0",
    ],
    ["a constant that bounds", "const window = 16\n", "x[:, :window]", "T >= window"],
    ["several hyperparameters", "", "x -> Conv1D(8, a) -> Conv1D(8, b) -> Conv1D(8, c)", "T >= a + b + c - 2"],
    ["a hyperparameter and a constant", "const k = 9\n", "x -> Conv1D(8, a) -> Conv1D(8, k)", "T >= a + k - 1"],
  ])("has the name of what a number came from: %s", (_, before, body, wanted) => {
    const text = `${before}model M(a: int = 3, b: int = 5, c: int = 7): (x: f32[B, T, 8]) -> y: f32[B, 8] {\n  h = ${body}\n  mean(h, axis=1) * a * b * c\n}\n`;
    expect(offered(text)).toEqual([wanted]);
  });

  it("names the header where the error is in a block that has dims of its own", () => {
    const text = `block Up: (x: f32[B, L, E]) -> f32[B, L, E] {
  x -> MultiHeadAttention(4)
}
model M: (x: f32[N, T, D]) -> y: f32[N, T, D] {
  x -> Up
}
`;
    const found = checkFile(text);
    expect(found[0]?.help).toContain("in the header of `M` if it always holds: `where D % 4 == 0`");
    expect(checkFile(withOfferedFacts({ path: "main.model", text }, found))).toEqual([]);
  });
});

describe("what a help offers beside hyperparameters", () => {
  const rot = "block Rot(n: int): (x: f32[B, T, D]) -> f32[B, T, D] where T >= n {\n  x\n}\n";
  const split = "block Heads(k: int): (x: f32[B, T, D]) -> f32[B, T, D] where D % k == 0 {\n  x\n}\n";
  const model = (hyperparameters: string, body: string): string =>
    `model M(${hyperparameters}): (x: f32[B, T, D]) -> y: f32[B, T, D]@ {\n  ${body}\n}\n`;
  it.each([
    ["what a block requires", rot + model("n: int = 4", "x -> Rot(n)"), "T >= n"],
    ["a multiple", split + model("n: int = 4", "x -> Heads(2 * n)"), "D % (2 * n) == 0"],
    [
      "what is made of it on the way",
      `${rot}block Inner(k: int): (x: f32[B, T, D]) -> f32[B, T, D] {\n  x -> Rot(3 * k + 1)\n}\n${model("n: int = 2", "x -> Inner(n - 1)")}`,
      "T >= 3 * n - 2",
    ],
    ["pieces", model("n: int = 4", "concat(split(x, axis=-1, count=n), axis=-1)"), "D % n == 0"],
    [
      "a window of the library",
      `model M(k: int = 5): (x: f32[B, T, 3]) -> y: f32[B, 4]@ {\n  x -> Conv1D(4, k) -> GlobalAvgPool1D\n}\n`,
      "T >= k",
    ],
    ["a size that is declared", "model M(n: int = 4): (x: f32[B, T, D]) -> y: f32[B, n, D]@ {\n  x\n}\n", "T == n"],
    [
      "rows of a table of positions",
      "model M(ctx: int = 16): (x: f32[B, T, 8]) -> y: f32[B, T, 8]@ {\n  x + (range(T) -> Embedding(ctx, 8))\n}\n",
      "T <= ctx",
    ],
    [
      "a size of what is owned, which stands elsewhere",
      "model M(ctx: int = 16): (x: f32[B, T, 8]) -> y: f32[B, T, 8]@ {\n  param pe: f32[ctx, 8] = zeros\n  x + pe[:T]\n}\n",
      "T <= ctx",
    ],
    [
      "a size that stands elsewhere, beside another number that it would divide",
      "model M(ctx: int = 16, n: int = 2): (x: f32[B, T, 8]) -> y: f32[B, T, 8]@ {\n  param pe: f32[16, 8] = zeros\n  x * n + pe[:T] * ctx\n}\n",
      "T <= 16",
    ],
    [
      "what each copy doubles",
      "model M(n: int = 3): (x: f32[B, T, 8]) -> y: f32[B, 8]@ {\n  x -> repeat n { MaxPool1D(2) } -> GlobalAvgPool1D\n}\n",
      "T >= pow(2, n)",
    ],
    [
      "what each copy doubles, and one before them triples",
      "model M(n: int = 2): (x: f32[B, T, 8]) -> y: f32[B, T, 8]@ {\n  x -> MaxPool1D(3) -> repeat n { MaxPool1D(2) } -> repeat n { UpSampling1D(2) } -> UpSampling1D(3)\n}\n",
      "T % (3 * pow(2, n)) == 0",
    ],
    // Nothing of the kind is 5 steps wide beside 4.
    ["one of two that are alike", `${rot}${model("n: int = 4, m: int = 4", "x -> Rot(m)")}`, "T >= m"],
    [
      "a number that only looks like it",
      `model M(n: int = 4): (x: f32[B, T, 3]) -> y: f32[B, n]@ {\n  x -> Conv1D(n, 4) -> GlobalAvgPool1D\n}\n`,
      "T >= 4",
    ],
    ["what goes with it in no line", rot + model("n: int = 4", "x -> Rot(n * n)"), "T >= 16"],
    [
      "what is not possible one more up",
      `block Even(n: int): (x: f32[B, T, D]) -> f32[B, T, D] where n % 4 == 0, T >= n {\n  x\n}\n${model("n: int = 4", "x -> Even(n)")}`,
      "T >= n",
    ],
    ["what is no whole number", `${rot}${model("n: float = 4.0", "(x * n) -> Rot(4)")}`, "T >= 4"],
  ])("is said by them where it comes from them: %s", (_, text, wanted) => {
    expect([...new Set(offered(text.replace("@", "")))]).toEqual([wanted]);
    expect(checkFile(text.replace("@", ` where ${wanted}`)).filter((it) => it.severity === "error")).toEqual([]);
  });
});

describe("the message of a condition", () => {
  const rot = "block Rot(n: int): (x: f32[B, T, D]) -> f32[B, T, D] where T * 2 >= n@ {\n  x\n}\n";
  const message = (text: string): string => required(checkFile(text)[0], "finding").message;

  it("has the values of what it names, but for those that its own text shows", () => {
    const text = `${rot}model M(k: int = 4): (x: f32[B, T, D]) -> y: f32[B, T, D] {\n  x -> Rot(2 * k)\n}\n`;
    expect(message(text.replace("@", ""))).toBe(
      "`T * 2 >= n`, which `Rot` requires, does not hold (n = 8; for example at T = 1).",
    );
    expect(message(text.replace("@", ', "less than {n}"'))).toBe(
      "Less than 8: `T * 2 >= n`, which `Rot` requires, does not hold (for example at T = 1).",
    );
    const known = `${rot}model M: (x: f32[B, 3, D]) -> y: f32[B, 3, D] {\n  x -> Rot(8)\n}\n`;
    expect(message(known.replace("@", ""))).toBe("`T * 2 >= n`, which `Rot` requires, does not hold (T = 3, n = 8).");
    const chosen = "model M(n: int = 3): (x: f32[B, T]) -> y: f32[B, T] {\n  when T > n { x } else { x * 2 }\n}\n";
    expect(message(chosen)).toBe("`T > n` (n = 3) depends on T: it is true at T = 4 and false at T = 1.");
  });

  it("comes with the round of a loop in which it is false", () => {
    const labels = (text: string): readonly string[] =>
      required(checkFile(text)[0], "finding").labels.map((it) => `${textOf(it.span)}: ${it.message}`);
    const loop = `${rot.replace("@", "")}model M: (x: f32[B, 3, D]) -> y: f32[B, 3, D] {\n  x -> for k in [2, 6, 7, 9] { Rot(k) }\n}\n`;
    expect(labels(loop)).toContain("for k in [2, 6, 7, 9]: in round 3 of 4, where k = 7");
    const copies =
      "model M: (x: f32[B, 28, 28, 1]) -> y: f32[B, 1] {\n  x -> repeat 9 { Conv2D(4, 3, stride=2) } -> Flatten -> Dense(1)\n}\n";
    expect(labels(copies)).toContain("repeat 9: in copy 4 of 9");
    const first = copies.replace("28, 28", "2, 2");
    expect(labels(first).join()).not.toContain("in copy");
  });
});

describe("a least size", () => {
  it("is one that there is, as the message says it", () => {
    const text =
      "block Large: (x: f32[B, H, C]) -> f32[B, H, C] where H >= 8 {\n  x\n}\nmodel M: (x: f32[B, H, C]) -> y: f32[B, H, C] where H % 2 == 0 {\n  x -> Large\n}\n";
    expect(offered(text)).toEqual(["H >= 8"]);
  });
});
