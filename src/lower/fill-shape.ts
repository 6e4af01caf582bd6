import { asNumber, divideExactly, product, type Dim } from "../dims/dim.ts";
import type { TensorType } from "../ir/types.ts";
import type { Span } from "../support/source.ts";
import { report, type Context } from "./context.ts";
import { shapeChecker } from "./shape-checker.ts";
import { formatType } from "./values.ts";

/** Whether a dim of a written shape is the -1 that stands for what is left. */
export function isRest(dim: Dim): boolean {
  return asNumber(dim) === -1;
}

/** A shape with its -1 replaced by what the others leave of a tensor's elements, proved exact; undefined after a report. */
export function fillShape(
  ctx: Context,
  shape: readonly Dim[],
  of: TensorType | undefined,
  span: Span,
): readonly Dim[] | undefined {
  const others = shape.filter((it) => !isRest(it));
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
  return shape.map((it) => (isRest(it) ? rest : it));
}
