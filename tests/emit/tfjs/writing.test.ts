import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { add, constant, floorDivide, modulo, multiply, variable } from "../../../src/dims/dim.ts";
import { call, identifier, literal } from "../../../src/emit/tfjs/ast.ts";
import { dimScope } from "../../../src/emit/structured/dim-scope.ts";
import { pathRegExp } from "../../../src/emit/tfjs/path-reg-exp.ts";
import { camelCase, nameScope, pascalCase } from "../../../src/emit/tfjs/names.ts";
import { printExpression, printFile, printStatement } from "../../../src/emit/tfjs/print.ts";
import type { Expression } from "../../../src/emit/structured/tree.ts";
import { toStatements, toSyntax } from "../../../src/emit/tfjs/to-syntax.ts";
import { matchPath } from "../../../src/support/match-path.ts";

describe("names", () => {
  it.each([
    ["CausalSelfAttention", "causalSelfAttention"],
    ["LSTM", "lstm"],
    ["Conv2D", "conv2d"],
    ["Conv2DTranspose", "conv2dTranspose"],
    ["SimpleRNN", "simpleRnn"],
    ["MaxPool2D", "maxPool2d"],
    ["layer_norm", "layerNorm"],
    ["MnistCnn", "mnistCnn"],
  ])("%s is called %s", (name, expected) => {
    expect(camelCase(name)).toBe(expected);
  });

  it("keeps the names of types", () => {
    expect(pascalCase("Conv2D")).toBe("Conv2D");
    expect(pascalCase("layer_norm")).toBe("LayerNorm");
  });

  it("gives no name twice, and no word of the language", () => {
    const names = nameScope(["dense"]);
    expect(["dense", "x", "x", "h1", "h1", "new", "2d"].map((it) => names.take(it))).toEqual([
      ...["dense2", "x", "x2", "h1", "h1_2", "new2", "_2d"],
    ]);
    names.release("x");
    expect(names.take("x")).toBe("x");
  });
});

describe("printing", () => {
  const a = identifier("a");
  const b = identifier("b");

  it("keeps the structure of expressions", () => {
    const sum = { kind: "binary", operator: "+", left: a, right: b } as const;
    expect(printExpression({ kind: "binary", operator: "*", left: sum, right: literal(-2) })).toBe("(a + b) * (-2)");
    expect(printExpression({ kind: "member", target: literal(2), name: "x" })).toBe("(2).x");
    expect(printExpression({ kind: "member", target: a, name: "0" })).toBe("a[0]");
    expect(printExpression({ kind: "member", target: a, name: "a.b" })).toBe('a["a.b"]');
    expect(printExpression(call("tf.add", a, { kind: "spread", value: b }))).toBe("tf.add(a, ...b)");
    expect(printExpression(literal(-Infinity))).toBe("-Infinity");
  });

  it("writes arguments in the place of literals", () => {
    const number = literal(4);
    const called: Expression = { kind: "call", callee: identifier("f"), arguments: [number, literal(4)] };
    expect(printExpression(toSyntax(called, new Map([[number, "heads"]])))).toBe("f(heads, 4)");
  });

  it("writes statements and documentation that cannot end early", () => {
    expect(printStatement({ kind: "for-count", name: "i", count: literal(3), body: [] })).toBe(
      "for (let i = 0; i < 3; i++) {\n\n}",
    );
    expect(printFile([{ kind: "doc", text: "a */ b" }])).toBe("/** a * / b */\n");
  });
});

describe("dimensions", () => {
  const [B, H] = [variable("B"), variable("H")];
  const inputs = [
    { tensor: identifier("x"), type: { dtype: "f32", shape: [B, multiply(constant(2), H), constant(3)] } } as const,
  ];

  it("are literals, axes of inputs, or arithmetic over them", () => {
    const scope = dimScope(inputs, nameScope(["x"]));
    expect(printExpression(toSyntax(scope.dim(constant(3))))).toBe("3");
    expect(printExpression(toSyntax(scope.dim(multiply(constant(2), H))))).toBe("size");
    expect(printExpression(toSyntax(scope.dim(add(multiply(B, B), constant(-1)))))).toBe("(B * B) - (1)");
    expect(scope.missing()).toEqual([]);
    expect(toStatements(scope.bindings()).map((it) => printStatement(it))).toEqual([
      "const [B, size] = x.shape as [number, number, number];",
    ]);
  });

  it("ask for what no input has", () => {
    const scope = dimScope(inputs, nameScope(["x"]));
    expect(printExpression(toSyntax(scope.dim(floorDivide(H, constant(2)))))).toBe("Math.floor(H / (2))");
    expect(printExpression(toSyntax(scope.dim(modulo(H, constant(3)))))).toBe("H % (3)");
    expect(scope.missing()).toEqual([{ variable: "H", name: "H" }]);
  });
});

describe("patterns of paths as regular expressions", () => {
  it("match what the language's patterns do", () => {
    const segment = fc.constantFrom("a", "b", "norm1", "layer", "0", "bias");
    const path = fc.array(segment, { minLength: 1, maxLength: 5 }).map((it) => it.join("."));
    const part = fc.constantFrom("**", "*", "*norm*", "a", "b*", "bias", "0");
    const pattern = fc.array(part, { minLength: 1, maxLength: 4 }).map((it) => it.join("."));
    fc.assert(
      fc.property(pattern, path, (wanted, given) => {
        expect(new RegExp(pathRegExp(wanted)).test(`${given}.`)).toBe(matchPath(wanted, given));
      }),
    );
  });
});
