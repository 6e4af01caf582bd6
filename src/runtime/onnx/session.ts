import type { InferenceSession, Tensor as RuntimeTensor } from "onnxruntime-node";
import type { DType } from "../../ir/types.ts";
import { fault, required } from "../../support/fault.ts";
import type { Tensor, Tensors } from "../tensor.ts";
import { loadRuntime } from "./load-runtime.ts";

/** How a session runs. */
export interface SessionOptions {
  /** Threads within one operator; default 1, with which runs are bit-identical everywhere. */
  readonly threads?: number;
  /** Fails on a model whose shapes are inferred to be wrong, instead of warning. */
  readonly strict?: boolean;
  /** Bytes of external data by the location that the model names, where the model is given as bytes. */
  readonly externalData?: ReadonlyMap<string, Uint8Array>;
  /** Logs Runtime's warnings; errors alone by default. */
  readonly warnings?: boolean;
  /** The project whose runtime is loaded; modelc's own without it. */
  readonly runtimeFrom?: string | undefined;
}

/** An input or output as the model declares it; symbols for free dimensions. */
export interface SessionValue {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly (number | string)[];
}

/** A loaded ONNX model. */
export interface OnnxSession {
  readonly inputs: readonly SessionValue[];
  readonly outputs: readonly SessionValue[];
  /**
   * Runs the model on inputs by name. Returns the outputs asked for, all by default. Rejects with Runtime's message.
   */
  run(feeds: Tensors, fetches?: readonly string[]): Promise<Tensors>;
  dispose(): Promise<void>;
}

/** A session, or what to tell the person: the package is missing, or the model does not load. */
export type SessionResult =
  { readonly ok: true; readonly session: OnnxSession } | { readonly ok: false; readonly message: string };

const runtimeTypes = {
  f16: "float16",
  f32: "float32",
  f64: "float64",
  i8: "int8",
  i32: "int32",
  i64: "int64",
  u8: "uint8",
  u32: "uint32",
  bool: "bool",
} as const;

type RuntimeType = (typeof runtimeTypes)[keyof typeof runtimeTypes];

const dtypes: ReadonlyMap<string, DType> = new Map(
  Object.entries(runtimeTypes).map(([dtype, name]): [string, DType] => [name, dtype as DType]),
);

/** What ONNX Runtime is told of a session. */
export function sessionSettings(options: SessionOptions): InferenceSession.SessionOptions {
  return {
    executionProviders: ["cpu"],
    intraOpNumThreads: options.threads ?? 1,
    interOpNumThreads: 1,
    executionMode: "sequential",
    logSeverityLevel: options.warnings === true ? 2 : 3,
    ...(options.strict === true && { extra: { session: { strict_shape_type_inference: "1" } } }),
    ...(options.externalData !== undefined && {
      externalData: [...options.externalData].map(([path, data]) => ({ path, data })),
    }),
  };
}

/** Loads a model, from its bytes or (for external data beside it) its path, into ONNX Runtime's CPU provider. */
export async function createOnnxSession(
  model: Uint8Array | string,
  options: SessionOptions = {},
): Promise<SessionResult> {
  const loaded = loadRuntime(options.runtimeFrom);
  if (!loaded.ok) return loaded;
  const { InferenceSession, Tensor: RuntimeTensor } = loaded.runtime;
  const settings = sessionSettings(options);
  let native: InferenceSession;
  try {
    native = await (typeof model === "string"
      ? InferenceSession.create(model, settings)
      : InferenceSession.create(model, settings));
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }

  const unknown = [...native.inputMetadata, ...native.outputMetadata].find((it) => it.isTensor && !dtypes.has(it.type));
  if (unknown?.isTensor === true) {
    return {
      ok: false,
      message: `the tensor ${unknown.name} is ${unknown.type}, which onnxruntime-node cannot hand over`,
    };
  }

  const toRuntime = ({ dtype, shape, data }: Tensor): RuntimeTensor => {
    if (dtype === "bf16") fault("onnxruntime-node has no bf16 tensors");
    const type: RuntimeType = runtimeTypes[dtype];
    // The constructor is overloaded by type; which array a type takes is what `Tensor` promises.
    const construct = RuntimeTensor as new (type: RuntimeType, data: unknown, dims: readonly number[]) => RuntimeTensor;
    return new construct(type, data, shape);
  };
  const fromRuntime = (tensor: RuntimeTensor): Tensor => {
    const dtype = dtypes.get(tensor.type) ?? fault(`ONNX Runtime returned ${tensor.type}`);
    return { dtype, shape: tensor.dims, data: dataOf(tensor.data) };
  };

  const session: OnnxSession = {
    inputs: native.inputMetadata.map(describe),
    outputs: native.outputMetadata.map(describe),
    async run(feeds, fetches) {
      const given = Object.fromEntries([...feeds].map(([name, tensor]) => [name, toRuntime(tensor)]));
      const names = fetches ?? native.outputNames;
      const results = await native.run(given, names);
      return new Map(names.map((name) => [name, fromRuntime(required(results[name], `output ${name}`))]));
    },
    dispose: () => native.release(),
  };
  return { ok: true, session };
}

function describe(value: InferenceSession.ValueMetadata): SessionValue {
  if (!value.isTensor) fault(`${value.name} is no tensor`);
  const dtype = dtypes.get(value.type) ?? fault(`${value.name} has the type ${value.type}`);
  return { name: value.name, dtype, shape: value.shape };
}

function dataOf(data: unknown): Tensor["data"] {
  if (
    data instanceof Float32Array ||
    data instanceof Float64Array ||
    data instanceof Int8Array ||
    data instanceof Int32Array ||
    data instanceof BigInt64Array ||
    data instanceof Uint8Array ||
    data instanceof Uint16Array ||
    data instanceof Uint32Array
  ) {
    return data;
  }
  // Float16Array, where JavaScript has it: the same bits.
  if (ArrayBuffer.isView(data)) return new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
  return fault("ONNX Runtime returned no array");
}
