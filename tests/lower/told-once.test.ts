import { describe, expect, it } from "vitest";
import { textOf } from "../../src/support/source.ts";
import { checkFile } from "./checking.ts";

const told = (text: string): readonly (readonly string[])[] =>
  checkFile(text)
    .filter((it) => it.severity === "error")
    .map(({ code, span }) => [code, textOf(span)]);
const body = (text: string, input = "f32[B, 4, 6]"): string =>
  `block Small(ch: int, act: fn = relu, wide: bool = false): (x: f32[..., D]) -> f32[..., ch] {
  x -> Dense(ch) -> act -> when wide { relu }
}

model M: (x: ${input}) -> y: f32[B, 4, 8] {
  ${text}
}
`;

describe("one slip among arguments is one finding", () => {
  it.each([
    ["one too many before one by name", "x -> Dense(8, 8, activation=relu)", "MC2012", "activation=relu"],
    ["one too many", "x -> Small(8, 8, relu, true)", "MC2014", "true"],
    ["one that is missing", "x -> Small(relu, true)", "MC3009", "relu"],
  ])("%s", (_, text, code, at) => {
    expect(told(body(text))).toEqual([[code, at]]);
  });

  it("and two that do not fit, by name, are two", () => {
    expect(told(body("x -> Small(ch=relu, act=8)"))).toEqual([
      ["MC3009", "relu"],
      ["MC3009", "8"],
    ]);
  });
});

describe("operands that differ along several axes are one finding", () => {
  it.each([
    ["a sum", "x + x[:, 1:, 1:]", "x + x[:, 1:, 1:]"],
    ["joined", "concat(x, x[:, 1:, 1:], axis=0)", "concat(x, x[:, 1:, 1:], axis=0)"],
    ["stacked", "stack(x, x[:, 1:, 1:], axis=0)", "stack(x, x[:, 1:, 1:], axis=0)"],
  ])("%s", (_, text, at) => {
    expect(told(body(text))).toEqual([["MC3002", at]]);
  });

  it("and so are those that differ in their type besides", () => {
    expect(told(body("x * cast(x[:, 1:], i32)"))).toEqual([["MC3006", "x * cast(x[:, 1:], i32)"]]);
  });
});

describe("what is left of a slip is not told beside it", () => {
  it("a name that is bound twice in a tuple", () => {
    expect(told(body("(a, a, b) = split(x, count=2, axis=1)\n  a + b"))).toEqual([["MC2003", "a"]]);
  });

  it("a string without an end in brackets", () => {
    expect(told(body('h = rearrange(x, "b t d -> b d t)\n  h'))).toEqual([["MC1006", '"b t d -> b d t)']]);
  });

  it("a declaration whose header is gone", () => {
    const text = `model N: (x: f32[B, 4]) -> y: f32[B, 2] {
  x -> Head -> head: Head
}

  hidden = x -> Dense(4)
  hidden -> Dense(2)
}
`;
    expect(told(text)).toEqual([["MC1003", "}"]]);
  });

  it("a key of a section that is none, and what is missing", () => {
    const text = `data D {
  dataset: csv("d.csv")
  x: f32[2] = stack(raw.a, raw.b, axis=-1)
}

model M: (x: f32[B, 2]) -> y: f32[B, 2] {
  x -> Dense(2)
}

data E {
  source: csv("d.csv")
  x: f32[2] = stack(raw.a, raw.b, axis=-1)
}

train M on E {
  objective: mse(y, x)
  optimizer: sgd
}

train named: M on E {
  step one { criterion: mse(y, x), optimizer: sgd }
}
`;
    expect(told(text)).toEqual([
      ["MC4001", "objective"],
      ["MC4001", "criterion"],
      ["MC4001", "dataset"],
    ]);
  });

  it("a size that is no whole number", () => {
    const text = `block Half: (x: f32[B, 1.5]) -> f32[B, 1] { x[:, :1] }

model M: (x: f32[B, 4]) -> y: f32[B, 1] {
  2 -> Half
}
`;
    expect(told(text).map(([code]) => code)).not.toEqual([]);
    expect(told(`${body("x -> reshape([B, product([1.5, 2])])")}`)).toEqual([["MC3008", "[1.5, 2]"]]);
  });
});

describe("a name that means nothing", () => {
  const text = `model M: (x: f32[B, 4]) -> y: f32[B, 4] {
  hiden = x -> Dense(4)
  hidden + hidden -> Dense(4) -> other
}

block N: (x: f32[B, 4]) -> f32[B, 4] {
  x -> other -> other
}
`;

  it("is told where it stands first, with how many places more", () => {
    expect(checkFile(text).map(({ code, span, labels }) => [code, span.start, labels.map((it) => it.message)])).toEqual(
      [
        ["MC2001", text.indexOf("hidden"), ["and in 1 more place"]],
        ["MC2001", text.indexOf("other"), ["and in 2 more places"]],
      ],
    );
  });

  it("is mended everywhere", () => {
    const [first] = checkFile(text);
    expect(first?.fix?.edits.map((it) => [text.slice(it.span.start, it.span.end), it.text])).toEqual([
      ["hidden", "hiden"],
      ["hidden", "hiden"],
    ]);
  });
});
