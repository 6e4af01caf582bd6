import { dimKey } from "../dims/dim.ts";
import type { Attributes, AttributeValue } from "./graph.ts";

/** A text that the attributes of two nodes share exactly when they have the same names and values (labels aside). */
export function attributesKey(attributes: Attributes): string {
  const entries = Object.entries(attributes).map(([name, it]): [string, string] => [name, valueKey(it)]);
  return entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `;${name}=${value}`)
    .join("");
}

function valueKey(it: AttributeValue): string {
  switch (it.kind) {
    case "number":
      return numberKey(it.value);
    case "boolean":
      return String(it.value);
    case "string":
      return JSON.stringify(it.value);
    case "dim":
      return `<${dimKey(it.value)}>`;
    case "numbers":
      return `[${it.value.map(numberKey).join()}]`;
    case "strings":
      return `strings ${JSON.stringify(it.value)}`;
    case "dims":
      return `<[${it.value.map(dimKey).join()}]>`;
  }
}

function numberKey(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
