import { decide } from "../dims/decide.ts";
import { assume, negateRelation, type Facts, type Relation } from "../dims/facts.ts";
import { sufficientFacts } from "../dims/sufficient-facts.ts";
import type { Span } from "../support/source.ts";
import { libraryUse, type Context, type Frame } from "./context.ts";

/** A smallest size that something needs and nothing states. */
export interface Minimum {
  readonly relation: Relation;
  /** What needs it, a use of the library or a place: what one of them needs is reported together. */
  readonly by: Frame | Span;
  /** Whether it is told beside other errors: else it may be all that is behind them. */
  readonly isToldAlways?: true;
  /** Reports it; `all`: what is needed there. */
  readonly report: (all: readonly Relation[]) => void;
}

/** The minima of a list that are assumed beside facts, as far as the list went; those that follow from later ones are left out. */
interface Assumed {
  readonly count: number;
  readonly kept: readonly Relation[];
  readonly facts: Facts;
}

const assumed = new WeakMap<readonly Minimum[], WeakMap<Facts, Assumed>>();

/** What may be assumed at a place: its facts, and the smallest sizes that were found wanting so far. */
export function factsIn(ctx: Context): Facts {
  return assumedIn(ctx)?.facts ?? ctx.facts;
}

/** The smallest sizes that were found wanting so far, without those that others say already. */
export function minimaIn(ctx: Context): readonly Relation[] {
  return assumedIn(ctx)?.kept ?? [];
}

function assumedIn(ctx: Context): Assumed | undefined {
  const { minima } = ctx;
  if (minima === undefined || minima.length === 0) return undefined;
  const known = assumed.get(minima) ?? new WeakMap<Facts, Assumed>();
  assumed.set(minima, known);
  const before = known.get(ctx.facts) ?? { count: 0, kept: [], facts: ctx.facts };
  if (before.count === minima.length) return before;
  const kept = minima
    .slice(before.count)
    .reduce((all, { relation }) => withStronger(all, relation, ctx.facts), before.kept);
  const now = { count: minima.length, kept, facts: assume(ctx.facts, ...kept) };
  known.set(ctx.facts, now);
  return now;
}

/** Relations and one more, without those that it says already: of hundreds of windows in a row the last says all. */
function withStronger(kept: readonly Relation[], relation: Relation, facts: Facts): readonly Relation[] {
  const alone = assume(facts, relation);
  return [...kept.filter((it) => decide(it, alone).verdict !== "proved"), relation];
}

/**
 * Whether a place may go on that needs a relation which is not proved. A size that is too small always is reported now; one
 * that may be is assumed to suffice until the end.
 */
export function putOff(ctx: Context, relation: Relation, span: Span, report: Minimum["report"]): boolean {
  const { minima } = ctx;
  if (minima === undefined || decide(negateRelation(relation), factsIn(ctx)).verdict === "proved") {
    report([relation]);
    return false;
  }
  minima.push({ relation, by: libraryUse(ctx.frame) ?? span, report });
  return true;
}

/**
 * Lowers with smallest sizes put off: a size that something needs is assumed from there on, so that what is wrong at
 * every size shows. Where nothing else was found they are reported in the end, the strongest of them alone, those of one use together; else they
 * wait for the next check.
 */
export function withMinima<T>(ctx: Context, lower: (ctx: Context) => T | undefined): T | undefined {
  const minima: Minimum[] = [];
  const result = lower({ ...ctx, minima });
  if (minima.length === 0) return result;
  const { hasErrors } = ctx.elaborator.collector;
  let stated = ctx.facts;
  const needed: Minimum[] = [];
  for (const it of minima.toReversed()) {
    if (decide(it.relation, stated).verdict === "proved") continue;
    needed.unshift(it);
    // As a header would state it: of a chain of halves the last says that a size is a multiple of 8.
    stated = assume(stated, it.relation, ...(sufficientFacts([it.relation], stated) ?? []));
  }
  for (const by of new Set(needed.map((it) => it.by))) {
    const there = needed.filter((it) => it.by === by && (!hasErrors || it.isToldAlways === true));
    there[0]?.report(there.map(({ relation }) => relation));
  }
  return undefined;
}
