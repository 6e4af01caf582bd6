/** Settings of the parameters whose paths match; of several, the last one counts. */
export interface Group {
  readonly pattern: RegExp;
  readonly frozen?: boolean;
  readonly decay?: number;
  readonly scale?: number;
}

/** What the groups say of a path. */
export function settingsOf(
  groups: readonly Group[],
  path: string,
): { frozen?: boolean; decay?: number; scale?: number } {
  const matching = groups.filter(({ pattern }) => pattern.test(`${path}.`));
  return Object.assign({}, ...matching);
}
