import { numberOf } from "../convert.ts";
import type { Val } from "../values.ts";

/** The numbers that a hyperparameter is, one or a list of them; undefined where they are not all known. */
export function numbersOf(val: Val | undefined): readonly number[] | undefined {
  if (val === undefined) return undefined;
  const numbers = (val.kind === "list" ? val.elements : [val]).map(numberOf);
  return numbers.every((it) => it !== undefined) ? numbers : undefined;
}
