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

describe("a constant that reads like a dim", () => {
  const labels = (text: string): readonly (readonly string[])[] =>
    checkFile(`const T = 12\n\nconst D = 2 * 4\n\n${text}`).map(({ code, labels }) => [
      code,
      ...labels.flatMap((it) => (it.message.includes("the constant") ? [`${textOf(it.span)}: ${it.message}`] : [])),
    ]);
  const steps = "T: `T` is the constant 12, and no size that is open";
  const width = "D: `D` is the constant 2 * 4, and no size that is open";
  const block = "block Windows: (x: f32[B, T, D]) -> f32[B, T, D] {\n  x -> Dense(D)\n}\n\n";
  const given = (type: string): string => `${block}model M: (x: ${type}) -> y: ${type} {\n  x -> Windows\n}\n`;

  it.each([
    ["an open size", given("f32[B, L, 8]"), ["MC3031", steps]],
    ["another number", given("f32[B, 12, 9]"), ["MC3031", width]],
    ["both", given("f32[B, 10, 9]"), ["MC3031", steps, width]],
    ["a result", "model M: (x: f32[B, L, 8]) -> y: f32[B, T, D] {\n  x -> Dense(D)\n}\n", ["MC3012", steps]],
  ])("is pointed at where it meets %s", (_, text, found) => {
    expect(labels(text)).toEqual([found]);
  });

  it("is not where a size beside it is wrong, nor where a block calls a size of its own so", () => {
    const beside = "model M: (x: f32[B, T, 4]) -> y: f32[B, T, 3] {\n  x -> Dense(4)\n}\n";
    expect(labels(beside)).toEqual([["MC3012"]]);
    expect(labels("model M(T: int = 3): (x: f32[B, 4]) -> y: f32[B, T] {\n  x -> Dense(4)\n}\n")).toEqual([["MC3012"]]);
  });
});
