import type { Collector } from "../../diagnostics/collector.ts";
import type { ParameterInfo } from "../../graph/parameters-of.ts";
import { matchesAny } from "../../ir/is-learned.ts";
import type { FreezePhase } from "../../ir/program.ts";
import { isFloat } from "../../ops/define/dtype-class.ts";
import type { WrittenStep } from "./written-steps.ts";

/** Reports the parameters that steps are to change and that no small steps can: those of integers and truth values. */
export function reportUnlearnable(
  steps: readonly { readonly step: WrittenStep; readonly updates: readonly string[] }[],
  phases: readonly FreezePhase[],
  parameters: readonly ParameterInfo[],
  collector: Collector,
): void {
  const fixed = parameters.filter(({ type }) => !isFloat(type.dtype));
  for (const { step, updates } of steps) {
    const wrong = fixed.filter(
      ({ path }) => matchesAny(updates, path) && phases.some(({ frozen }) => !matchesAny(frozen, path)),
    );
    for (const { path, type } of wrong) {
      const help = `Make it a \`state\`, which \`<-\` changes, or leave it as it is: \`freeze "${path}"\`.`;
      collector.report("MC4085", step.span, { path, type: type.dtype }, { help });
    }
  }
}
