import { failure, success, type Result } from "./result.ts";

/** A value of a JSON text with its place, in UTF-16 units. */
export type JsonTree = { readonly start: number; readonly end: number } & (
  | { readonly kind: "object"; readonly entries: readonly JsonEntry[] }
  | { readonly kind: "list"; readonly items: readonly JsonTree[] }
  | { readonly kind: "plain"; readonly value: string | number | boolean | null }
);

/** One key of an object, the place of its name, and what it holds. */
export interface JsonEntry {
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly value: JsonTree;
}

/** Where a text stops being JSON, and what should be there. */
export interface JsonProblem {
  readonly at: number;
  readonly expected: string;
}

/** How deeply lists and objects may lie in one another. */
const deepest = 100;

/** A text in double quotes, a number or a word. */
const plainValue = /"(?:[^"\\\n]|\\.)*"|[-+.\w]+/y;

/** Reads a JSON text as it is published (RFC 8259), with the place of every key and value. */
export function parseJsonTree(text: string): Result<JsonTree, JsonProblem> {
  let at = 0;
  const word = new RegExp(plainValue);
  const blank = (): void => {
    while (at < text.length && " \t\r\n".includes(text.charAt(at))) at += 1;
  };
  const problem = (expected: string): Result<never, JsonProblem> => failure({ at, expected });
  const take = (sign: string): boolean => {
    blank();
    if (text[at] !== sign) return false;
    at += 1;
    return true;
  };
  const plain = (): Result<JsonTree, JsonProblem> => {
    const start = at;
    word.lastIndex = at;
    const found = word.exec(text)?.[0];
    try {
      const value = JSON.parse(found ?? "") as string | number | boolean | null;
      at += found?.length ?? 0;
      return success({ kind: "plain", value, start, end: at });
    } catch {
      return problem("a value: a text in double quotes, a number, true, false, null, a list or an object");
    }
  };
  const entry = (depth: number): Result<JsonEntry, JsonProblem> => {
    blank();
    if (text[at] !== '"') return problem("a key in double quotes");
    const key = plain();
    if (!key.ok) return problem("a key in double quotes");
    if (!take(":")) return problem("`:`");
    const value = tree(depth);
    if (!value.ok) return value;
    const { start, end } = key.value;
    return success({ key: String(JSON.parse(text.slice(start, end))), start, end, value: value.value });
  };
  const several = <T>(close: string, one: () => Result<T, JsonProblem>): Result<readonly T[], JsonProblem> => {
    const found: T[] = [];
    if (take(close)) return success(found);
    for (;;) {
      const next = one();
      if (!next.ok) return next;
      found.push(next.value);
      if (take(close)) return success(found);
      if (!take(",")) return problem(`\`,\` or \`${close}\``);
    }
  };
  const tree = (depth: number): Result<JsonTree, JsonProblem> => {
    blank();
    const start = at;
    if (depth > deepest) return problem("less depth");
    if (take("{")) {
      const entries = several("}", () => entry(depth + 1));
      return entries.ok ? success({ kind: "object", entries: entries.value, start, end: at }) : entries;
    }
    if (take("[")) {
      const items = several("]", () => tree(depth + 1));
      return items.ok ? success({ kind: "list", items: items.value, start, end: at }) : items;
    }
    return plain();
  };
  const root = tree(0);
  if (!root.ok) return root;
  blank();
  return at < text.length ? problem("the end of the file") : root;
}
