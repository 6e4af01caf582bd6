/** What batches add up to, as a checkpoint has it. */
export interface Sums {
  /** Weighted by examples. */
  readonly loss: number;
  readonly examples: number;
  /** Of each metric what it adds up, by name: one number, or all elements row by row. */
  readonly metrics: readonly Readonly<Record<string, number | number[]>>[];
}

/** What batches add up to, in a row: the loss weighted by examples, then all that metrics add up. */
export interface Totals {
  readonly totals: readonly number[];
  readonly examples: number;
}

/** What each metric adds up, by name, and how many numbers that is. */
export type Accumulators = readonly Readonly<Record<string, number>>[];

/** Places in a row of which metrics want the largest or the smallest number of all batches, rather than the sum. */
export type Extremes = readonly { readonly from: number; readonly size: number; readonly of: "max" | "min" }[];

/** Adds up batches, from where it had come: the loss, which comes first, weighted by examples, and what metrics add up. */
export function runningSums<Figures>(
  figures: (sums: readonly number[]) => Figures,
  extremes: Extremes = [],
  before: Totals = { totals: [], examples: 0 },
): {
  add: (sums: readonly number[], examples: number) => void;
  figures: () => Figures;
  totals: () => Totals;
} {
  let { totals, examples } = before;
  return {
    add: (sums, count) => {
      const weighted = sums.map((sum, i) => (i === 0 ? sum * count : sum));
      totals = weighted.map((sum, i) => {
        const extreme = extremes.find(({ from, size }) => from <= i && i < from + size);
        return extreme === undefined ? (totals[i] ?? 0) + sum : Math[extreme.of](totals[i] ?? sum, sum);
      });
      examples += count;
    },
    figures: () => figures(totals.map((total, i) => (i === 0 ? total / examples : total))),
    totals: () => ({ totals, examples }),
  };
}

/** Totals by their names. */
export function sumsOf({ totals, examples }: Totals, accumulators: Accumulators): Sums {
  const [loss = NaN, ...rest] = totals;
  const metrics = accumulators.map((sizes) =>
    Object.fromEntries(
      Object.entries(sizes).map(([name, size]) => {
        const numbers = rest.splice(0, size);
        return [name, size === 1 ? (numbers[0] ?? NaN) : numbers] as const;
      }),
    ),
  );
  return { loss, examples, metrics };
}

/** Sums in a row; throws where they are of other metrics. */
export function totalsOf({ loss, examples, metrics }: Sums, accumulators: Accumulators): Totals {
  const fits = (sizes: Readonly<Record<string, number>>, i: number): boolean =>
    Object.entries(sizes).every(([name, size]) => [metrics[i]?.[name] ?? []].flat().length === size);
  if (metrics.length !== accumulators.length || !accumulators.every(fits)) {
    throw new Error("the model's fitting has figures of other metrics: model.fitting = { waited: 0 } begins anew");
  }
  const rest = accumulators.flatMap((sizes, i) => Object.keys(sizes).flatMap((name) => metrics[i]?.[name] ?? []));
  return { totals: [loss, ...rest], examples };
}
