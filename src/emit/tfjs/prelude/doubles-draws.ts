import { doublesOf, type Doubles } from "./doubles.ts";
import { normalAt, uniformAt, wordAt, type RandomKey } from "./random.ts";

/** Uniform 32-bit words, by a random key. */
export function bitsDoubles(key: RandomKey, shape: readonly number[]): Doubles {
  return doublesOf(shape, (at) => wordAt(key, at));
}

/** Uniform numbers in [0, 1), by a random key. */
export function uniformDoubles(key: RandomKey, shape: readonly number[]): Doubles {
  return doublesOf(shape, (at) => uniformAt(key, at));
}

/** Standard normal numbers, by a random key. */
export function normalDoubles(key: RandomKey, shape: readonly number[]): Doubles {
  return doublesOf(shape, (at) => normalAt(key, at));
}
