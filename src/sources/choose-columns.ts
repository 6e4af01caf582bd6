import type { ColumnChoice } from "../ir/program.ts";
import { matchPath } from "../support/match-path.ts";
import { readNumber } from "./read-number.ts";
import type { CellColumn } from "./raw-data.ts";

/** The columns of a table that a choice means, in the order of the file, or in that of a training before. */
export function chooseColumns<C extends Pick<CellColumn, "name" | "cells">>(
  choice: ColumnChoice,
  columns: readonly C[],
  isNumeric: (column: C) => boolean = holdsNumbers,
): readonly C[] {
  if (choice.kind !== "named" && choice.names !== undefined)
    return choice.names.flatMap((name) => columns.filter((it) => it.name === name));
  switch (choice.kind) {
    case "named":
      return columns.filter((it) => it.name === choice.name);
    case "matching":
      return columns.filter((it) => mayBeChosen(choice, it.name));
    case "numeric":
      return columns.filter((it) => mayBeChosen(choice, it.name) && isNumeric(it));
  }
}

/** Whether a choice may mean a column of this name: what is in it is for {@link chooseColumns}. */
export function mayBeChosen(choice: ColumnChoice, name: string): boolean {
  if (choice.kind === "named") return choice.name === name;
  if (choice.names !== undefined) return choice.names.includes(name);
  if (name === "" || choice.except.some((it) => fitsName(it, name))) return false;
  return choice.kind === "numeric" || fitsName(choice.pattern, name);
}

/** Points are plain signs in the names of columns. */
function fitsName(pattern: string, name: string): boolean {
  const plain = (it: string): string => it.replaceAll(".", "\u0000");
  return matchPath(plain(pattern), plain(name));
}

/** Whether each cell that is there holds a number, and one is there. */
export function holdsNumbers({ cells }: Pick<CellColumn, "cells">): boolean {
  let some = false;
  for (const it of cells) {
    if (it === undefined) continue;
    if (typeof it === "boolean" || (typeof it === "string" && !readNumber(it).ok)) return false;
    some = true;
  }
  return some;
}
