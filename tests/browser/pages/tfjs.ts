import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import type { PlainBatch } from "../plain-tensor.ts";
import { trainTfjs, type GeneratedModule, type TfjsReport } from "../train-tfjs.ts";

/** Generated code that the site serves with its weights in `/built/`, and prepared batches for it as JSON. */
export interface TfjsRequest {
  readonly name: string;
  readonly batches: string;
  readonly backend: "cpu" | "wasm" | "webgl";
}

/** Trains generated code on a backend of TensorFlow.js. */
export async function trainTfjsInPage({ name, batches, backend }: TfjsRequest): Promise<TfjsReport> {
  setWasmPaths("/tfjs-wasm/");
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js does not start its ${backend} backend here`);
  await tf.ready();
  const code = `/${name}.js`;
  const generated: GeneratedModule = await import(code);
  const weights = new Uint8Array(await (await fetch(`/built/${name}.safetensors`)).arrayBuffer());
  const prepared = (await (await fetch(batches)).json()) as readonly PlainBatch[];
  return trainTfjs(tf, generated, weights, prepared);
}
