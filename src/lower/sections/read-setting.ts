import { answerOfKey, answerOfSetting } from "../../analyze/sections-elsewhere.ts";
import { referencesIn } from "../../analyze/walk.ts";
import type { Collector } from "../../diagnostics/collector.ts";
import { brokenLimit } from "../../ir/limits.ts";
import type { SettingValue } from "../../ir/program.ts";
import type { ArgumentSchema, CallSchema } from "../../ir/settings.ts";
import { answerOfGiven } from "./answer-of-given.ts";
import { helpOfFeature } from "./help-of-feature.ts";
import { keyText } from "./key-text.ts";
import { directiveWords, sectionKeys } from "./section-keys.ts";
import { lostIn } from "../../graph/lost-in.ts";
import { nearest } from "../../support/nearest.ts";
import { textOf, type Span } from "../../support/source.ts";
import type { Argument, Expression } from "../../syntax/ast.ts";
import { lostName } from "../../syntax/lost-name.ts";
import type { Entry, Phrase, Setting } from "../../syntax/ast/sections.ts";

/** A checked call of a setting: `adam(lr=1e-3)`. Arguments of the kinds `call` and `column` are left to the caller. */
export interface SettingCall {
  readonly name: string;
  readonly values: Readonly<Record<string, SettingValue>>;
  readonly calls: Readonly<Record<string, Expression>>;
  readonly span: Span;
}

/** Settings of sections are read with the values of the file's constants. */
export interface SettingScope {
  readonly collector: Collector;
  readonly constant: (name: string) => SettingValue | undefined;
  /** Where a constant is declared that has no value, for what an error in it may be behind; `lost` where it was reported. */
  readonly unknown: (name: string) => Span | "lost" | undefined;
}

/** The value of a constant expression, or undefined where it is none. Words stand for themselves. */
export function settingValue(expression: Expression, scope: SettingScope): SettingValue | undefined {
  switch (expression.kind) {
    case "number":
    case "boolean":
    case "string":
      return expression.value;
    case "reference":
      return scope.constant(expression.text) ?? expression.text;
    case "parenthesized":
      return settingValue(expression.inner, scope);
    case "unary": {
      const value = settingValue(expression.operand, scope);
      if (expression.operator === "-" && typeof value === "number") return -value;
      return expression.operator === "not" && typeof value === "boolean" ? !value : undefined;
    }
    case "binary": {
      const left = settingValue(expression.left, scope);
      const right = settingValue(expression.right, scope);
      if (typeof left !== "number" || typeof right !== "number") return undefined;
      switch (expression.operator) {
        case "+":
          return left + right;
        case "-":
          return left - right;
        case "*":
          return left * right;
        case "/":
          return left / right;
        case "//":
          return Math.floor(left / right);
        case "%":
          return left - right * Math.floor(left / right);
        default:
          return undefined;
      }
    }
    case "list": {
      const values = expression.elements.map((it) => settingValue(it, scope));
      return values.every((it) => it !== undefined) ? values : undefined;
    }
    case "index": {
      const list = settingValue(expression.target, scope);
      const [item, ...others] = expression.indices;
      if (!Array.isArray(list) || item === undefined || others.length > 0) return undefined;
      const place = item.kind === "slice" || item.kind === "index-mark" ? undefined : settingValue(item, scope);
      return typeof place === "number" ? (list as readonly SettingValue[]).at(place) : undefined;
    }
    default:
      return undefined;
  }
}

function describe(value: SettingValue | undefined, expression: Expression): string {
  // A number that is too large to be exact is shown as it is written, and so is a list.
  if (
    value === undefined ||
    typeof value === "object" ||
    (typeof value === "number" && Math.abs(value) > Number.MAX_SAFE_INTEGER)
  )
    return `\`${textOf(expression.span)}\``;
  return typeof value === "string" && expression.kind === "string" ? JSON.stringify(value) : `\`${String(value)}\``;
}

