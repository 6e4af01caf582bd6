import type { RawField, SettingValue } from "../ir/program.ts";
import { readings } from "./readings.ts";
import { showField } from "./show-raw-field.ts";

/** How a spec reads a raw field of a table, without what it has by default: `raw.born -> days_since(start="2020-01-01")`. */
export function showReading(field: RawField): string {
  const { reading, carried, rows } = field;
  const schema = readings[reading?.kind ?? ""]?.arguments;
  const given = Object.entries(reading?.arguments ?? {}).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(schema?.[name]?.default),
  );
  return [
    showField(field),
    ...(carried === undefined ? [] : ["impute(previous)"]),
    ...(reading === undefined ? [] : [call(reading.kind, given)]),
    ...(rows === undefined ? [] : [call("window", Object.entries(rows))]),
  ].join(" -> ");
}

const call = (name: string, given: readonly (readonly [string, SettingValue])[]): string =>
  given.length === 0 ? name : `${name}(${given.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(", ")})`;
