import type { Unit } from "../compiler.ts";
import { asNumber } from "../dims/dim.ts";
import type { DataProgram, RawField, TrainProgram } from "../ir/program.ts";
import { entryOf } from "../graph/parameters-of.ts";
import { createDataset, type RawBatch } from "../runtime/data/dataset.ts";
import type { SourceFiles } from "../sources/define-source.ts";
import { countOf, type Column, type DataProblem, type RawData } from "../sources/raw-data.ts";
import { sourceOf } from "../sources/registry.ts";
import { withKnownColumns } from "../runtime/data/known-columns.ts";
import { restrictFeatures } from "../runtime/data/restrict-features.ts";
import { readRagged } from "./read-ragged.ts";
import { fromNested } from "../runtime/nested.ts";
import { toNumbers } from "../runtime/onnx/typed-array.ts";
import type { Tensor, Tensors } from "../runtime/tensor.ts";
import { checkFeatures } from "../runtime/train/check-features.ts";
import type { Checkpoint } from "../runtime/train/checkpoint.ts";
import { createHostPreparation } from "../runtime/train/host-preparation.ts";
import type { PreparedFor } from "../runtime/train/trainer.ts";
import { required } from "../support/fault.ts";
import { failure, success, type Result } from "../support/result.ts";
import { columnNames, columnsOf, isListOfRows, isTable, readTableInputs } from "./read-table-inputs.ts";
import { showName } from "../support/show-text.ts";
import type { Span } from "../support/source.ts";
import { drawInputs, drawnInputs } from "./draw-inputs.ts";
import { InputError } from "./exit-code.ts";
import { parseJson } from "./parse-json.ts";

type Given = Readonly<Record<string, unknown>>;

/** What is wrong with raw fields, and the place of the spec that takes them. */
export interface InputProblem {
  readonly problem: DataProblem;
  readonly origin: Span;
}

/**
 * A network's inputs from JSON: raw fields by name, which are prepared as for training, with the statistics and the
 * vocabularies of the checkpoint, those of a table as columns or as a list of rows; or features by name, which are taken as they are. Names that are both are raw fields;
 * `{"features": {...}}` and `{"raw": {...}}` say which. Where there is one input, its value alone will do.
 */
export async function readInputs(
  text: string,
  source: string,
  unit: Unit,
  checkpoint: Checkpoint,
  files: SourceFiles,
): Promise<Result<Tensors, InputProblem>> {
  const parsed = parseJson(text, source);
  const names = entryOf(unit.module).inputNames;
  const { train } = unit;
  if (train !== undefined && isTable(train) && Array.isArray(parsed) && parsed.length === 0)
    throw new InputError(`${source}: there are no examples in it.`);
  if (train !== undefined && isTable(train) && isListOfRows(parsed))
    return prepare(columnsOf(parsed), source, unit, train, checkpoint, files);
  const [only = ""] = names;
  const given = Array.isArray(parsed) && names.length === 1 ? { [only]: parsed } : parsed;
  if (!isRecord(given)) throw new InputError(`${source}: an object with the inputs ${names.join(", ")} is expected.`);
  const [key, ...others] = Object.keys(given);
  const inner = key === undefined || others.length > 0 ? undefined : given[key];
  if (key === "features" && isRecord(inner) && !names.includes(key)) return success(readFeatures(inner, source, unit));
  if (train === undefined) return success(readFeatures(given, source, unit));
  const read = restrictFeatures(train.data, names).preparation.raw;
  const fields = new Set(isTable(train) ? columnNames(read) : read.map(keyOf));
  if (key === "raw" && isRecord(inner) && !fields.has(key))
    return prepare(inner, source, unit, train, checkpoint, files);
  // A row of a table may have more columns than the inputs are made of: then these are named, and not all others.
  const keys = Object.keys(given);
  const isRaw = keys.some((it) => fields.has(it)) && !keys.every((it) => names.includes(it) && !fields.has(it));
  return isRaw
    ? prepare(given, source, unit, train, checkpoint, files)
    : success(readFeatures(given, source, unit, fields));
}

const isRecord = (it: unknown): it is Given => typeof it === "object" && it !== null && !Array.isArray(it);

