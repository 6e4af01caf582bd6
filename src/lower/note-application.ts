import type { Span } from "../support/source.ts";
import type { Context } from "./context.ts";
import type { GivenInput } from "./declared-types.ts";

/** What losses call what the model gives, where it is not the same which is which. */
const isGiven: ReadonlySet<string> = new Set(["logits", "scores", "log_rate", "guess"]);

/** What losses call what is real. */
const isReal: ReadonlySet<string> = new Set(["labels", "targets", "counts", "real"]);

/** Notes that a section gives tensors to a loss or a metric, which calls them `names`: they may be in the wrong order. */
export function noteApplication(
  { frame, unit }: Context,
  name: string,
  names: readonly (string | undefined)[],
  operands: readonly (GivenInput | undefined)[],
  span: Span,
): void {
  if (frame.section !== true) return;
  const [first, second] = names;
  const [given, real] = operands;
  if (first === undefined || second === undefined || given === undefined || real === undefined) return;
  if (!isGiven.has(first) || !isReal.has(second)) return;
  unit.applied.push({ name, first: { name: first, ...given }, second: { name: second, ...real }, span });
}