/** What a schema asks for, in words: `a number above 0`. */
function expectation(schema: ArgumentSchema, value?: SettingValue): string {
  if (schema.oneOf !== undefined) return `one of ${schema.oneOf.map((it) => `\`${it}\``).join(", ")}`;
  const noun = {
    number: "a number",
    integer: "a whole number",
    boolean: "`true` or `false`",
    string: "a text in double quotes",
    strings: "a list of texts in double quotes",
    word: "a word",
    call: "a call",
    column: "a column, as `raw.age`",
  }[schema.kind];
  const bounds = [
    schema.above !== undefined ? `above ${schema.above}` : "",
    schema.min !== undefined ? `of at least ${schema.min}` : "",
    schema.below !== undefined ? `below ${schema.below}` : "",
    schema.max !== undefined
      ? `of at most ${schema.max}`
      : schema.kind === "integer" && typeof value === "number" && value > Number.MAX_SAFE_INTEGER
        ? `of at most ${Number.MAX_SAFE_INTEGER}`
        : "",
  ].filter((it) => it !== "");
  return [noun, bounds.join(" and ")].filter((it) => it !== "").join(" ");
}

function fits(value: SettingValue, schema: ArgumentSchema, expression: Expression): boolean {
  switch (schema.kind) {
    case "number":
    case "integer":
      return (
        typeof value === "number" &&
        (schema.kind === "number" ? Number.isFinite(value) : Number.isSafeInteger(value)) &&
        brokenLimit(schema, value) === undefined
      );
    case "boolean":
      return typeof value === "boolean";
    case "string":
      // A constant holds a text, and a name that is none stands for itself.
      return expression.kind === "string" || (expression.kind === "reference" && value !== expression.text);
    case "strings": {
      const isText = (it: Expression, at: number): boolean =>
        it.kind === "string" || (it.kind === "reference" && (value as readonly SettingValue[])[at] !== it.text);
      return expression.kind === "list"
        ? expression.elements.every(isText)
        : Array.isArray(value) && value.every((it) => typeof it === "string");
    }
    case "word":
      return typeof value === "string" && (schema.oneOf?.includes(value) ?? true);
    case "call":
    case "column":
      return true;
  }
}

/** Checks one value against a schema and reports what does not fit. */
export function checkedValue(
  expression: Expression,
  schema: ArgumentSchema,
  argument: string,
  callee: string,
  scope: SettingScope,
): SettingValue | undefined {
  const value = settingValue(expression, scope);
  if (value !== undefined && fits(value, schema, expression)) {
    const lost = schema.kind === "number" && typeof value === "number" ? lostIn("f32", value) : undefined;
    if (lost === undefined) return value;
    const parameters = { argument, callee, value: String(value), becomes: lost };
    scope.collector.report("MC4063", expression.span, parameters);
    return undefined;
  }
  const [behind] = [...referencesIn(expression)].flatMap((name) => scope.unknown(name) ?? []);
  if (behind === "lost") return undefined;
  const found = describe(value, expression);
  const choices = schema.kind === "boolean" ? ["true", "false"] : schema.oneOf;
  const suggestion = typeof value === "string" && choices ? nearest(value, choices) : undefined;
  scope.collector.report(
    "MC4006",
    expression.span,
    { argument, callee, expected: expectation(schema, value), found },
    {
      ...(suggestion !== undefined && { help: `Did you mean \`${suggestion}\`?` }),
      ...(behind !== undefined && { unlessWrong: behind }),
    },
  );
  return undefined;
}

