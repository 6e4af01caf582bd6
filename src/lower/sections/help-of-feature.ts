import { elementTypes } from "../../analyze/builtins.ts";
import { textOf } from "../../support/source.ts";
import type { Setting } from "../../syntax/ast/sections.ts";
import { keyText } from "./key-text.ts";

const typeFirst = /^(\w+)(?:\([^()]*\))?(?:\[[^[\]]*\])?/;

/** How a feature is written, where a setting of a `data` section is a type with what it is made of behind it: `x: f32[8] raw.x`. */
export function helpOfFeature(setting: Setting): string | undefined {
  const { phrases } = setting;
  const first = phrases[0]?.span;
  const last = phrases.at(-1)?.span;
  if (first === undefined || last === undefined) return undefined;
  const text = textOf({ ...first, end: last.end });
  const [type, element = ""] = typeFirst.exec(text) ?? [];
  if (type === undefined || !(elementTypes.has(element) || element === "class")) return undefined;
  const name = keyText(setting);
  const value = text.slice(type.length).trim() || `raw.${name}`;
  return `What a feature is made of stands behind \`=\`: \`${name}: ${type} = ${value}\`.`;
}
