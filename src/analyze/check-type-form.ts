import type { Collector } from "../diagnostics/collector.ts";
import type { TypeExpression } from "../syntax/ast.ts";

/** The form of a type whose element stands for others: parsing knows the words of the language alone. */
export function checkTypeForm(
  { element: { text }, classes, bracketed, span }: TypeExpression,
  collector: Pick<Collector, "report">,
): void {
  if (classes !== undefined) {
    const help = `Dims stand in brackets: \`${text}[B, 10]\`.`;
    collector.report("MC1021", span, { problem: `\`${text}\` takes no parentheses` }, { help });
  } else if (!bracketed) {
    const help = `A scalar is \`${text}[]\`, a vector of ten \`${text}[10]\`.`;
    collector.report("MC1021", span, { problem: `The type \`${text}\` needs its dims` }, { help });
  }
}
