import { concatDoubles, reshapeDoubles, sliceDoubles, type Doubles } from "./doubles.ts";

/**
 * Runs `step` along an axis of some sequences: on what it carried, at first `initial`, and one element of each. Gives the
 * last carries, then what the steps emitted, which stands in the order of the elements, along `emitAxes`.
 */
export function scanDoubles<C extends Doubles[] | [], S extends Doubles[] | [], E extends Doubles[] | []>(
  initial: C,
  sequences: S,
  order: { readonly axes: readonly number[]; readonly emitAxes: readonly number[]; readonly reverse: boolean },
  step: (carries: C, elements: S) => [carries: C, emitted: E],
): [...C, ...E] {
  const { axes, emitAxes, reverse } = order;
  const length = sequences[0]?.shape[axes[0] ?? 0] ?? 0;
  const emitted: Doubles[][] = emitAxes.map(() => []);
  let carries = initial;
  for (let turn = 0; turn < length; turn++) {
    const place = reverse ? length - 1 - turn : turn;
    const elements = sequences.map((it, at) => {
      const axis = axes[at] ?? 0;
      const shape = it.shape.filter((_, other) => other !== axis);
      return reshapeDoubles(sliceDoubles(it, axis, place, 1), shape);
    });
    const [next, made] = step(carries, elements as S);
    carries = next;
    made.forEach((it, at) => {
      const axis = emitAxes[at] ?? 0;
      const one = reshapeDoubles(it, [...it.shape.slice(0, axis), 1, ...it.shape.slice(axis)]);
      if (reverse) emitted[at]?.unshift(one);
      else emitted[at]?.push(one);
    });
  }
  const all = emitted.map((parts, at) => concatDoubles(parts, emitAxes[at] ?? 0));
  return [...carries, ...(all as E)];
}
