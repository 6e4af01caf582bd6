import { fnv1a32, fold, type Key } from "./counter.ts";

/** Where in the network a random number is drawn: its key depends on the seed, the step and this alone. */
export interface Place {
  readonly base: Key;
  readonly path: string;
  /** Indices of the repeats around it, outermost first. */
  readonly indices: readonly number[];
}

/** The network itself, at a step of training. */
export function placeAt(seed: number, step: number): Place {
  const low = seed % 2 ** 32;
  const words: Key = [low, ((seed - low) / 2 ** 32) % 2 ** 32];
  return { base: fold(words, step % 2 ** 32), path: "", indices: [] };
}

/** A block within a place; `index` says which one of a repeat. */
export function within(place: Place, path: string, index?: number): Place {
  return {
    base: place.base,
    path: place.path === "" ? path : `${place.path}.${path}`,
    indices: index === undefined ? place.indices : [...place.indices, index],
  };
}

/** The random key of a place. */
export function keyAt(place: Place): Key {
  return place.indices.reduce<Key>(fold, fold(place.base, fnv1a32(place.path)));
}
