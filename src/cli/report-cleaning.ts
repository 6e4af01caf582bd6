import type { CleanReport } from "../runtime/data/clean-rows.ts";
import { showText, toJson } from "../support/show-text.ts";
import type { Terminal } from "./terminal.ts";

/** So many reasons are shown of those for which a step has left out rows. */
const shownReasons = 4;

/** Tells what each step of cleaning has left out, a line a step; as events with `json`. */
export function reportCleaning(reports: readonly CleanReport[], terminal: Terminal, json: boolean): void {
  for (const it of reports) {
    if (json) terminal.out(`${toJson({ event: "clean", ...it, why: Object.fromEntries(it.why) })}\n`);
    else terminal.out(`clean: ${showText(cleaningText(it))}\n`);
  }
}

/** `drop_missing left out 177 of 891 rows (19.9 %), the first is titanic.csv:7: raw.Age is missing 177`. */
function cleaningText({ step, rows, leftOut, why, first, near }: CleanReport): string {
  const close =
    near === undefined
      ? ""
      : `; ${near.count} of those that stay ${near.count === 1 ? "is" : "are"} nearly equal to an earlier one, as ${near.places[1]} to ${near.places[0]}`;
  const of = `${rows} row${rows === 1 ? "" : "s"}`;
  if (first === undefined) return `${step} left out none of ${of}${close}`;
  const share = ((100 * leftOut) / rows).toFixed(1);
  const like = first.like === undefined ? "" : `, which is equal to ${first.like}`;
  const reasons = [...why].sort(([, a], [, b]) => b - a);
  const shown = reasons.slice(0, shownReasons).map(([reason, count]) => `${reason} (${count})`);
  const others = reasons.length > shown.length ? ` and ${reasons.length - shown.length} more` : "";
  const because = first.like === undefined ? `: ${shown.join(", ")}${others}` : "";
  return `${step} left out ${leftOut} of ${of} (${share} %), the first is ${first.place}${like}${because}${close}`;
}
