import { elementAt } from "../../support/element-at.ts";
import { scaleOf } from "./scale-of.ts";

/** How far one column tells another: by which measure, and how much of 1. */
export interface Association {
  /**
   * `r`: Pearson's correlation of two columns of numbers. `eta`: the root of the share of a number's variance that lies
   * between the groups of the other column. `V`: Cramér's V of two columns of groups.
   */
  readonly measure: "r" | "eta" | "V";
  readonly value: number;
}

/** A column as far as it is compared: numbers, or the numbers of groups. NaN is what is missing. */
export interface Compared {
  readonly kind: "numbers" | "groups";
  readonly values: ArrayLike<number>;
}

/** So many rows to a group say something of it. */
const rowsOfGroup = 5;

/**
 * How far two columns tell each other, over the rows in which both have a value; undefined where one is the same in all of
 * them, or has so many groups that rows cannot be compared.
 */
export function associate(a: Compared, b: Compared): Association | undefined {
  const pairs = pairsOf(a, b);
  if (a.kind === "numbers" && b.kind === "numbers") return named("r", pearson(pairs));
  if (a.kind === "groups" && b.kind === "groups") return named("V", cramersV(pairs));
  const [groups, numbers] = a.kind === "groups" ? [pairs.a, pairs.b] : [pairs.b, pairs.a];
  return named("eta", eta({ a: groups, b: numbers }));
}

const named = (measure: Association["measure"], value: number | undefined): Association | undefined =>
  value === undefined || Number.isNaN(value) ? undefined : { measure, value };

interface Pairs {
  readonly a: Float64Array;
  readonly b: Float64Array;
}

/** What two columns hold in the rows in which both have a value, numbers in a scale of their own. */
function pairsOf(a: Compared, b: Compared): Pairs {
  const rows = Int32Array.from({ length: a.values.length }, (_, row) => row).filter(
    (row) => !Number.isNaN(elementAt(a.values, row)) && !Number.isNaN(elementAt(b.values, row)),
  );
  const valuesOf = ({ kind, values }: Compared): Float64Array => {
    const some = Float64Array.from(rows, (row) => elementAt(values, row));
    if (kind === "groups") return some;
    const scale = scaleOf(some);
    return some.map((it) => it / scale);
  };
  return { a: valuesOf(a), b: valuesOf(b) };
}

const meanOf = (values: Float64Array): number => values.reduce((sum, it) => sum + it, 0) / values.length;

function pearson({ a, b }: Pairs): number | undefined {
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  let [both, squaresA, squaresB] = [0, 0, 0];
  for (const [row, it] of a.entries()) {
    const [x, y] = [it - meanA, elementAt(b, row) - meanB];
    both += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  return squaresA === 0 || squaresB === 0 ? undefined : both / Math.sqrt(squaresA * squaresB);
}

function eta({ a: groups, b: numbers }: Pairs): number | undefined {
  const sums = new Map<number, { count: number; sum: number }>();
  const mean = meanOf(numbers);
  for (const [row, group] of groups.entries()) {
    const { count, sum } = sums.get(group) ?? { count: 0, sum: 0 };
    sums.set(group, { count: count + 1, sum: sum + (elementAt(numbers, row) - mean) });
  }
  const all = numbers.reduce((sum, it) => sum + (it - mean) ** 2, 0);
  if (all === 0 || sums.size < 2 || sums.size * rowsOfGroup > numbers.length) return undefined;
  const between = [...sums.values()].reduce((total, { count, sum }) => total + sum ** 2 / count, 0);
  return Math.sqrt(Math.min(1, between / all));
}

function cramersV({ a, b }: Pairs): number | undefined {
  const [rows, columns] = [countsOf(a), countsOf(b)];
  const groups = Math.min(rows.size, columns.size);
  if (groups < 2 || Math.max(rows.size, columns.size) * rowsOfGroup > a.length) return undefined;
  const cells = new Map<number, Map<number, number>>();
  for (const [at, it] of a.entries()) {
    const row = cells.get(it) ?? new Map<number, number>();
    cells.set(it, row);
    const column = elementAt(b, at);
    row.set(column, (row.get(column) ?? 0) + 1);
  }
  let chi = 0;
  for (const [row, inRow] of rows) {
    for (const [column, inColumn] of columns) {
      const expected = (inRow * inColumn) / a.length;
      chi += ((cells.get(row)?.get(column) ?? 0) - expected) ** 2 / expected;
    }
  }
  return Math.sqrt(Math.min(1, chi / (a.length * (groups - 1))));
}

function countsOf(groups: Float64Array): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const it of groups) counts.set(it, (counts.get(it) ?? 0) + 1);
  return counts;
}
