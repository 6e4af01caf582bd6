import { elementTypes } from "../../analyze/builtins.ts";
import { answerOfElement } from "../../analyze/names-elsewhere.ts";
import { constant, variable, type Dim } from "../../dims/dim.ts";
import type { DType, TensorType } from "../../ir/types.ts";
import { readingOf } from "../../sources/readings.ts";
import type { ProgramFile } from "../../std/program-file.ts";
import { nearest } from "../../support/nearest.ts";
import { textOf } from "../../support/source.ts";
import type { Expression } from "../../syntax/ast.ts";
import type { Feature } from "../../syntax/ast/sections.ts";
import { batchName } from "./batch-dim.ts";
import { isDirect, replaceRawFields, type FilledField, type RawMention, type RawNames } from "./raw-fields.ts";
import { settingValue, type SettingScope } from "./read-setting.ts";

/** A feature whose declared type is right. */
export interface DeclaredFeature {
  readonly kind: "declared";
  readonly feature: Feature;
  /** One example. */
  readonly type: TensorType;
  readonly classes: number | undefined;
  readonly expression: Expression;
  /** Raw fields that it mentions. */
  readonly mentions: ReadonlyMap<string, RawMention>;
  /** Those whose missing cells it fills, by the names under which it refers to them. */
  readonly filled: ReadonlyMap<string, FilledField>;
  /** Whether it holds them as they are. */
  readonly direct: boolean;
}

/** A feature whose declared type is wrong, which has been reported. */
export interface BrokenFeature extends Pick<DeclaredFeature, "feature" | "expression" | "mentions" | "filled"> {
  readonly kind: "broken";
}

/** A feature as it is declared: in its type literals and constants are sizes, and capitalised names vary by example. */
export function declareFeature(
  feature: Feature,
  file: ProgramFile,
  scope: SettingScope,
  names: RawNames,
): DeclaredFeature | BrokenFeature {
  const fields = new Map<string, RawMention>();
  const filled = new Map<string, FilledField>();
  const isOwn = (name: string): boolean => file.scope.has(name);
  const expression = replaceRawFields(feature.value, { fields, filled }, { scope, isOwn, names });
  const declared = typeOf(feature, scope);
  if (declared === undefined) return { kind: "broken", feature, expression, mentions: fields, filled };
  // A label that is a word, or is of parts of a text, has as many of them as it has classes.
  const worded = [...fields.values()].filter((it) => ["words", "sequence"].includes(readingOf(it.reading).kind));
  if (declared.classes !== undefined && expression.kind === "reference")
    for (const it of worded) fields.set(it.name, { ...it, words: it.words ?? declared.classes });
  const direct = isDirect(expression, isOwn);
  return { kind: "declared", feature, ...declared, expression, mentions: fields, filled, direct };
}

/** The type of one example; undefined after a report. */
function typeOf(feature: Feature, scope: SettingScope): Pick<DeclaredFeature, "type" | "classes"> | undefined {
  const { element, classes: classesExpression, dims } = feature.type;
  const shape: Dim[] = [];
  for (const dim of dims) {
    const value = dim.kind === "dim-spread" ? undefined : settingValue(dim, scope);
    if (value === batchName) {
      const rest = dims.filter((it) => it !== dim).map((it) => textOf(it.span));
      const of = `${element.text}${classesExpression === undefined ? "" : `(${textOf(classesExpression.span)})`}`;
      const help = `A feature is of one example, and the batch comes before it by itself: \`${of}[${rest.join(", ")}]\`.`;
      const expected = `sizes of one example, of which \`${batchName}\`, the batch, is none`;
      const parameters = { argument: feature.name.text, callee: "this section", expected, found: `\`${batchName}\`` };
      scope.collector.report("MC4006", dim.span, parameters, { help });
      return undefined;
    }
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1) shape.push(constant(value));
    else if (typeof value === "string" && /^[A-Z]/.test(value)) shape.push(variable(value));
    else {
      const expected = "a whole number of at least 1, or a capitalised name for what varies by example";
      scope.collector.report("MC4006", dim.span, {
        argument: feature.name.text,
        callee: "this section",
        expected,
        found: "this",
      });
      return undefined;
    }
  }
  let classes: number | undefined;
  if (element.text === "class") {
    // `class` without parentheses is an error of syntax.
    if (classesExpression === undefined) return undefined;
    const value = settingValue(classesExpression, scope);
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 1) {
      const expected = "a whole number of at least 1";
      scope.collector.report("MC4006", feature.type.span, {
        argument: "class",
        callee: "this section",
        expected,
        found: "this",
      });
      return undefined;
    }
    classes = value;
  } else if (!elementTypes.has(element.text)) {
    const known = [...elementTypes];
    const answer = answerOfElement(element.text);
    const near = answer === undefined ? nearest(element.text, known) : answer.instead;
    scope.collector.report(
      "MC4004",
      element.span,
      { what: "element type", name: `\`${element.text}\``, known: [...known, "class(n)"] },
      near === undefined
        ? {}
        : {
            help: answer?.help ?? `Did you mean \`${near}\`?`,
            fix: { title: `change to ${near}`, edits: [{ span: element.span, text: near }] },
          },
    );
    return undefined;
  }
  const dtype = element.text === "class" ? "i32" : (element.text as DType);
  return { type: { dtype, shape }, classes };
}