/** Reads `name(arguments)` or a bare `name` against a table of what may stand there. */
export function readCall(
  expression: Expression,
  table: Readonly<Record<string, CallSchema>>,
  what: string,
  scope: SettingScope,
): SettingCall | undefined {
  const callee = expression.kind === "call" ? expression.callee : expression;
  if (callee.kind !== "reference") {
    // Single quotes were told where the text was read.
    if (callee.kind === "string" && textOf(callee.span).startsWith("'")) return undefined;
    const name = describe(undefined, expression);
    const [only] = callee.kind === "number" ? Object.entries(table) : [];
    if (only !== undefined && Object.values(only[1])[0]?.kind === "number") {
      const text = `${only[0]}(${textOf(callee.span)})`;
      const fix = { title: `change to ${text}`, edits: [{ span: callee.span, text }] };
      const known = Object.keys(table);
      scope.collector.report("MC4004", expression.span, { what, name, known }, { help: `Write \`${text}\`.`, fix });
      return undefined;
    }
    const meant = callee.kind === "string" ? callee.value : callee.kind === "member" ? callee.name.text : "";
    const near = Object.hasOwn(table, meant) ? meant : nearest(meant, Object.keys(table));
    scope.collector.report(
      "MC4004",
      expression.span,
      { what, name, known: Object.keys(table) },
      near === undefined
        ? {}
        : {
            help: `Names stand alone here, without quotes: \`${near}\`.`,
            fix: { title: `change to ${near}`, edits: [{ span: callee.span, text: near }] },
          },
    );
    return undefined;
  }
  const schema = Object.hasOwn(table, callee.text) ? table[callee.text] : undefined;
  if (schema === undefined) {
    const answer = answerOfSetting(callee.text, Object.keys(table));
    const suggestion = answer?.instead ?? nearest(callee.text, Object.keys(table));
    scope.collector.report(
      "MC4004",
      callee.span,
      { what, name: `\`${callee.text}\``, known: Object.keys(table) },
      suggestion === undefined
        ? {}
        : {
            help: answer?.help ?? `Did you mean \`${suggestion}\`?`,
            fix: { title: `change to ${suggestion}`, edits: [{ span: callee.span, text: suggestion }] },
          },
    );
    return undefined;
  }
  return readArguments(
    callee.text,
    schema,
    expression.kind === "call" ? expression.arguments : [],
    expression.span,
    scope,
  );
}

