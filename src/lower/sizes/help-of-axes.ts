import { asNumber, constant, sameForm, type Dim } from "../../dims/dim.ts";
import type { TensorType } from "../../ir/types.ts";
import { inferOperator } from "../../graph/infer.ts";
import { operandsOf } from "../../ir/visit.ts";
import { findOperator } from "../../ops/registry.ts";
import { elementAt } from "../../support/element-at.ts";
import { inFile, textOf, type Span } from "../../support/source.ts";
import type { Context } from "../context.ts";
import { makerOf } from "../maker-of.ts";
import { checking } from "./checking.ts";
import { endOfCall } from "./end-of-call.ts";
import type { Written } from "./help-of-operands.ts";
import type { Fitting } from "./help-of-stages.ts";
import { withFurther } from "./with-further.ts";

/** The longest text that is repeated in a help, and the most places of which one is meant. */
const [longest, mostMeant] = [70, 3];

/**
 * How axes of size 1 are put in where one of two operands lacks axes of the other, and its own all stand there in the same
 * order: `w[..., None]`, or `sum(x, axis=-1, keep=true)`. Undefined where these do not do it.
 */
export function helpOfAxes(ctx: Context, operands: readonly [Written, Written], fitting: Fitting): string | undefined {
  const [a, b] = operands;
  if (operands.some(({ span }) => inFile(span).file.library === true)) return undefined;
  const isFirst = a.value.type.shape.length < b.value.type.shape.length;
  const [own, other] = isFirst ? [a, b] : [b, a];
  const fit = (type: TensorType): boolean => fitting(isFirst ? [type, other.value.type] : [other.value.type, type]);
  const text = textOf(own.span);
  const kept = keptOf(ctx, own);
  if (kept !== undefined && fit(kept)) {
    const call = withFurther(text, "keep=true");
    return `\`keep=true\` leaves an axis of size 1 where it was reduced: write \`${call}\` in place of \`${text}\`.`;
  }
  const { dtype, shape } = own.value.type;
  const meant = placements(shape, other.value.type.shape).filter((places) =>
    fit({ dtype, shape: other.value.type.shape.map((_, axis) => elementOf(shape, places.indexOf(axis))) }),
  );
  if (meant.length === 0 || meant.length > mostMeant) return undefined;
  const indices = meant.map((places) => indexOf(places, other.value.type.shape.length));
  const isShort = text.length <= longest && !text.includes("\n");
  const whole = isOperand(text) ? text : `(${text})`;
  const written = indices.map((it) => `\`${isShort ? whole : ""}${it}\``);
  const choice = written.join(" or ");
  const where = isShort ? `in place of \`${text}\`` : "behind the operand that lacks them";
  const which = meant.length > 1 ? ", by the axes that are meant" : "";
  return `\`None\` puts in the axes of size 1 that it lacks: write ${choice} ${where}${which}.`;
}

/**
 * Whether the axes of one shape meet axes of a longer one that have nothing to do with them, since it lacks some between: no
 * size meets its own, or one stands elsewhere in the other. A table of positions, `[S, D]`, is none of these.
 */
export function lacksAxes(a: readonly Dim[], b: readonly Dim[]): boolean {
  if (a.length === b.length) return false;
  const [own, other] = a.length < b.length ? [a, b] : [b, a];
  const before = other.length - own.length;
  const isMet = (axis: number): boolean => {
    const dim = own[axis - before];
    return dim !== undefined && sameForm(dim, elementAt(other, axis));
  };
  const free = other.filter((_, axis) => !isMet(axis));
  const unmet = own.filter((_, at) => !isMet(at + before));
  return unmet.length === own.length || unmet.some((dim) => free.some((it) => sameForm(it, dim)));
}

/** The type that a reduction would give which kept its axes; undefined of anything else. */
function keptOf(ctx: Context, { value, span }: Written): TensorType | undefined {
  const node = makerOf(ctx, value);
  if (node?.kind !== "operator" || !isCallOf(node.op, textOf(span), node.origin, span)) return undefined;
  const operator = findOperator(node.op);
  if (operator?.attributes["keep"] === undefined || node.attributes["keep"]?.value === true) return undefined;
  const types = operandsOf(node).map((it) => it.type);
  const attributes = { ...node.attributes, keep: { kind: "boolean", value: true } as const };
  return inferOperator(operator, types, attributes, checking(ctx))?.[0];
}

function isCallOf(op: string, text: string, origin: Span | undefined, span: Span): boolean {
  const isWhole = origin?.start === span.start && origin.end === span.end && !text.includes("\n");
  return (
    isWhole && text.length <= longest && text.startsWith(`${op}(`) && text.endsWith(")") && !/\bkeep *=/.test(text)
  );
}

/** The axes of a larger shape that those of a smaller one may be, in order: each with its own size, or of size 1. */
function placements(shape: readonly Dim[], larger: readonly Dim[], from = 0): readonly (readonly number[])[] {
  const [first, ...others] = shape;
  if (first === undefined) return [[]];
  return larger.flatMap((dim, axis) =>
    axis < from || !(asNumber(first) === 1 || sameForm(first, dim))
      ? []
      : placements(others, larger, axis + 1).map((rest) => [axis, ...rest]),
  );
}

function elementOf(shape: readonly Dim[], at: number): Dim {
  return at < 0 ? constant(1) : elementAt(shape, at);
}

/** `[:, None]`: of what stands behind the last new axis nothing is written. */
function indexOf(places: readonly number[], rank: number): string {
  const last = places.length - 1;
  const isBehind = places.every((axis, at) => axis === at);
  if (isBehind)
    return `[..., ${Array<string>(rank - last - 1)
      .fill("None")
      .join(", ")}]`;
  const all = Array.from({ length: rank }, (_, axis) => (places.includes(axis) ? ":" : "None"));
  return `[${all.slice(0, all.lastIndexOf("None") + 1).join(", ")}]`;
}

/** Whether a text may have an index behind it as it stands: a name, a call, or what parentheses are around. */
function isOperand(text: string): boolean {
  return /^[\w.]+$/.test(text) || (/^[\w.]*\(/.test(text) && endOfCall(text) === text.length);
}
