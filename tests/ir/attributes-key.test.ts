import { describe, expect, it } from "vitest";
import { constant, variable, withLabel } from "../../src/dims/dim.ts";
import { attributesKey } from "../../src/ir/attributes-key.ts";
import type { AttributeValue } from "../../src/ir/graph.ts";

const B = variable("B");

describe("attributesKey", () => {
  it("differs where kinds or values do", () => {
    const values: readonly AttributeValue[] = [
      ...[3, 0, -0, Infinity, -Infinity, NaN].map((value) => ({ kind: "number", value }) as const),
      ...[true, false].map((value) => ({ kind: "boolean", value }) as const),
      ...["", "3", "true", "[]", "a,b"].map((value) => ({ kind: "string", value }) as const),
      ...[constant(3), B].map((value) => ({ kind: "dim", value }) as const),
      ...[[], [3], [3, 3], [0], [-0]].map((value) => ({ kind: "numbers", value }) as const),
      ...[[], ["a", "b"], ["a,b"], ["3"]].map((value) => ({ kind: "strings", value }) as const),
      ...[[], [constant(3)], [constant(3), constant(3)], [B]].map((value) => ({ kind: "dims", value }) as const),
    ];
    expect(new Set(values.map((it) => attributesKey({ it }))).size).toBe(values.length);
  });

  it("goes by names and values, not by order, sources or labels", () => {
    const axis = { kind: "number", value: 1 } as const;
    const shape = { kind: "dims", value: [B] } as const;
    expect(attributesKey({ axis, shape })).toBe(
      attributesKey({
        shape: { ...shape, value: [withLabel(B, "batch")] },
        axis: { ...axis, source: "n" },
      }),
    );
    expect(attributesKey({ axis })).not.toBe(attributesKey({ axes: axis }));
  });
});
