import type { Span } from "../../support/source.ts";
import { textOf } from "../../support/source.ts";
import type { Directive, Phrase } from "../../syntax/ast/sections.ts";
import { phraseWords, type SettingScope } from "./read-setting.ts";

/** What a `freeze` says: a pattern, and from when until when. */
export interface Freeze {
  readonly pattern: string;
  readonly from?: FreezeTime;
  readonly until?: FreezeTime;
}

/** The beginning of an epoch or a step: how many are over then. */
export interface FreezeTime {
  readonly unit: "epochs" | "steps";
  readonly over: number;
  readonly span: Span;
}

/** `freeze "stem.**"`, `freeze "stem.**": until epoch 3`, `freeze "**.norm.**": from step 1000, until step 2000` */
export function readFreeze({ pattern, phrases }: Directive, scope: SettingScope): Freeze | undefined {
  const times = new Map<string, FreezeTime>();
  for (const phrase of phrases) {
    const [word, time] = readTime(phrase, scope) ?? [];
    if (word !== undefined && time !== undefined && !times.has(word)) times.set(word, time);
    else {
      const expected = "`until epoch 3`, `from step 1000`, or one of each (2 is the first that is no beginning)";
      return reportTime(phrase.span, expected, scope);
    }
  }
  const [from, until] = [times.get("from"), times.get("until")];
  if (from !== undefined && until?.unit === from.unit && until.over <= from.over)
    return reportTime(until.span, `later than \`${textOf(from.span)}\``, scope);
  return { pattern: pattern.value, ...(from !== undefined && { from }), ...(until !== undefined && { until }) };
}

/** Reports a time at which nothing can be frozen or thawed. */
export function reportTime(span: Span, expected: string, scope: SettingScope): undefined {
  const found = `\`${textOf(span)}\``;
  scope.collector.report("MC4006", span, { argument: "freeze", callee: "this section", expected, found });
}

function readTime(phrase: Phrase, scope: SettingScope): readonly ["from" | "until", FreezeTime] | undefined {
  const [word, unit, number, extra] = phraseWords(phrase, scope);
  if ((word !== "from" && word !== "until") || (unit !== "epoch" && unit !== "step")) return undefined;
  // The first epoch and the first step are the beginning of the training.
  if (typeof number !== "number" || !Number.isSafeInteger(number) || number < 2 || extra !== undefined)
    return undefined;
  return [word, { unit: `${unit}s`, over: number - 1, span: phrase.span }];
}
