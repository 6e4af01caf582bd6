import { findTopLevel } from "../analyze/program.ts";
import { asNumber, sameForm, variablesOf, type Dim } from "../dims/dim.ts";
import type { TensorType } from "../ir/types.ts";
import type { Expression } from "../syntax/ast.ts";
import { findLocal, report, type Context } from "./context.ts";
import { asInteger } from "./convert.ts";
import { describe, formatType } from "./values.ts";

/** What a person may mean where a number is no axis, where that is known. */
interface MeantOtherwise {
  readonly help?: string;
}

/** The axes that a list, a name or a number means for a tensor; undefined after a report. */
export function resolveAxes(
  ctx: Context,
  e: Expression,
  type: TensorType,
  meant: MeantOtherwise = {},
): readonly number[] | undefined {
  const elements = e.kind === "list" || e.kind === "tuple" ? e.elements : [e];
  const axes = elements.map((it) => resolveAxis(ctx, it, type, 0, meant));
  return axes.every((it) => it !== undefined) ? axes : undefined;
}

/**
 * The axis that a name (`T`) or a number (`-1`) means for a tensor: names are those of the block as written. `extra`
 * is 1 where a new axis may come last. Undefined after a report.
 */
export function resolveAxis(
  ctx: Context,
  e: Expression,
  type: TensorType,
  extra = 0,
  meant: MeantOtherwise = {},
): number | undefined {
  const inner = e.kind === "parenthesized" ? e.inner : e;
  if (inner.kind === "reference") {
    const meaning = findLocal(ctx.scope, inner.text);
    const byLabel = axesWhere(type, (it) => it.label === inner.text);
    if (byLabel.length > 0) return oneAxis(ctx, byLabel, inner, type);
    if (meaning?.kind === "dim" && asNumber(meaning.dim) === undefined && variablesOf(meaning.dim).size > 0) {
      const byForm = axesWhere(type, (it) => sameForm(it, meaning.dim));
      if (byForm.length > 0) return oneAxis(ctx, byForm, inner, type);
    }
    if (meaning?.kind === "dim" && asNumber(meaning.dim) !== undefined) {
      // An axis that lost its name on the way is told by its size, where no other has that.
      const bySize = axesWhere(type, (it) => it.label === undefined && sameForm(it, meaning.dim));
      if (bySize.length > 0) return oneAxis(ctx, bySize, inner, type);
    }
    // A name that means nothing at all was reported when the file was loaded.
    if (meaning === undefined && /^[A-Z]/.test(inner.text) && findTopLevel(ctx.file, inner.text) === undefined)
      return undefined;
    if (meaning === undefined || meaning.kind === "dim") {
      const names = type.shape.flatMap((it) => it.label ?? []);
      report(
        ctx,
        "MC3013",
        e.span,
        { name: inner.text, problem: "no axis", type: formatType(type) },
        {
          help:
            names.length === 0
              ? "Its axes have no names here: count them, as in `axis=-1`."
              : `Its axes with names are ${names.join(", ")}; others are counted, as in \`axis=-1\`.`,
          // A name that stands for nothing is told as that.
          unlessWrong: e.span,
        },
      );
      return undefined;
    }
  }
  const val = ctx.elaborator.rules.expression(ctx, e, { integer: true });
  if (meant.help !== undefined && val.kind === "number" && !val.integer) {
    report(ctx, "MC3008", e.span, { expected: "an axis must be a whole number", actual: describe(val) }, meant);
    return undefined;
  }
  const axis = asInteger(ctx, val, e.span, "an axis");
  if (axis === undefined) return undefined;
  const rank = type.shape.length + extra;
  const counted = axis < 0 ? axis + rank : axis;
  if (counted >= 0 && counted < rank) return counted;
  report(ctx, "MC3014", e.span, { axis: String(axis), rank: String(type.shape.length), type: formatType(type) }, meant);
  return undefined;
}

function axesWhere(type: TensorType, fits: (dim: Dim) => boolean): readonly number[] {
  return type.shape.flatMap((it, axis) => (fits(it) ? [axis] : []));
}

function oneAxis(
  ctx: Context,
  axes: readonly number[],
  e: Expression & { readonly kind: "reference" },
  type: TensorType,
): number | undefined {
  const [axis, ...others] = axes;
  if (others.length === 0) return axis;
  report(
    ctx,
    "MC3013",
    e.span,
    { name: e.text, problem: `${String(axes.length)} axes`, type: formatType(type) },
    {
      help: `Count the axis that you mean: ${axes.map((it) => `\`axis=${String(it)}\``).join(" or ")}.`,
    },
  );
  return undefined;
}
