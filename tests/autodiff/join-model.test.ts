import { describe, expect, it } from "vitest";
import { takesDependents } from "../../src/autodiff/join-model.ts";
import type { Value } from "../../src/ir/graph.ts";
import { createBuilder } from "../../src/graph/create-builder.ts";
import { required } from "../../src/support/fault.ts";
import { func } from "../passes/module-testing.ts";
import { type } from "./gradient-testing.ts";

describe("an objective with a gradient goes through the model", () => {
  const made: Value[] = [];
  const vector = type("f32", "B", 2);
  const entry = func("Net", { x: vector }, { flavor: "model" }, ({ b }, { x }) => {
    const [first, beside] = [b.mul(x, b.scalar(2)), b.add(x, b.scalar(1))];
    const second = b.mul(first, b.scalar(3));
    made.push(x, first, second, beside);
    return [first, second, beside];
  });
  // What the objective calls them.
  const b = createBuilder({ firstId: 100 });
  const own = made.map((it) => b.value(it.type));
  const taken = (...places: readonly number[]): ReadonlyMap<number, Value> =>
    new Map(places.map((at) => [required(own[at], "own").id, required(made[at], "made")]));
  const takes = (by: number, ...places: readonly number[]): boolean =>
    takesDependents(entry, required(own[by], "own"), taken(...places));

  it("where it takes what is made there of the value that it is by", () => {
    expect(takes(0, 0, 1)).toBe(true);
    expect(takes(1, 1, 2)).toBe(true);
  });

  it("and not where that value is its own, alone, made of the others, or beside them", () => {
    expect(takes(0, 1, 2)).toBe(false);
    expect(takes(1, 1)).toBe(false);
    expect(takes(2, 1, 2)).toBe(false);
    expect(takes(1, 1, 3)).toBe(false);
  });
});
