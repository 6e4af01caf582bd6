/**
 * The language's counter-based random numbers, on plain numbers: the reference that every target must equal bit for
 * bit. All words are unsigned 32-bit integers held in numbers (0 .. 2^32 - 1).
 */

/** A random key: two unsigned 32-bit words. */
export type Key = readonly [number, number];

const goldenRatio = 0x9e3779b9;
const foldSalt = 0x85ebca6b;

/**
 * Scrambles a 32-bit word: the `lowbias32` finaliser, a bijection.
 *
 * Source: C. Wellons, "Prospecting for Hash Functions" (2018).
 */
export function mix(word: number): number {
  let x = word;
  x ^= x >>> 16;
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  x ^= x >>> 16;
  return x >>> 0;
}

/** Derives a key from a key and a word (taken modulo 2^32). */
export function fold(key: Key, word: number): Key {
  const v = word >>> 0;
  const first = mix((key[0] ^ mix((v + goldenRatio) | 0)) >>> 0);
  const second = mix((key[1] + mix((v ^ foldSalt) >>> 0) + goldenRatio) | 0);
  return [first, second];
}

/** The 32-bit FNV-1a hash of a text's UTF-8 bytes. */
export function fnv1a32(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash ^= byte;
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}

/** The two words of a seed, low word first; the seed is taken modulo 2^64. */
export function seedWords(seed: number | bigint): Key {
  const word = BigInt.asUintN(64, BigInt(seed));
  return [Number(word & 0xffffffffn), Number(word >> 32n)];
}

/** The key of a step: the seed's words folded with the step's number modulo 2^32. */
export function baseKey(seed: Key, step: number | bigint): Key {
  return fold(seed, Number(BigInt.asUintN(32, BigInt(step))));
}

/**
 * The key of a place under a base key: folded with the hash of its path (loop indices left out), then with the index
 * of each enclosing repeat, outermost first.
 */
export function placeKey(base: Key, path: string, indices: readonly number[] = []): Key {
  return indices.reduce<Key>((key, index) => fold(key, index), fold(base, fnv1a32(path)));
}

/** The key of a place at a step: {@link placeKey} under {@link baseKey}. */
export function keyFor(
  seed: number | bigint,
  step: number | bigint,
  path: string,
  indices: readonly number[] = [],
): Key {
  return placeKey(baseKey(seedWords(seed), step), path, indices);
}

/** The random word at a counter. */
export function bits(key: Key, counter: number): number {
  return mix((mix((Math.imul(counter, goldenRatio) + key[0]) | 0) ^ key[1]) >>> 0);
}

/** The uniform number in [0, 1) at a counter: a multiple of 2^-24, exact in f32. */
export function uniform(key: Key, counter: number): number {
  return (bits(key, counter) >>> 8) * 2 ** -24;
}

/**
 * The standard normal number at an index, by Box and Muller from the uniforms at counters 2i and 2i + 1. Targets agree
 * within 1e-6.
 */
export function normal(key: Key, index: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniform(key, 2 * index)));
  return radius * Math.cos(2 * Math.PI * uniform(key, 2 * index + 1));
}
