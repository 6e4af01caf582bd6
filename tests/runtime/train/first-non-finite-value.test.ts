import { describe, expect, it } from "vitest";
import type { TracedValue } from "../../../src/autodiff/build-traced-graph.ts";
import { firstNonFiniteValue, type Oddity } from "../../../src/runtime/train/first-non-finite-value.ts";
import type { Tensor } from "../../../src/runtime/tensor.ts";
import { type } from "../../autodiff/gradient-testing.ts";

/** What a value is made by and of, and what it holds. */
type Step = readonly [by: string, operands: readonly number[], data: readonly number[]];

/** The place of the first value that is to blame; the last value is the loss. Conditions hold 0 or 1. */
async function blamed(...steps: readonly Step[]): Promise<number | undefined> {
  const values = steps.map(([by, operands], at): TracedValue => ({
    name: `v${at}`,
    value: { id: at, type: type("f32", 2) },
    ...(by !== "input" && { made: { by, place: { path: "" } } }),
    operands,
  }));
  const oddities = new Map<number, Oddity>();
  steps.forEach(([, , data], place) => {
    const at = data.findIndex((it) => !Number.isFinite(it));
    if (at >= 0) oddities.set(place, { hasNaN: data.some(Number.isNaN), index: [at], value: data[at] ?? NaN });
  });
  return firstNonFiniteValue({
    values,
    loss: steps.length - 1,
    oddities,
    tensor: (place) => {
      const data = steps[place]?.[2] ?? [];
      const found: Tensor = { dtype: "f32", shape: [data.length], data: Float32Array.from(data) };
      return Promise.resolve(found);
    },
  });
}

const fine = [1, 2];
const odd = [1, NaN];
const masked = [0, -Infinity];

describe("the first value that is not finite", () => {
  it("is none where the loss is finite", async () => {
    expect(await blamed(["input", [], odd], ["mul", [0], fine])).toBeUndefined();
  });

  it("is where the way back from the loss ends", async () => {
    expect(await blamed(["input", [], fine], ["log", [0], odd], ["mul", [1, 0], odd], ["sum", [2], odd])).toBe(1);
    expect(await blamed(["input", [], odd], ["exp", [0], odd], ["sum", [1], odd])).toBe(0);
    expect(await blamed(["input", [], fine], ["mul", [0], fine], ["sum", [1], odd])).toBe(2);
  });

  it("is the earliest of several, and none that the loss does not depend on", async () => {
    const several: readonly Step[] = [
      ["input", [], fine],
      ["log", [0], odd],
      ["sqrt", [0], odd],
      ["add", [2, 1], odd],
    ];
    expect(await blamed(...several)).toBe(1);
    expect(await blamed(["input", [], odd], ["input", [], fine], ["log", [1], odd])).toBe(2);
  });

  it("is no mask: a constant may be infinite, and what is made of it, as long as nothing there is NaN", async () => {
    const mask: readonly Step[] = [
      ["constant", [], masked],
      ["input", [], fine],
      ["add", [0, 1], masked],
    ];
    expect(await blamed(...mask, ["sub", [2, 2], odd])).toBe(3);
    expect(await blamed(...mask, ["exp", [1], [1, Infinity]], ["mul", [2, 3], odd])).toBe(3);
    expect(await blamed(["input", [], masked], ["exp", [0], odd])).toBe(0);
    expect(await blamed(["constant", [], odd], ["exp", [0], odd])).toBe(0);
    // An infinity that was not meant makes what is made of it and of a mask no mask.
    const spoilt: readonly Step[] = [
      ["constant", [], masked],
      ["input", [], masked],
      ["add", [0, 1], masked],
      ["exp", [2], odd],
    ];
    expect(await blamed(...spoilt)).toBe(1);
  });

  it("of a `where`, lies in the branch that was taken", async () => {
    const chosen = (
      condition: readonly number[],
      first: readonly number[],
      second: readonly number[],
      by: readonly number[],
    ) =>
      blamed(
        ["input", [], condition],
        ["log", [], first],
        ["sqrt", [], second],
        ["where", [0, 1, 2], by],
        ["sum", [3], odd],
      );
    expect(await chosen([1, 1], odd, fine, odd)).toBe(1);
    expect(await chosen([0, 0], fine, odd, odd)).toBe(2);
    expect(await chosen([1, 1], odd, odd, odd)).toBe(1);
    expect(await chosen([0, 0], odd, odd, odd)).toBe(2);
    // The first element is finite: only what the second one chose is to blame.
    expect(await chosen([1, 0], odd, odd, odd)).toBe(2);
    expect(await chosen([0, 1], odd, odd, odd)).toBe(1);
    // Neither branch: the condition's own place.
    expect(await chosen([1, 1], fine, fine, odd)).toBe(3);
  });
});
