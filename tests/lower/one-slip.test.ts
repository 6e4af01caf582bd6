import { describe, expect, it } from "vitest";
import { applyFixes } from "../../src/diagnostics/apply-fixes.ts";
import { checkFile } from "./checking.ts";

const found = (text: string): readonly string[] => checkFile(text).map(({ code }) => code);

describe("a wrong bracket", () => {
  it.each([
    ["in the place of the inner one", "  h = concat([x, x), axis=-1)\n  h -> Dense(2)\n", "MC1004"],
    ["in the place of the only one", "  h = Dense(3](x)\n  h -> Dense(2)\n", "MC1004"],
    ["where the inner one is missing", "  h = concat([x, x, axis=-1)\n  h -> Dense(2)\n", "MC1002"],
    ["that is one too many", "  h = concat([x, x]), axis=-1)\n  h -> Dense(2)\n", "MC1003"],
    [
      "a brace that ends the body early",
      "  h = x -> for i in range(2) as l { Dense(4) }}\n  h -> Dense(2)\n",
      "MC1003",
    ],
    ["a brace behind the body", "  x -> Dense(2)\n}\n", "MC1003"],
    ["a brace for a parenthesis", "  h = concat([x, x}, axis=-1)\n  h -> Dense(2)\n", "MC1004"],
    ["an opener of another kind", "  h = Dense[3, activation=relu)(x)\n  h -> Dense(2)\n", "MC1001"],
    ["two that stand the other way round", "  h = Dense(2)(x[:, 1:)]\n  h -> Dense(2)\n", "MC1004"],
    ["a brace that stands twice", "  x -> repeat 2 as l {{ Dense(4) } -> Dense(2)\n", "MC1001"],
    ["a brace that is missing in a line", "  x -> repeat 2 as l Dense(4) } -> Dense(2)\n", "MC1001"],
    ["a brace before else", "  h = when B > 2 { x else { 2 * x }\n  h -> Dense(2)\n", "MC1002"],
    ["a parenthesis that is missing", "  h = concat [x, x], axis=-1)\n  h -> Dense(2)\n", "MC1003"],
    [
      "a word that is glued to what was in parentheses",
      "  h = Dense4, activation=relu)(x)\n  h -> Dense(2)\n",
      "MC1003",
    ],
  ])("is told once: %s", (_, body, code) => {
    expect(found(`model M: (x: f32[B, 4]) -> y: f32[B, 2] {\n${body}}\n`)[0]).toBe(code);
    expect(found(`model M: (x: f32[B, 4]) -> y: f32[B, 2] {\n${body}}\n`)).toHaveLength(1);
  });

  it("is told where it stands, with what belongs there", () => {
    const mended = (text: string): string => applyFixes(text, checkFile(text).slice(0, 1), () => true).text;
    const right = "model M(n: int = 2): (x: f32[B, 4]) -> y: f32[B, n] {\n  x -> Dense(n)\n}\n";
    for (const [sound, slip] of [
      ["[B, 4]", "[B, 4}"],
      ["f32[B, 4]", "f32(B, 4]"],
      ["(n: int = 2)", "{n: int = 2)"],
      ["(n: int = 2)", "[n: int = 2)"],
      ["M(n", "M n"],
      ["Dense(n)", "Dense[n)"],
      ["n] {", "n] ("],
      ["n] {", "n] {{"],
      ["n] {", "n]"],
      ["n)\n}", "n}\n)"],
      ["4])", "4)]"],
    ] as const)
      expect([slip, mended(right.replace(sound, slip))]).toEqual([slip, right]);
  });

  it("is told once in a header", () => {
    expect(found("model M: (x: f32[B, 4)) -> y: f32[B, 2] {\n  x -> Dense(2)\n}\n")).toEqual(["MC1004"]);
  });
});

describe("a setting by a constant", () => {
  const program = (constants: string): string => `${constants}
model M: (x: f32[B, 2]) -> y: f32[B, 2] {
  x -> Dense(2)
}
data D {
  source: drawn(count=8)
  x: f32[2] = noise.normal
}
train M on D {
  loss: mse(y, x)
  optimizer: adam(lr=n)
  batch: n
  epochs: n
}
`;
  it.each([
    ["that does not parse", "const n = (3 +", ["MC1002"]],
    ["of an unknown name", "const n = 3 + foo", ["MC2001"]],
    ["of another such one", "const m = 3 + foo\nconst n = 2 * m", ["MC2001"]],
    ["that could not be imported", 'import { n } from "./nowhere.model"', ["MC2007"]],
    ["that does not fit", "const n = 2.5", ["MC4006", "MC4006"]],
    ["that fits", "const m = 3\nconst n = 2 * m", []],
  ])("%s is told where it is wrong", (_, constants, codes) => {
    expect(found(program(constants))).toEqual(codes);
  });
});

