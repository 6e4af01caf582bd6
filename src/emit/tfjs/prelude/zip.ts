/** The elements of several lists, side by side. */
export function zip<T extends readonly unknown[][]>(...lists: T): { [K in keyof T]: T[K][number] }[] {
  const count = Math.min(...lists.map((list) => list.length));
  return Array.from({ length: count }, (_, i) => lists.map((list) => list[i]) as { [K in keyof T]: T[K][number] });
}
