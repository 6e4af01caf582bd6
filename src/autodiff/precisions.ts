import type { PrecisionSpec, SettingValue } from "../ir/program.ts";
import { typedValues, type CallSchema } from "../ir/settings.ts";
import { required } from "../support/fault.ts";

/** In what a training computes: its arguments, and the type of 16 bits for products, where it has one. */
interface Precision {
  readonly settings: CallSchema;
  readonly half?: PrecisionSpec["half"];
}

/** What is said of a loss scale; the defaults are Keras'. */
const scaling = {
  scale: { kind: "number", default: 2 ** 15, above: 0 },
  growth: { kind: "integer", default: 2000, min: 1, max: 2 ** 31 - 1 },
} as const satisfies CallSchema;

/**
 * What `precision` may be. Mixed ones compute sums of products in 16 bits, and all else in 32: parameters and what
 * optimizers remember, statistics, reductions, norms, losses. f16 has 5 bits of exponent, too few for most gradients.
 */
const precisions: Readonly<Record<string, Precision>> = {
  f32: { settings: {} },
  mixed_f16: { settings: scaling, half: "f16" },
  mixed_bf16: { settings: {}, half: "bf16" },
};

/** What the arguments of each precision may be. */
export const precisionTable: Readonly<Record<string, CallSchema>> = Object.fromEntries(
  Object.entries(precisions).map(([name, { settings }]) => [name, settings]),
);

/** What a precision of the table means with its arguments; undefined of `f32`, which changes nothing. */
export function precisionOf(kind: string, values: Readonly<Record<string, SettingValue>>): PrecisionSpec | undefined {
  const { half, settings } = required(precisions[kind], `the precision ${kind}`);
  if (half === undefined) return undefined;
  return { kind, half, ...(settings === scaling && { scaling: typedValues(scaling, values) }) };
}