describe("what its uses would say of a declaration is not asked where these are wrong", () => {
  const program = (half: string, use: string): string => `fn ${half}(number: f32[B]) -> f32[B, 8] {
  number[:, None] * cast(range(8), f32)
}

fn turned: (x: f32[B, T]) -> f32[B, T] {
  concat(x[:, T // 2:], x[:, :T // 2], axis=-1)
}

model M: (x: f32[B, 8]) -> y: f32[B, 8] {
  x -> Dense(8)
}

data D {
  source: drawn(count=8)
  x: f32[8] = ${use}
}

train M on D {
  loss:      mse(y, x)
  optimizer: adam
}
`;
  it.each([
    ["nothing is wrong", "counted: ", "turned(counted(raw.number))", []],
    ["what it takes does not parse", "counted:: ", "turned(counted(raw.number))", ["MC1001"]],
    ["its use does not parse", "counted: ", "turned(counted(raw.number)", ["MC1002"]],
    ["its use names what is not there", "counted: ", "turned(count(raw.number))", ["MC2001"]],
  ])("where %s", (_, half, use, codes) => {
    expect(found(program(half, use))).toEqual(codes);
  });

  it("nor whether an input may be left out of what does not parse", () => {
    const text = `block Layer: (x: f32[B, D], there: bool[B]?)) -> f32[B, D] {
  x -> Dense(D)
}

block Outer: (x: f32[B, D], there: bool[B]?) -> f32[B, D] {
  x -> Layer()(there=there)
}

model M: (x: f32[B, 8]) -> y: f32[B, 8] {
  x -> Outer
}
`;
    expect(found(text)).toEqual(["MC1003"]);
  });
});

describe("what a loop or a tuple of names is written as elsewhere is told once", () => {
  const told = (inputs: string, body: string): readonly (readonly [string, string | undefined])[] =>
    checkFile(`block M: (${inputs}) {\n  ${body}\n}\n`).map((it) => [it.code, it.help]);
  const says = (text: string): unknown => expect.stringContaining(text);

  it("a tuple in a tuple", () => {
    const inputs = "x: f32[B, T, 4]";
    expect(told(inputs, "(out, (h, c)) = x -> LSTM(3)\n  out + h * c")).toEqual([
      ["MC1018", says("`(out, h, c) = ...`. A recurrent layer gives its states with `states=true`.")],
    ]);
    expect(told(inputs, "(out, h, c) = x -> LSTM(3, states=true)\n  out + h * c")).toEqual([]);
    expect(told(inputs, "(out, (h, 2)) = x -> LSTM(3)\n  x")).toEqual([["MC1018", undefined]]);
  });

  it("a name that is bound again in each round", () => {
    const inputs = "x: f32[B, 10]";
    expect(told(inputs, "for i in range(3) { x = x -> Dense(10) }\n  x")).toEqual([
      ["MC2003", says("`x -> repeat 3 { Dense(10) }`")],
    ]);
    expect(told(inputs, "for i in range(3) { y = x -> Dense(10) }").map(([code]) => code)).toContain("MC2026");
    expect(told(inputs, "for i in range(3) with h = x { h <- h -> Dense(10) }")).toEqual([]);
    expect(told(inputs, "x -> repeat 3 { Dense(10) }")).toEqual([]);
  });

  it("a name of an axis that is nothing", () => {
    expect(told("x: f32[B, T, 4]", "mean(x, axis=tme)").map(([code]) => code)).toEqual(["MC2001"]);
    expect(
      told("x: f32[B, T, 4]", "scan x_t in x over tme with h: f32[B, 4] = zeros { h <- h + x_t }").map(
        ([code]) => code,
      ),
    ).toEqual(["MC2001"]);
    expect(told("x: f32[B, T, 4], y: f32[B, U, 4]", "mean(x, axis=U) + mean(y, axis=1)")[0]?.[0]).toBe("MC3013");
  });
});

