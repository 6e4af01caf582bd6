import { decide } from "../dims/decide.ts";
import { assume, type Facts, type Relation } from "../dims/facts.ts";
import type { Context, Elaborator } from "./context.ts";

/** A smallest size that something needs and nothing states. */
export interface Minimum {
  readonly relation: Relation;
  readonly report: () => void;
}

const assumed = new WeakMap<readonly Minimum[], WeakMap<Facts, { readonly count: number; readonly facts: Facts }>>();

/** What may be assumed at a place: its facts, and the smallest sizes that were found wanting so far. */
export function factsIn(ctx: Context): Facts {
  const { minima } = ctx.elaborator;
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
export function withMinima<T>(elaborator: Elaborator, facts: Facts, lower: () => T | undefined): T | undefined {
  if (elaborator.minima !== undefined) return lower();
  const minima: Minimum[] = [];
  elaborator.minima = minima;
  const errors = (): number => elaborator.collector.diagnostics.filter((it) => it.severity === "error").length;
  const before = errors();
  const known = new Set(elaborator.memo.keys());
  const result = lower();
  elaborator.minima = undefined;
  if (minima.length === 0) return result;
  // What was lowered on such an assumption is no example for others.
  for (const key of [...elaborator.memo.keys()]) if (!known.has(key)) elaborator.memo.delete(key);
  if (errors() > before) return undefined;
  let stated = facts;
  for (const it of [...minima].reverse()) {
    if (decide(it.relation, stated).verdict === "proved") continue;
    it.report();
    stated = assume(stated, it.relation);
  }
  return undefined;
}
