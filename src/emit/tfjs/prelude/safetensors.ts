import * as tf from "@tensorflow/tfjs";
import { fromHalves, toHalves } from "./halves.ts";

/** What a checkpoint holds: tensors by name, the orders of their axes where it tells them, and texts. */
export interface Checkpoint {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly orders?: ReadonlyMap<string, unknown>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** A tensor of a checkpoint, with its element type there. */
export interface StoredTensor {
  readonly type: string;
  readonly shape: number[];
  readonly data: Float32Array | Float64Array;
}

/** How a checkpoint holds a variable, where it is not as float32 in the order of its axes here. */
export interface StoredForm {
  readonly type?: keyof typeof elementArrays;
  /** Stored axis i is axis `order[i]` here. */
  readonly order?: number[];
}

/** A variable, and its name in a checkpoint. */
export interface NamedVariable {
  readonly path: string;
  readonly variable: tf.Variable | Statistic;
}

/** What the data section fits on the training examples, in double precision. */
export interface Statistic {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** The arrays of the element types of a `.safetensors` file. */
export const elementArrays = {
  F16: Uint16Array,
  BF16: Uint16Array,
  F32: Float32Array,
  F64: Float64Array,
  I8: Int8Array,
  I32: Int32Array,
  I64: BigInt64Array,
  U8: Uint8Array,
  U32: Uint32Array,
  BOOL: Uint8Array,
};

/** Variables as a `.safetensors` file. */
export async function writeSafetensors(
  variables: readonly NamedVariable[],
  formOf: (path: string) => StoredForm,
  metadata: Readonly<Record<string, string>>,
): Promise<Uint8Array> {
  const sorted = [...variables].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const header: [string, unknown][] = [["__metadata__", metadata]];
  const parts: Uint8Array[] = [];
  let end = 0;
  for (const { path, variable } of sorted) {
    const { order, type = "F32" } = formOf(path);
    const numbers = variable instanceof tf.Variable ? await storedNumbers(variable, order) : variable.data;
    const shape = order?.map((axis) => variable.shape[axis]) ?? variable.shape;
    const data =
      type === "I64"
        ? BigInt64Array.from(numbers, (value) => BigInt(Math.trunc(value)))
        : type === "F16" || type === "BF16"
          ? toHalves(type, numbers, path)
          : elementArrays[type].from(numbers);
    header.push([path, { dtype: type, shape, data_offsets: [end, end + data.byteLength] }]);
    parts.push(new Uint8Array(data.buffer));
    end += data.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const start = 8 + Math.ceil(text.byteLength / 8) * 8;
  const bytes = new Uint8Array(start + end).fill(0x20, 8, start);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.set(text, 8);
  let at = start;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}

async function storedNumbers(variable: tf.Variable, order: number[] | undefined): Promise<ArrayLike<number>> {
  const stored = order === undefined ? variable.clone() : tf.transpose(variable, order);
  try {
    return await stored.data();
  } finally {
    stored.dispose();
  }
}

/** The orders of axes that forms tell, as the metadata of a file has them. */
export function storedOrders(forms: Readonly<Record<string, StoredForm>>): string {
  const orders = Object.entries(forms).flatMap(([path, { order }]) => (order === undefined ? [] : [[path, order]]));
  return JSON.stringify(Object.fromEntries(orders));
}

/** The tensors and texts of a `.safetensors` file; throws where it is none, or damaged. */
export function readSafetensors(bytes: Uint8Array): Checkpoint {
  const length =
    bytes.byteLength < 8 ? 0 : Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  const start = 8 + length;
  if (length === 0 || start > bytes.byteLength) throw new Error("this is no .safetensors file, or a truncated one");
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(8, start));
  const header = parseRecord(text, "the header of the .safetensors file");
  const metadata = new Map<string, string>();
  const found: (StoredEntry & { readonly name: string })[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name !== "__metadata__") found.push({ name, ...storedEntry(name, entry) });
    else {
      for (const [key, value] of Object.entries(recordOf(entry, "the metadata"))) {
        if (typeof value !== "string") throw new Error(`the metadata has "${key}" that is no text`);
        metadata.set(key, value);
      }
    }
  }
  found.sort((a, b) => a.from - b.from || a.to - b.to);
  const tensors = new Map<string, StoredTensor>();
  let end = 0;
  for (const { name, type, shape, from, to } of found) {
    if (from !== end) throw new Error(`tensor "${name}" begins at byte ${start + from}, not ${start + end}`);
    end = to;
    if (start + to > bytes.byteLength) throw new Error(`the .safetensors file is truncated: ${name} is not all there`);
    // Copied, since arrays must begin at a multiple of their elements; not by slice(), which Node's buffers share.
    const { buffer } = new Uint8Array(bytes.subarray(start + from, start + to));
    tensors.set(name, { type, shape, data: numbersIn(name, type, buffer) });
  }
  if (start + end < bytes.byteLength) throw new Error("the .safetensors file goes on after its last tensor");
  const perm = metadata.get("perm");
  if (perm === undefined) return { tensors, metadata };
  return { tensors, metadata, orders: new Map(Object.entries(parseRecord(perm, 'the metadata "perm"'))) };
}

function numbersIn(name: string, type: keyof typeof elementArrays, buffer: ArrayBuffer): StoredTensor["data"] {
  if (type === "F32") return new Float32Array(buffer);
  if (type === "F64") return new Float64Array(buffer);
  if (type === "F16" || type === "BF16") return fromHalves(type, new Uint16Array(buffer));
  const values = [...new elementArrays[type](buffer)];
  const inexact = values.findIndex((value) => typeof value === "bigint" && BigInt(Number(value)) !== value);
  if (inexact >= 0)
    throw new Error(`${name} has ${values[inexact]} at element ${inexact}, which no number holds exactly`);
  return Float64Array.from(values, Number);
}

/** What the header of a file says of a tensor. */
interface StoredEntry {
  readonly type: keyof typeof elementArrays;
  readonly shape: number[];
  readonly from: number;
  readonly to: number;
}

function storedEntry(name: string, entry: unknown): StoredEntry {
  const { dtype, shape, data_offsets: offsets } = recordOf(entry, `tensor "${name}"`);
  const type = Object.keys(elementArrays).find((key) => key === dtype) as StoredEntry["type"] | undefined;
  if (type === undefined) throw new Error(`tensor "${name}" has an element type that is not supported`);
  if (!isSizes(shape)) throw new Error(`tensor "${name}" has no valid shape`);
  if (!isSizes(offsets) || offsets.length !== 2) throw new Error(`tensor "${name}" has no valid offsets`);
  const [from = 0, to = 0] = offsets;
  const count = shape.includes(0) ? 0 : shape.reduce((a, b) => a * b, 1);
  const size = count * elementArrays[type].BYTES_PER_ELEMENT;
  if (to - from !== size) throw new Error(`tensor "${name}" has ${to - from} bytes where its type takes ${size}`);
  return { type, shape, from, to };
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function recordOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error(`${what} is no object`);
}

/** The object that a JSON text is; throws where it is none, or has a key twice. */
export function parseRecord(json: string, what: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new Error(`${what} is no JSON`);
  }
  const around: (Set<string> | undefined)[] = [];
  let awaitsKey = false;
  for (const [token] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],]/g)) {
    if (token === "{") around.push(new Set());
    else if (token === "[") around.push(undefined);
    else if (token === "}" || token === "]") around.pop();
    else if (token !== "," && awaitsKey) {
      const key = String(JSON.parse(token));
      if (around[around.length - 1]?.has(key)) throw new Error(`${what} has ${JSON.stringify(key)} twice`);
      around[around.length - 1]?.add(key);
    }
    awaitsKey = token === "{" || (token === "," && around[around.length - 1] !== undefined);
  }
  return recordOf(value, what);
}

