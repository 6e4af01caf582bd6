import { join, resolve } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

/** The backends that the tests cover. */
export const backends = ["cpu", "wasm"] as const;

/** Makes a backend the current one. */
export async function useBackend(name: (typeof backends)[number]): Promise<void> {
  if (name === "wasm") {
    setWasmPaths(`${join(resolve("node_modules/@tensorflow/tfjs-backend-wasm/dist"))}/`);
  }
  await tf.setBackend(name);
  await tf.ready();
}
