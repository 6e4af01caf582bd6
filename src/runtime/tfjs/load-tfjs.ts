import { createRequire } from "node:module";
import { dirname } from "node:path";
import type * as Tfjs from "@tensorflow/tfjs";
import { missingPackages, resolvePackage } from "../resolve-package.ts";

export type TfjsBackend = "cpu" | "wasm";

/** TensorFlow.js with a backend ready, or what to tell a person who lacks it. */
export type TfjsResult =
  | { readonly ok: true; readonly tf: typeof Tfjs; readonly path: string; readonly description: string }
  | { readonly ok: false; readonly message: string };

const packages = { tfjs: "@tensorflow/tfjs", wasm: "@tensorflow/tfjs-backend-wasm" } as const;

/**
 * Loads TensorFlow.js, an optional peer of modelc, from beside modelc or from a project, and starts a backend. `path` is
 * what generated code has to load for the same instance.
 */
export async function loadTfjs(backend: TfjsBackend, project?: string): Promise<TfjsResult> {
  const entry = resolvePackage(packages.tfjs, project);
  const wasm = backend === "wasm" ? resolvePackage(packages.wasm, project) : undefined;
  const missing = [
    ...(entry === undefined ? [packages.tfjs] : []),
    ...(backend === "wasm" && wasm === undefined ? [packages.wasm] : []),
  ];
  if (entry === undefined || missing.length > 0)
    return { ok: false, message: missingPackages("training on TensorFlow.js", missing, project) };
  try {
    const load = createRequire(entry);
    const tf = load(entry) as typeof Tfjs;
    // Otherwise the first tensor prints an advertisement of the node backend.
    tf.enableProdMode();
    if (wasm !== undefined) (load(wasm) as { setWasmPaths(prefix: string): void }).setWasmPaths(`${dirname(wasm)}/`);
    await tf.setBackend(backend);
    await tf.ready();
    if (tf.getBackend() !== backend)
      return { ok: false, message: `TensorFlow.js does not start its ${backend} backend here` };
    return { ok: true, tf, path: entry, description: `TensorFlow.js ${tf.version.tfjs} (${backend})` };
  } catch (error) {
    return {
      ok: false,
      message: `TensorFlow.js was found but does not load: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}
