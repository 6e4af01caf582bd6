import type * as Runtime from "onnxruntime-node";

/** The package, or what to tell a person who lacks it. */
export type RuntimeResult =
  { readonly ok: true; readonly runtime: typeof Runtime } | { readonly ok: false; readonly message: string };

/**
 * Loads `onnxruntime-node`, an optional peer of modelc: only what runs ONNX models needs it. `name` is for tests.
 */
export async function loadRuntime(name = "onnxruntime-node"): Promise<RuntimeResult> {
  try {
    // Not a literal, so that bundlers leave it to be found at run time.
    const loaded = (await import(name)) as typeof Runtime & { readonly default?: typeof Runtime };
    // A CommonJS package is its own namespace, or the default of one.
    return { ok: true, runtime: loaded.default ?? loaded };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const missing = /cannot find (package|module)/i.test(reason) || /failed to load url/i.test(reason);
    return {
      ok: false,
      message: missing
        ? "running ONNX models needs the package onnxruntime-node, which is not installed: npm install onnxruntime-node --ignore-scripts"
        : `onnxruntime-node was found but does not load: ${reason}`,
    };
  }
}
