import type { CleanSpec, SettingValue } from "../ir/program.ts";
import { cleanSteps } from "./clean-steps.ts";

/** A step of cleaning as it is written, without what it has by default: `drop_missing`, `keep(raw.age, min=0)`. */
export function showCleanStep({ kind, arguments: given, column }: CleanSpec): string {
  const { arguments: schema } = cleanSteps[kind] ?? {};
  const list = Object.entries(given).flatMap(([name, value]) =>
    value === schema?.[name]?.default ? [] : [`${name}=${textOf(value)}`],
  );
  const all = [...(column === undefined ? [] : [column.text]), ...list];
  return all.length === 0 ? kind : `${kind}(${all.join(", ")})`;
}

const textOf = (value: SettingValue): string =>
  typeof value === "object" ? `[${value.map((it) => JSON.stringify(it)).join(", ")}]` : String(value);