describe("what is not a name is told once", () => {
  it.each([
    ["an argument that is compared", "x -> Conv1D(2, 3, padding==same)", ["MC2001"]],
    ["a binding that compares", "h == x -> Dense(2)\n  h -> Dense(2)", ["MC1001"]],
    ["a stage without its arrow", "x\n    Dense(2)\n    -> relu", ["MC3008"]],
    ["an argument without its sign", "x -> Dense(2, activation=relu, biasfalse)", ["MC2001"]],
  ])("%s", (_, body, codes) => {
    expect(found(`model M: (x: f32[B, T, 4]) -> y: f32[B, T, 2] {\n  ${body}\n}\n`)).toEqual(codes);
  });
});

describe("what a header lacks is told once", () => {
  const user = "model M: (x: f32[B, 4]) -> y: f32[B, 8] {\n  x -> L(8, rate=0.1) -> L(8, rate=0.1)\n}\n";
  it.each([
    [
      "a hyperparameter, whoever gives it",
      `block L(units: int): (x: f32[B, D]) -> f32[B, units] {\n  x -> Dense(units) -> Dropout(rate)\n}\n\n${user}`,
      ["MC2001"],
    ],
    [
      "an argument that nothing takes, wherever it is given",
      `block L(units: int): (x: f32[B, D]) -> f32[B, units] {\n  x -> Dense(units)\n}\n\n${user}`,
      ["MC2011"],
    ],
    ["dims that nothing introduces", "block L: (x: f32[...S, D]) -> f32[...Q, D] {\n  x -> Dense(D)\n}\n", ["MC2001"]],
  ])("%s", (_, text, codes) => {
    expect(found(text)).toEqual(codes);
  });
});

describe("a slip is told with what mends it", () => {
  const told = (text: string): readonly (readonly [string, string | undefined])[] =>
    checkFile(text).map((it) => {
      const fixed = applyFixes(text, [it], () => true).text;
      return [it.code, it.fix === undefined ? it.help : fixed.split("\n").slice(0, 2).join("; ")];
    });
  const model = (body: string): string => `model M: (x: f32[B, 8]) -> y: f32[B, 4] {\n  ${body}\n}\n`;

  it.each([
    ["model M: (x f32[B, 8]) -> y: f32[B, 4] {\n  x -> Dense(4)\n}\n", "MC1013", "(x: f32[B, 8])"],
    ["model M: (x: f32[B, 8]) -> y f32[B, 4] {\n  x -> Dense(4)\n}\n", "MC1013", "-> y: f32[B, 4] {"],
    [model("x -> repeat 3 as a { Dense(8) }} -> Dense(4)"), "MC1003", "{ Dense(8) } -> Dense(4)"],
    [model("h = x(:, 0:4)\n  h -> Dense(4)"), "MC1001", "An index stands in `[ ]`"],
  ])("%s", (text, code, says) => {
    expect(told(text)).toEqual([[code, expect.stringContaining(says)]]);
  });

  it.each([
    ["x -> Dense[4, activation=relu]", "stand in `( )`"],
    ["x -> Dense{4, activation=relu}", "stand in `( )`"],
    ["x -> repeat 3 ( Dense(8) )", "stands in `{ }`"],
    ["when true [ x ] else { x }", "stands in `{ }`"],
    ["x -> -> Dense(4)", "x -> Dense(4)"],
    ["x -> for for i in range(2) as l { Dense(4) }", "x -> for i in"],
    ["when true { x -> Dense(4) } else else { x -> Dense(4) }", "} else {"],
  ])("%s", (body, says) => {
    const [first, ...others] = told(model(body));
    expect(first?.[1]).toContain(says);
    expect(others).toEqual([]);
  });

  it.each(["250kb", "10e", "32b", "1e-3x"])("the number %s", (number) => {
    const settings = (lr: string, batch: string): string => `${model("x -> Dense(4)")}
data D {
  source: drawn(count=8)
  x: f32[8] = noise.normal
  t: f32[4] = noise.normal
}
train M on D {
  loss:      mse(y, t)
  optimizer: adam(lr=${lr})
  batch:     ${batch}
}
`;
    expect(found(`${model("x -> Dense(4)")}\nbudget M {\n  params <= ${number}\n}\n`)).toEqual(["MC1007"]);
    expect(found(settings("1e-3", number))).toEqual(["MC1007"]);
    expect(found(settings(number, "8"))).toEqual(["MC1007"]);
    expect(found(model(`x -> Dense(${number}) -> Dense(4)`))).toEqual(["MC1007"]);
  });
});
