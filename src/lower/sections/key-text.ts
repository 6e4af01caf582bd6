import type { Setting } from "../../syntax/ast/sections.ts";

/** The key of a setting as a text: `batch`, `optimizer.lr`. */
export function keyText({ key }: Pick<Setting, "key">): string {
  return key.map(({ text }) => text).join(".");
}
