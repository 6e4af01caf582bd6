import type { CleanSpec, SettingValue, SourceSpec, SplitSpec } from "../../ir/program.ts";
import type { FieldArguments, Source } from "../../sources/define-source.ts";
import { cleanSteps } from "../../sources/clean-steps.ts";
import { allSources, findSource, laterSources } from "../../sources/registry.ts";
import { textOf, type Span } from "../../support/source.ts";
import type { Argument } from "../../syntax/ast.ts";
import { lostName } from "../../syntax/lost-name.ts";
import type { DataDeclaration, Setting } from "../../syntax/ast/sections.ts";
import { meantSplit } from "./meant-split.ts";
import { checkedValue, onlyExpression, onlyPart, phraseWords, readCall, type SettingScope } from "./read-setting.ts";

/** What the `source` of a data section names, checked; undefined after a report, `later` after that it is not there yet. */
export function readSource(
  settings: ReadonlyMap<string, Setting>,
  declaration: DataDeclaration,
  scope: SettingScope,
): SourceSpec | "later" | undefined {
  const setting = settings.get("source");
  if (setting === undefined) {
    // It may be what did not parse, or has another key.
    if (declaration.broken || settings.has(lostName)) return undefined;
    scope.collector.report("MC4003", declaration.name.span, {
      missing: "`source`",
      where: `the data section \`${declaration.name.text}\``,
    });
    return undefined;
  }
  const expression = onlyExpression(setting, scope);
  if (expression === undefined) return undefined;
  const callee = expression.kind === "call" ? expression.callee : expression;
  if (callee.kind === "reference" && laterSources.includes(callee.text)) {
    scope.collector.report("MC4011", callee.span, { what: `The source \`${callee.text}\`` });
    return "later";
  }
  const source = callee.kind === "reference" ? findSource(callee.text) : undefined;
  const given = expression.kind === "call" ? expression.arguments : [];
  if (source?.fieldArguments !== undefined) {
    const values = readFieldArguments(source, source.fieldArguments, given, expression.span, scope);
    return values && { kind: source.name, arguments: values, origin: expression.span };
  }
  const table = Object.fromEntries(allSources.map((it) => [it.name, it.arguments]));
  const call = readCall(expression, table, "data source", scope);
  return call && { kind: call.name, arguments: call.values, origin: call.span };
}

/** `images="a.idx", labels="b.idx"`: arguments of any names, one for each raw field. */
function readFieldArguments(
  { name: callee }: Source,
  { schema, like, fieldOf }: FieldArguments,
  given: readonly Argument[],
  span: Span,
  scope: SettingScope,
): Readonly<Record<string, SettingValue>> | undefined {
  const values = new Map<string, SettingValue>();
  for (const argument of given) {
    const name = argument.name?.text;
    if (name === undefined) {
      scope.collector.report("MC4005", argument.span, { argument: "a file without a name", callee, known: like });
      return undefined;
    }
    const value = checkedValue(argument.value, schema, name, callee, scope);
    if (value === undefined) return undefined;
    if ([...values.keys()].some((it) => fieldOf(it) === fieldOf(name))) {
      const again = `the file \`${name}\` a second time`;
      scope.collector.report("MC4005", argument.span, { argument: again, callee, known: [] });
      return undefined;
    }
    values.set(name, value);
  }
  if (values.size > 0) return Object.fromEntries(values);
  const missing = `a file, as in \`${like[0] ?? "name"}="..."\``;
  scope.collector.report("MC4003", span, { missing, where: `\`${callee}\`` });
  return undefined;
}

/**
 * `train 0.8, validate 0.1, test 0.1, seed 7` or `..., by position`; `train from "train", validate 0.1, test from "test"` where splits
 * are folders. Without it, everything is the train split.
 */
