import { decide } from "../dims/decide.ts";
import { assume, type Facts, type Relation } from "../dims/facts.ts";
import type { Context } from "./context.ts";

/** A smallest size that something needs and nothing states. */
export interface Minimum {
  readonly relation: Relation;
  readonly report: () => void;
}

const assumed = new WeakMap<readonly Minimum[], WeakMap<Facts, { readonly count: number; readonly facts: Facts }>>();

/** What may be assumed at a place: its facts, and the smallest sizes that were found wanting so far. */
export function factsIn(ctx: Context): Facts {
  const { minima } = ctx;
  if (minima === undefined || minima.length === 0) return ctx.facts;
  const known = assumed.get(minima) ?? new WeakMap<Facts, { readonly count: number; readonly facts: Facts }>();
  assumed.set(minima, known);
  const before = known.get(ctx.facts);
  if (before?.count === minima.length) return before.facts;
  const facts = assume(ctx.facts, ...minima.map((it) => it.relation));
  known.set(ctx.facts, { count: minima.length, facts });
  return facts;
}

/**
 * Lowers with smallest sizes put off: a size that something needs is assumed from there on, so that what is wrong at
 * every size shows. Where nothing else was found they are reported in the end, the strongest of them alone; else they
 * wait for the next check.
 */
export function withMinima<T>(ctx: Context, lower: (ctx: Context) => T | undefined): T | undefined {
  const minima: Minimum[] = [];
  const result = lower({ ...ctx, minima });
  if (minima.length === 0) return result;
  if (ctx.elaborator.collector.hasErrors) return undefined;
  let stated = ctx.facts;
  for (const it of [...minima].reverse()) {
    if (decide(it.relation, stated).verdict === "proved") continue;
    it.report();
    stated = assume(stated, it.relation);
  }
  return undefined;
}
