/** How many examples are drawn. */
export const count = { kind: "integer", default: 1000, min: 1 } as const;

/** What they are drawn by. */
export const seed = { kind: "integer", default: 0, min: 0 } as const;

/** An argument that is a size of at least 1, or of another number. */
export const size = <const N extends number>(otherwise: N, min = 1) =>
  ({ kind: "integer", default: otherwise, min }) as const;
