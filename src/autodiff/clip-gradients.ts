import type { Value } from "../ir/graph.ts";
import type { ClipSpec } from "../ir/program.ts";
import type { CallSchema } from "../ir/settings.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";
import { required } from "../support/fault.ts";
import { sumOfSquares } from "./sum-of-squares.ts";

/** One way of limiting the size of gradients. */
export interface Clipping {
  /** What is added up over all gradients first, an f32 scalar, where the limit is one for all of them. */
  readonly measure?: (b: GraphBuilder, gradient: Value) => Value;
  readonly limit: (input: ClippingInput) => Value;
}

/** What one gradient's clipping works with. */
export interface ClippingInput {
  readonly b: GraphBuilder;
  readonly gradient: Value;
  readonly limit: number;
  /** The sum of what was measured. */
  readonly total: Value | undefined;
  /** Gives a value the name that it has where people read the update. */
  readonly named: (name: string, value: Value) => Value;
}

/**
 * All ways of clipping: `global_norm` scales all gradients by limit / max(norm of all, limit), `norm` each by its own
 * norm, `value` clips every element to -limit..limit.
 */
export const clippings: Readonly<Record<string, Clipping>> = {
  global_norm: { measure: sumOfSquares, limit: (input) => scaleTo(input, required(input.total, "sum of all squares")) },
  norm: { limit: (input) => scaleTo(input, sumOfSquares(input.b, input.gradient)) },
  value: { limit: ({ b, gradient, limit }) => b.op("clip", [gradient], { min: -limit, max: limit }) },
};

/** What the arguments of each way of clipping may be. */
export const clipTable: Readonly<Record<string, CallSchema>> = Object.fromEntries(
  Object.keys(clippings).map((name) => [name, { limit: { kind: "number", above: 0 } }]),
);

/** The way of clipping that a program names. */
export function clippingOf({ kind }: ClipSpec): Clipping {
  return required(clippings[kind], `the way of clipping ${kind}`);
}

/** Gradients with their size limited. */
export function clipGradients(
  b: GraphBuilder,
  clip: ClipSpec | undefined,
  gradients: readonly Value[],
): readonly Value[] {
  if (clip === undefined || gradients.length === 0) return gradients;
  const { measure, limit } = clippingOf(clip);
  const total = measure && gradients.map((it) => measure(b, it)).reduce((sum, it) => b.add(sum, it));
  const named = (_: string, value: Value): Value => value;
  return gradients.map((gradient) => limit({ b, gradient, limit: clip.limit, total, named }));
}

/** A gradient times limit / max(norm, limit). */
function scaleTo({ b, gradient, limit, named }: ClippingInput, squares: Value): Value {
  const bound = b.scalar(limit);
  const factor = named("factor", b.div(bound, b.op("maximum", [named("norm", b.op("sqrt", [squares])), bound])));
  return b.mul(gradient, b.cast(factor, gradient.type.dtype));
}
