import { describe, expect, it } from "vitest";
import { checkFile } from "./checking.ts";

const image = "x: f32[B, H, W, 3]";
const two = "x: f32[B, H, W, 3], y: f32[B, K, L, 3]";
const square =
  "block Even: (x: f32[B, H, W, C]) -> f32[B, H, W, C] where H % 2 == 0, W % 2 == 0, H // 2 >= 4 {\n  x\n}\n";
/** What is there in one round: how often something is said, and all facts that are offered. */
function round(text: string): { readonly errors: readonly string[]; readonly facts: string } {
  const found = checkFile(text).filter((it) => it.severity === "error");
  const facts = found.flatMap((it) => /`where (.*)`/.exec(it.help ?? "")?.[1] ?? []).join(", ");
  return { errors: found.map((it) => `${it.code} ${it.message}`), facts };
}
const model = (inputs: string, body: string, where = ""): string =>
  `model M: (${inputs}) -> out: f32[]${where === "" ? "" : ` where ${where}`} {\n  mean(${body})\n}\n`;

describe("what is wrong along several axes", () => {
  it.each([
    ["rearrange", image, 'rearrange(x, "b (h p) (w q) c -> b h w (p q c)", p=4, q=4)', "H % 4 == 0, W % 4 == 0"],
    [
      "rearrange of known sizes",
      "x: f32[H, W]",
      'rearrange(x, "(a b) (c d) -> a b c d", a=2, b=3, c=4, d=5)',
      "H == 6, W == 20",
    ],
    ["Cropping2D", image, "x -> Cropping2D(4)", "H >= 9, W >= 9"],
    ["space_to_depth", image, "space_to_depth(x, 4)", "H % 4 == 0, W % 4 == 0"],
    ["reflected borders", image, "pad(x, before=[0, 3, 4, 0], after=[0, 3, 4, 0], mode=reflect)", "H >= 4, W >= 5"],
    ["windows", image, "x -> Conv2D(4, [5, 3])", "H >= 5, W >= 3"],
    ["windows of pools", image, "x -> MaxPool2D([2, 3])", "H >= 2, W >= 3"],
    ["places", image, "x[:, 5, 7]", "H >= 6, W >= 8"],
    ["slices", image, "x[:, 2:9, 3:-3]", "H >= 9, W >= 7"],
    ["a transposed convolution", image, "x -> Conv2DTranspose(4, 3, stride=2, padding=5)", "H >= 5, W >= 5"],
    ["sums", two, "x + y", "H == K, W == L"],
    ["choices", two, "where(x > 0, x, y)", "H == K, W == L"],
    ["concat", two, "concat(x, y, axis=-1)", "H == K, W == L"],
    ["stack", `${two}, z: f32[B, M, N, 3]`, "stack(x, y, z)", "H == K, W == L, H == M, W == N"],
    ["einsum", "x: f32[B, H, W], y: f32[B, K, L]", 'einsum("b h w, b h w -> b", x, y)', "H == K, W == L"],
    ["losses", two, "mse(x, y)", "H == K, W == L"],
    ["broadcast_to", "x: f32[H, W]", "broadcast_to(x, [3, 8, 9])", "H == 8, W == 9"],
    ["what a header requires", image, "x -> Even", "H % 2 == 0, W % 2 == 0, H >= 8"],
  ])("is told in one error, and one round of its help is enough: %s", (_, inputs, body, wanted) => {
    const rest = body.includes("Even") ? square : "";
    const { errors, facts } = round(model(inputs, body) + rest);
    expect(facts).toBe(wanted);
    const isOfPlaces = body.startsWith("x[");
    expect(errors).toHaveLength(isOfPlaces ? 2 : 1);
    expect(round(model(inputs, body, facts) + rest).errors).toEqual([]);
  });

  it.each([
    ["MC3002 Axes 1 of the operands of `+` must be equal, and 14 is not 16. Nor are axes 2: 15 is not 17.", "x + y"],
    [
      "MC3002 Axes 1 of the operands of concat must be equal, and 14 is not 16. Nor are axes 2: 15 is not 17.",
      "concat(x, y, axis=-1)",
    ],
    [
      'MC3029 The axis (h p) of "b (h p) (w q) c -> b h w (p q c)": 4 must divide 14. The axis (w q) of "b (h p) (w q) c -> b h w (p q c)": 4 must divide 15.',
      'rearrange(x, "b (h p) (w q) c -> b h w (p q c)", p=4, q=4)',
    ],
    [
      "MC3028 The padded height of the input of conv and its kernel: 14 (H) must be at least 20. The padded width of the input of conv and its kernel: 15 (W) must be at least 21.",
      "x -> Conv2D(4, [20, 21])",
    ],
    [
      "MC3028 What axis 1 gives to its border: 13 must be at least 14. What axis 2 gives to its border: 14 must be at least 15.",
      "pad(x, before=[0, 14, 15, 0], after=[0, 0, 0, 0], mode=reflect)",
    ],
    [
      "MC3004 8 and 8 places cut off leave nothing of 14: `before[0] + after[0] < H`, which `Cropping2D` requires, does not hold. Nor does `before[1] + after[1] < W`: 8 and 8 places cut off leave nothing of 15.",
      "x -> Cropping2D(8)",
    ],
    [
      "MC3002 Axes 1 of the operands of stack must be equal, and 14 is not 16. Nor are axes 2: 15 is not 17. Nor are axes 1: 14 is not 16. Nor are axes 2: 15 is not 17. Nor are 2 pairs more.",
      "stack(x, y, y, y)",
    ],
  ])("is said of all of them: %s", (wanted, body) => {
    const known = "x: f32[B, 14, 15, 3], y: f32[B, 16, 17, 3]";
    expect(round(model(known, body)).errors).toEqual([wanted]);
  });

  it("is said of all axes of a result", () => {
    const text = "model M: (x: f32[B, 14, 15, 3]) -> y: f32[B, 7, 8, 3] {\n  x -> MaxPool2D(3)\n}\n";
    expect(round(text).errors).toEqual([
      "MC3012 The result `y` is f32[B, 4, 5, 3]: axis 1 is 4, declared as 7; axis 2 is 5, declared as 8.",
    ]);
  });
});

