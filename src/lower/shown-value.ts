import { referencesIn } from "../analyze/walk.ts";
import { formatDim } from "../dims/dim.ts";
import type { Expression } from "../syntax/ast.ts";
import { findLocal, type Context } from "./context.ts";
import type { Val } from "./values.ts";

/** A value as a message shows it; undefined for what has no short text. */
export function shownValue(val: Val): string | undefined {
  switch (val.kind) {
    case "dim":
      return formatDim(val.dim);
    case "number":
    case "boolean":
    case "word":
      return String(val.value);
    case "list": {
      const texts = val.elements.map(shownValue);
      return texts.every((it) => it !== undefined) ? `[${texts.join(", ")}]` : undefined;
    }
    default:
      return undefined;
  }
}

/** `T = 28, n = 4`: what a condition names, as it is where it is asked; names that mean themselves, and those of `but`, left out. */
export function valuesIn({ scope }: Context, condition: Expression, but: ReadonlySet<string> = new Set()): string {
  const values = [...referencesIn(condition)].flatMap((name) => {
    const val = findLocal(scope, name);
    const shown = val === undefined || val.kind === "cell" || val.kind === "barred" ? undefined : shownValue(val);
    return shown === undefined || shown === name || but.has(name) ? [] : [`${name} = ${shown}`];
  });
  return values.join(", ");
}

/** ` (n = 4; for example at T = 1)`: those parts that say something, or nothing. */
export function inParentheses(...parts: readonly string[]): string {
  const said = parts.filter((it) => it !== "");
  return said.length === 0 ? "" : ` (${said.join("; ")})`;
}
