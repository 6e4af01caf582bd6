import type { FillRule } from "../../ir/program.ts";
import { readingOf } from "../../sources/readings.ts";
import { nearest } from "../../support/nearest.ts";
import { textOf, type Span } from "../../support/source.ts";
import type { Argument } from "../../syntax/ast.ts";
import type { CellsRead } from "./read-raw.ts";
import { settingValue, type SettingScope } from "./read-setting.ts";

/** What stands in place of missing cells: a rule that is fitted, or a number. */
export type Imputation = FillRule | number;

/** A stage behind a column: what it is called, and what it is given. */
export interface ColumnStage {
  readonly name: string;
  readonly given: readonly Argument[];
  readonly span: Span;
}

const rules = ["mean", "median", "mode", "previous"] as const;

/** What `impute(...)` says, or undefined after a report. */
export function imputationOf({ given, span }: ColumnStage, scope: SettingScope): Imputation | "previous" | undefined {
  const [argument, extra] = given;
  if (argument === undefined) {
    scope.collector.report("MC4003", span, { missing: "what to fill in", where: "`impute`" }, { help: fillHelp });
    return undefined;
  }
  const stray = argument.name === undefined ? extra : argument;
  if (stray !== undefined) {
    const what = stray.name === undefined ? "a further argument" : `the argument \`${stray.name.text}\``;
    scope.collector.report("MC4005", stray.span, { argument: what, callee: "impute", known: [] }, { help: fillHelp });
    return undefined;
  }
  const { value: written } = argument;
  const value = settingValue(written, scope);
  const isWord = written.kind === "reference" && value === written.text;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value === "string" && !isWord) return { word: value };
  const rule = rules.find((it) => it === value);
  if (rule !== undefined) return rule;
  const near = typeof value === "string" ? nearest(value, rules) : undefined;
  const parameters = {
    argument: "fill",
    callee: "impute",
    expected: expectedFill,
    found: `\`${textOf(written.span)}\``,
  };
  const help = near === undefined ? {} : { help: `Did you mean \`${near}\`?` };
  scope.collector.report("MC4006", written.span, parameters, help);
  return undefined;
}

const expectedFill = "`mean`, `median`, `mode`, `previous`, a number or a text in double quotes";
const fillHelp = `Missing cells become ${expectedFill}: \`impute(median)\`.`;

/**
 * What fills the missing cells of what is read, as a number where that is known before the data are; undefined after a
 * report, where it is nothing that the cells may hold.
 */
export function fillOf(
  { reading }: CellsRead,
  by: Imputation,
  span: Span,
  scope: SettingScope,
): Imputation | undefined {
  const refuse = (problem: string, help: string): undefined => {
    scope.collector.report("MC4089", span, { stage: "impute", problem }, { help });
    return undefined;
  };
  const read = readingOf(reading);
  if (read.kind === "sound") return refuse("a sound has no missing cells", "Leave it out.");
  if (read.kind === "missing") return refuse("what is filled is missing no more", "Leave it out.");
  if (read.kind === "sequence")
    return refuse("a text that is missing has no parts", "Leave such rows out with `clean: drop_missing`.");
  if (read.kind === "words") {
    if (by === "mode" || typeof by === "object") return by;
    const what = typeof by === "number" ? `${by} is no word` : `words have no ${by}`;
    return refuse(
      what,
      'Fill them with the most frequent word, `impute(mode)`, or with one that you give, `impute("unknown")`.',
    );
  }
  if (read.missing !== undefined)
    return refuse(`a cell that is empty is none for \`${reading?.kind ?? ""}\``, "Leave it out.");
  if (typeof by === "string") {
    if (by === "mode" || read.gives === "f32") return by;
    const help = "Fill it with the most frequent one, `impute(mode)`, or with one that you give.";
    return refuse(`the ${by} of ${read.gives === "bool" ? "truth values" : "such numbers"} is none of them`, help);
  }
  const text = typeof by === "number" ? String(by) : by.word;
  const found = read.read(text);
  if (!found.ok) return refuse(`\`${text}\` ${found.error}`, `It is read as the cells of the column are.`);
  const { value } = found;
  if (typeof value === "number") return value;
  return "text" in value ? value.value : refuse("it is several numbers", "Leave it out.");
}
