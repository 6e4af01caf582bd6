import type { ArgumentSchema, CallSchema } from "../src/ir/settings.ts";
import type { Source } from "../src/sources/define-source.ts";
import { cleanSteps } from "../src/sources/clean-steps.ts";
import { readings } from "../src/sources/readings.ts";
import { allSources } from "../src/sources/registry.ts";

const argument = ([name, { kind, default: value }]: readonly [string, ArgumentSchema]): string => {
  if (value === undefined) return `\`${name}\``;
  return `\`${name}=${kind === "string" || kind === "strings" ? JSON.stringify(value) : String(value)}\``;
};

const argumentsOf = (schema: CallSchema): string => Object.entries(schema).map(argument).join(", ");

/** How a source is called at its shortest: `csv("...")`. */
function callOf({ name, arguments: schema, fieldArguments }: Source): string {
  if (fieldArguments !== undefined) return `${name}(${fieldArguments.like.map((it) => `${it}="..."`).join(", ")})`;
  const required = Object.values(schema).filter((it) => it.default === undefined);
  return required.length === 0 ? name : `${name}(${required.map(() => '"..."').join(", ")})`;
}

const sourceRows: readonly string[] = [
  ...allSources.map((it) => {
    const given = it.fieldArguments === undefined ? argumentsOf(it.arguments) : "one file for each field, by any names";
    return `| \`${callOf(it)}\` | ${given} | ${it.doc} |`;
  }),
];

const cleanRows: readonly string[] = Object.entries(cleanSteps).map(([name, it]) => {
  const given = argumentsOf(it.arguments);
  return `| \`${name}\` |${given === "" ? "" : ` ${given}`} | ${it.doc} |`;
});

const readingRows: readonly string[] = Object.entries(readings).map(([name, it]) => {
  const given = argumentsOf(it.arguments);
  return `| \`${name}\` |${given === "" ? "" : ` ${given}`} | ${it.doc} |`;
});

const tables: readonly (readonly [head: string, rows: readonly string[]])[] = [
  ["| Source | Arguments | `raw` |", sourceRows],
  ["| Step | Arguments | What it leaves out |", cleanRows],
  ["| Reading | Arguments | What it makes of a cell |", readingRows],
];

/** The tables of a page that list what `src/sources/` declares, each known by its head, with the rows of today. */
export function withDataTables(page: string): string {
  return tables.reduce((text, [head, rows]) => withRows(text, `${head}\n| --- | --- | --- |\n`, rows), page);
}

function withRows(page: string, head: string, rows: readonly string[]): string {
  const start = page.indexOf(head) + head.length;
  if (start < head.length) throw new Error(`there is no table ${head}`);
  const [old = ""] = /^(?:\|.*\n)*/.exec(page.slice(start)) ?? [];
  return `${page.slice(0, start)}${rows.map((it) => `${it}\n`).join("")}${page.slice(start + old.length)}`;
}