/** The name of a raw field in JSON: windows are cut from one text. */
const keyOf = ({ name, window }: RawField): string => (window === undefined ? name : "text");

/** Features by the names of the inputs, those that are left out drawn where the data section draws them; `fields` as below. */
function readFeatures(given: Given, source: string, unit: Unit, fields: Iterable<string> = []): Tensors {
  const tensors = readGivenFeatures(given, source, unit, fields);
  const [count = 0] = [...tensors.values()].map(({ shape: [first] }) => first ?? 0);
  const left = drawnInputs(unit).filter((it) => !tensors.has(it));
  return new Map([...drawInputs(unit, left, count), ...tensors]);
}

/** Features by the names of the inputs; `fields` are the raw fields that might have been given in their place. */
function readGivenFeatures(given: Given, source: string, unit: Unit, fields: Iterable<string>): Tensors {
  const { inputNames, body } = entryOf(unit.module);
  const others = [...fields].filter((it) => !inputNames.includes(it));
  const known = `${inputNames.join(", ")}${others.length > 0 ? `, or the raw fields ${others.join(", ")}` : ""}`;
  if (Object.keys(given).length === 0) throw new InputError(`${source}: ${unit.name} takes ${known}; this is empty.`);
  const tensors = new Map<string, Tensor>();
  for (const [name, value] of Object.entries(given)) {
    const type = body.inputs[inputNames.indexOf(name)]?.type;
    if (type === undefined) {
      throw new InputError(`${source}: ${unit.name} has no input ${showName(name)}; it takes ${known}.`);
    }
    const tensor = fromNested(value, type.dtype);
    if (!tensor.ok) throw new InputError(`${source}: the input ${name}: ${tensor.error}.`);
    tensors.set(name, tensor.value);
  }
  return tensors;
}

/** Features of raw fields, checked as those of a data source are; what is drawn may be given beside them, as it is. */
async function prepare(
  given: Given,
  source: string,
  unit: Unit,
  train: TrainProgram,
  { tensors, vocabularies = {} }: Checkpoint,
  files: SourceFiles,
): Promise<Result<Tensors, InputProblem>> {
  const { inputNames } = entryOf(unit.module);
  const drawn = drawnInputs(unit).filter((it) => Object.hasOwn(given, it));
  const read = Object.fromEntries(Object.entries(given).filter(([name]) => drawn.includes(name)));
  const data: DataProgram = {
    ...restrictFeatures(
      train.data,
      inputNames.filter((it) => !drawn.includes(it)),
    ),
    clean: [],
    split: { fractions: { train: 1 }, seed: 0, by: "position" },
  };
  const program = { ...train, data };
  const preparation = createHostPreparation(program);
  const missing = [...preparation.statistics().keys()].find((it) => !tensors.has(it));
  if (missing !== undefined) {
    const way = 'give features, as {"features": {...}}, or weights that `modelc train` has written';
    throw new InputError(`${source}: the weights have no ${missing}, which raw fields are prepared with: ${way}.`);
  }
  preparation.restore(tensors);
  const others = Object.fromEntries(Object.entries(given).filter(([name]) => !drawn.includes(name)));
  const fields = withKnownColumns(data.preparation.raw, vocabularies);
  const texts = fields.some((it) => it.window !== undefined)
    ? await readTexts(others["text"], source, data, vocabularies["text"], files)
    : success([]);
  if (!texts.ok) return failure({ problem: texts.error, origin: data.source.origin });
  const raw = isTable(train)
    ? readTableInputs(others, source, data.source, fields, train.data.preparation.raw)
    : success(readRaw(others, source, fields, texts.value));
  if (!raw.ok) return failure({ problem: raw.error, origin: data.source.origin });
  const dataset = await createDataset(raw.value, data, vocabularies);
  if (!dataset.ok) return failure({ problem: dataset.error, origin: data.source.origin });
  const trainer = {
    prepare: (batch: RawBatch, of?: PreparedFor) => Promise.resolve(preparation.prepare(batch, of)),
    snapshot: () => Promise.resolve(preparation.statistics()),
  };
  const { train: all } = dataset.value.splits;
  const stray = await checkFeatures(trainer, program, raw.value, dataset.value, [all]);
  if (stray !== undefined) return failure({ problem: stray.problem, origin: stray.feature.origin });
  const made = preparation.prepare(await all.gather(Array.from({ length: all.count }, (_, i) => i)));
  return success(drawn.length === 0 ? made : new Map([...made, ...readGivenFeatures(read, source, unit, [])]));
}

