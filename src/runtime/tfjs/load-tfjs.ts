import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type * as Tfjs from "@tensorflow/tfjs";

export type TfjsBackend = "cpu" | "wasm";

/** TensorFlow.js with a backend ready, or what to tell a person who lacks it. */
export type TfjsResult =
  | { readonly ok: true; readonly tf: typeof Tfjs; readonly path: string; readonly description: string }
  | { readonly ok: false; readonly message: string };

const packages = { tfjs: "@tensorflow/tfjs", wasm: "@tensorflow/tfjs-backend-wasm" } as const;

/**
 * Loads TensorFlow.js, an optional peer of modelc, from where the person's project or modelc itself has it, and starts a
 * backend. `path` is what generated code has to load for the same instance.
 */
export async function loadTfjs(backend: TfjsBackend): Promise<TfjsResult> {
  const entry = resolvePackage(packages.tfjs);
  const wasm = backend === "wasm" ? resolvePackage(packages.wasm) : undefined;
  const missing = [
    ...(entry === undefined ? [packages.tfjs] : []),
    ...(backend === "wasm" && wasm === undefined ? [packages.wasm] : []),
  ];
  if (entry === undefined || missing.length > 0) {
    const what =
      missing.length > 1
        ? `the packages ${missing.join(" and ")}, which are`
        : `the package ${missing.join("")}, which is`;
    return {
      ok: false,
      message: `training on TensorFlow.js needs ${what} not installed: npm install ${missing.join(" ")} --ignore-scripts`,
    };
  }
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

/** Where a package is, seen from the working folder, then from modelc. */
function resolvePackage(name: string): string | undefined {
  for (const from of [join(process.cwd(), "package.json"), import.meta.url]) {
    try {
      return createRequire(from).resolve(name);
    } catch {
      continue;
    }
  }
  return undefined;
}
