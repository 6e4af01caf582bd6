import { failure, success, type Result } from "../support/result.ts";

/** How numbers are written in a table. */
export interface NumberForm {
  /** What stands before the fraction: a point or a comma. */
  readonly decimal: string;
  /** What stands between groups of digits; nothing where they are not grouped. */
  readonly thousands: string;
}

/** Numbers as programs write them. */
export const plainNumbers: NumberForm = { decimal: ".", thousands: "" };

/** A number as tables write it: `-1`, `.5`, `6.02e+23`. Hexadecimal, `Infinity`, `nan` and `1_000` are none. */
const decimalNumber = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** A number of a cell: as a double, and in the plain form, from which {@link integerOf} has it exactly. */
export interface ReadNumber {
  readonly value: number;
  readonly text: string;
}

/** What is wrong with a text that says none. */
export const notANumber = "is not a number";

/** The number that a text says, or what is wrong with it: `is not a number`. */
export function readNumber(
  cell: string,
  { decimal, thousands }: NumberForm = plainNumbers,
): Result<ReadNumber, string> {
  const text = decimal === "." && thousands === "" ? cell : inPlainForm(cell, decimal, thousands);
  if (text === undefined || !decimalNumber.test(text)) return failure(notANumber);
  const value = Number(text);
  return Number.isFinite(value) ? success({ value, text }) : failure("is larger than any number in double precision");
}

/** Without what groups the digits, which stand in threes, and with a point; undefined where they are grouped otherwise. */
function inPlainForm(cell: string, decimal: string, thousands: string): string | undefined {
  const [whole = "", ...rest] = decimal === "" ? [cell] : cell.split(decimal);
  if (rest.length > 1 || (decimal !== "." && cell.includes(".") && thousands !== ".")) return undefined;
  const groups = thousands === "" ? [whole] : whole.split(thousands);
  const grouped = groups.length > 1 && !groups.slice(1).every((it) => /^\d{3}$/.test(it));
  if (grouped || rest.some((it) => thousands !== "" && it.includes(thousands))) return undefined;
  return [groups.join(""), ...rest].join(".");
}

/** The exact 64-bit integer that a number in plain form is, as `7`, `7.0` or `7e3`; 0 where it is none, as a comparison with its double tells. */
export function integerOf(text: string): bigint {
  const [, sign = "", whole = "", part = "", power = "0"] = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text) ?? [];
  const digits = (whole + part).replace(/^0+/, "");
  const point = digits.length - part.length + Number(power);
  // More than 19 digits before the point are beyond 64 bits, and what follows it must be zeros.
  if (digits === "" || point < 1 || point > 19 || /[^0]/.test(digits.slice(point))) return 0n;
  const exact = BigInt(`${sign === "-" ? "-" : ""}${digits.slice(0, point).padEnd(point, "0")}`);
  return BigInt.asIntN(64, exact) === exact ? exact : 0n;
}
