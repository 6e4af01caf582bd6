/** Seeded choices: the same seed gives the same soak. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** In 0 .. below - 1. */
  integer(below: number): number;
  pick<T>(from: readonly T[]): T;
}

/** The counter-based generator Mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (below: number): number => Math.floor(next() * below);
  return {
    next,
    integer,
    pick(from) {
      const found = from[integer(from.length)];
      if (found === undefined) throw new Error("nothing to pick from");
      return found;
    },
  };
}
