import { showName } from "../../support/show-text.ts";
import { formatAmount } from "../format-amount.ts";
import { formatShare } from "../format-share.ts";
import { listSome } from "../list-some.ts";
import { className } from "./class-name.ts";
import type { ColumnReport } from "./describe-column.ts";
import type { DataReport } from "./describe-data.ts";

/** From here on a column tells the label so well that it may have come from it. */
const suspicious = { r: 0.97, eta: 0.99, V: 0.97 } as const;

/** So large a class makes a good share of right answers of a constant one. */
const overwhelming = 0.9;

/** What a person should look at before they train on data. */
export function notesOn(report: Omit<DataReport, "notes">): readonly string[] {
  return [...report.columns.flatMap(notesOnColumn), ...notesOnLabel(report), ...notesOnSplits(report)];
}

function notesOnColumn(column: ColumnReport): readonly string[] {
  const { numbers, words, label, gaps } = column;
  const name = showName(column.name);
  const { missing = 0, of = 0 } = gaps.all ?? {};
  const notes: string[] = [];
  if (label !== undefined && Math.abs(label.value) >= suspicious[label.measure])
    notes.push(
      `${name} alone tells the label almost wholly (${label.measure} ${label.value.toFixed(3)}): is it known before the label is?`,
    );
  if (missing === of && of > 0) notes.push(`${name} has no value in any row.`);
  else if ((numbers?.different ?? words?.different) === 1)
    notes.push(`${name} is the same wherever it is not missing.`);
  else if (missing * 2 > of) notes.push(`${name} is missing in ${formatShare(missing / of)} of the rows.`);
  if (words !== undefined && words.single > 0 && words.different > 1)
    notes.push(
      `${words.single} of ${words.different} words of ${name} stand${words.single === 1 ? "s" : ""} in one row alone: nothing is learned of such a word.`,
    );
  return notes;
}

function notesOnLabel({ label, splits }: Omit<DataReport, "notes">): readonly string[] {
  if (label?.classes === undefined) return [];
  const notes: string[] = [];
  for (const { split } of splits) {
    // An example may have several, as each word of a text has one.
    const labels = label.classes.reduce((sum, it) => sum + (it.counts[split] ?? 0), 0);
    const lacking = label.classes.filter((it) => it.counts[split] === 0).map((it) => className(it.name));
    if (lacking.length > 0) notes.push(`The ${split} split has no example of ${listSome(lacking)}.`);
    const largest = Math.max(...label.classes.map((it) => it.counts[split] ?? 0));
    const name = label.classes.find((it) => it.counts[split] === largest)?.name ?? "";
    if (split === "train" && largest >= overwhelming * labels)
      notes.push(
        `${formatShare(largest / labels)} of the train split are ${className(name)}: accuracy says little of the others.`,
      );
  }
  return notes;
}

function notesOnSplits({ shared, unit }: Omit<DataReport, "notes">): readonly string[] {
  return shared.map(({ split, as, count, example: [row, like] }) => {
    return `${formatAmount(count, unit)} of ${split} ${count === 1 ? "is" : "are"} equal to one of ${as}, as ${row} is to ${like}.`;
  });
}
