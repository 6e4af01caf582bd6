import { decide } from "../dims/decide.ts";
import { constant, formatDim, type Dim } from "../dims/dim.ts";
import { equal } from "../dims/facts.ts";
import type { Value } from "../ir/graph.ts";
import type { TensorType } from "../ir/types.ts";
import { elementAt } from "../support/element-at.ts";
import { isFloat } from "../ops/define/dtype-class.ts";
import { textOf, type Span } from "../support/source.ts";
import type { ScanExpression } from "../syntax/ast/loops.ts";
import { building } from "./building.ts";
import { findLocal, report, type Context } from "./context.ts";
import { asTensor } from "./convert.ts";
import { factsIn } from "./minima.ts";
import { formatType } from "./values.ts";

/** Where the examples of a scan end, each at a length of its own. */
export interface Until {
  /** Whether an example has a step, bool[T, B]. */
  readonly steps: Value;
  readonly batch: Dim;
  readonly lengths: Span;
}

/**
 * The lengths that end a scan along an axis of size `length`; "none" where it has no `until`, or that names an input which
 * is left out. Undefined after a report.
 */
export function lowerUntil(ctx: Context, { until }: ScanExpression, length: Dim): Until | "none" | undefined {
  if (until === undefined) return "none";
  const local = until.kind === "reference" ? findLocal(ctx.scope, until.text) : undefined;
  if (local?.kind === "absent" && local.what === "input") return "none";
  const val = asTensor(ctx, ctx.elaborator.rules.expression(ctx, until), until.span);
  if (val === undefined) return undefined;
  const { dtype, shape } = val.value.type;
  const [batch] = shape;
  if ((dtype !== "i32" && dtype !== "i64") || batch === undefined || shape.length > 1) {
    const help =
      isFloat(dtype) && shape.length === 1 ? { help: `Convert them: \`cast(${textOf(until.span)}, i32)\`.` } : {};
    report(ctx, "MC3098", until.span, { found: formatType(val.value.type) }, help);
    return undefined;
  }
  const steps = building(ctx, (b) => b.op("steps_within", [val.value], { size: length }));
  return { steps, batch, lengths: until.span };
}

/** Whether a value has one part for each example whose length ends the scan; false after a report. */
export function isOfExamples(ctx: Context, until: Until, what: string, type: TensorType, span: Span): boolean {
  const [first] = type.shape;
  if (first !== undefined && decide(equal(first, until.batch), factsIn(ctx)).verdict === "proved") return true;
  report(
    ctx,
    "MC3099",
    span,
    { what, found: formatType(type), batch: formatDim(until.batch) },
    { labels: [{ span: until.lengths, message: "one length for each example" }] },
  );
  return false;
}

/** A value at the steps that an example has, and another at those beyond its length. */
export function withinLength(ctx: Context, there: Value, value: Value, beyond: Value | "zeros"): Value {
  if (beyond !== "zeros" && beyond.id === value.id) return value;
  const { dtype, shape } = value.type;
  return building(ctx, (b) => {
    const axes = [elementAt(there.type.shape, 0), ...shape.slice(1).map(() => constant(1))];
    const condition = shape.length === 1 ? there : b.reshape(there, axes);
    return b.where(condition, value, beyond === "zeros" ? b.scalar(0, dtype) : beyond);
  });
}
