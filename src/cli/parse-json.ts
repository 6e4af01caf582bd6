import { jsonKeys } from "../support/json-keys.ts";
import { showName } from "../support/show-text.ts";
import { InputError } from "./exit-code.ts";

/** The value of a JSON text from a `source`; an error says where it stops being JSON, or has a key twice. */
export function parseJson(text: string, source: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const known = /position (\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
    const at = known === undefined ? firstBadCharacter(text) : Number(known);
    const word = /^(?:NaN|Infinity)/.exec(text.slice(at))?.[0];
    const way = word === undefined ? "" : `; ${word} is written in quotes`;
    throw new InputError(`${source}: ${placeOf(text, at)}: this is no JSON${way}.`);
  }
  const { repeated } = jsonKeys(text);
  if (repeated === undefined) return value;
  throw new InputError(
    `${source}: ${placeOf(text, repeated.at)}: ${showName(JSON.stringify(repeated.key))} is given twice.`,
  );
}

function placeOf(text: string, at: number): string {
  const before = text.slice(0, at).split("\n");
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

/** V8 names a wrong token but not its place: the shortest beginning that has one ends in it. */
function firstBadCharacter(text: string): number {
  const isBad = (length: number): boolean => {
    try {
      JSON.parse(text.slice(0, length));
      return false;
    } catch (error) {
      return error instanceof Error && error.message.startsWith("Unexpected token");
    }
  };
  let sound = 0;
  let bad = text.length;
  while (bad - sound > 1) {
    const middle = (sound + bad) >> 1;
    if (isBad(middle)) bad = middle;
    else sound = middle;
  }
  return Math.max(0, bad - 1);
}
