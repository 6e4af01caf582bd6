import { keyFor, normal, uniform, type Key } from "../ops/random/counter.ts";

/** A stream of random numbers for one example of one generator: the same for a seed whatever else is drawn. */
export interface Stream {
  /** Uniform in [low, high). */
  uniform(low: number, high: number): number;
  /** Normal with mean 0. */
  normal(deviation: number): number;
  /** Uniform integer in 0 .. count - 1. */
  integer(count: number): number;
}

/** The stream of example `index` of the generator `name`. */
export function streamFor(name: string, seed: number, index: number): Stream {
  const key: Key = keyFor(seed, index, name);
  let counter = 0;
  const next = (): number => uniform(key, counter++);
  return {
    uniform: (low, high) => low + (high - low) * next(),
    normal: (deviation) => deviation * normal(key, (counter += 2)),
    integer: (count) => Math.floor(next() * count),
  };
}
