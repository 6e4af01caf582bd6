import { describe, expect, it } from "vitest";
import { fromHalves, toHalves } from "../../../../src/emit/tfjs/prelude/halves.ts";
import { fromBrainHalf, fromHalf, toBrainHalf, toHalf } from "../../../../src/support/element-bytes.ts";

const forms = [
  ["F16", fromHalf, toHalf],
  ["BF16", fromBrainHalf, toBrainHalf],
] as const;
const all = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits);

describe.each(forms)("%s in generated code", (type, from, to) => {
  it("is read as the compiler reads it, and gives every number back", () => {
    const numbers = fromHalves(type, all);
    expect(numbers).toEqual(Float32Array.from(all, from));
    const bits = toHalves(type, numbers, "w");
    expect(bits.findIndex((it, at) => it !== at && !Number.isNaN(numbers[at]))).toBe(-1);
  });

  it("rounds what lies between two as the compiler does", () => {
    const finite = Array.from(fromHalves(type, all)).filter((it) => Number.isFinite(it));
    const between = Float32Array.from(
      finite.flatMap((it) => {
        const next = from(to(it) + 1);
        const middle = Number.isFinite(next) ? (it + next) / 2 : it;
        return [middle, Math.fround(middle * (1 - 2 ** -20)), Math.fround(middle * (1 + 2 ** -20))];
      }),
    ).filter((it) => Number.isFinite(from(to(it))));
    expect(toHalves(type, between, "w")).toEqual(Uint16Array.from(between, to));
  });

  it("refuses a number that is too large, by name and place", () => {
    const numbers = Float32Array.of(1, -3.4028234663852886e38);
    expect(() => toHalves(type, numbers, "head.kernel")).toThrow(
      /^head\.kernel has -3\.4028234663852886e\+38 at element 1, which/,
    );
  });
});
