import type { Examples } from "./dataset.ts";

/** The rows of the source that the examples of a split are, in the order in which they are addressed. */
export const rowsOf = ({ count, rowOf, rows }: Pick<Examples, "count" | "rowOf" | "rows">): Int32Array =>
  rows ?? Int32Array.from({ length: count }, (_, at) => rowOf?.(at) ?? at);
