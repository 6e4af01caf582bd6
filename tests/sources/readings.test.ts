import { describe, expect, it } from "vitest";
import type { SettingValue } from "../../src/ir/program.ts";
import type { Cell } from "../../src/sources/raw-data.ts";
import { readings } from "../../src/sources/readings.ts";
import { required } from "../../src/support/fault.ts";

/** What a reading makes of a cell: numbers, or what is wrong with it. */
function read(
  kind: string,
  cell: Exclude<Cell, undefined>,
  given: Readonly<Record<string, SettingValue>> = {},
): unknown {
  const entry = required(readings[kind], kind);
  const defaults = Object.fromEntries(
    Object.entries(entry.arguments).flatMap(([name, it]) => (it.default === undefined ? [] : [[name, it.default]])),
  );
  const spec = { kind, arguments: { ...defaults, ...given } };
  expect(entry.wrong(spec)).toBeUndefined();
  const reading = entry.bind(spec);
  if (reading.kind !== "numbers") throw new Error(kind);
  const found = reading.read(cell);
  if (!found.ok) return found.error;
  return typeof found.value === "object" && "text" in found.value ? found.value.value : found.value;
}

const noDate = "is no date (`2019-03-23`, `2019-03-23 20:21:09`)";
const german = { decimal: ",", thousands: "." };

describe("readings of cells", () => {
  it.each<[string, Exclude<Cell, undefined>, unknown, Readonly<Record<string, SettingValue>>?]>([
    ["number", "12", 12],
    ["number", 12.5, 12.5],
    ["number", "6.02e+23", 6.02e23],
    ["number", "1,5", 1.5, { decimal: "," }],
    ["number", "1.234.567,25", 1234567.25, german],
    ["number", "-1.234", -1234, german],
    ["number", "1.5", "is not a number", { decimal: "," }],
    ["number", "1.23", "is not a number", german],
    ["number", "1.2345", "is not a number", german],
    ["number", "1,234.5", 1234.5, { thousands: "," }],
    ["number", "12,34", "is not a number", { thousands: "," }],
    ["number", "1'234", 1234, { thousands: "'" }],
    ["number", "1 234", 1234, { thousands: " " }],
    ["number", "1,5,2", "is not a number", { decimal: "," }],
    ["number", "", "is not a number"],
    ["number", true, "is not a number"],
    ["number", "0x10", "is not a number"],
    ["number", "1e999", "is larger than any number in double precision"],
    ["percent", "12.5%", 0.125],
    ["percent", "12.5 %", 0.125],
    ["percent", "-3", -0.03],
    ["percent", "1,250%", 12.5],
    ["percent", "a%", "is no percentage"],
    ["percent", "12,5%", 0.125, { decimal: ",", thousands: "" }],
    ["currency", "$1,250.00", 1250],
    ["currency", "-$5", -5],
    ["currency", "$-5", -5],
    ["currency", "12 €", 12],
    ["currency", "EUR 12", 12],
    ["currency", "12.50 USD", 12.5],
    ["currency", "£0.99", 0.99],
    ["currency", "1.250,50 €", 1250.5, german],
    ["currency", "free", "is no amount"],
    ["truth", "Yes", 1],
    ["truth", "n", 0],
    ["truth", true, 1],
    ["truth", 0, 0],
    ["truth", "maybe", "is neither `true` nor `false`, `yes` nor `no`"],
    ["days_since", "1970-01-02", 1],
    ["days_since", "2000-03-01", 1, { start: "2000-02-29" }],
    ["days_since", "1970-01-01 12:00", 0.5],
    ["days_since", "1970-01-01T12:00:00Z", 0.5],
    ["days_since", "1970-01-01T12:00:00+12:00", 0],
    ["days_since", "1970/1/2", 1],
    ["days_since", "1969-12-31", -1],
    ["days_since", "31.12.1970", 364, { format: "%d.%m.%Y" }],
    ["days_since", "1970-01-01T12:00:00-12:00", 1],
    ["days_since", "12/31/70", 364, { format: "%m/%d/%y" }],
    ["year", "68", 2068, { format: "%y" }],
    ["year", "69", 1969, { format: "%y" }],
    ["days_since", "31/12/1970", "is no date in the form `%m/%d/%Y`", { format: "%m/%d/%Y" }],
    ["days_since", "2001-02-29", noDate],
    ["days_since", "2001-13-01", noDate],
    ["days_since", "2001-01-01 24:00", noDate],
    ["days_since", "2001-01/01", noDate],
    ["days_since", "yesterday", noDate],
    ["days_since", 20010101, noDate],
    ["seconds_since", "1970-01-01 00:01:01.5", 61.5],
    ["year", "2019-03-23", 2019],
    ["month", "2019-03-23", 3],
    ["day", "2019-03-23", 23],
    ["day_of_year", "2019-12-31", 365],
    ["day_of_year", "2020-12-31", 366],
    ["weekday", "2019-03-25", 0],
    ["weekday", "2019-03-24", 6],
    ["hour", "2019-03-23 20:21:09", 20],
    ["hour", "8:05", 8, { format: "%H:%M" }],
    ["minute", "2019-03-23 20:21:09", 21],
    ["second", "2019-03-23 20:21:09.9", 9],
    ["labels", "a; c", [1, 0, 1], { words: ["a", "b", "c"] }],
    ["labels", "b|b", [0, 1, 0], { words: ["a", "b", "c"], separator: "|" }],
    ["labels", "a;d", "has the word `d`, which is none of those given", { words: ["a", "b", "c"] }],
  ])("%s of %j", (kind, cell, value, given) => {
    expect(read(kind, cell, given)).toEqual(value);
  });

  it("hashed gives a word the same number always, and spreads words", () => {
    const words = Array.from({ length: 4000 }, (_, at) => `word ${at}`);
    const numbers = words.map((it) => read("hashed", it, { buckets: 10 }));
    expect(read("hashed", "word 7", { buckets: 10 })).toBe(numbers[7]);
    const counts = Array.from({ length: 10 }, (_, bucket) => numbers.filter((it) => it === bucket).length);
    expect(Math.min(...counts)).toBeGreaterThan(300);
    expect(counts.reduce((a, b) => a + b, 0)).toBe(words.length);
  });
});

describe("what is wrong with the arguments of a reading", () => {
  it.each<[string, Readonly<Record<string, SettingValue>>, string]>([
    ["number", { decimal: ";", thousands: "" }, "decimal"],
    ["number", { decimal: ".", thousands: "." }, "thousands"],
    ["number", { decimal: ".", thousands: "00" }, "thousands"],
    ["number", { decimal: ".", thousands: "0" }, "thousands"],
    ["days_since", { start: "then", format: "" }, "start"],
    ["days_since", { start: "1970-01-01", format: "%Q" }, "format"],
    ["month", { format: "dd.mm.yyyy" }, "format"],
    ["categories", { words: ["a", "a"], rest: false }, "words"],
    ["labels", { words: [], separator: ";" }, "words"],
    ["labels", { words: ["a", "a"], separator: ";" }, "words"],
    ["labels", { words: ["a"], separator: "" }, "separator"],
  ])("%s(%j)", (kind, given, argument) => {
    expect(required(readings[kind], kind).wrong({ kind, arguments: given })?.argument).toBe(argument);
  });
});