describe("facts that a header lacks", () => {
  const header = (body: string, where = ""): string =>
    `model M: (x: f32[B, T, D], k: f32[B, S, E]) -> out: f32[]${where === "" ? "" : ` where ${where}`} {\n${body}\n}\n`;

  it.each([
    ["one layer after the other", "  mean(x -> glu -> glu -> glu) + mean(k)", "D % 8 == 0"],
    [
      "layers of several kinds",
      "  mean(x -> MultiHeadAttention(6) -> rotary -> Conv1D(8, 5, groups=4)) + mean(k)",
      "D % 6 == 0, D % 4 == 0, T >= 5",
    ],
    ["different inputs", "  mean(x -> MultiHeadAttention(8)) + mean(k -> GroupNorm(3))", "D % 8 == 0, E % 3 == 0"],
  ])("are told in one round: %s", (_, body, wanted) => {
    const { facts } = round(header(body));
    expect(facts).toBe(wanted);
    expect(round(header(body, facts)).errors).toEqual([]);
  });

  it("hide nothing that is wrong besides, and are not hidden by it", () => {
    const { errors } = round(
      header("  h = x -> MultiHeadAttention(8) -> Dense(5)\n  mean(h[:, 0] + zeros([1, 4])) + mean(k)"),
    );
    expect(errors.map((it) => it.slice(0, 6)).sort()).toEqual(["MC3002", "MC3004"]);
  });

  it("are assumed by what rests on them", () => {
    const halves =
      "block Halves(n: int): (x: f32[B, T, D]) -> f32[B, T, D / n] where D % n == 0, D / n % 2 == 0 {\n  x[:, :, :D / n]\n}\n";
    const { errors, facts } = round(`${halves}${header("  mean(x -> Halves(3)) + mean(k)")}`);
    expect(errors).toHaveLength(1);
    expect(round(`${halves}${header("  mean(x -> Halves(3)) + mean(k)", facts)}`).errors).toEqual([]);
    const known = round(`${halves}${header("  mean(x -> Halves(3)) + mean(k)").replace("T, D]", "T, 10]")}`);
    expect(known.errors).toEqual(["MC3004 `D % n == 0`, which `Halves` requires, does not hold (D = 10, n = 3)."]);
  });
});
