import type { Collector } from "../diagnostics/collector.ts";
import { readCheckpoint } from "../runtime/train/checkpoint.ts";
import { compareMade } from "../runtime/train/compare-made.ts";
import { madeParts, type Made, type MadePart } from "../runtime/train/made-of.ts";
import { nearest } from "../support/nearest.ts";
import type { Span } from "../support/source.ts";
import { UsageError } from "./exit-code.ts";

/** What `--allow` names: parts of a training that may have changed. */
export function readAllowed({
  allow = [],
  resume,
}: {
  readonly allow?: readonly string[];
  readonly resume?: boolean;
}): ReadonlySet<MadePart> {
  if (allow.length > 0 && resume !== true) throw new UsageError("--allow belongs to --resume: give both.");
  const parts = allow.map((word) => {
    const part = madeParts.find((it) => it === word);
    if (part !== undefined) return part;
    const near = nearest(word, madeParts);
    throw new UsageError(
      `--allow takes ${madeParts.join(", ")}, not ${word}${near === undefined ? "" : `: did you mean ${near}?`}`,
    );
  });
  return new Set(parts);
}

/** Reports in what a training differs from the one that made a checkpoint; what changes its meaning is an error. */
export function reportDifferences(
  path: string,
  made: Made,
  allowed: ReadonlySet<MadePart>,
  span: Span,
  collector: Collector,
): void {
  const read = readCheckpoint(path);
  // What cannot be read is told where it is read for good.
  if (!read.ok) return;
  const { seed } = read.value;
  if (read.value.made === undefined) collector.report("MC4052", span, { path });
  // What the generated `save` writes has no record, but a seed.
  const known = seed === undefined ? made : { ...made, parts: { ...made.parts, seed } };
  for (const { part, text, changesMeaning } of compareMade(read.value.made ?? known, made)) {
    if (changesMeaning && !allowed.has(part)) {
      const help = `Undo the change, or train anew without --resume; \`--allow ${part}\` goes on all the same.`;
      collector.report("MC4050", span, { path, part, text }, { help });
    } else collector.report("MC4051", span, { path, part, text, allowed: changesMeaning });
  }
}
