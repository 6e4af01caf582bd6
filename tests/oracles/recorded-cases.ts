import { functionCases } from "./function-cases.ts";
import type { PeerCase } from "./peer-case.ts";
import { peerCases } from "./peer-cases.ts";

/** Where what the others gave is kept: a number for each of these cases, so that the suite needs no Python. */
export const recordPath = "tests/std/peer-figures.json";

/** One case of each layer and each of the others, by both: the last, which has options. Functions have figures of their own. */
export const recordedCases: ReadonlyMap<string, PeerCase> = new Map(
  peerCases.filter((it) => !functionCases.includes(it)).map((it) => [`${it.of}, ${it.from}`, it]),
);

/** All results and gradients of a case as one number, to which each adds with a weight of its own. */
export function fingerprint(results: readonly ArrayLike<number>[]): number {
  const numbers = results.flatMap((it) => Array.from(it));
  return numbers.reduce((sum, it, at) => sum + it * Math.cos(1 + at * 0.7), 0);
}
