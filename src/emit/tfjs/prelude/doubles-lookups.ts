import { combineDoubles, countDoubles, doublesOf, reshapeDoubles, type Doubles } from "./doubles.ts";
import { sizeOf } from "./initializers.ts";

/** The rows of a table at some places of an axis. */
export function gatherDoubles(table: Doubles, places: Doubles, axis: number): Doubles {
  const inner = sizeOf(table.shape.slice(axis + 1));
  const length = table.shape[axis] ?? 1;
  const count = sizeOf(places.shape);
  const shape = [...table.shape.slice(0, axis), ...places.shape, ...table.shape.slice(axis + 1)];
  return doublesOf(shape, (at) => {
    const place = places.data[Math.floor(at / inner) % count] ?? NaN;
    return table.data[(Math.floor(at / (inner * count)) * length + place) * inner + (at % inner)] ?? NaN;
  });
}

/** Rows of zeros, to which those of `updates` are added at their places. */
export function addAtPlaces(places: Doubles, updates: Doubles, shape: readonly number[]): Doubles {
  const row = sizeOf(shape.slice(1));
  const data = new Float64Array(sizeOf(shape));
  for (let at = 0; at < updates.data.length; at++) {
    const to = (places.data[Math.floor(at / row)] ?? NaN) * row + (at % row);
    data[to] = (data[to] ?? NaN) + (updates.data[at] ?? NaN);
  }
  return { shape, data };
}

/** The element of each line along the last axis that stands at the line's place. */
export function takeDoubles(x: Doubles, places: Doubles): Doubles {
  const depth = x.shape[x.shape.length - 1] ?? 1;
  return doublesOf(places.shape, (at) => x.data[at * depth + (places.data[at] ?? NaN)] ?? NaN);
}

/** Lines of zeros along a new last axis, each with its element at its place. */
export function putDoubles(places: Doubles, elements: Doubles, depth: number): Doubles {
  const chosen = oneHotDoubles(places, depth);
  const columns = reshapeDoubles(elements, [...elements.shape, 1]);
  return combineDoubles([chosen, columns], (one, element) => (one === 1 ? element : 0));
}

/** Lines of zeros along a new last axis, each with a one at its place. */
export function oneHotDoubles(places: Doubles, depth: number): Doubles {
  const columns = reshapeDoubles(places, [...places.shape, 1]);
  return combineDoubles([columns, countDoubles(depth)], (place, at) => place === at);
}
