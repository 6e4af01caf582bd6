import type { Collector } from "../../diagnostics/collector.ts";
import type { FigureRange } from "../../ir/program.ts";
import type { Span } from "../../support/source.ts";
import type { ComparisonOperator } from "../../syntax/ast.ts";

/** What is expected of a figure: how it compares with a number, which stands at a place. */
interface Expected {
  readonly metric: string;
  readonly operator: ComparisonOperator;
  readonly value: number;
  readonly span: Span;
}

/**
 * Reports an expectation that nothing in a figure's range meets, or all does because its number lies beyond it. One of an end
 * of the range that always holds may be meant: it holds of numbers alone.
 */
export function reportOutOfRange(range: FigureRange | undefined, expected: Expected, collector: Collector): void {
  const { metric, operator, value, span } = expected;
  if (range === undefined) return;
  const { least = -Infinity, greatest = Infinity } = range;
  const verdict = judge(operator, value, least, greatest);
  if (verdict === undefined) return;
  const share = Number((value / 100).toPrecision(12));
  const isPercent =
    greatest === 1 && value > 1 && value <= 100 && judge(operator, share, least, greatest) === undefined;
  const condition = `${operator} ${value}`;
  collector.report(
    "MC4088",
    span,
    { metric, lies: inWords(range), condition, verdict },
    isPercent
      ? {
          help: `Did you mean \`${operator} ${share}\`?`,
          fix: { title: `change to ${share}`, edits: [{ span, text: String(share) }] },
        }
      : {},
  );
}

function judge(
  operator: ComparisonOperator,
  value: number,
  least: number,
  greatest: number,
): "never" | "always" | undefined {
  const [below, above] = [value < least, value > greatest];
  switch (operator) {
    case "<":
      return below || value === least ? "never" : above ? "always" : undefined;
    case "<=":
      return below ? "never" : above ? "always" : undefined;
    case ">":
      return above || value === greatest ? "never" : below ? "always" : undefined;
    case ">=":
      return above ? "never" : below ? "always" : undefined;
    case "==":
      return below || above ? "never" : undefined;
    case "!=":
      return below || above ? "always" : undefined;
  }
}

function inWords({ least, greatest }: FigureRange): string {
  if (least === undefined) return `is ${greatest} at most`;
  return greatest === undefined ? `is ${least} at least` : `lies from ${least} to ${greatest}`;
}
