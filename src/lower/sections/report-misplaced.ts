import type { Collector } from "../../diagnostics/collector.ts";
import { textOf } from "../../support/source.ts";
import type { SectionEntry } from "../../syntax/ast/sections.ts";
import { keyText } from "./key-text.ts";

/** How an entry begins, as the person wrote it. */
export function beginningOf(entry: SectionEntry): string {
  switch (entry.kind) {
    case "setting":
      return keyText(entry);
    case "directive":
      return entry.word.text;
    case "feature":
      return entry.name.text;
    case "step":
      return `step ${entry.name.text}`;
    case "predict":
      return "predict";
    case "expectation":
      return "expect";
  }
}

/** Reports entries of other kinds than a section has: nothing in a section is silently ignored. */
export function reportMisplaced(
  entries: readonly SectionEntry[],
  kinds: readonly SectionEntry["kind"][],
  known: readonly string[],
  section: string,
  collector: Collector,
): void {
  for (const entry of entries) {
    if (kinds.includes(entry.kind)) continue;
    const key = beginningOf(entry);
    if (entry.kind === "setting" && known.includes(key)) reportColon(entry, section, known, collector);
    else if (entry.kind === "expectation") {
      const help = "What a training must reach stands in a section of its own: `test M { expect loss < 1 }`.";
      collector.report("MC4001", entry.span, { key, section, known }, { help });
    } else if (entry.kind === "predict") {
      const help = "What a training predicts stands in its `train` section: `predict { price: invert(y) }`.";
      collector.report("MC4001", entry.span, { key, section, known }, { help });
    } else collector.report("MC4001", entry.span, { key, section, known });
  }
}

/** `expect: accuracy > 0.9`: the right word, written as a setting. */
function reportColon(
  setting: Extract<SectionEntry, { readonly kind: "setting" }>,
  section: string,
  known: readonly string[],
  collector: Collector,
): void {
  const { span, phrases } = setting;
  const word = keyText(setting);
  const [phrase] = phrases;
  const better = `${word} ${phrase === undefined ? "..." : textOf(phrase.span)}`;
  const help = `\`${word}\` takes no colon: \`${better}\`.`;
  const fix = { title: "leave out the colon", edits: [{ span, text: better }] };
  const parameters = { key: `${word}:`, section, known };
  collector.report("MC4001", span, parameters, phrases.length === 1 ? { help, fix } : { help });
}
