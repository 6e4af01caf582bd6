import { describe, expect, it } from "vitest";
import { textOf } from "../../src/support/source.ts";
import { checkSource } from "../../src/compiler.ts";
import { checkFile } from "./checking.ts";

const told = (text: string): readonly (readonly string[])[] =>
  checkFile(text).map(({ code, span }) => [code, textOf(span)]);

describe("a constant that nothing uses", () => {
  it.each([
    ['const a = 1 + "x"', "MC3008", '"x"'],
    ["const a = [1, 2][5]", "MC3097", "5"],
    ["const a = 1 / 0", "MC3032", "1 / 0"],
    ["const a = sqrt(-1)", "MC3032", "sqrt(-1)"],
    ['const a = leaky_relu("x")', "MC3008", '"x"'],
    ['const a = Dense(units="x")', "MC3009", '"x"'],
    ["const a = 2 * Dense", "MC3008", "Dense"],
    ['const a = "a"\n\nconst b = -a', "MC3008", "a"],
    ["const a = nonsense", "MC2001", "nonsense"],
    ["const a = a", "MC2015", "a"],
  ])("is told: %s", (text, code, at) => {
    expect(told(`${text}\n`)).toEqual([[code, at]]);
  });

  it.each([
    "7 // 2 + 7 % 2",
    "2.5e3 / 2",
    "[1, 2][1]",
    "length([1, 2])",
    "max(2, 3)",
    "exp(-2)",
    "sum([1, 2])",
    '"a"',
    "not true",
    "1 < 2",
    "f32",
    "relu",
    "leaky_relu(0.2)",
    "normal(0.02)",
    "Dense",
    "Dense(8, activation=relu)",
    "[relu, leaky_relu(0.1)]",
  ])("may be %s", (value) => {
    expect(told(`const a = ${value}\n`)).toEqual([]);
  });

  it("is told in the file that declares it", () => {
    const other = { path: "other.model", text: "const width = 4\n\nconst wrong = 1 / 0\n" };
    const host = { read: () => other, resolve: () => other.path };
    const text = 'import { width } from "./other.model"\n\nconst twice = 2 * width\n';
    const found = checkSource({ path: "main.model", text }, host);
    expect(found.map(({ code, span }) => [code, span.file.path, textOf(span)])).toEqual([
      ["MC3032", "other.model", "1 / 0"],
    ]);
  });
});

it("what is wrong with a constant is told once, whatever uses it", () => {
  const text = `const wrong = [1, 2][5]

model M: (x: f32[B, 4]) -> y: f32[B, 4] {
  x * wrong -> Dense(wrong)
}

model N: (x: f32[B, wrong]) -> y: f32[B, 4] {
  x -> Dense(4)
}
`;
  expect(told(text)).toEqual([["MC3097", "5"]]);
});
