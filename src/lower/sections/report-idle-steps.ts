import type { Collector } from "../../diagnostics/collector.ts";
import type { ParameterInfo } from "../../graph/parameters-of.ts";
import { matchesAny } from "../../ir/is-learned.ts";
import type { FreezePhase } from "../../ir/program.ts";
import { elementAt } from "../../support/element-at.ts";
import type { WrittenStep } from "./written-steps.ts";

/** Whether there are steps that never change anything, or phases of freezing in which none of them does: reports them. */
export function reportIdleSteps(
  steps: readonly { readonly step: WrittenStep; readonly updates: readonly string[] }[],
  phases: readonly FreezePhase[],
  all: readonly ParameterInfo[],
  model: string,
  collector: Collector,
): boolean {
  const parameters = all.map(({ path }) => path);
  const changed = (updates: readonly string[]): readonly string[] =>
    parameters.filter((path) => matchesAny(updates, path));
  const isIdle = (updates: readonly string[], { frozen }: FreezePhase): boolean =>
    changed(updates).every((path) => matchesAny(frozen, path));
  const idle = steps.filter(({ updates }) => phases.every((phase) => isIdle(updates, phase)));
  for (const { step, updates } of idle) {
    const whose = step.name === undefined ? model : `the step \`${step.name}\``;
    collector.report("MC4022", step.span, { model: whose, parameters: changed(updates).length });
  }
  const still = phases.find((phase) => steps.every(({ updates }) => isIdle(updates, phase)));
  if (idle.length > 0 || still === undefined) return idle.length > 0;
  const updates = steps.flatMap((it) => it.updates);
  collector.report("MC4022", elementAt(steps, 0).step.span, {
    model,
    parameters: changed(updates).length,
    at: beginningOf(still),
  });
  return true;
}

/** When a phase begins, in words: `epoch 3`. */
export function beginningOf({ from }: FreezePhase): string {
  return "epochs" in from ? `epoch ${from.epochs + 1}` : `step ${from.steps + 1}`;
}
