import * as ort from "onnxruntime-web/wasm";
import type { Manifest } from "../../../src/index.ts";
import type { PlainBatch } from "../plain-tensor.ts";
import { trainOnnx, type OnnxReport } from "../train-onnx.ts";

/** A model that the site serves in `/built/`, and raw batches for it as JSON. */
export interface OnnxRequest {
  readonly name: string;
  readonly batches: string;
  readonly threads: number;
}

/** Trains on stock onnxruntime-web, wasm. */
export async function trainOnnxInPage({ name, batches, threads }: OnnxRequest): Promise<OnnxReport> {
  ort.env.wasm.wasmPaths = "/ort/";
  ort.env.wasm.numThreads = threads;
  const manifest = await json<Manifest>(`/built/${name}.manifest.json`);
  const weights = await bytesAt(`/built/${manifest.weights}`);
  const open = async (file: string): Promise<ort.InferenceSession> =>
    ort.InferenceSession.create(await bytesAt(`/built/${file}`), {
      executionProviders: ["wasm"],
      // A page has no folder in which the inference graph could find its weights.
      ...(file === manifest.graphs.inference?.file && { externalData: [{ path: manifest.weights, data: weights }] }),
    });
  return trainOnnx(ort, { manifest, weights, open }, await json<readonly PlainBatch[]>(batches));
}

async function bytesAt(path: string): Promise<Uint8Array> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

async function json<T>(path: string): Promise<T> {
  return JSON.parse(new TextDecoder().decode(await bytesAt(path))) as T;
}
