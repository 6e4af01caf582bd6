import { doublesOf, mapDoubles, pickEach, placesOf, stridesOf, type Doubles } from "./doubles.ts";
import { sizeOf } from "./initializers.ts";

/** The elements over some axes folded into one, from `first` on; `keep` leaves these axes with one element. */
export function foldDoubles(
  x: Doubles,
  axes: readonly number[],
  keep: boolean,
  first: number,
  f: (folded: number, element: number) => number,
): Doubles {
  const strides = stridesOf(x.shape);
  const others = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const steps = placesOf(pickEach(x.shape, axes), pickEach(strides, axes), 0);
  const starts = placesOf(pickEach(x.shape, others), pickEach(strides, others), 0);
  const shape = keep ? x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length)) : pickEach(x.shape, others);
  return doublesOf(shape, (at) =>
    steps.reduce((folded, step) => f(folded, x.data[(starts[at] ?? 0) + step] ?? NaN), first),
  );
}

/** The mean over some axes. */
export function meanDoubles(x: Doubles, axes: readonly number[], keep: boolean): Doubles {
  const count = sizeOf(pickEach(x.shape, axes));
  return mapDoubles(
    foldDoubles(x, axes, keep, 0, (sum, element) => sum + element),
    (sum) => sum / count,
  );
}

/** Each line along an axis by a function of the whole line. */
export function alongAxis(x: Doubles, axis: number, f: (line: number[]) => readonly number[]): Doubles {
  const length = x.shape[axis] ?? 1;
  const stride = stridesOf(x.shape)[axis] ?? 1;
  const data = new Float64Array(sizeOf(x.shape));
  for (let start = 0; start < data.length; start++) {
    if (Math.floor(start / stride) % length !== 0) continue;
    const line = Array.from({ length }, (_, i) => x.data[start + i * stride] ?? NaN);
    f(line).forEach((value, i) => (data[start + i * stride] = value));
  }
  return { shape: x.shape, data };
}

/** The place of the first element along an axis that is `better` than the others. */
export function bestPlaces(x: Doubles, axis: number, better: (a: number, b: number) => boolean): Doubles {
  const found = alongAxis(x, axis, (line) => [
    line.reduce((best, element, place) => (better(element, line[best] ?? NaN) ? place : best), 0),
  ]);
  return foldDoubles(found, [axis], false, 0, (sum, place) => sum + place);
}

/**
 * The sums up to each element along an axis; from the other end where `reverse`, without it where `exclusive`. Whole numbers
 * are added as their type does.
 */
export function sumsAlong(
  x: Doubles,
  axis: number,
  exclusive: boolean,
  reverse: boolean,
  add: (a: number, b: number) => number = (a, b) => a + b,
): Doubles {
  return alongAxis(x, axis, (line) =>
    line.map((_, place) => {
      const [from, to] = reverse ? [place + (exclusive ? 1 : 0), line.length] : [0, place + (exclusive ? 0 : 1)];
      return line.slice(from, to).reduce((sum, element) => add(sum, element), 0);
    }),
  );
}

/** Exponentials over their sum along an axis. */
export function softmaxDoubles(x: Doubles, axis: number): Doubles {
  return alongAxis(x, axis, (line) => {
    const peak = Math.max(...line);
    const parts = line.map((element) => Math.exp(element - peak));
    const sum = parts.reduce((a, b) => a + b, 0);
    return parts.map((part) => part / sum);
  });
}

/** The logarithms of {@link softmaxDoubles}, without overflow. */
export function logSoftmaxDoubles(x: Doubles, axis: number): Doubles {
  return alongAxis(x, axis, (line) => {
    const peak = Math.max(...line);
    const sum = line.reduce((total, element) => total + Math.exp(element - peak), 0);
    return line.map((element) => element - peak - Math.log(sum));
  });
}
