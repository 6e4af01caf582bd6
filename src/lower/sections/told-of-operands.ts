import { walk } from "../../analyze/walk.ts";
import { createCollector, type Collector } from "../../diagnostics/collector.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Findings } from "../../diagnostics/findings.ts";
import { labelOfMore } from "../../diagnostics/label-of-more.ts";
import { inFile, textOf, type Span } from "../../support/source.ts";
import type { CallExpression, Expression } from "../../syntax/ast.ts";
import type { Context } from "../context.ts";

/** Codes of operands that do not go together, by what is wrong with them. */
const reasons: ReadonlyMap<string, string> = new Map([
  ...["MC3001", "MC3002", "MC3003", "MC3006", "MC3031"].map((it): [string, string] => [it, "type"]),
  ["MC3020", "labels"],
]);

/** What is found in losses and metrics: what is wrong with the same operands is told where they are used first. */
export interface ToldOfOperands {
  /** Lowers a loss or a metric, in a context that gathers what is found in it. */
  lower<T>(ctx: Context, expression: Expression, make: (ctx: Context) => T, helpOf: HelpOfOperands): T;
  /** Tells all that was found. */
  tell(collector: Collector): void;
}

/** What helps where the types of a call's operands do not go together, if more is known than the finding itself says. */
export type HelpOfOperands = (call: CallExpression) => string | undefined;

interface Told {
  diagnostic: Diagnostic;
  more: number;
}

/** Nothing found yet. */
export function createToldOfOperands(): ToldOfOperands {
  const all: (Told | Findings)[] = [];
  const firsts = new Map<string, Told>();
  let saysNames = false;
  return {
    lower(ctx, expression, make, helpOf) {
      const collector = createCollector();
      const made = make({ ...ctx, elaborator: { ...ctx.elaborator, collector } });
      saysNames ||= collector.saysNames;
      for (const it of collector.found) {
        if ("found" in it) {
          all.push(it);
          continue;
        }
        const reason = reasons.get(it.code);
        const calls = reason === undefined ? [] : callsAround(expression, it.span);
        const keys = calls.map((call) => `${reason}: ${operandsOf(call)}`);
        const first = keys.map((key) => firsts.get(key)).find((found) => found !== undefined);
        if (first !== undefined) {
          first.more += 1;
          continue;
        }
        const asked = reason === "type" ? calls.map((call) => helpOf(call)) : [];
        const help = asked.find((found) => found !== undefined);
        const told: Told = { diagnostic: help === undefined ? it : { ...it, help }, more: 0 };
        for (const key of keys) firsts.set(key, told);
        all.push(told);
      }
      return made;
    },
    tell(collector) {
      if (saysNames) collector.sayNames();
      for (const it of all) {
        if ("found" in it) collector.take(it);
        else if (it.more === 0) collector.add(it.diagnostic);
        else {
          const { labels, span } = it.diagnostic;
          collector.add({ ...it.diagnostic, labels: [...labels, labelOfMore(span, it.more)] });
        }
      }
    },
  };
}

/** The calls of an expression in which a finding lies. */
function callsAround(expression: Expression, span: Span): readonly CallExpression[] {
  const { start, end } = inFile(span);
  const calls: CallExpression[] = [];
  walk(expression, (node) => {
    if (node.kind !== "call") return;
    const around = inFile(node.span);
    if (around.start <= start && end <= around.end) calls.push(node);
  });
  return calls;
}

/** What a call is made of, by position: what it is called by name decides how, or weighs. */
function operandsOf({ arguments: given }: CallExpression): string {
  return given.flatMap(({ name, value }) => (name === undefined ? [textOf(value.span)] : [])).join(", ");
}
