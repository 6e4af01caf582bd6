import { asNumber, constant, sameForm, type Dim } from "../../dims/dim.ts";
import type { RawField, SourceSpec } from "../../ir/program.ts";
import type { DType } from "../../ir/types.ts";
import type { FieldShape, SourceFields } from "../../sources/define-source.ts";
import { sourceOf } from "../../sources/registry.ts";
import { showRawField } from "../../sources/show-raw-field.ts";
import type { DataDeclaration } from "../../syntax/ast/sections.ts";
import type { BrokenFeature, DeclaredFeature } from "./declare-feature.ts";
import { mentionsNoise } from "./noise.ts";
import type { RawMention } from "./raw-fields.ts";
import type { SettingScope } from "./read-setting.ts";
import { sourceText } from "./section-context.ts";

/**
 * Raw fields in the order of their first mention, typed by the source and by the features that read them; where all are
 * drawn, one that counts the examples. Fields that the source does not have are reported, and are not among them.
 */
export function typeRawFields(
  source: SourceSpec,
  features: readonly (DeclaredFeature | BrokenFeature)[],
  { name: data, broken }: DataDeclaration,
  scope: SettingScope,
): readonly RawField[] {
  const fields = new Map<string, RawField>();
  const unknown = new Set<string>();
  const delivered = sourceOf(source).fields(source);
  const declared = features.filter((it) => it.kind === "declared");
  for (const feature of features) {
    for (const mention of feature.mentions.values()) {
      if (fields.has(mention.name) || unknown.has(mention.name)) continue;
      const shape = shapeOf(mention, delivered);
      if (shape === undefined) {
        unknown.add(mention.name);
        reportUnknown(mention, source, delivered, scope);
        continue;
      }
      if (feature.kind === "broken") continue;
      const { type } = feature;
      fields.set(mention.name, {
        name: mention.name,
        type: {
          dtype: mention.window !== undefined ? "i32" : rawType(mention.name, declared),
          shape:
            shape === "declared"
              ? (plainReader(mention, declared)?.type ?? type).shape
              : generalised(shape.map(constant), type.shape),
        },
        ...(mention.window !== undefined && { window: mention.window }),
      });
    }
  }
  const reads = broken || features.some(({ mentions }) => mentions.size > 0);
  if (reads || !features.some((it) => mentionsNoise(it.expression))) return [...fields.values()];
  const counts = countingField(delivered);
  if (counts !== undefined) return [counts];
  const help = "Where nothing is to be read, count them: `source: drawn(count=1000)`.";
  scope.collector.report("MC4080", data.span, { data: data.text, source: source.kind }, { help });
  return [];
}

/** A field that a source has for certain, to count the examples by where no feature reads any. */
function countingField(delivered: SourceFields): RawField | undefined {
  if (delivered.kind === "windows")
    return { name: "window_1_0", type: { dtype: "i32", shape: [constant(1)] }, window: { size: 1, shift: 0 } };
  if (delivered.kind !== "listed") return undefined;
  return Object.entries(delivered.shapes).flatMap(([name, shape]): RawField[] =>
    shape === "declared" ? [] : [{ name, type: { dtype: "f32", shape: shape.map(constant) } }],
  )[0];
}

/** A feature that is the field and nothing else, which tells its shape better than one that computes with it. */
function plainReader({ name }: RawMention, declared: readonly DeclaredFeature[]): DeclaredFeature | undefined {
  return declared.find(({ mentions, expression: it }) => mentions.has(name) && it.kind === "reference");
}

/** The shape of what is mentioned; undefined where the source has no such field. */
function shapeOf({ name, window }: RawMention, delivered: SourceFields): FieldShape | undefined {
  if (window !== undefined) return delivered.kind === "windows" ? [window.size] : undefined;
  switch (delivered.kind) {
    case "listed":
      return Object.hasOwn(delivered.shapes, name) ? delivered.shapes[name] : undefined;
    case "any":
      return delivered.shape;
    case "windows":
      return undefined;
  }
}

function reportUnknown(
  { name, window, expression }: RawMention,
  source: SourceSpec,
  delivered: SourceFields,
  scope: SettingScope,
): void {
  scope.collector.report("MC4004", expression.span, {
    what: `field of ${source.kind}`,
    name: `\`${window === undefined ? showRawField(name) : sourceText(expression)}\``,
    known: knownFields(delivered),
  });
}

function knownFields(delivered: SourceFields): readonly string[] {
  switch (delivered.kind) {
    case "listed":
      return Object.keys(delivered.shapes).map(showRawField);
    case "any":
      return ["raw.NAME"];
    case "windows":
      return ["raw.window(size)"];
  }
}

/**
 * The element type in which a raw field is read, whatever the order of its readers: an integer type where integer features
 * hold it as it is, otherwise real. What a feature cannot hold is reported when the data are loaded.
 */
function rawType(name: string, declared: readonly DeclaredFeature[]): DType {
  const whole = declared.filter((it) => it.mentions.has(name) && holdsIntegers(it));
  if (whole.length === 0) return "f32";
  return whole.some((it) => it.type.dtype === "i64") ? "i64" : "i32";
}

const holdsIntegers = ({ type: { dtype }, direct }: DeclaredFeature): boolean =>
  direct && (dtype === "i32" || dtype === "i64");

/** The element type in which one feature sees a raw field: it computes with real numbers, whatever others hold as it is. */
export function viewOf(field: RawField, reader: DeclaredFeature): DType {
  if (field.window !== undefined) return field.type.dtype;
  return holdsIntegers(reader) ? reader.type.dtype : "f32";
}

/** What the source has, but for free dims of the feature, which stand for whatever the source has there. */
function generalised(shape: readonly Dim[], declared: readonly Dim[]): readonly Dim[] {
  const generalises =
    shape.length === declared.length &&
    declared.every((dim, at) => asNumber(dim) === undefined || isSame(dim, shape[at]));
  return generalises ? declared : shape;
}

const isSame = (a: Dim, b: Dim | undefined): boolean => b !== undefined && sameForm(a, b);
