import { github } from "./formats/github.ts";
import { json } from "./formats/json.ts";
import { junit } from "./formats/junit.ts";
import { pretty } from "./formats/pretty.ts";
import { sarif } from "./formats/sarif.ts";
import type { FormatOptions, Report } from "./report.ts";

/** How a report is written: a text from its findings. */
export type Format = (report: Report, options: FormatOptions) => string;

/** Every format of `modelc check --format`. */
export const formats = { pretty, json, sarif, github, junit } satisfies Readonly<Record<string, Format>>;

export type FormatName = keyof typeof formats;
