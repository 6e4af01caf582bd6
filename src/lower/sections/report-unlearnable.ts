import type { Collector } from "../../diagnostics/collector.ts";
import type { ParameterInfo } from "../../graph/parameters-of.ts";
import { matchesAny } from "../../ir/is-learned.ts";
import type { FreezePhase } from "../../ir/program.ts";
import { isFloat } from "../../ops/define/dtype-class.ts";
import type { WrittenStep } from "./written-steps.ts";

/** Whether steps are to change parameters that no small steps can, those of integers and truth values: reports them. */
export function reportUnlearnable(
  steps: readonly { readonly step: WrittenStep; readonly updates: readonly string[] }[],
  phases: readonly FreezePhase[],
  parameters: readonly ParameterInfo[],
  collector: Collector,
): boolean {
  const fixed = parameters.filter(({ type }) => !isFloat(type.dtype));
  const wrong = steps.flatMap(({ step, updates }) =>
    fixed
      .filter(({ path }) => matchesAny(updates, path) && phases.some(({ frozen }) => !matchesAny(frozen, path)))
      .map((it) => ({ ...it, span: step.span })),
  );
  for (const { path, type, span } of wrong) {
    const help = `Make it a \`state\`, which \`<-\` changes, or leave it as it is: \`freeze "${path}"\`.`;
    collector.report("MC4085", span, { path, type: type.dtype }, { help });
  }
  return wrong.length > 0;
}
