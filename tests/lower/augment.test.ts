import { describe, expect, it } from "vitest";
import { textOf } from "../../src/support/source.ts";
import { checkFile } from "./checking.ts";

const file = (augment: string, more = "", loss = "soft_cross_entropy(logits, shares)"): string => `
model Net: (image: f32[B, 8, 8, 3]) -> logits: f32[B, 10] {
  image -> Flatten -> Dense(10)
}
data Digits {
  source: npz("d.npz")
  augment: ${augment}
  image:  f32[8, 8, 3] = raw.image / 255
  mask:   bool[8, 8]   = raw.mask > 0
  small:  u8[8, 8, 3]  = raw.small
  point:  f32[3]       = raw.point
  label:  class(10)    = raw.label
  shares: f32[10]      = one_hot(cast(raw.label, i32), 10)
}
train Net on Digits {
  loss: ${loss}
  optimizer: adam(lr=1e-3)
}
${more}`;

/** What is found in a file with an `augment`: code, place and message. */
const found = (augment: string, more = "", loss?: string): readonly string[] =>
  checkFile(file(augment, more, loss)).map((it) => `${it.code} at ${textOf(it.span)}: ${it.message}`);

describe("augment takes", () => {
  it.each([
    "image -> random_flip(horizontal)",
    "image -> random_flip -> random_crop(2) -> gaussian_noise(0.1)",
    "image -> random_flip, point -> gaussian_noise(0.1)",
    "(image, mask) -> random_flip -> random_rotate(10)",
    "(image, mask, small) -> random_affine(5, zoom=0.1)",
    "(image, shares) -> mixup",
    "(image, shares) -> mixup(0.4) -> cutmix",
    "(image, mask) -> random_flip, image -> random_brightness(0.2)",
    "(image) -> random_flip",
    "image -> when training { random_flip } -> random_flip",
    "image -> own(0.5)",
    "image ->\n    random_flip\n    -> random_crop",
  ])("%s", (augment) => {
    const own =
      "fn own(by: float = 1): (x: f32[B, H, W, C]) -> f32[B, H, W, C] { x + by * uniform_like(x[:, :1, :1, :1]) }\n";
    expect(found(augment, own)).toEqual([]);
  });

  it("a function of the file that is called as one that mixes examples, for what that one does", () => {
    const own = "fn mixup: (a: f32[B, H, W, C], b: i32[B]) -> (c: f32[B, H, W, C], d: i32[B]) {\n  (a + 0.1, b)\n}\n";
    expect(found("(image, label) -> mixup", own)).toEqual([]);
  });

  it("a file may call a constant of its own training", () => {
    expect(found("image -> random_flip", "const training = 3\n")).toEqual([]);
  });
});

