import { asNumber, constant, sameForm, variable, type Dim } from "../../dims/dim.ts";
import type { RawField, SourceSpec } from "../../ir/program.ts";
import type { DType } from "../../ir/types.ts";
import type { FieldShape, SourceFields } from "../../sources/define-source.ts";
import { readingOf } from "../../sources/readings.ts";
import { allSources, sourceOf } from "../../sources/registry.ts";
import { showRawField } from "../../sources/show-raw-field.ts";
import type { DataDeclaration } from "../../syntax/ast/sections.ts";
import type { BrokenFeature, DeclaredFeature } from "./declare-feature.ts";
import { mentionsNoise } from "./noise.ts";
import type { RawMention } from "./raw-fields.ts";
import type { SettingScope } from "./read-setting.ts";
import { reshapedRaw } from "./reshaped-raw.ts";
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
  for (const feature of features) {
    for (const mention of feature.mentions.values()) {
      if (fields.has(mention.name) || unknown.has(mention.name)) continue;
      const field = typed(mention, feature, { source, delivered, features, scope });
      if (field === "unknown") unknown.add(mention.name);
      else if (field !== undefined) fields.set(mention.name, field);
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

/** What a section reads, and from what. */
interface Reads {
  readonly source: SourceSpec;
  readonly delivered: SourceFields;
  readonly features: readonly (DeclaredFeature | BrokenFeature)[];
  readonly scope: SettingScope;
}

/**
 * The raw field of a mention, typed by a feature that has it; `unknown` after a report, and undefined where the feature's
 * own type is wrong.
 */
function typed(
  mention: RawMention,
  feature: DeclaredFeature | BrokenFeature,
  { source, delivered, features, scope }: Reads,
): RawField | "unknown" | undefined {
  const { name, expression, columns, reading, rows, carried, window, missing: mask } = mention;
  const refuse = (stage: string, problem: string, help: string): "unknown" => {
    scope.collector.report("MC4089", expression.span, { stage, problem }, { help });
    return "unknown";
  };
  switch (misreading(mention, delivered)) {
    case "no cells":
      reportNoTable(mention, source, scope);
      return "unknown";
    case "no sound": {
      const problem = `\`${showRawField(baseOf(mention))}\` is no sound`;
      return refuse(reading?.kind ?? "", problem, "It is for the `raw.audio` of `wav`.");
    }
    case undefined:
      break;
  }
  const shape = shapeOf(mention, delivered);
  if (shape === undefined) {
    reportUnknown(mention, source, delivered, scope);
    return "unknown";
  }
  if (feature.kind === "broken") return undefined;
  const declared = features.filter((it) => it.kind === "declared");
  const reshaped =
    shape === "declared" && (columns?.kind ?? "named") === "named" ? reshapedBy(declared, name) : undefined;
  const read = readingOf(reading);
  const own =
    read.kind === "sequence"
      ? [lengthDim(mention, declared)]
      : shape === "declared"
        ? (reshaped ?? declaredShape(mention, feature, declared))
        : shape.map(constant);
  if (own === undefined) {
    const problem = "nothing tells how many columns these are";
    return refuse("raw.columns", problem, '`raw.columns("pixel*", count=784)` says so.');
  }
  if (read.kind === "sequence") {
    const declaredCount = features.flatMap((it) => it.mentions.get(name)?.words ?? [])[0];
    const stage = reading?.kind ?? "";
    if (read.rest && read.count === undefined && declaredCount === undefined) {
      const problem = "nothing says how many numbers there are, that of the rest among them";
      const others =
        stage === "words"
          ? ", `one_hot(1000)` as the next stage, or `words(1000)`"
          : ", or `one_hot(1000)` as the next stage";
      const help = `\`class(1000)[L]\` as the type of the feature says so${others}.`;
      return refuse(stage, problem, help);
    }
    if (read.count !== undefined && declaredCount !== undefined && read.count !== declaredCount) {
      const problem = `it gives numbers below ${read.count}, and ${declaredCount} are declared`;
      return refuse(stage, problem, `Declare \`class(${read.count})\`.`);
    }
    const least = read.rest ? 3 : 2;
    if (declaredCount !== undefined && declaredCount < least) {
      const last = read.rest ? ", and the last one is for all others" : "";
      const problem = `it gives at least ${least} numbers, and ${declaredCount} ${declaredCount === 1 ? "is" : "are"} declared`;
      return refuse(stage, problem, `0 is behind the end of a text${last}: declare \`class(${least})\`, or more.`);
    }
  }
  const isNumbered = delivered.kind === "listed" && delivered.words?.includes(name) === true;
  const words = isNumbered
    ? plainReader(mention, declared)?.classes
    : features.flatMap((it) => it.mentions.get(name)?.words ?? [])[0];
  if (words === undefined && reading?.kind === "categories" && reading.arguments["rest"] === true) {
    const problem = "nothing says how many words there are to be, the rest among them";
    const help = "`class(12)` as the type of the feature says so, or `one_hot(12)` as the next stage.";
    return refuse("categories", problem, help);
  }
  const mentions = features.flatMap((it) => it.mentions.get(name) ?? []);
  const isFilled = mask !== undefined && mentions.every((it) => it.missing !== undefined);
  const isOwn = columns?.kind === "named" && columns.name === name;
  const hasColumns = delivered.kind === "table" || delivered.kind === "listed";
  const sized = shape === "declared" || read.kind === "sequence" ? own : generalised(own, feature.type.shape);
  const [first] = sized;
  return {
    name,
    type: { dtype: window !== undefined ? "i32" : rawType(mention, declared), shape: sized },
    ...(first !== undefined && asNumber(first) === undefined && mayVary(mention, delivered) && { varies: true }),
    ...(window !== undefined && { window }),
    ...(reshaped !== undefined && { anyShape: true as const }),
    ...(hasColumns && columns !== undefined && !isOwn && { columns }),
    ...(reading !== undefined && { reading }),
    ...(rows !== undefined && { rows }),
    ...(carried !== undefined && { carried }),
    ...(words !== undefined && { words }),
    ...(isFilled && { missing: mask }),
  };
}

/** The shape that all features give a field which they read; undefined where one reads it as it lies in the source. */
function reshapedBy(declared: readonly DeclaredFeature[], name: string): readonly Dim[] | undefined {
  const shapes = declared.filter((it) => it.mentions.has(name)).map((it) => reshapedRaw(it.expression, name, it.type));
  return shapes.every((it) => it !== undefined) ? shapes[0] : undefined;
}

/**
 * The length of a text: that of the feature which is nothing but its parts; or of one that has an axis of a name, or more
 * axes than one. Where nothing says it, a name of its own.
 */
function lengthDim(mention: RawMention, declared: readonly DeclaredFeature[]): Dim {
  const plain = plainReader(mention, declared);
  const reader = declared.find(({ mentions, type: { shape } }) => {
    const [first] = shape;
    return mentions.has(mention.name) && first !== undefined && (shape.length > 1 || asNumber(first) === undefined);
  });
  const [first] = (plain ?? reader)?.type.shape ?? [];
  return first ?? variable(`Length_of_${mention.name.replaceAll(/\W+/g, "_")}`);
}

/** Whether what is mentioned may be of another length in each example: sounds and texts are. */
function mayVary(mention: RawMention, delivered: SourceFields): boolean {
  if (readingOf(mention.reading).kind === "sequence") return true;
  return delivered.kind === "listed" && delivered.sounds?.includes(baseOf(mention)) === true;
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

/** The column, or the field of a source, that is read, however it is read. */
const baseOf = ({ name, columns }: RawMention): string => (columns?.kind === "named" ? columns.name : name);

/** Why something cannot be read as it is: a stage is for cells, or for sounds. */
function misreading(mention: RawMention, delivered: SourceFields): "no cells" | "no sound" | undefined {
  const reading = mention.reading && readingOf(mention.reading);
  const has = (names: readonly string[] | undefined): boolean => names?.includes(baseOf(mention)) === true;
  if (reading?.kind === "sound") return delivered.kind === "listed" && has(delivered.sounds) ? undefined : "no sound";
  // What stands for words may be said to.
  if (reading?.kind === "words" && delivered.kind === "listed" && has(delivered.words)) return undefined;
  const hasCells = delivered.kind === "table" || (delivered.kind === "listed" && has(delivered.cells));
  return !hasCells && isOfTable(mention) ? "no cells" : undefined;
}

/** Whether a mention reads what tables alone have: several columns, or cells in a way that is said. */
const isOfTable = ({ columns, reading, rows, carried }: RawMention): boolean =>
  reading !== undefined ||
  rows !== undefined ||
  carried !== undefined ||
  (columns !== undefined && columns.kind !== "named");

/** Reports that a source has no cells to read. */
export function reportNoTable(
  { reading, rows, carried, isMask, expression }: RawMention,
  source: SourceSpec,
  scope: SettingScope,
): void {
  const fills = isMask === true || carried !== undefined;
  const stage = fills ? "impute" : rows !== undefined ? "window" : (reading?.kind ?? "raw.columns");
  const problem = `the source \`${source.kind}\` has no cells`;
  const tables = allSources.filter((it) => it.isTable).map((it) => `\`${it.name}\``);
  const help = `It is for the columns of a table, as ${tables.slice(0, -1).join(", ")} and ${tables.at(-1) ?? ""} read them.`;
  scope.collector.report("MC4089", expression.span, { stage, problem }, { help });
}

/** The shape that the features declare for a field; undefined where they do not tell it. */
function declaredShape(
  mention: RawMention,
  feature: DeclaredFeature,
  declared: readonly DeclaredFeature[],
): readonly Dim[] | undefined {
  const { type } = plainReader(mention, declared) ?? feature;
  if (mention.columns === undefined || mention.columns.kind === "named") return type.shape;
  const before = mention.rows === undefined ? [] : [mention.rows.size];
  const sizes = type.shape.map((it) => asNumber(it) ?? NaN);
  const all = sizes.reduce((product, it) => product * it, 1);
  const count = mention.count ?? all / (before[0] ?? 1);
  return Number.isInteger(count) ? [...before, count].map(constant) : undefined;
}

/** The shape of what is mentioned; undefined where the source has no such field. */
function shapeOf(mention: RawMention, delivered: SourceFields): FieldShape | undefined {
  const { window, columns, reading, rows } = mention;
  if (window !== undefined) return delivered.kind === "windows" ? [window.size] : undefined;
  switch (delivered.kind) {
    case "table": {
      if (columns?.kind !== "named") return "declared";
      const read = readingOf(reading);
      const shape = read.kind === "numbers" ? read.shape : [];
      return rows === undefined ? shape : [rows.size, ...shape];
    }
    case "listed": {
      const name = baseOf(mention);
      const shape = Object.hasOwn(delivered.shapes, name) ? delivered.shapes[name] : undefined;
      const read = readingOf(reading);
      return reading !== undefined && read.kind === "numbers" ? read.shape : shape;
    }
    case "any":
      return delivered.shape;
    case "windows":
      return undefined;
  }
}

/** Reports a field that a source does not have. */
export function reportUnknown(
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
    case "table":
      return ["raw.NAME"];
    case "windows":
      return ["raw.window(size)"];
  }
}

/**
 * The element type in which a raw field is read, whatever the order of its readers: an integer type where integer features
 * hold it as it is, otherwise real. What a feature cannot hold is reported when the data are loaded.
 */
function rawType({ name, reading }: RawMention, declared: readonly DeclaredFeature[]): DType {
  if (givenBy(reading) !== "f32") return "i32";
  const whole = declared.filter((it) => it.mentions.has(name) && holdsIntegers(it));
  if (whole.length === 0) return "f32";
  return whole.some((it) => it.type.dtype === "i64") ? "i64" : "i32";
}

/** What features see of a reading: real numbers, whole ones, truth values. */
export function givenBy(reading: RawField["reading"]): "f32" | "i32" | "bool" {
  const read = readingOf(reading);
  switch (read.kind) {
    case "numbers":
      return read.gives;
    case "words":
    case "sequence":
      return "i32";
    case "missing":
      return "bool";
    case "sound":
      return "f32";
  }
}

const holdsIntegers = ({ type: { dtype }, direct }: DeclaredFeature): boolean =>
  direct && (dtype === "i32" || dtype === "i64");

/** The element type in which one feature sees a raw field: it computes with real numbers, whatever others hold as it is. */
export function viewOf(field: RawField, reader: DeclaredFeature): DType {
  if (field.window !== undefined) return field.type.dtype;
  const given = givenBy(field.reading);
  if (given !== "f32") return given;
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
