import { formatCount } from "./format-figures.ts";

/** `1 row`, `1,000 rows`: so many of something, which is given in the plural of a plain `s`. */
export function formatAmount(count: number, things: string): string {
  return `${formatCount(count)} ${count === 1 ? things.replace(/s$/, "") : things}`;
}
