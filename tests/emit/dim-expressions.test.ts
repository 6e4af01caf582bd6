import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import { constant, evaluate, floorDivide, modulo, subtract, variable, type Dim } from "../../src/dims/dim.ts";
import { createDimWriter, type DimOperations } from "../../src/emit/onnx/dims.ts";
import { dimScope } from "../../src/emit/structured/dim-scope.ts";
import { nameScope } from "../../src/emit/tfjs/names.ts";
import { printExpression } from "../../src/emit/tfjs/print.ts";
import { toSyntax } from "../../src/emit/tfjs/to-syntax.ts";
import { build, environments, expressions, names } from "../dims/expressions.ts";

/** The value of the TypeScript that is written for a dimension. */
function inTypeScript(dim: Dim, env: ReadonlyMap<string, number>): number {
  const text = printExpression(toSyntax(dimScope([], nameScope()).dim(dim)));
  const compute: unknown = new Function(...names, `return ${text};`)(...names.map((it) => env.get(it)));
  return Number(compute);
}

/** The value of the ONNX nodes that are written for a dimension, each carried out as ONNX says. */
function inOnnx(dim: Dim, env: ReadonlyMap<string, number>): bigint {
  const values = new Map<string, bigint>();
  const operations: DimOperations = {
    vector: ([value = 0]) => operations.scalar(value),
    scalar: (value) => put(`constant ${String(value)}`, BigInt(value)),
    node: (type, inputs, name) => {
      const key = `${type} ${inputs.join(" ")} ${name}`;
      if (type === "Shape") return put(key, BigInt(env.get(inputs[0] ?? "") ?? 0));
      const given = inputs.map((it) => values.get(it) ?? 0n);
      const [a = 0n, b = 0n] = given;
      switch (type) {
        case "Add":
          return put(key, a + b);
        case "Sub":
          return put(key, a - b);
        case "Mul":
          return put(key, a * b);
        case "Neg":
          return put(key, -a);
        // Of integers Div truncates; Mod, with fmod=0, takes the divisor's sign.
        case "Div":
          return put(key, a / b);
        case "Mod":
          return put(key, ((a % b) + b) % b);
        case "Min":
          return put(
            key,
            given.reduce((x, y) => (x < y ? x : y)),
          );
        case "Max":
          return put(
            key,
            given.reduce((x, y) => (x > y ? x : y)),
          );
        case "Squeeze":
          return put(key, a);
        default:
          throw new Error(`no rule for ${type}`);
      }
    },
  };
  const put = (key: string, value: bigint): string => {
    values.set(key, value);
    return key;
  };
  const writer = createDimWriter(new Map(names.map((name) => [name, { input: name, axis: 0 }])), operations);
  return values.get(writer.scalar(dim)) ?? 0n;
}

function expectEqual(dim: Dim, env: ReadonlyMap<string, number>): void {
  const expected = evaluate(dim, env);
  // 0 and -0 are one size.
  expect(inTypeScript(dim, env) + 0).toBe(expected);
  expect(Number(inOnnx(dim, env))).toBe(expected);
}

describe("dimensions on both targets", () => {
  const [a, b] = [variable("A"), variable("B")];

  it.each([
    ["the remainder of a negative number", modulo(subtract(a, b), constant(4))],
    ["the quotient of a negative number", floorDivide(subtract(a, b), constant(4))],
    ["a remainder by a variable", modulo(subtract(constant(3), a), b)],
  ])("%s", (_, dim) => {
    for (let x = 1; x < 12; x++)
      for (let y = 1; y < 12; y++)
        expectEqual(
          dim,
          new Map([
            ["A", x],
            ["B", y],
            ["C", 1],
          ]),
        );
  });

  it("are what the language says, whatever they are made of", () => {
    fc.assert(
      fc.property(expressions, environments, (expression, env) => {
        const dim = build(expression);
        if (hasValue(dim, env)) expectEqual(dim, env);
      }),
      { numRuns: 2000 },
    );
  });
});

/** False where a divisor is below 1, or a number is beyond what sizes may be. */
function hasValue(dim: Dim, env: ReadonlyMap<string, number>): boolean {
  try {
    return Math.abs(evaluate(dim, env)) < 2 ** 31;
  } catch {
    return false;
  }
}
