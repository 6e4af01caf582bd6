import * as fc from "fast-check";
import type { Dim } from "../../src/dims/dim.ts";
import {
  add,
  ceilDivide,
  constant,
  floorDivide,
  maximum,
  minimum,
  modulo,
  multiply,
  negate,
  subtract,
  variable,
} from "../../src/dims/dim.ts";

/** An expression as written, evaluated and built independently of each other. */
export type Expression =
  | { readonly op: "constant"; readonly value: number }
  | { readonly op: "variable"; readonly name: string }
  | { readonly op: "negate"; readonly of: Expression }
  | {
      readonly op: "+" | "-" | "*" | "//" | "%" | "ceil" | "min" | "max";
      readonly a: Expression;
      readonly b: Expression;
    };

/** The value by direct recursion; undefined where a divisor is less than 1. */
export function valueOfExpression(e: Expression, env: ReadonlyMap<string, number>): bigint | undefined {
  if (e.op === "constant") return BigInt(e.value);
  if (e.op === "variable") return BigInt(env.get(e.name) ?? 0);
  if (e.op === "negate") {
    const value = valueOfExpression(e.of, env);
    return value === undefined ? undefined : -value;
  }
  const a = valueOfExpression(e.a, env);
  const b = valueOfExpression(e.b, env);
  if (a === undefined || b === undefined) return undefined;
  switch (e.op) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "min":
      return a < b ? a : b;
    case "max":
      return a > b ? a : b;
    case "//":
    case "%":
    case "ceil": {
      if (b < 1n) return undefined;
      const rest = ((a % b) + b) % b;
      if (e.op === "%") return rest;
      const floor = (a - rest) / b;
      return e.op === "ceil" && rest !== 0n ? floor + 1n : floor;
    }
  }
}

/** The dimension that the public constructors make of an expression. */
export function build(e: Expression): Dim {
  if (e.op === "constant") return constant(e.value);
  if (e.op === "variable") return variable(e.name);
  if (e.op === "negate") return negate(build(e.of));
  const a = build(e.a);
  const b = build(e.b);
  switch (e.op) {
    case "+":
      return add(a, b);
    case "-":
      return subtract(a, b);
    case "*":
      return multiply(a, b);
    case "//":
      return floorDivide(a, b);
    case "%":
      return modulo(a, b);
    case "ceil":
      return ceilDivide(a, b);
    case "min":
      return minimum(a, b);
    case "max":
      return maximum(a, b);
  }
}

/** The variables of generated expressions. */
export const names = ["A", "B", "C"] as const;

const leaf: fc.Arbitrary<Expression> = fc.oneof(
  fc.constantFrom(...names).map((name): Expression => ({ op: "variable", name })),
  fc.integer({ min: -6, max: 9 }).map((value): Expression => ({ op: "constant", value })),
);

function positiveConstant(): fc.Arbitrary<Expression> {
  return fc.integer({ min: 1, max: 6 }).map((value): Expression => ({ op: "constant", value }));
}

/** Expressions of any shape; divisors are constants mostly, else variables, else anything. */
export const expressions: fc.Arbitrary<Expression> = fc.letrec<{ readonly e: Expression }>((tie) => ({
  e: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.record({ op: fc.constantFrom("+" as const, "-" as const), a: tie("e"), b: tie("e") }),
    fc.record({ op: fc.constant("*" as const), a: tie("e"), b: leaf }),
    fc.record({
      op: fc.constantFrom("//" as const, "%" as const, "ceil" as const),
      a: tie("e"),
      b: fc.oneof(
        { weight: 6, arbitrary: positiveConstant() },
        { weight: 2, arbitrary: leaf },
        { weight: 1, arbitrary: tie("e") },
      ),
    }),
    fc.record({ op: fc.constantFrom("min" as const, "max" as const), a: tie("e"), b: tie("e") }),
    tie("e").map((of): Expression => ({ op: "negate", of })),
  ),
})).e;

/** Values for the variables. */
export const environments: fc.Arbitrary<ReadonlyMap<string, number>> = fc
  .tuple(...names.map(() => fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 5000 }))))
  .map((values) => new Map(names.map((name, i) => [name, values[i] ?? 1])));

/** The value of a text in the language's dimension syntax: an independent reader of what formatDim prints. */
export function evaluateText(text: string, env: ReadonlyMap<string, number>): bigint | undefined {
  const expression = parseExpression(text);
  return valueOfExpression(expression, env);
}

/** Parses `+ - * // %`, unary minus, `min( , )`, `max( , )`, parentheses; precedence as in the language. */
export function parseExpression(text: string): Expression {
  const tokens = text.match(/\d+|[A-Za-z_]\w*|\/\/|[-+*%(),]/g) ?? [];
  let at = 0;
  const take = (expected?: string): string => {
    const token = tokens[at++];
    if (token === undefined || (expected !== undefined && token !== expected)) {
      throw new Error(`expected ${expected ?? "an operand"} at ${at} of ${text}`);
    }
    return token;
  };
  const sum = (): Expression => {
    let left = product();
    for (;;) {
      const op = tokens[at];
      if (op !== "+" && op !== "-") return left;
      at++;
      left = { op, a: left, b: product() };
    }
  };
  const product = (): Expression => {
    let left = unary();
    for (;;) {
      const op = tokens[at];
      if (op !== "*" && op !== "//" && op !== "%") return left;
      at++;
      left = { op, a: left, b: unary() };
    }
  };
  const unary = (): Expression => {
    if (tokens[at] === "-") {
      at++;
      return { op: "negate", of: unary() };
    }
    return primary();
  };
  const primary = (): Expression => {
    const token = take();
    if (token === "(") {
      const inner = sum();
      take(")");
      return inner;
    }
    if (/^\d/.test(token)) return { op: "constant", value: Number(token) };
    if (token !== "min" && token !== "max") return { op: "variable", name: token };
    take("(");
    let left = sum();
    while (tokens[at] === ",") {
      at++;
      left = { op: token, a: left, b: sum() };
    }
    take(")");
    return left;
  };
  const result = sum();
  if (at !== tokens.length) throw new Error(`${text} goes on at ${at}`);
  return result;
}
