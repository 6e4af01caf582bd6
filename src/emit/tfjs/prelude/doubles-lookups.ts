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

/** Of each line along the last axis, the elements at the places of its own. */
export function gatherAlongDoubles(x: Doubles, places: Doubles): Doubles {
  const depth = x.shape[x.shape.length - 1] ?? 1;
  const count = places.shape[places.shape.length - 1] ?? 1;
  return doublesOf(places.shape, (at) => x.data[Math.floor(at / count) * depth + (places.data[at] ?? NaN)] ?? NaN);
}

/** Lines of zeros along the last axis, to each of which its elements are added at their places. */
export function scatterAlongDoubles(places: Doubles, elements: Doubles, depth: number): Doubles {
  const count = places.shape[places.shape.length - 1] ?? 1;
  const shape = [...places.shape.slice(0, -1), depth];
  const data = new Float64Array(sizeOf(shape));
  for (let at = 0; at < elements.data.length; at++) {
    const to = Math.floor(at / count) * depth + (places.data[at] ?? NaN);
    data[to] = (data[to] ?? NaN) + (elements.data[at] ?? NaN);
  }
  return { shape, data };
}

/** Where the `k` largest, or smallest, elements of each line along the last axis stand, the first of equals first. */
export function topDoubles(x: Doubles, k: number, fromLargest: boolean): Doubles {
  const depth = x.shape[x.shape.length - 1] ?? 1;
  const sign = fromLargest ? -1 : 1;
  const rows = x.data.length / depth;
  const places = Array.from({ length: rows }, (_, row) => {
    const value = (place: number) => sign * (x.data[row * depth + place] ?? NaN);
    const all = Array.from({ length: depth }, (_, place) => place);
    return all.sort((a, b) => value(a) - value(b) || a - b).slice(0, k);
  });
  return { shape: [...x.shape.slice(0, -1), k], data: Float64Array.from(places.flat()) };
}

/** Lines of zeros along a new last axis, each with a one at its place. */
export function oneHotDoubles(places: Doubles, depth: number): Doubles {
  const columns = reshapeDoubles(places, [...places.shape, 1]);
  return combineDoubles([columns, countDoubles(depth)], (place, at) => place === at);
}
