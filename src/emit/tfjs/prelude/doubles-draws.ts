import { doublesOf, type Doubles } from "./doubles.ts";
import { sizeOf } from "./initializers.ts";
import { foldKey, normalAt, uniformAt, wordAt, type RandomKey } from "./random.ts";

/**
 * What is drawn at each index by a random key; with the numbers of what lies along the first axis, each by the key folded
 * with its own, from index 0 on.
 */
function drawDoubles(
  key: RandomKey,
  shape: readonly number[],
  numbers: Doubles | undefined,
  at: (key: RandomKey, index: number) => number,
): Doubles {
  if (numbers === undefined) return doublesOf(shape, (index) => at(key, index));
  const size = sizeOf(shape.slice(1));
  const keys = Array.from(numbers.data, (number) => foldKey(key, number));
  return doublesOf(shape, (index) => at(keys[Math.floor(index / size)] ?? key, index % size));
}

/** The numbers of the examples that a raw field is of: given ones, or 0, 1, 2, ... */
export function exampleNumbers({ shape: [count = 0] }: Doubles, given?: ArrayLike<number>): Doubles {
  if (given === undefined) return doublesOf([count], (at) => at);
  if (given.length !== count)
    throw new Error(
      `examples has ${given.length} number${given.length === 1 ? "" : "s"}, and raw has ${count} of them`,
    );
  return { shape: [count], data: given };
}

/** Uniform 32-bit words, by a random key. */
export function bitsDoubles(key: RandomKey, shape: readonly number[], numbers?: Doubles): Doubles {
  return drawDoubles(key, shape, numbers, wordAt);
}

/** Uniform numbers in [0, 1), by a random key. */
export function uniformDoubles(key: RandomKey, shape: readonly number[], numbers?: Doubles): Doubles {
  return drawDoubles(key, shape, numbers, uniformAt);
}

/** Standard normal numbers, by a random key. */
export function normalDoubles(key: RandomKey, shape: readonly number[], numbers?: Doubles): Doubles {
  return drawDoubles(key, shape, numbers, normalAt);
}
