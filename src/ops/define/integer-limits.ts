import type { DType } from "../../ir/types.ts";

/**
 * The least and the greatest number of each integer type; of i64 the greatest that a double holds. `bool` is none: what
 * is not 0 is true.
 */
export const integerLimits: Readonly<Partial<Record<DType, readonly [least: number, greatest: number]>>> = {
  i8: [-128, 127],
  u8: [0, 255],
  i32: [-(2 ** 31), 2 ** 31 - 1],
  u32: [0, 2 ** 32 - 1],
  i64: [-(2 ** 63), 2 ** 63 - 1024],
};

/**
 * The ends that a cast keeps to, for what it takes may lie beyond them; undefined where an element type cannot hold
 * anything beyond. Random words, u32, wrap on purpose.
 */
export function limitsOfCast(from: DType, to: DType): readonly [least: number, greatest: number] | undefined {
  const limits = integerLimits[to];
  if (limits === undefined || from === "bool" || from === "u32" || to === "u32") return undefined;
  const given = integerLimits[from];
  return given !== undefined && given[0] >= limits[0] && given[1] <= limits[1] ? undefined : limits;
}

/** A number as a cast makes it an integer between two ends: NaN is 0, fractions are cut off towards 0. */
export function keptBetween(x: number, [least, greatest]: readonly [least: number, greatest: number]): number {
  return Number.isNaN(x) ? 0 : Math.trunc(Math.min(Math.max(x, least), greatest));
}
