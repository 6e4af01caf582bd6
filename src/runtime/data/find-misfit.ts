import type { DType } from "../../ir/types.ts";
import { integerLimits } from "../../ops/define/integer-limits.ts";

/** Why an element type cannot hold a number. */
export type Misfit = { readonly kind: "fraction" } | { readonly kind: "range"; readonly limits: string };

const truths = [0, 1] as const;

/** The first numbers that round to infinity: half a step beyond the largest that a type holds. */
const overflows: Readonly<Partial<Record<DType, number>>> = {
  f16: 65520,
  f32: 2 ** 128 - 2 ** 103,
  bf16: 2 ** 128 - 2 ** 119,
};

/** Why an element type cannot hold a number, but for rounding of real ones; undefined where it can. */
export function findMisfit(dtype: DType, value: number): Misfit | undefined {
  const range = dtype === "bool" ? truths : integerLimits[dtype];
  if (range === undefined) {
    const limit = overflows[dtype] ?? Infinity;
    return Math.abs(value) < limit || Number.isNaN(value)
      ? undefined
      : { kind: "range", limits: `up to ${limit === Infinity ? Number.MAX_VALUE : Number(limit.toPrecision(3))}` };
  }
  const [least, most] = range;
  if (!Number.isInteger(value) && Number.isFinite(value)) return { kind: "fraction" };
  const limits = dtype === "i64" ? "-2^63 to 2^63 - 1" : `${least} to ${most}`;
  return value >= least && value <= most ? undefined : { kind: "range", limits };
}
