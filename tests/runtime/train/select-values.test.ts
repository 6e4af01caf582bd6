import fc from "fast-check";
import { expect, it } from "vitest";
import { selectValues, type EachValue } from "../../../src/runtime/train/select-values.ts";

it("gives what stands at a place of the sorted numbers of each column, bit by bit", async () => {
  const number = fc.oneof(
    fc.double({ noNaN: true }),
    fc.constantFrom(0, -0, 1, -1, 1.5, 5e-324, -5e-324, Infinity, -Infinity),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(number, { minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 3 }),
      fc.nat(1000),
      async (columns, seed) => {
        const each: EachValue = (take) => {
          for (const [column, values] of columns.entries()) for (const it of values) take(column, it);
          return Promise.resolve();
        };
        const places = columns.map((values) => [seed % values.length, (seed * 7) % values.length]);
        const sorted = columns.map((values) => Float64Array.from(values).sort());
        expect(await selectValues(each, places)).toEqual(
          places.map((all, column) => all.map((place) => sorted[column]?.[place])),
        );
      },
    ),
  );
});
