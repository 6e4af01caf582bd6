import type { Label } from "../diagnostics/diagnostic.ts";
import { asNumber, formatDim, type Dim } from "../dims/dim.ts";
import { textOf, type Span } from "../support/source.ts";
import { report, type Context, type Frame } from "./context.ts";

/** Where broadcasting adds an axis, and a dim so meets itself: `[B, 1]` and `[B]` become `[B, B]`. */
export interface Crossing {
  readonly span: Span;
  readonly left: CrossingSide;
  readonly right: CrossingSide;
  readonly dim: Dim;
}

interface CrossingSide {
  readonly shape: readonly Dim[];
  /** Its text, where it is an operand as it was written. */
  readonly span: Span | undefined;
}

/** Reports a crossing, an error in a section and a warning in a model, and keeps it for what calls this function. */
export function noteCrossing(ctx: Context, it: Crossing): void {
  ctx.unit.crossings.push(it);
  reportCrossing(ctx, it);
}

/**
 * Takes over the crossings of a function that is called, `frame` being the call. A function that a model used first was
 * lowered there, with a warning: in a section the same is an error.
 */
export function adoptCrossings(ctx: Context, frame: Frame, crossings: readonly Crossing[]): void {
  ctx.unit.crossings.push(...crossings);
  if (!inSection(frame)) return;
  for (const it of crossings) reportCrossing({ ...ctx, frame }, it);
}

function inSection(frame: Frame): boolean {
  return frame.parent === undefined ? frame.section === true : inSection(frame.parent);
}

function reportCrossing(ctx: Context, { span, left, right, dim }: Crossing): void {
  const [long, short] = left.shape.length > right.shape.length ? [left, right] : [right, left];
  const added = long.shape.length - short.shape.length;
  const result = long.shape.map((it, axis) => (asNumber(it) === 1 ? (short.shape[axis - added] ?? it) : it));
  const labels = [left, right].flatMap((it): readonly Label[] =>
    it.span === undefined ? [] : [{ span: it.span, message: `this is ${formatShape(it.shape)}` }],
  );
  const section = inSection(ctx.frame);
  report(
    ctx,
    section ? "MC3045" : "MC3046",
    span,
    {
      left: formatShape(left.shape),
      right: formatShape(right.shape),
      result: formatShape(result),
      dim: formatDim(dim),
    },
    { labels, help: helpFor(long, short) },
  );
}

/** What to write for one of each, and what for every pair. */
function helpFor(long: CrossingSide, short: CrossingSide): string {
  if (long.span === undefined || short.span === undefined)
    return "Give both one rank, with an axis of 1 where each is to meet every other, or drop the axis of 1.";
  const [wide, narrow] = [long, short].map((it) => textOfSide(it));
  const last = long.shape.slice(short.shape.length);
  const kept = short.shape.map(() => ":");
  const added = last.map(() => "None");
  const ways = [`add one to the other (\`${narrow}[${[...kept, ...added].join(", ")}]\`)`];
  if (last.every((it) => asNumber(it) === 1)) {
    ways.unshift(`drop the last axis (\`${wide}[${[...kept, ...last.map(() => "0")].join(", ")}]\`)`);
  }
  const pairs = `${narrow}[${[...added, ...kept].join(", ")}]`;
  return `To take them one by one, ${ways.join(", or ")}. Where every pair is meant, say so with an axis of 1 (\`${pairs}\`): between shapes of one rank nothing is reported.`;
}

/** The operand as it is written, in parentheses where it is more than a name or a call. */
function textOfSide({ span }: CrossingSide): string {
  if (span === undefined) return "x";
  const text = textOf(span);
  return /^[\w.]+(\([^()]*\))?$/.test(text) ? text : `(${text})`;
}

function formatShape(shape: readonly Dim[]): string {
  return `[${shape.map(formatDim).join(", ")}]`;
}
