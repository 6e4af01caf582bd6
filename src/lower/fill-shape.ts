import { divideExactly, product, type Dim } from "../dims/dim.ts";
import type { TensorType } from "../ir/types.ts";
import { elementAt } from "../support/element-at.ts";
import type { Span } from "../support/source.ts";
import { report, type Context } from "./context.ts";
import { shapeChecker } from "./shape-checker.ts";
import { formatType, type Val } from "./values.ts";

/** Whether an element of a new shape is the -1 that stands for what is left. */
export function isRest(val: Val): boolean {
  return val.kind === "number" && val.rest === true;
}

/**
 * A shape, made of `vals`, with its -1 replaced by what the others leave of a tensor's elements, proved exact; undefined
 * after a report.
 */
export function fillShape(
  ctx: Context,
  shape: readonly Dim[],
  vals: readonly Val[],
  of: TensorType | undefined,
  span: Span,
): readonly Dim[] | undefined {
  const isRestAt = (axis: number): boolean => isRest(elementAt(vals, axis));
  const others = shape.filter((_, axis) => !isRestAt(axis));
  const count = shape.length - others.length;
  if (count > 1) {
    report(ctx, "MC3080", span, { count: String(count) });
    return undefined;
  }
  // A shape that is bound before the tensor is known is filled where it is used.
  if (count === 0 || of === undefined) return shape;
  const [divisor, dividend] = [product(others), product(of.shape)];
  const what = `the \`-1\` in a shape for ${formatType(of)}`;
  if (!shapeChecker(ctx, span, () => []).divides(divisor, dividend, what)) return undefined;
  const rest = divideExactly(dividend, divisor);
  return shape.map((it, axis) => (isRestAt(axis) ? rest : it));
}
