import { failure, success, type Result } from "../support/result.ts";

/** A moment as a table has it: milliseconds since the beginning of 1970, in the time zone that it is written in. */
type Moment = number;

interface Part {
  readonly pattern: string;
  readonly least: number;
  readonly most: number;
}

const digits = (count: string, least: number, most: number): Part => ({ pattern: `\\d{${count}}`, least, most });

/** What a format says by `%` and a letter, as `strptime` of C and Python does. */
const parts: Readonly<Record<string, Part>> = {
  Y: digits("4", 0, 9999),
  y: digits("2", 0, 99),
  m: digits("1,2", 1, 12),
  d: digits("1,2", 1, 31),
  H: digits("1,2", 0, 23),
  M: digits("1,2", 0, 59),
  S: digits("1,2", 0, 59),
};

/** `2019-03-23`, `2019-03-23 20:21:09`, `2019-03-23T20:21:09.5Z`, with `/` for `-` as well. */
const iso =
  /^(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:(?:T|\s+)(\d{1,2}):(\d{2})(?::(\d{2})(\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$/i;

/** The moment that a cell says in a format, ISO 8601 where it is empty, or what is wrong with it. */
export function readDate(cell: string, format: string): Result<Moment, string> {
  const found = format === "" ? readIso(cell) : readFormat(cell, format);
  return found === undefined
    ? failure(`is no date${format === "" ? " (`2019-03-23`, `2019-03-23 20:21:09`)" : ` in the form \`${format}\``}`)
    : success(found);
}

function readIso(cell: string): Moment | undefined {
  const [, year, , month, day, hour = "0", minute = "0", second = "0", fraction = "0", zone = "Z"] =
    iso.exec(cell) ?? [];
  if (year === undefined) return undefined;
  const moment = momentOf([year, month, day, hour, minute, second].map(Number));
  if (moment === undefined) return undefined;
  const [, sign = "+", hours = "0", minutes = "0"] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  const ahead = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === "-" ? -1 : 1);
  return moment + Number(fraction) * 1000 - ahead;
}

function readFormat(cell: string, format: string): Moment | undefined {
  const order: string[] = [];
  const pattern = format.replaceAll(/%(.)|([^%]+)/gs, (_, letter: string | undefined, plain: string | undefined) => {
    if (letter === undefined) return (plain ?? "").replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
    const part = parts[letter];
    if (part === undefined) return "";
    order.push(letter);
    return `(${part.pattern})`;
  });
  const found = new RegExp(`^${pattern}$`, "s").exec(cell);
  if (found === null) return undefined;
  const values = new Map(order.map((letter, at) => [letter, Number(found[at + 1])]));
  for (const [letter, value] of values) {
    const { least, most } = parts[letter] ?? { least: 0, most: 0 };
    if (value < least || value > most) return undefined;
  }
  const short = values.get("y");
  // Two digits are a year from 1969 to 2068, as in C.
  const year = values.get("Y") ?? (short === undefined ? 1970 : short + (short < 69 ? 2000 : 1900));
  const of = (letter: string, otherwise: number): number => values.get(letter) ?? otherwise;
  return momentOf([year, of("m", 1), of("d", 1), of("H", 0), of("M", 0), of("S", 0)]);
}

/** What is wrong with a format; undefined where it says a date. */
export function wrongFormat(format: string): string | undefined {
  const letters = [...format.matchAll(/%(.?)/gs)].map(([, letter = ""]) => letter);
  const unknown = letters.find((it) => parts[it] === undefined);
  const known = Object.keys(parts).map((it) => `\`%${it}\``);
  if (unknown !== undefined) return `made of ${known.join(", ")}, of which \`%${unknown}\` is none`;
  return letters.length === 0 ? "a text that has `%Y`, `%m` or the like" : undefined;
}

/** The moment of a day and a time of day that are there: 30 February is none. */
function momentOf([year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0]: readonly number[]):
  Moment | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const isDay = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!isDay || hour > 23 || minute > 59 || second > 59) return undefined;
  return date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000;
}