function readRaw(given: Given, source: string, fields: readonly RawField[], texts: readonly Int32Array[]): RawData {
  const known = [...new Set(fields.map(keyOf))];
  const stray = Object.keys(given).find((it) => !known.includes(it));
  if (stray !== undefined) {
    throw new InputError(
      `${source}: the inputs are made of no raw field ${showName(stray)}; they take ${known.join(", ")}.`,
    );
  }
  const columns = fields.map((field): Column => {
    if (field.window !== undefined) return windowOf(field, texts, source);
    const value = Object.hasOwn(given, field.name) ? given[field.name] : undefined;
    if (value === undefined) {
      throw new InputError(`${source}: the raw field ${field.name} is missing; the inputs take ${known.join(", ")}.`);
    }
    if (field.varies === true && Array.isArray(value)) return readRagged(field, value, source);
    const { dtype, shape } = field.type;
    const tensor = fromNested(value, dtype === "f32" ? "f64" : dtype);
    if (!tensor.ok) throw new InputError(`${source}: the raw field ${field.name}: ${tensor.error}.`);
    const found = tensor.value.shape;
    const wanted = shape.map((dim, axis) => asNumber(dim) ?? found[axis + 1] ?? "any");
    if (found.length !== shape.length + 1 || wanted.some((size, axis) => size !== found[axis + 1])) {
      const expected = ["examples", ...wanted].join(", ");
      throw new InputError(
        `${source}: the raw field ${field.name} has the shape [${found.join(", ")}], not [${expected}].`,
      );
    }
    const { data } = tensor.value;
    const integers = data instanceof BigInt64Array ? { integers: data } : {};
    return { name: field.name, shape: found.slice(1), data: toNumbers(tensor.value), ...integers, from: source };
  });
  const [first] = columns;
  const count = first === undefined ? 0 : countOf(first);
  const other = columns.find((it) => countOf(it) !== count);
  if (first !== undefined && other !== undefined) {
    const counts = `${first.name} has ${count} examples, ${other.name} ${countOf(other)}`;
    throw new InputError(`${source}: ${counts}.`);
  }
  if (count === 0) throw new InputError(`${source}: there are no examples in it.`);
  return { kind: "columns", count, columns: new Map(columns.map((it) => [it.name, it])) };
}

/** Texts as numbers of what the source counts in them; each as long as the windows that are cut from it. */
async function readTexts(
  given: unknown,
  source: string,
  { source: spec, preparation }: DataProgram,
  vocabulary: readonly string[] | undefined,
  files: SourceFiles,
): Promise<Result<readonly Int32Array[], DataProblem>> {
  if (vocabulary === undefined) {
    throw new InputError(
      `${source}: the weights have no vocabulary, which texts are read with: give features instead.`,
    );
  }
  const numbered = await required(sourceOf(spec).numberText, `how ${spec.kind} numbers texts`)(spec, files, vocabulary);
  if (!numbered.ok) return numbered;
  const { unit, numbers } = numbered.value;
  const span = Math.max(...preparation.raw.map((it) => (it.window?.size ?? 0) + (it.window?.shift ?? 0)));
  const texts: readonly unknown[] = Array.isArray(given) ? given : [given];
  return success(
    texts.map((text, at) => {
      if (typeof text !== "string") throw new InputError(`${source}: text takes a text, or a list of texts.`);
      const found = numbers(text);
      if (!found.ok) throw new InputError(`${source}: text ${at} ${found.error}.`);
      if (found.value.length !== span)
        throw new InputError(`${source}: text ${at} has ${found.value.length} ${unit}s, and a window has ${span}.`);
      return found.value;
    }),
  );
}

function windowOf({ name, window }: RawField, texts: readonly Int32Array[], source: string): Column {
  const { size, shift } = window ?? { size: 0, shift: 0 };
  const data = new Int32Array(texts.length * size);
  texts.forEach((text, at) => data.set(text.subarray(shift, shift + size), at * size));
  return { name, shape: [size], data, from: source };
}
