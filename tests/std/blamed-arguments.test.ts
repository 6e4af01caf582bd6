import { describe, expect, it } from "vitest";
import { textOf } from "../../src/support/source.ts";
import { checkFile } from "../lower/checking.ts";

const told = (body: string, more = ""): readonly (readonly string[])[] =>
  checkFile(`${more}block M: (x: f32[2, 6, 5, 4]) {\n  ${body}\n}\n`).map(({ code, span, message }) => [
    code,
    textOf(span),
    message,
  ]);

describe("an argument of the library that is out of range is told once, at its place and by its name", () => {
  it.each([
    ["x -> Dense(0)", "0", "`units` must be at least 1, and it is 0."],
    ["x -> Conv2D(8, kernel=0)", "0", "`kernel` must be at least 1, and it is 0."],
    ["x -> Conv2D(8, kernel=[3, -1])", "[3, -1]", "`kernel[1]` must be at least 1, and it is -1."],
    ["x -> Conv2D(8, 3, stride=0)", "0", "`stride` must be at least 1, and it is 0."],
    ["x -> Conv2DTranspose(-2, 3)", "-2", "`filters` must be at least 1, and it is -2."],
    ["x -> MaxPool2D(0)", "0", "`size` must be at least 1, and it is 0."],
    ["x -> UpSampling2D(-1)", "-1", "`size` must be at least 1, and it is -1."],
    ["x -> ConvLSTM1D(1 - 3, 2)", "1 - 3", "`filters` must be at least 1, and it is -2."],
    ["x[0] -> LSTM(-1)", "-1", "`units` must be at least 1, and it is -1."],
    ["x[0] -> Bidirectional(LSTM(-1))", "-1", "`units` must be at least 1, and it is -1."],
  ])("%s", (body, at, message) => {
    expect(told(body)).toEqual([["MC3010", at, message]]);
  });

  it.each([
    ["x -> Dropout(1.5)", "1.5", "A share of 1.5 cannot be dropped"],
    ["x[0] -> Attention(dropout=-1)(x[0])", "-1", "A share of -1 cannot be dropped"],
    ["x -> Conv2D(8, 3, groups=0)", "0", "There is a group at least, and groups is 0"],
    ["x -> GroupNorm(groups=-1)", "-1", "There is a group at least, and groups is -1"],
    ["x[0] -> Cropping1D(-1)", "-1", "No negative number of places can be cut off"],
  ])("%s, by a condition", (body, at, message) => {
    expect(told(body)).toEqual([["MC3004", at, expect.stringContaining(message)]]);
  });

  it("of each where there are several", () => {
    expect(told("x -> Conv2D(0, 0)")).toEqual([
      ["MC3010", "0", "`kernel` must be at least 1, and it is 0."],
      ["MC3010", "0", "`filters` must be at least 1, and it is 0."],
    ]);
  });

  it("in the block of one's own that gives it", () => {
    const own = "block Own(n: int): (x: f32[..., D]) { x -> Dense(n - 1) }\n";
    expect(told("x -> Own(1)", own)).toEqual([["MC3010", "n - 1", "`units` must be at least 1, and it is 0."]]);
  });
});

describe("one mistake in a use of the library is one finding", () => {
  it.each([
    ["x[0] -> Bidirectional(Dense)", "MC2013"],
    ["x -> Conv2DTranspose(3, 3, padding=20)", "MC3028"],
    ["x -> soft_shrink(1e-60)", "MC3056"],
    ["x[0] -> Cropping1D(9)", "MC3004"],
  ])("%s", (body, code) => {
    expect(told(body).map(([it]) => it)).toEqual([code]);
  });
});
