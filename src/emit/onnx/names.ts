/** Gives out names that are unique in a model, subgraphs included, and readable: `base`, `base_1`, `base_2`. */
export interface Names {
  fresh(base: string): string;
}

/** Names of which those in `reserved` are kept for what must be called so. */
export function createNames(reserved: Iterable<string>): Names {
  const taken = new Set(reserved);
  const next = new Map<string, number>();
  return {
    fresh(base) {
      let name = base;
      let count = next.get(base) ?? 0;
      while (taken.has(name)) {
        count += 1;
        name = `${base}_${count}`;
      }
      next.set(base, count);
      taken.add(name);
      return name;
    },
  };
}
