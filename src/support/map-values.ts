/** A record with each value replaced by what `change` makes of it and its name. */
export function mapValues<T, U>(
  record: Readonly<Record<string, T>>,
  change: (name: string, value: T) => U,
): Readonly<Record<string, U>> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(name, value)]));
}
