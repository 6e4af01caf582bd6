import { foldKey, placeKey, stepKey, type RandomKey } from "./random.ts";

/** Where in the network a random number is drawn: its key depends on the seed, the step and this alone. */
export interface Place {
  readonly base: RandomKey;
  readonly path: string;
  /** Indices of the repeats around it, outermost first. */
  readonly indices: readonly number[];
}

/** The network itself, at a step of training. */
export function placeAt(seed: number, step: number): Place {
  return { base: stepKey(seed, step), path: "", indices: [] };
}

/** The network itself, as one of several steps runs it that a training takes at once: each has its own draws. */
export function placeIn(seed: number, step: number, name: string): Place {
  return { base: placeKey(stepKey(seed, step), name), path: "", indices: [] };
}

/** A block within a place; `indices` say which one of each repeat. */
export function within(place: Place, path: string, ...indices: number[]): Place {
  return {
    base: place.base,
    path: place.path === "" ? path : `${place.path}.${path}`,
    indices: [...place.indices, ...indices],
  };
}

/** A place at one step of a scan around it: each has its own draws. */
export function atStep(place: Place, step: number): Place {
  return { ...place, base: foldKey(place.base, step) };
}

/** The random key of a place. */
export function keyAt(place: Place): RandomKey {
  return placeKey(place.base, place.path, place.indices);
}
