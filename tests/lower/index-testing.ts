import fc from "fast-check";

/** A tensor as lists in lists. */
export type Nested = number | readonly Nested[];

/** What may stand in an index: a place, a slice, all other axes, a new one. */
export type Item =
  | { readonly kind: "place"; readonly at: number }
  | { readonly kind: "slice"; readonly start?: number; readonly stop?: number; readonly step?: number }
  | { readonly kind: "..." }
  | { readonly kind: "None" };

/** An item as it is written. */
export function writeItem(item: Item): string {
  switch (item.kind) {
    case "place":
      return String(item.at);
    case "slice": {
      const { start, stop, step } = item;
      return `${start ?? ""}:${stop ?? ""}${step === undefined ? "" : `:${String(step)}`}`;
    }
    default:
      return item.kind;
  }
}

/** Lists in lists of the shape, with the numbers 0, 1, 2, ... in row-major order from `first` on. */
export function counting(shape: readonly number[], first = 0): Nested {
  const [size, ...inner] = shape;
  if (size === undefined) return first;
  const stride = inner.reduce((product, it) => product * it, 1);
  return Array.from({ length: size }, (_, at) => counting(inner, first + at * stride));
}

/** NumPy's basic indexing, in lists: each item says what becomes of the list that it stands at. */
export function indexNested(x: Nested, rank: number, items: readonly Item[]): Nested {
  const places = items.filter((it) => it.kind === "place" || it.kind === "slice").length;
  const spread = items.flatMap((it): readonly Item[] =>
    it.kind === "..." ? Array.from({ length: rank - places }, () => ({ kind: "slice" })) : [it],
  );
  return walk(x, spread);
}

function walk(x: Nested, items: readonly Item[]): Nested {
  const [item, ...rest] = items;
  if (item === undefined) return x;
  if (item.kind === "None") return [walk(x, rest)];
  if (typeof x === "number" || item.kind === "...") throw new Error("more items than axes");
  if (item.kind === "place") return walk(x.at(item.at) ?? NaN, rest);
  const { step = 1 } = item;
  return x
    .slice(item.start, item.stop)
    .filter((_, at) => at % step === 0)
    .map((it) => walk(it, rest));
}

/** The shape of lists in lists. */
export function shapeOf(x: Nested): readonly number[] {
  return typeof x === "number" ? [] : [x.length, ...shapeOf(x[0] ?? NaN)];
}

/** The numbers of lists in lists, in row-major order. */
export function numbersIn(x: Nested): readonly number[] {
  return typeof x === "number" ? [x] : x.flatMap(numbersIn);
}

const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 0, maxLength: 4 });

/** A place or a slice that an axis of a size has, counted from either end. */
function itemOn(size: number): fc.Arbitrary<Item> {
  const place = fc.integer({ min: -size, max: size - 1 }).map((at): Item => ({ kind: "place", at }));
  const ends = fc.tuple(fc.integer({ min: 0, max: size - 1 }), fc.integer({ min: 1, max: size }));
  const slice = fc
    .tuple(ends, fc.integer({ min: 0, max: 15 }), fc.integer({ min: 1, max: size + 1 }))
    .map(([[low, high], draw, step]): Item => {
      const [start, stop] = low < high ? [low, high] : [high - 1, low + 1];
      return {
        kind: "slice",
        ...(draw % 2 === 0 ? {} : { start: draw % 4 === 1 ? start : start - size }),
        ...(draw < 8 ? {} : { stop: draw < 12 || stop === size ? stop : stop - size }),
        ...(step === 1 ? {} : { step }),
      };
    });
  return fc.oneof(place, slice, fc.constant<Item>({ kind: "slice" }));
}

/** A shape, and an index that NumPy takes of it. */
export const indexing: fc.Arbitrary<{ readonly shape: readonly number[]; readonly items: readonly Item[] }> =
  sizes.chain((shape) =>
    fc
      .tuple(
        fc.integer({ min: 0, max: shape.length }),
        fc.integer({ min: 0, max: shape.length }),
        fc.boolean(),
        fc.tuple(...shape.map(itemOn)),
        fc.array(fc.nat(8), { maxLength: 2 }),
      )
      .map(([a, b, spreads, chosen, news]) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        // What `...` passes over stands in the middle; without it the last axes are left.
        const items: Item[] = spreads
          ? [...chosen.slice(0, from), { kind: "..." }, ...chosen.slice(to)]
          : chosen.slice(0, to);
        for (const at of news) items.splice(at % (items.length + 1), 0, { kind: "None" });
        return { shape, items: items.length === 0 ? [{ kind: "..." }] : items };
      }),
  );
