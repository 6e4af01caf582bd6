/** Gives out names that do not repeat within a scope. */
export interface NameScope {
  /** The wanted name, or the first of its numbered relatives that is free. */
  take(wanted: string): string;
  /** Gives a name back that came to no use. */
  readonly release: (name: string) => void;
  /** Whether a name can no longer be had. */
  readonly has: (name: string) => boolean;
  /** Whether a name was given out, or taken from the start. */
  readonly taken: (name: string) => boolean;
}

/**
 * A scope in which `taken` names are used already, as are those that are `elsewhere`, and `reserved` words are no names.
 */
export function createNameScope(
  taken: Iterable<string>,
  reserved: ReadonlySet<string>,
  elsewhere: (name: string) => boolean = () => false,
): NameScope {
  const used = new Set(taken);
  const isTaken = (name: string): boolean => used.has(name) || elsewhere(name);
  const free = (name: string): boolean => !isTaken(name) && !reserved.has(name);
  return {
    take: (wanted) => {
      const base = /^[A-Za-z_$]/.test(wanted) ? wanted.replace(/[^\w$]/g, "_") : `_${wanted.replace(/[^\w$]/g, "_")}`;
      let name = base;
      for (let number = 2; !free(name); number++) name = `${base}${/\d$/.test(base) ? "_" : ""}${number}`;
      used.add(name);
      return name;
    },
    release: (name) => void used.delete(name),
    has: (name) => !free(name),
    taken: isTaken,
  };
}
