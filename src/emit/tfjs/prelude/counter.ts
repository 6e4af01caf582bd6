/** A random key: two unsigned 32-bit words. */
export type Key = readonly [number, number];

/** Scrambles a 32-bit word (lowbias32). */
export function mix(word: number): number {
  let x = word;
  x ^= x >>> 16;
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  x ^= x >>> 16;
  return x >>> 0;
}

/** Derives a key from a key and a word. */
export function fold(key: Key, word: number): Key {
  const v = word >>> 0;
  const first = mix((key[0] ^ mix((v + 0x9e3779b9) | 0)) >>> 0);
  const second = mix((key[1] + mix((v ^ 0x85ebca6b) >>> 0) + 0x9e3779b9) | 0);
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

/** The uniform number in [0, 1) at a counter: a multiple of 2^-24. */
export function uniformAt(key: Key, counter: number): number {
  const bits = mix((mix((Math.imul(counter, 0x9e3779b9) + key[0]) | 0) ^ key[1]) >>> 0);
  return (bits >>> 8) * 2 ** -24;
}

/** The standard normal number at an index, by Box and Muller. */
export function normalAt(key: Key, index: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniformAt(key, 2 * index)));
  return radius * Math.cos(2 * Math.PI * uniformAt(key, 2 * index + 1));
}
