import type { ColumnChoice, RawField } from "../ir/program.ts";
import { reserved } from "../syntax/stop.ts";

const reservedWords: ReadonlySet<string> = new Set(reserved.map((it) => it.name.toLowerCase()));

/** A raw field as a spec reads it: `raw.age`, or `raw["fixed acidity"]` where its name is none of the language. */
export function showRawField(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) && !reservedWords.has(name) ? `raw.${name}` : `raw[${JSON.stringify(name)}]`;
}

/** The columns of a choice as a spec has them: `raw.age`, `raw.columns("pixel*")`. */
export function showChoice(choice: ColumnChoice): string {
  if (choice.kind === "named") return showRawField(choice.name);
  const which = choice.kind === "numeric" ? "numeric" : JSON.stringify(choice.pattern);
  const except = choice.except.map((it) => JSON.stringify(it)).join(", ");
  return `raw.columns(${which}${except === "" ? "" : `, except=[${except}]`})`;
}

/** What a spec reads where it reads this field, however it does so. */
export const showField = ({ name, columns }: Pick<RawField, "name" | "columns">): string =>
  columns === undefined ? showRawField(name) : showChoice(columns);
