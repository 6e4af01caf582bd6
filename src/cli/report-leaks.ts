import type { Collector } from "../diagnostics/collector.ts";
import { findLeaks, type Leak } from "../runtime/data/find-leaks.ts";
import { showText, toJson } from "../support/show-text.ts";
import type { OpenTraining } from "./open-training.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Warns of examples of the validate and test splits that are in the train split too, a line a split. What is no more than
 * nearly equal, which may be chance where few numbers are read, is no warning: it is given back.
 */
export async function reportLeaks(
  { program: { data }, raw, dataset }: Pick<OpenTraining, "program" | "raw" | "dataset">,
  collector: Collector,
): Promise<readonly Leak[]> {
  const leaks = await findLeaks(raw, data, dataset);
  for (const { split, total, equal, near, places } of leaks.filter((it) => it.equal > 0)) {
    const [here, there] = places;
    const help =
      "Leave out what is there twice with `clean: drop_duplicates`, or keep together what belongs together with `grouped by` a column.";
    collector.report("MC6062", data.origin, { of: split, equal, near, total, here, there }, { help });
  }
  return leaks.filter((it) => it.equal === 0);
}

/** Tells how many examples of a split are nearly equal to one of the train split, a line a split; as events with `json`. */
export function tellNear(leaks: readonly Leak[], terminal: Terminal, json: boolean): void {
  for (const { split, total, near, places } of leaks) {
    const [here, there] = places;
    const are = near === 1 ? "is" : "are";
    const text = `${near} of ${total} examples of the ${split} split ${are} nearly equal to one of the train split, as ${here} to ${there}`;
    terminal.out(json ? `${toJson({ event: "near", split, total, near, places })}\n` : `split: ${showText(text)}\n`);
  }
}