describe("augment is told", () => {
  it.each([
    ["picture -> random_flip", ["MC4004 at picture: `picture` is no feature of this section. There are"]],
    ["imag -> random_flip", ["MC4004 at imag: `imag` is no feature of this section."]],
    [
      "image -> random_flip, image -> random_crop(2)",
      ["MC4095 at image -> random_crop(2): `image` is augmented already in this section."],
    ],
    ["(image, image) -> random_flip", ["MC4095 at image: `image` is augmented already in this section."]],
    [
      "(image, mask) -> random_flip, (mask, image) -> random_crop",
      ["MC4095 at (mask, image) -> random_crop: `mask, image` is augmented already in this section."],
    ],
    [
      "random_flip(image)",
      ["MC4006 at random_flip(image): `augment` of this section must be a feature and what becomes"],
    ],
    ["raw.image -> random_flip", ["MC4006 at raw.image -> random_flip: `augment` of this section must be a feature"]],
    ["image -> random_flop", ["MC2001 at random_flop: Nothing here is called `random_flop`."]],
    ["image -> RandomFlip", ["MC2001 at RandomFlip: Nothing here is called `RandomFlip`."]],
    ["image -> standardize", ["MC2001 at standardize: Nothing here is called `standardize`."]],
    ["image -> Dense(3)", ["MC2023 at Dense(3): A section holds functions alone, and `Dense` is none."]],
    [
      "image -> mean(axis=-1)",
      ["MC4096 at mean(axis=-1): The feature `image` is f32[8, 8, 3] for one example, and this makes f32[8, 8] of it."],
    ],
    [
      "image -> split(count=3)",
      [
        "MC4096 at split(count=3): The feature `image` is f32[8, 8, 3] for one example, and this makes no tensor of it.",
      ],
    ],
    [
      "point -> random_flip",
      ["MC3001 at random_flip: `x` of `random_flip` needs any[B, H, W, ...C], and this is f32[B, 3]"],
    ],
    [
      "small -> random_brightness(0.1)",
      ["MC3003 at random_brightness(0.1): The elements of `x` of `random_brightness`"],
    ],
    ["image -> mixup", ["MC3007 at mixup: `mixup` takes 2 inputs, and 1 is given: `label` is missing."]],
    [
      "(image, label) -> mixup",
      ["MC4098 at (image, label) -> mixup: `label` is i32[] for one example, and a share of"],
    ],
    [
      "image -> centred",
      ["MC4064 at image:  f32[8, 8, 3] = raw.image / 255: One example of the feature `image` depends"],
    ],
    ["shares -> gaussian_noise(0.1)", ["MC4205 at shares -> gaussian_noise(0.1): `Net` does not read `shares`"]],
  ])("%s", (augment, expected) => {
    const own = "fn centred: (x: f32[B, H, W, C]) -> f32[B, H, W, C] { x - mean(x, over=B) }\n";
    const said = found(augment, own);
    expect(said.map((it, at) => it.slice(0, expected[at]?.length ?? 0))).toEqual(expected);
  });

  it("a label that it changes", () => {
    const said = found("label -> word_dropout", "", "cross_entropy(logits, label)");
    expect(said.map((it) => it.slice(0, 6))).toEqual(["MC4205"]);
  });

  it("a number where a word stands, which is no initialiser although one is called so", () => {
    const [said] = checkFile(file("image -> random_shift(1, 1, 6)"));
    expect([said?.code, said?.help]).toEqual(["MC3009", undefined]);
  });

  it("images that are mixed with others, and their labels are not", () => {
    const own = found("(image, shares) -> mixup", "", "cross_entropy(logits, label)");
    expect(own).toEqual([
      "MC4206 at (image, shares) -> mixup: What `Net` sees is mixed with other examples, and what it is trained towards is not: no loss reads `image` or `shares`.",
    ]);
    expect(found("(image, shares) -> mixup", "", "mse(logits, shares)")).toEqual([]);
    expect(found("(image, point) -> mixup", "", "mse(logits[:, :3], image[:, 0, 0])")).toEqual([]);
  });

  it("amounts are told as they are written", () => {
    const messages = ["random_zoom(-0.1)", "random_shift(-2)"].map(
      (it) => checkFile(file(`image -> ${it}`))[0]?.message,
    );
    expect(messages[0]).toContain("and this is -0.1");
    expect(messages[1]).toContain("by 0 pixels or more, not by -2");
  });

  it.each([
    ["random_flip(probability=1.5)", "1.5"],
    ["random_flip(probability=-0.1)", "-0.1"],
    ["random_grayscale(2)", "2"],
    ["random_erasing(1.1)", "1.1"],
    ["random_erasing(least=0.5, most=0.4)", "random_erasing(least=0.5, most=0.4)"],
    ["random_crop(-1)", "-1"],
    ["random_shift(-2)", "-2"],
    ["random_rotate(-5)", "-5"],
    ["random_zoom(1)", "1"],
    ["random_hue(0.6)", "0.6"],
    ["random_contrast(1.5)", "1.5"],
    ["gaussian_noise(-1)", "-1"],
    ["time_mask(4, count=0)", "0"],
    ["time_stretch(1)", "1"],
  ])("%s is out of what it may be", (call, at) => {
    const [first, ...others] = checkFile(file(`image -> ${call}`));
    expect(others).toEqual([]);
    expect([first?.code, first && textOf(first.span)]).toEqual(["MC3004", at]);
  });

  it("in a section that no training is on, where the file has trainings", () => {
    const other = file("image -> random_flip")
      .replace("data Digits", "data Others")
      .replace(/^train[^]*/m, "");
    const both = file("image -> random_flip", other.replace(/model[^]*?\n\}\n/, ""));
    expect(checkFile(both).map((it) => [it.code, it.message])).toEqual([
      ["MC4097", "`augment` changes what is trained on, and no training of this file is on `Others`."],
    ]);
    expect(checkFile(other)).toEqual([]);
  });

  it("a feature with an error alone, not what is made of it", () => {
    const wrong = file("image -> random_flip").replace("raw.image / 255", "raw.image / nothing");
    expect(checkFile(wrong).map((it) => it.code)).toEqual(["MC2001"]);
  });
});