/**
 * What is wrong with a checkpoint for variables, if anything. Weights from elsewhere come without statistics; `slots`,
 * what an optimizer remembers, are there where a training was saved. A slot is given by its parameter, whose form it has.
 */
export function checkpointMisfit(
  { tensors, metadata, orders }: Checkpoint,
  variables: readonly NamedVariable[],
  slots: readonly NamedVariable[],
  formOf: (path: string) => StoredForm,
): string | undefined {
  const holds = (kind: string) => [...tensors.keys()].some((path) => path.startsWith(kind));
  const optional = (path: string) => path.startsWith("statistic/") && !holds("statistic/");
  const resumes = holds("opt/") || metadata.has("progress");
  const needed = [...variables.filter(({ path }) => !optional(path)), ...(resumes ? slots : [])];
  const missing = needed.find(({ path }) => !tensors.has(path));
  if (missing !== undefined) return `the checkpoint has no ${missing.path}`;
  const known = new Map([...variables, ...slots].map(({ path, variable }) => [path, variable]));
  const knowsData = variables.some(({ path }) => path.startsWith("statistic/"));
  const stray = [...(orders?.keys() ?? [])].find((path) => !tensors.has(path));
  if (stray !== undefined) return `the metadata "perm" speaks of ${stray}, which the checkpoint does not hold`;
  for (const [path, { type, shape, data }] of tensors) {
    const held = path.startsWith("statistic/") ? Number : Math.fround;
    const infinite = data.findIndex((value) => !Number.isFinite(held(value)));
    if (infinite >= 0) return `${path} has ${data[infinite] ?? NaN} at element ${infinite}`;
    // A loss scale is of another target: nothing is scaled here.
    if (/^opt\/(\w+_)?(loss_scale|finite_steps|skipped_steps)$/.test(path)) continue;
    // Another optimizer's memory is passed over, if it is of this model.
    const variable = known.get(path) ?? known.get(path.replace(/^opt\/\w+\//, ""));
    if (variable === undefined && path.startsWith("statistic/") && !knowsData) continue;
    if (variable === undefined) return `the model has no ${path}`;
    const { type: usual = "F32", order } = formOf(path);
    // Statistics have become float64.
    const older = path.startsWith("statistic/") && type === "F32";
    if (type !== usual && !older) return `${path} is ${type} in the checkpoint, not ${usual}`;
    // Variables of integers have 32 bits.
    const isWhole = variable instanceof tf.Variable && variable.dtype !== "float32";
    const beyond = isWhole ? data.findIndex((value) => (value | 0) !== value) : -1;
    if (beyond >= 0) return `${path} has ${data[beyond]} at element ${beyond}, which an int32 variable cannot hold`;
    const logical = variable.shape.map((_, axis) => axis);
    const wanted = (order ?? logical).map((axis) => variable.shape[axis] ?? 0);
    if (shape.join() !== wanted.join()) {
      return `${path} has shape [${shape.join(", ")}] in the checkpoint, not [${wanted.join(", ")}]`;
    }
    const given = JSON.stringify(orders?.get(path) ?? logical);
    if (orders !== undefined && !path.startsWith("opt/") && given !== JSON.stringify(order ?? logical)) {
      return `${path} has its axes in the order ${given} in the checkpoint, not ${JSON.stringify(order ?? logical)}`;
    }
  }
  return undefined;
}

/** Gives variables the values that a checkpoint has for their paths; those that it lacks stay as they are. */
export function restoreVariables(
  variables: readonly NamedVariable[],
  formOf: (path: string) => StoredForm,
  { tensors }: Checkpoint,
): void {
  for (const { path, variable } of variables) {
    const found = tensors.get(path);
    if (found === undefined) continue;
    if (!(variable instanceof tf.Variable)) {
      variable.data.set(found.data);
      continue;
    }
    const { order } = formOf(path);
    tf.tidy(() => {
      const numbers = variable.dtype === "float32" ? Float32Array.from(found.data) : Int32Array.from(found.data);
      const stored = tf.tensor(numbers, found.shape, variable.dtype);
      const inverse = order?.map((_, axis) => order.indexOf(axis));
      variable.assign(inverse === undefined ? stored : tf.transpose(stored, inverse));
    });
  }
}

/** What a checkpoint says of the optimizer, if anything. */
export function memoryOf({ tensors, metadata }: Checkpoint): Checkpoint | undefined {
  const slots = [...tensors].filter(([path]) => path.startsWith("opt/"));
  return slots.length === 0 ? undefined : { tensors: new Map(slots), metadata };
}
