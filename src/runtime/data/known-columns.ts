import type { RawField } from "../../ir/program.ts";
import type { Column } from "../../sources/raw-data.ts";
import { choiceOf } from "../../sources/read-table.ts";
import { showField } from "../../sources/show-raw-field.ts";
import type { Vocabularies } from "./number-words.ts";

/**
 * Raw fields of several columns, each of which is read from those that a training has read, in their order, whatever their
 * order in a table is now. What a training has read is among its vocabularies, under the choice as it is written.
 */
export function withKnownColumns(fields: readonly RawField[], known: Vocabularies | undefined): readonly RawField[] {
  return fields.map((field) => {
    const choice = choiceOf(field);
    const names = known?.[showField(field)];
    return choice.kind === "named" || names === undefined ? field : { ...field, columns: { ...choice, names } };
  });
}

/** What is to be known of a field of several columns by those who read it later; nothing where names do not tell them apart. */
export function columnsRead(field: RawField, { parts }: Pick<Column, "parts">): Vocabularies {
  return parts === undefined || new Set(parts).size < parts.length ? {} : { [showField(field)]: parts };
}
