import { describe, expect, it } from "vitest";
import { constant, floorDivide, formatDim, multiply, variable, type Dim } from "../../src/dims/dim.ts";
import { assume, divides, noFacts } from "../../src/dims/facts.ts";
import { createBuilder } from "../../src/graph/create-builder.ts";
import { operators } from "../../src/ops/registry.ts";

const B = variable("B");

describe("createBuilder", () => {
  it("infers types, broadcasting by proved equality", () => {
    const b = createBuilder({ firstId: 0 });
    const x = b.value({ dtype: "f32", shape: [B, constant(3)] });
    const y = b.value({ dtype: "f32", shape: [constant(3)] });
    expect(b.add(x, y).type.shape.map(formatDim)).toEqual(["B", "3"]);
    expect(() => b.add(x, b.value({ dtype: "f32", shape: [B] }))).toThrow(/must be equal/);
    expect(() => b.add(x, b.value({ dtype: "i32", shape: [] }))).toThrow(/element type/);
  });

  it("takes sizes that were proved in another form, and none that are refuted", () => {
    const [H, T, D] = ["H", "T", "D"].map(variable) as [Dim, Dim, Dim];
    const half = floorDivide(D, constant(2));
    const square = multiply(T, T);
    const facts = assume(noFacts, divides(square, constant(4)));
    const b = createBuilder({ firstId: 0, facts });
    const x = b.value({ dtype: "f32", shape: [half, H, half, constant(4)] });
    const apart = [half, H, half, T, T, floorDivide(constant(4), square)];
    expect(b.reshape(x, apart).type.shape).toEqual(apart);
    expect(() => b.reshape(x, [half, H, half, constant(5)])).toThrow("must be equal");
  });

  it("leaves out what changes nothing", () => {
    const b = createBuilder({ firstId: 0 });
    const x = b.value({ dtype: "f32", shape: [B, constant(3)] });
    expect(b.mul(x, b.scalar(1))).toBe(x);
    expect(b.add(b.zeros(x.type), x)).toBe(x);
    expect(b.reshape(x, [B, constant(3)])).toBe(x);
    expect(b.transpose(x, [0, 1])).toBe(x);
    expect(b.reduceTo(x, x.type)).toBe(x);
    expect(b.cast(x, "f32")).toBe(x);
    const wide = b.constant({ dtype: "f32", shape: [constant(2), B, constant(3)] }, 0);
    expect(b.add(x, wide)).not.toBe(x);
  });

  it("sums a gradient back over broadcast axes", () => {
    const b = createBuilder({ firstId: 0 });
    const g = b.value({ dtype: "f32", shape: [B, constant(2), constant(3)] });
    const reduced = b.reduceTo(g, { dtype: "f32", shape: [constant(1), constant(3)] });
    expect(reduced.type.shape.map(formatDim)).toEqual(["1", "3"]);
  });

  it("names every operator by its key in the registry", () => {
    for (const [key, operator] of Object.entries(operators)) expect(operator.name).toBe(key);
  });
});
