import type { Relation } from "../../src/dims/facts.ts";
import { holds } from "../../src/dims/facts.ts";
import { build, parseExpression } from "./expressions.ts";
import type { Dim } from "../../src/dims/dim.ts";

/** The dim of a text in the language's syntax. */
export function dim(text: string): Dim {
  return build(parseExpression(text));
}

/** Relations from texts: `A >= B`, `A == B`, `A != B`, `A < B`, `3 | A` (3 divides A), `3 !| A`. */
export function relations(...texts: readonly string[]): readonly Relation[] {
  return texts.map((text) => {
    const [, left = "", sign, right = ""] = /^(.*?) (>=|==|!=|<|\||!\|) (.*)$/.exec(text) ?? [];
    const [a, b] = [dim(left), dim(right)];
    switch (sign) {
      case ">=":
        return { kind: "atLeast", left: a, right: b };
      case "==":
        return { kind: "equal", left: a, right: b };
      case "!=":
        return { kind: "notEqual", left: a, right: b };
      case "<":
        return { kind: "lessThan", left: a, right: b };
      case "|":
        return { kind: "divides", divisor: a, dividend: b };
      case "!|":
        return { kind: "notDivides", divisor: a, dividend: b };
      default:
        throw new Error(`no relation: ${text}`);
    }
  });
}

/** All values of A, B and C from 1 to `size`. */
export function grid(size: number): readonly ReadonlyMap<string, number>[] {
  return Array.from(
    { length: size ** 3 },
    (_, i) =>
      new Map([
        ["A", 1 + Math.floor(i / size ** 2)],
        ["B", 1 + (Math.floor(i / size) % size)],
        ["C", 1 + (i % size)],
      ]),
  );
}

/** The first values on the grid for which all relations hold. */
export function solutionOnGrid(given: readonly Relation[], size: number): ReadonlyMap<string, number> | undefined {
  return grid(size).find((env) => given.every((it) => holds(it, env) === true));
}
