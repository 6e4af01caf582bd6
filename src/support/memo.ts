/** A value that is kept, with those that were asked for while it was made. */
interface Kept {
  /** The last run that needed it. */
  run: number;
  readonly asked: ReadonlySet<Kept>;
}

/** On whose behalf values are asked for: that of a run, or of a value that is being made. */
export interface Asker {
  readonly asked: Set<Kept>;
}

/** Somebody who asks. */
export function createAsker(): Asker {
  return { asked: new Set() };
}

/** Values of one kind by key. A key says all that a value depends on, so what was made once is never made otherwise. */
export interface Table<T> {
  /** The value of a key, made where there is none; `make` asks for others on behalf of it. */
  of(asker: Asker, key: string, make: (asker: Asker) => T): T;
}

/** Tables whose values outlive one run, as one check of a text that is being edited. */
export interface Memo {
  table<T>(name: string): Table<T>;
  /** The number of an object, the same for the same object: keys are made of them. */
  idOf(object: object): number;
  /**
   * Works with the tables, then forgets what was not needed; tells which values were made, by table and key.
   */
  run<T>(work: (asker: Asker) => T): { readonly result: T; readonly made: readonly (readonly [string, string])[] };
}

/** An empty memo. */
export function createMemo(): Memo {
  const tables: Map<string, Kept>[] = [];
  const ids = new WeakMap<object, number>();
  let lastId = 0;
  let current = 0;
  let made: (readonly [string, string])[] = [];
  const keep = (kept: Kept): void => {
    if (kept.run === current) return;
    kept.run = current;
    for (const it of kept.asked) keep(it);
  };
  return {
    table<T>(name: string): Table<T> {
      const entries = new Map<string, Kept & { readonly value: T }>();
      tables.push(entries);
      return {
        of(asker, key, make) {
          let kept = entries.get(key);
          if (kept === undefined) {
            made.push([name, key]);
            const inner = createAsker();
            kept = { run: current, asked: inner.asked, value: make(inner) };
            entries.set(key, kept);
          } else keep(kept);
          asker.asked.add(kept);
          return kept.value;
        },
      };
    },
    idOf(object) {
      const known = ids.get(object);
      if (known !== undefined) return known;
      lastId += 1;
      ids.set(object, lastId);
      return lastId;
    },
    run(work) {
      current += 1;
      made = [];
      const result = work(createAsker());
      for (const entries of tables) {
        for (const [key, { run }] of entries) if (run !== current) entries.delete(key);
      }
      return { result, made };
    },
  };
}
