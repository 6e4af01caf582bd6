import * as tf from "@tensorflow/tfjs";

/** What a checkpoint holds: tensors by name, and texts. */
export interface Checkpoint {
  readonly tensors: ReadonlyMap<string, { readonly shape: number[]; readonly data: Float32Array }>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Variables as a `.safetensors` file. `storedOrder` lists, by path, the axes in their stored order where it is not the
 * order in memory.
 */
export async function writeSafetensors(
  variables: readonly { path: string; variable: tf.Tensor }[],
  storedOrder: (path: string) => number[] | undefined,
  metadata: Readonly<Record<string, string>>,
): Promise<Uint8Array> {
  const sorted = [...variables].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const header: Record<string, unknown> = { __metadata__: metadata };
  const parts: Uint8Array[] = [];
  let end = 0;
  for (const { path, variable } of sorted) {
    const order = storedOrder(path);
    const stored = order === undefined ? variable.clone() : tf.transpose(variable, order);
    const data = Float32Array.from(await stored.data());
    header[path] = { dtype: "F32", shape: stored.shape, data_offsets: [end, end + data.byteLength] };
    stored.dispose();
    parts.push(new Uint8Array(data.buffer));
    end += data.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
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

/** The float32 tensors of a `.safetensors` file; throws where it is none. */
export function readSafetensors(bytes: Uint8Array): Checkpoint {
  const length =
    bytes.byteLength < 8 ? 0 : Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  const start = 8 + length;
  if (length === 0 || start > bytes.byteLength) throw new Error("this is no .safetensors file, or a truncated one");
  const header: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
  if (typeof header !== "object" || header === null)
    throw new Error("the header of the .safetensors file is no object");
  const tensors = new Map<string, { shape: number[]; data: Float32Array }>();
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(header as Record<string, unknown>)) {
    if (name === "__metadata__") {
      metadata = entry as Record<string, string>;
      continue;
    }
    const { dtype, shape, data_offsets } = entry as { dtype: string; shape: number[]; data_offsets: [number, number] };
    if (dtype !== "F32") continue;
    const [from, to] = data_offsets;
    if (start + to > bytes.byteLength) throw new Error(`the .safetensors file is truncated: ${name} is not all there`);
    // Copied, since float32 arrays must begin at a multiple of four bytes; not by slice(), which Node's buffers share.
    const copy = new Uint8Array(bytes.subarray(start + from, start + to));
    tensors.set(name, { shape, data: new Float32Array(copy.buffer) });
  }
  return { tensors, metadata };
}

/**
 * Gives variables the values that a checkpoint has for their paths; throws where one is missing or has another shape.
 * Weights from elsewhere come without an optimizer's memory and without statistics: these stay as they are then.
 */
export function restoreVariables(
  variables: readonly { path: string; variable: tf.Variable }[],
  storedOrder: (path: string) => number[] | undefined,
  checkpoint: Checkpoint,
): void {
  for (const { path, variable } of variables) {
    const found = checkpoint.tensors.get(path);
    if (found === undefined && /^(opt|statistic)\//.test(path)) continue;
    if (found === undefined) throw new Error(`the checkpoint has no ${path}`);
    const order = storedOrder(path);
    const wanted = order === undefined ? variable.shape : order.map((axis) => variable.shape[axis] ?? 0);
    if (found.shape.join() !== wanted.join()) {
      throw new Error(`${path} has shape [${found.shape.join(", ")}] in the checkpoint, not [${wanted.join(", ")}]`);
    }
    tf.tidy(() => {
      const stored = tf.tensor(found.data, found.shape);
      const inverse = order?.map((_, axis) => order.indexOf(axis));
      variable.assign(inverse === undefined ? stored : tf.transpose(stored, inverse));
    });
  }
}

/** How far the training of a checkpoint was; nothing of it in plain weights. */
export function progressOf({ metadata }: Checkpoint): { step?: number; steps?: number } {
  const progress: unknown = JSON.parse(metadata["progress"] ?? "{}");
  const numberAt = (key: "step" | "steps"): Record<string, number> => {
    const value: unknown = typeof progress === "object" && progress !== null ? Reflect.get(progress, key) : undefined;
    return typeof value === "number" ? { [key]: value } : {};
  };
  return { ...numberAt("step"), ...numberAt("steps") };
}
