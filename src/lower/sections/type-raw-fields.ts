import { asNumber, constant, sameForm, type Dim } from "../../dims/dim.ts";
import type { RawField, SourceSpec } from "../../ir/program.ts";
import type { DType, TensorType } from "../../ir/types.ts";
import { idxField } from "./idx-field.ts";
import type { RawMention } from "./raw-fields.ts";
import type { SettingScope } from "./read-setting.ts";
import { showRawField } from "./show-raw-field.ts";

/** A feature as far as raw fields are concerned. */
interface FieldReader {
  /** One example. */
  readonly type: TensorType;
  /** Raw fields that it mentions. */
  readonly mentions: ReadonlyMap<string, RawMention>;
  /** Whether it holds them as they are. */
  readonly direct: boolean;
}

const integerArgument = (source: SourceSpec, name: string): Dim => {
  const value = source.arguments[name];
  return constant(typeof value === "number" ? value : 1);
};

/**
 * The fields of a source, with what a generator delivers for one example; those of a file take their shape from the
 * feature that reads them. Of other sources the data alone know the fields.
 */
const knownFields: Readonly<
  Record<string, (source: SourceSpec) => Readonly<Record<string, readonly Dim[] | undefined>>>
> = {
  idx: (source) => Object.fromEntries(Object.keys(source.arguments).map((it) => [idxField(it), undefined])),
  synthetic_digits: () => ({ image: [constant(28), constant(28), constant(1)], label: [] }),
  synthetic_blobs: (source) => ({ x: [integerArgument(source, "features")], label: [] }),
  synthetic_sequences: (source) => ({
    x: [integerArgument(source, "length"), integerArgument(source, "features")],
    label: [integerArgument(source, "length")],
    last: [],
  }),
  synthetic_waves: (source) => ({
    wave: [integerArgument(source, "length"), constant(1)],
    next: [integerArgument(source, "length"), constant(1)],
  }),
};

/** Raw fields in the order of their first mention, typed by the source and by the features that read them. */
export function typeRawFields(
  source: SourceSpec,
  declared: readonly FieldReader[],
  unknown: Set<string>,
  scope: SettingScope,
): readonly RawField[] {
  const fields = new Map<string, RawField>();
  const known = knownFields[source.kind]?.(source);
  for (const { type, mentions } of declared) {
    for (const mention of mentions.values()) {
      if (fields.has(mention.name)) continue;
      const shape = known?.[mention.name];
      if (known !== undefined && !Object.hasOwn(known, mention.name)) {
        const names = Object.keys(known).map(showRawField);
        scope.collector.report("MC4004", mention.expression.span, {
          what: `field of ${source.kind}`,
          name: `\`${showRawField(mention.name)}\``,
          known: names,
        });
        unknown.add(mention.name);
        continue;
      }
      fields.set(mention.name, {
        name: mention.name,
        type: {
          dtype: mention.window !== undefined ? "i32" : rawType(mention.name, declared),
          shape: fieldShape(source, shape, mention, type.shape),
        },
        ...(mention.window !== undefined && { window: mention.window }),
      });
    }
  }
  return [...fields.values()];
}

/**
 * The element type in which a raw field is read, whatever the order of its readers: an integer type where integer features
 * hold it as it is, otherwise real. What a feature cannot hold is reported when the data are loaded.
 */
function rawType(name: string, declared: readonly FieldReader[]): DType {
  const whole = declared.filter((it) => it.mentions.has(name) && holdsIntegers(it));
  if (whole.length === 0) return "f32";
  return whole.some((it) => it.type.dtype === "i64") ? "i64" : "i32";
}

const holdsIntegers = ({ type: { dtype }, direct }: FieldReader): boolean =>
  direct && (dtype === "i32" || dtype === "i64");

/** The element type in which one feature sees a raw field: it computes with real numbers, whatever others hold as it is. */
export function viewOf(field: RawField, reader: FieldReader): DType {
  if (field.window !== undefined) return field.type.dtype;
  return holdsIntegers(reader) ? reader.type.dtype : "f32";
}

function fieldShape(
  source: SourceSpec,
  known: readonly Dim[] | undefined,
  mention: RawMention,
  declared: readonly Dim[],
): readonly Dim[] {
  if (source.kind === "csv") return [];
  const shape = mention.window === undefined ? known : [constant(mention.window.size)];
  if (shape === undefined) return declared;
  // A free dim of the feature stands for whatever the source has there.
  const generalises =
    shape.length === declared.length &&
    declared.every((dim, at) => asNumber(dim) === undefined || isSame(dim, shape[at]));
  return generalises ? declared : shape;
}

const isSame = (a: Dim, b: Dim | undefined): boolean => b !== undefined && sameForm(a, b);