export function readSplit(setting: Setting | undefined, scope: SettingScope): SplitSpec | undefined {
  if (setting === undefined) return { fractions: { train: 1 }, seed: 0, by: "seed" };
  const fractions: Record<string, number> = {};
  const folders: Record<string, string> = {};
  let seed: number | undefined;
  let by: "position" | undefined;
  for (const phrase of setting.phrases) {
    const [word, value, extra, further] = phraseWords(phrase, scope);
    if (
      (word === "train" || word === "validate" || word === "test") &&
      typeof value === "number" &&
      value > 0 &&
      value <= 1 &&
      extra === undefined &&
      fractions[word] === undefined &&
      folders[word] === undefined
    ) {
      fractions[word] = value;
    } else if (
      (word === "train" || word === "validate" || word === "test") &&
      value === "from" &&
      typeof extra === "string" &&
      phrase.parts[2]?.value.kind === "string" &&
      further === undefined &&
      fractions[word] === undefined &&
      folders[word] === undefined
    )
      folders[word] = extra;
    else if (
      word === "seed" &&
      typeof value === "number" &&
      Number.isSafeInteger(value) &&
      value >= 0 &&
      extra === undefined &&
      seed === undefined &&
      by === undefined
    )
      seed = value;
    else if (word === "by" && value === "position" && extra === undefined && by === undefined && seed === undefined)
      by = "position";
    else {
      const expected =
        "shares above 0 and at most 1, each split once (`train 0.8`), and either `seed 7` or `by position`";
      const parameters = { argument: "split", callee: "this section", expected, found: `\`${textOf(phrase.span)}\`` };
      const isShare = word !== "seed" && word !== "by";
      scope.collector.report("MC4006", phrase.span, parameters, isShare ? meantSplit(setting) : {});
      return undefined;
    }
  }
  const ofFolders = folderTrouble(fractions, folders);
  if (ofFolders !== undefined) {
    const parameters = { argument: "split", callee: "this section", ...ofFolders };
    scope.collector.report("MC4006", setting.span, parameters);
    return undefined;
  }
  const sum = Object.values(fractions).reduce((total, it) => total + it, 0);
  if (sum > 1 + 1e-9) {
    const found = `shares that add up to ${Number(sum.toFixed(6))}`;
    scope.collector.report("MC4006", setting.span, {
      argument: "split",
      callee: "this section",
      expected: "shares that add up to at most 1",
      found,
    });
    return undefined;
  }
  const named = Object.keys(folders).length > 0 && { folders };
  return { fractions, ...named, seed: seed ?? 0, by: by ?? "seed" };
}

/** What is wrong with splits of which some are folders: shares are those of the train folder, and leave some of it. */
function folderTrouble(
  fractions: Readonly<Record<string, number>>,
  folders: Readonly<Record<string, string>>,
): { readonly expected: string; readonly found: string } | undefined {
  const names = Object.values(folders);
  if (names.length === 0) return undefined;
  if (folders["train"] === undefined) {
    const found = fractions["train"] === undefined ? "no `train`" : `\`train ${fractions["train"]}\``;
    return { expected: 'a folder for `train` where another split is one (`train from "train"`)', found };
  }
  const again = names.find((it, at) => names.indexOf(it) !== at);
  if (again !== undefined) return { expected: "a folder for one split each", found: `\`${again}\` twice` };
  const sum = Object.values(fractions).reduce((total, it) => total + it, 0);
  if (sum < 1) return undefined;
  const found = `shares that add up to ${Number(sum.toFixed(6))}`;
  return { expected: "shares of the train folder that leave some of it for training", found };
}

/** Reports splits that are to be folders of a source that reads none. */
export function reportIdleFolders(
  source: SourceSpec,
  settings: ReadonlyMap<string, Setting>,
  scope: SettingScope,
): void {
  if (findSource(source.kind)?.hasFolders !== false) return;
  for (const phrase of settings.get("split")?.phrases ?? []) {
    if (phraseWords(phrase, scope)[1] !== "from") continue;
    const why = `\`${source.kind}\` reads no folders that splits could be`;
    scope.collector.report("MC4087", phrase.span, { setting: textOf(phrase.span), why });
  }
}

const cleanTable = Object.fromEntries(Object.entries(cleanSteps).map(([name, it]) => [name, it.arguments]));

/** The steps of `clean`, in order; undefined after a report. */
export function readClean(setting: Setting | undefined, scope: SettingScope): readonly CleanSpec[] | undefined {
  const steps: CleanSpec[] = [];
  for (const phrase of setting?.phrases ?? []) {
    const part = onlyPart(phrase);
    if (part === undefined) {
      const known = Object.keys(cleanSteps);
      scope.collector.report("MC4004", phrase.span, {
        what: "cleaning step",
        name: `\`${textOf(phrase.span)}\``,
        known,
      });
      return undefined;
    }
    const call = readCall(part, cleanTable, "cleaning step", scope);
    if (call === undefined) return undefined;
    if (steps.some((it) => it.kind === call.name))
      scope.collector.report("MC4002", phrase.span, { key: call.name, section: "data" });
    else steps.push({ kind: call.name, arguments: call.values });
  }
  return steps;
}

/** Reports what a section says of rows to a source that has none: windows of a text lie side by side. */
export function reportIdleForText(
  source: SourceSpec,
  settings: ReadonlyMap<string, Setting>,
  scope: SettingScope,
): void {
  const { collector } = scope;
  if (findSource(source.kind)?.fields(source).kind !== "windows") return;
  const clean = settings.get("clean");
  if (clean !== undefined)
    collector.report("MC4087", clean.span, { setting: "clean", why: "a text has no rows to leave out" });
  for (const phrase of settings.get("split")?.phrases ?? []) {
    if (phraseWords(phrase, scope)[0] !== "seed") continue;
    collector.report("MC4087", phrase.span, {
      setting: textOf(phrase.span),
      why: "a text is always split by position",
    });
  }
}
