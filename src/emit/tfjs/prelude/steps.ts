/** Whether a path fits one of some patterns. */
export function matchesAny(patterns: readonly RegExp[], path: string): boolean {
  return patterns.some((pattern) => pattern.test(`${path}.`));
}

/** What is frozen from some step of a training on, until the next phase. */
export interface Phase {
  readonly from: { readonly epochs: number } | { readonly steps: number };
  readonly frozen: readonly RegExp[];
}

/** The number of the phase that a step of a training is in, `perEpoch` steps being a pass. */
export function phaseAt(phases: readonly Phase[], step: number, perEpoch: number): number {
  return phases.filter(({ from }) => step >= ("steps" in from ? from.steps : from.epochs * perEpoch)).length - 1;
}

/** Those of some slots whose parameters learn in a phase. */
export function learningIn<S extends { readonly path: string }>(
  slots: readonly S[],
  phases: readonly Phase[],
  phase: number,
): S[] {
  const frozen = phases[phase]?.frozen ?? [];
  return slots.filter(({ path }) => !matchesAny(frozen, path));
}

/**
 * What the steps of a training measured of a batch, in one list: the loss of the one that leads, the sum and the count of
 * each other loss, the sums and counts of metrics.
 */
export function joinedSums(
  examples: number,
  [loss = NaN, ...metrics]: readonly number[],
  others: readonly (readonly number[] | undefined)[],
): number[] {
  const losses = others.flatMap((sums) => (sums === undefined ? [0, 0] : [(sums[0] ?? NaN) * examples, examples]));
  return [loss, ...losses, ...metrics];
}
