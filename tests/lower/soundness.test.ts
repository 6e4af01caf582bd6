import { describe, expect, it } from "vitest";
import { codesOf, lower, onlyFinding } from "./checking.ts";

const same = `block Same: (x: f32[B, H, W, C]) -> f32[B, H, W, C] {
  x + (x -> MaxPool2D(2) -> Conv2DTranspose(C, 2, stride=2))
}
`;
const even = "model Even: (x: f32[B, H, W, 3]) -> y: f32[B, H, W, 3] where H % 2 == 0, W % 2 == 0 {\n  x -> Same\n}\n";
const any = "model Any: (x: f32[B, H, W, 3]) -> y: f32[B, H, W, 3] where H >= 2, W >= 2 {\n  x -> Same\n}\n";

describe("what one model assumes", () => {
  it("is no fact in another", () => {
    expect(codesOf(same + even)).toEqual([]);
    expect(codesOf(same + even + any)).toEqual(["MC3002"]);
    expect(codesOf(same + any + even)).toEqual(["MC3002"]);
  });

  it("is no fact in another where it was put off", () => {
    const block = "block Small: (x: f32[B, T]) -> f32[B, T - 2] {\n  x[:, 2:]\n}\n";
    const model = (name: string, header: string): string =>
      `model ${name}: (x: f32[B, T]) -> y: f32[B, T - 2]${header} {\n  x -> Small\n}\n`;
    expect(codesOf(block + model("A", " where T >= 3"))).toEqual([]);
    expect(codesOf(block + model("A", " where T >= 3") + model("B", ""))).toEqual(["MC3025"]);
  });
});

describe("sizes that may be below 1", () => {
  it.each([
    ["f32[B, D - 3]", "  param w: f32[D, D - 3] = zeros\n  matmul(x, w)", "D - 3"],
    ["f32[B, D - 3]", "  zeros([B, D - 3]) + mean(x)", "[B, D - 3]"],
    ["f32[B, D, D - 3]", "  broadcast_to(reshape(x, [B, D, 1]), [B, D, D - 3])", "[B, D, D - 3]"],
    ["f32[B, D - 3]", "  one_hot(cast(x[:, 0], i32), D - 3)", "D - 3"],
  ])("are found: %s", (result, body, at) => {
    const header = (where: string): string => `model M: (x: f32[B, D]) -> y: ${result}${where} {\n${body}\n}\n`;
    expect(onlyFinding(header(""))).toMatchObject({ code: "MC3028", at });
    expect(codesOf(header(" where D >= 4"))).toEqual([]);
  });

  it("are found among a model's own inputs, whose facts count", () => {
    const text = (where: string): string =>
      `model M: (x: f32[B, D], z: f32[B, D - 1]) -> y: f32[B, D - 1]${where} {\n  x[:, 1:] + z\n}\n`;
    expect(codesOf(text(""))).toEqual(["MC3028"]);
    expect(codesOf(text(" where D >= 2"))).toEqual([]);
  });
});

describe("divisors that may be 0", () => {
  it.each(["T // (D - 1)", "T % (D - 1)", "ceil(T / (D - 1))"])("are found: %s", (expression) => {
    const text = (where: string): string =>
      `model M: (x: f32[B, T, D]) -> y: f32[B, T, D]${where} {\n  x * (${expression})\n}\n`;
    expect(onlyFinding(text(""))).toMatchObject({ code: "MC3032", at: expression });
    expect(codesOf(text(" where D > 1"))).toEqual([]);
  });
});

describe("a `when` over training that is a statement", () => {
  it("binds what both branches bind", () => {
    const text = (branches: string): string =>
      `model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  d = Dense(4)\n  when training {\n${branches}\n  a + b\n}\n`;
    const module = lower(text("    a = d(x)\n    b = x\n  } else {\n    b = x * 2\n    a = d(b)\n  }"), "M");
    expect(module.functions.get(module.entry)?.body.nodes.map((it) => it.kind)).toEqual(["training", "operator"]);
    expect(codesOf(text("    a = x\n    b = x\n  } else {\n    a = d(x)\n  }"))).toEqual(["MC2001"]);
    expect(codesOf(text("    a = x\n    b = mean(x, axis=-1)\n  } else {\n    a = d(x)\n    b = x\n  }"))).toEqual([
      "MC3017",
    ]);
  });
});

describe("one mistake is one report", () => {
  const model = (body: string): string => `model M: (x: f32[B, T, 4]) -> y: f32[B, T, 4] {\n  ${body}\n}\n`;
  it.each([
    ["x -> Densse(4, activation=tanh, foo=same)", "MC2001"],
    ["x -> Dense(4, actvation=same)", "MC2011"],
    ["x + mean(x, over=C, keep=true)", "MC2001"],
  ])("%s", (body, code) => {
    expect(codesOf(model(body))).toEqual([code]);
  });
});

describe("positions of an operator's arguments", () => {
  const type = (call: string, names: string): readonly string[] =>
    codesOf(`model M: (x: f32[B, 8]) -> y: f32[B, 2] {\n  ${names} = ${call}\n  a + b + c + d\n}\n`);
  it("take the number of pieces before the axis", () => {
    expect(type("split(x, 4, axis=-1)", "(a, b, c, d)")).toEqual([]);
    expect(type("x -> split([2, 2, 2, 2], axis=1)", "(a, b, c, d)")).toEqual([]);
    expect(type("split(x, 4, 1)", "(a, b, c, d)")).toEqual([]);
    expect(type("split(x, 2, axis=-1)", "(a, b, c, d)")).toEqual(["MC3021"]);
  });
});

describe("numbers and their element types", () => {
  const code = (type: string, expression: string): readonly string[] =>
    codesOf(`model M: (x: ${type}[B, 4]) -> y: ${type}[B, 4] {\n  ${expression}\n}\n`);
  it.each([
    ["i32", "x + 3_000_000_000"],
    ["u8", "x + (-1)"],
    ["i8", "x * 128"],
    ["f32", "x * 1e40"],
    ["f16", "x + 1e5"],
  ])("%s: %s is found", (type, expression) => {
    expect(code(type, expression)).toEqual(["MC3026"]);
  });
  it.each([
    ["i32", "x + 2_147_483_647"],
    ["u8", "x + 255"],
    ["f32", "x * 3e38"],
    ["f16", "x + 65504"],
  ])("%s: %s is fine", (type, expression) => {
    expect(code(type, expression)).toEqual([]);
  });
});

describe("functions as values", () => {
  const dense = (before: string, activation: string): string =>
    `${before}model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> Dense(4, activation=${activation})\n}\n`;
  it("may be constants", () => {
    expect(codesOf(dense("const ACT = leaky_relu(0.2)\n", "ACT"))).toEqual([]);
    expect(codesOf(dense("const ACT = tanh\n", "ACT"))).toEqual([]);
  });
  it("are no initialisers", () => {
    expect(codesOf(dense("", "zeros"))).toEqual(["MC3027"]);
  });
  it("check what is given to them", () => {
    expect(codesOf("model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> Dropout(-0.5)\n}\n")).toEqual(["MC3004"]);
  });
});