/** Reads arguments against a schema: positional ones first, in its order; defaults filled in. */
export function readArguments(
  callee: string,
  schema: CallSchema,
  given: readonly Argument[],
  span: Span,
  scope: SettingScope,
): SettingCall | undefined {
  const values: Record<string, SettingValue> = {};
  const calls: Record<string, Expression> = {};
  const names = Object.keys(schema);
  let ok = true;
  for (const [at, argument] of given.entries()) {
    const name = argument.name?.text ?? names[at];
    const spec = name === undefined || !Object.hasOwn(schema, name) ? undefined : schema[name];
    if (name === undefined || spec === undefined) {
      scope.collector.report(
        "MC4005",
        argument.name?.span ?? argument.span,
        { argument: name === undefined ? "a further argument" : `the argument \`${name}\``, callee, known: names },
        argument.name === undefined ? {} : answerOfGiven(argument.name, names, callee),
      );
      ok = false;
      continue;
    }
    if (Object.hasOwn(values, name) || Object.hasOwn(calls, name)) {
      scope.collector.report("MC4005", argument.span, {
        argument: `the argument \`${name}\` a second time`,
        callee,
        known: names,
      });
      ok = false;
      continue;
    }
    // A word that is no constant is a call without arguments.
    const { value: written } = argument;
    const isWord =
      written.kind === "reference" &&
      scope.constant(written.text) === undefined &&
      scope.unknown(written.text) === undefined;
    if (spec.kind === "column" || (spec.kind === "call" && (written.kind === "call" || isWord))) {
      calls[name] = written;
      continue;
    }
    const value = checkedValue(
      argument.value,
      spec.kind === "call" ? { ...spec, kind: "number" } : spec,
      name,
      callee,
      scope,
    );
    if (value === undefined) ok = false;
    else values[name] = value;
  }
  for (const [name, spec] of Object.entries(schema)) {
    if (Object.hasOwn(values, name) || Object.hasOwn(calls, name)) continue;
    if (spec.default !== undefined) values[name] = spec.default;
    else if (ok) {
      scope.collector.report("MC4003", span, { missing: `the argument \`${name}\``, where: `\`${callee}\`` });
      ok = false;
    }
  }
  const ordered = names.flatMap((name) => {
    const value = values[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return ok ? { name: callee, values: Object.fromEntries(ordered), calls, span } : undefined;
}

/** What is said of a key of a `train` section that stands in another one. */
function keyOfTrain(key: string): string | undefined {
  const known: readonly string[] = sectionKeys.train;
  const instead = known.includes(key) ? key : answerOfKey(key, known)?.instead;
  return instead === undefined ? undefined : `It belongs to the \`train\` section, as \`${instead}\`.`;
}

/** Settings by their dotted key, one that may have been meant for any as that of the lost name; reports unknown and repeated keys. */
export function settingsOf(
  entries: readonly Entry[],
  known: readonly string[],
  section: string,
  scope: SettingScope,
): ReadonlyMap<string, Setting> {
  const found = new Map<string, Setting>();
  for (const entry of entries) {
    if (entry.kind !== "setting") continue;
    const key = keyText(entry);
    const [first] = entry.key;
    const span =
      first === undefined ? entry.span : { ...first.span, end: entry.key.at(-1)?.span.end ?? first.span.end };
    if (!known.includes(key)) {
      const answer = answerOfKey(key, known);
      const suggestion = answer === undefined ? nearest(key, known) : answer.instead;
      const other = section === "data" ? keyOfTrain(key) : undefined;
      const near = suggestion === undefined ? undefined : `Did you mean \`${suggestion}\`?`;
      const help = (section === "data" ? helpOfFeature(entry) : undefined) ?? answer?.help ?? other ?? near;
      const isDirective = section === "train" && directiveWords.some((it) => it === key);
      scope.collector.report(
        "MC4001",
        span,
        { key, section, known },
        isDirective
          ? { help: `A pattern of paths stands behind \`${key}\`, without a colon: \`${key} "stem.**"\`.` }
          : {
              ...(help !== undefined && { help }),
              ...(suggestion !== undefined && {
                fix: { title: `change to ${suggestion}`, edits: [{ span, text: suggestion }] },
              }),
            },
      );
      // What is misspelt is not missing as well.
      const meant = suggestion ?? lostName;
      if (!found.has(meant)) found.set(meant, entry);
    } else if (found.has(key)) {
      const earlier = found.get(key);
      scope.collector.report(
        "MC4002",
        span,
        { key, section },
        earlier === undefined ? {} : { labels: [{ span: earlier.span, message: "first set here" }] },
      );
    } else found.set(key, entry);
  }
  return found;
}

/** The single expression of a setting that takes one, reported where it is something else. */
export function onlyExpression(setting: Setting, scope: SettingScope): Expression | undefined {
  const [phrase, extra] = setting.phrases;
  const part = phrase === undefined ? undefined : onlyPart(phrase);
  if (part !== undefined && extra === undefined) return part;
  const key = keyText(setting);
  scope.collector.report("MC4006", setting.span, {
    argument: key,
    callee: "this section",
    expected: "one value",
    found: "several",
  });
  return undefined;
}

/** The expression of a phrase that is one nameless part. */
export function onlyPart(phrase: Phrase): Expression | undefined {
  const [part, extra] = phrase.parts;
  return part !== undefined && extra === undefined && part.name === undefined ? part.value : undefined;
}

/** The words of a phrase: names as text, numbers as numbers, anything else undefined. */
export function phraseWords(phrase: Phrase, scope: SettingScope): readonly (SettingValue | undefined)[] {
  return phrase.parts.map((it) => (it.name === undefined ? settingValue(it.value, scope) : undefined));
}
