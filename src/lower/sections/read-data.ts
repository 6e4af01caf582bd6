import type { CleanSpec, SettingValue, SourceSpec } from "../../ir/program.ts";
import type { FieldArguments, Source } from "../../sources/define-source.ts";
import { cleanSteps } from "../../sources/clean-steps.ts";
import { allSources, findSource } from "../../sources/registry.ts";
import { required } from "../../support/fault.ts";
import { textOf, type Span } from "../../support/source.ts";
import type { Argument, Expression } from "../../syntax/ast.ts";
import { lostName } from "../../syntax/lost-name.ts";
import type { DataDeclaration, Setting } from "../../syntax/ast/sections.ts";
import { reportWrongArgument } from "./report-wrong-argument.ts";
import { readRowColumn, type RowReader } from "./read-row-column.ts";
import { checkedValue, onlyExpression, onlyPart, phraseWords, readCall, type SettingScope } from "./read-setting.ts";

/** What the `source` of a data section names, checked; undefined after a report. */
export function readSource(
  settings: ReadonlyMap<string, Setting>,
  declaration: DataDeclaration,
  scope: SettingScope,
): SourceSpec | undefined {
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
  const source = callee.kind === "reference" ? findSource(callee.text) : undefined;
  const given = expression.kind === "call" ? expression.arguments : [];
  if (source?.fieldArguments !== undefined) {
    const values = readFieldArguments(source, source.fieldArguments, given, expression.span, scope);
    return values && { kind: source.name, arguments: values, origin: expression.span };
  }
  const table = Object.fromEntries(allSources.map((it) => [it.name, it.arguments]));
  const call = readCall(expression, table, "data source", scope);
  if (call === undefined) return undefined;
  const spec: SourceSpec = { kind: call.name, arguments: call.values, origin: call.span };
  const wrong = source?.wrong(spec);
  if (source === undefined || wrong === undefined) return spec;
  const written = { callee: call.name, schema: source.arguments, given, span: call.span };
  reportWrongArgument(written, wrong.argument, wrong.problem, scope);
  return undefined;
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
export function readClean(setting: Setting | undefined, reader: RowReader): readonly CleanSpec[] | undefined {
  const { collector } = reader.scope;
  const steps: CleanSpec[] = [];
  let fine = true;
  for (const phrase of setting?.phrases ?? []) {
    const part = onlyPart(phrase);
    if (part === undefined) {
      const known = Object.keys(cleanSteps);
      collector.report("MC4004", phrase.span, { what: "cleaning step", name: `\`${textOf(phrase.span)}\``, known });
      return undefined;
    }
    const step = readStep(part, reader);
    if (step === undefined) fine = false;
    else if (steps.some((it) => it.kind === step.kind && it.column?.field.name === step.column?.field.name)) {
      const key = step.column === undefined ? step.kind : `${step.kind}(${step.column.text})`;
      collector.report("MC4002", phrase.span, { key, section: "data" });
    } else steps.push(step);
  }
  return fine ? steps : undefined;
}

function readStep(expression: Expression, reader: RowReader): CleanSpec | undefined {
  const { scope } = reader;
  const call = readCall(expression, cleanTable, "cleaning step", scope);
  if (call === undefined) return undefined;
  const { name, values, calls, span } = call;
  const step = required(cleanSteps[name], `the step ${name}`);
  const [written] = Object.entries(calls);
  const use = written && { argument: written[0], callee: name, holds: step.holds ?? "numbers" };
  const column = written && use && readRowColumn(written[1], use, reader);
  if (written !== undefined && column === undefined) return undefined;
  const spec: CleanSpec = { kind: name, arguments: values, ...(column !== undefined && { column }) };
  const wrong = step.wrong(spec);
  if (wrong === undefined) return spec;
  if (wrong.kind === "lacks") scope.collector.report("MC4003", span, { missing: wrong.what, where: `\`${name}\`` });
  else {
    const given = expression.kind === "call" ? expression.arguments : [];
    reportWrongArgument({ callee: name, schema: step.arguments, given, span }, wrong.argument, wrong.expected, scope);
  }
  return undefined;
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
    const [word, way] = phraseWords(phrase, scope);
    if (word === "train" || word === "validate" || word === "test" || (word === "by" && way === "position")) continue;
    collector.report("MC4087", phrase.span, {
      setting: textOf(phrase.span),
      why: "a text is always split by position",
    });
  }
}
