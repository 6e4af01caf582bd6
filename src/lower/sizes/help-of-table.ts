import { asNumber, formatDim, sameForm, variable, variablesOf, type Dim } from "../../dims/dim.ts";
import { decide } from "../../dims/decide.ts";
import { atLeast } from "../../dims/facts.ts";
import type { Value } from "../../ir/graph.ts";
import { elementAt } from "../../support/element-at.ts";
import { inFile, textOf, type Span } from "../../support/source.ts";
import { findLocal, type Context } from "../context.ts";
import { factsIn } from "../minima.ts";
import { conditionFor } from "../offered-facts.ts";

/** The longest text that is repeated in a help. */
const longest = 40;

/**
 * What to do where a table of positions, `[S, D]`, meets a batch of sequences, `[B, T, D]`: its first T rows, `table[:T]`, go
 * with them wherever T is no more than S. Undefined of operands that are none.
 */
export function helpOfTable(
  ctx: Context,
  operands: readonly Value[],
  spans: readonly (Span | undefined)[],
): string | undefined {
  const [a, b, ...others] = operands;
  if (a === undefined || b === undefined || others.length > 0) return undefined;
  const at = a.type.shape.length < b.type.shape.length ? 0 : 1;
  const [own, other] = at === 0 ? [a.type.shape, b.type.shape] : [b.type.shape, a.type.shape];
  const span = spans[at];
  const length = lengthBeside(own, other);
  if (span === undefined || length === undefined || inFile(span).file.library === true) return undefined;
  const text = textOf(span);
  const count = writtenSize(ctx, length);
  if (text.length > longest || !/^[\w.]+$/.test(text) || count === undefined) return undefined;
  const [rows, places] = [asNumber(elementAt(own, 0)), asNumber(length)];
  if (rows !== undefined && places !== undefined && rows < places)
    return `\`${text}\` needs ${String(places)} rows, one for each place, and has ${String(rows)}.`;
  const room = atLeast(elementAt(own, 0), length);
  const isProved = decide(room, factsIn(ctx)).verdict === "proved";
  const condition = isProved ? undefined : conditionFor(ctx, [room]);
  if (!isProved && condition === undefined) return undefined;
  const taken = `Of a table, take the rows that there are places for: write \`${text}[:${count}]\` in place of \`${text}\``;
  return condition === undefined ? `${taken}.` : `${taken}, and state it ${condition}.`;
}

/** The axis that the first of a table's meets, which alone does not go with it; undefined where it is no table. */
function lengthBeside(own: readonly Dim[], other: readonly Dim[]): Dim | undefined {
  const before = other.length - own.length;
  if (own.length < 2 || before < 1) return undefined;
  // What lacks axes meets others than its own.
  if (other.some((it) => sameForm(it, elementAt(own, 0)))) return undefined;
  const isMet = own.map((dim, axis) => sameForm(dim, elementAt(other, axis + before)));
  return isMet[0] === false && isMet.slice(1).every((it) => it) ? other[before] : undefined;
}

/** How a size is written where the table is, in names that mean the same there; undefined where it cannot be. */
function writtenSize(ctx: Context, dim: Dim): string | undefined {
  const isNamed = (name: string, meant: Dim): boolean => {
    const found = findLocal(ctx.scope, name);
    return found?.kind === "dim" && sameForm(found.dim, meant);
  };
  if (dim.label !== undefined && isNamed(dim.label, dim)) return dim.label;
  // What is used with a number has a name for it.
  if (asNumber(dim) !== undefined) return ctx.frame.parent === undefined ? formatDim(dim) : undefined;
  return [...variablesOf(dim)].every((name) => isNamed(name, variable(name))) ? formatDim(dim) : undefined;
}
