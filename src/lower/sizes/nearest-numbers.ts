/** How far away numbers are looked for. */
const farthest = 512;

/** The nearest numbers below and above one that something is true of, from 1 on. */
export function nearestNumbers(value: number, isRight: (value: number) => boolean): readonly number[] {
  const distances = Array.from({ length: farthest }, (_, index) => index + 1);
  const nearest = [-1, 1].map((side) => distances.map((it) => value + side * it).find((it) => it >= 1 && isRight(it)));
  return nearest.filter((it) => it !== undefined);
}

/** `5 or 10` */
export function eitherOf(numbers: readonly number[]): string {
  return numbers.join(" or ");
}
