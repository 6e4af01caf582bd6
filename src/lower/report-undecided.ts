import type { Dim } from "../dims/dim.ts";
import { decide } from "../dims/decide.ts";
import { equal, type Facts, type Relation } from "../dims/facts.ts";
import type { Label } from "../diagnostics/diagnostic.ts";
import type { TensorType } from "../ir/types.ts";
import { required } from "../support/fault.ts";
import type { Span } from "../support/source.ts";
import { report, type Context } from "./context.ts";
import { factsIn } from "./minima.ts";
import { stating } from "./offered-facts.ts";

/** Whether neither a proof of a relation was found nor sizes at which it fails. */
export function isUndecided(relation: Relation, facts: Facts): boolean {
  return decide(relation, facts).verdict === "unknown";
}

/** Of what is not proved the one to tell of: what surely fails says more than what may hold. */
export function worst<T>(open: readonly T[], isOpen: (it: T) => boolean): T {
  return required(open.find((it) => !isOpen(it)) ?? open[0], "something that is not proved");
}

/** What a finding says of relations of which nothing is known. */
export interface Undecided {
  /** Continues "it is neither proved nor refuted that". */
  readonly claim: string;
  /** All that is needed there: the help states them. */
  readonly relations: readonly Relation[];
  readonly labels?: readonly Label[];
  readonly facts?: Facts;
}

/** Reports that a check cannot tell, which is no permission. */
export function reportUndecided(
  ctx: Context,
  span: Span,
  { claim, relations, labels = [], facts = factsIn(ctx) }: Undecided,
): undefined {
  report(ctx, "MC3107", span, { claim }, { labels, ...stating(ctx, relations, facts) });
  return undefined;
}

/** Whether two types may be the same for all that is known: it is reported that they must be, as `claim` has it of two sizes. */
export function isUndecidedType(
  ctx: Context,
  span: Span,
  [a, b]: readonly [TensorType, TensorType],
  claim: (left: Dim, right: Dim) => string,
  labels: readonly Label[] = [],
): boolean {
  if (a.dtype !== b.dtype || a.shape.length !== b.shape.length) return false;
  const facts = factsIn(ctx);
  const open = a.shape.flatMap((left, axis) => {
    const right = required(b.shape[axis], "dimension");
    const relation = equal(left, right);
    return decide(relation, facts).verdict === "proved" ? [] : [{ left, right, relation }];
  });
  if (open.length === 0) return false;
  const { left, right, relation } = worst(open, (it) => isUndecided(it.relation, facts));
  if (!isUndecided(relation, facts)) return false;
  reportUndecided(ctx, span, { claim: claim(left, right), relations: open.map((it) => it.relation), labels });
  return true;
}
