import type { PrecisionSpec } from "../ir/program.ts";
import type { CallSchema } from "../ir/settings.ts";
import { required } from "../support/fault.ts";

/** In what a training computes: its arguments, and the type of 16 bits for products, where it has one. */
interface Precision {
  readonly settings: CallSchema;
  readonly half?: PrecisionSpec["half"];
}

/**
 * What `precision` may be. Mixed ones compute sums of products in 16 bits, and all else in 32: parameters and what
 * optimizers remember, statistics, reductions, norms, losses.
 */
const precisions: Readonly<Record<string, Precision>> = {
  f32: { settings: {} },
  mixed_bf16: { settings: {}, half: "bf16" },
};

/** What the arguments of each precision may be. */
export const precisionTable: Readonly<Record<string, CallSchema>> = Object.fromEntries(
  Object.entries(precisions).map(([name, { settings }]) => [name, settings]),
);

/** What a precision of the table means; undefined of `f32`, which changes nothing. */
export function precisionOf(kind: string): PrecisionSpec | undefined {
  const { half } = required(precisions[kind], `the precision ${kind}`);
  return half && { kind, half };
}
