import { createRequire } from "node:module";
import type * as Runtime from "onnxruntime-node";
import { missingPackages, resolvePackage } from "../resolve-package.ts";

/** The package, or what to tell a person who lacks it. */
export type RuntimeResult =
  { readonly ok: true; readonly runtime: typeof Runtime } | { readonly ok: false; readonly message: string };

/**
 * Loads `onnxruntime-node`, an optional peer of modelc, from beside modelc or from a project: only what runs ONNX models
 * needs it. Newer versions tell their makers what runs, under a number that they keep in the user's cache folder (or in a
 * file `:memory:.ses` of the working folder). Nobody asked modelc for that: it is off unless the environment says otherwise.
 */
export function loadRuntime(project?: string): RuntimeResult {
  const name = "onnxruntime-node";
  const entry = resolvePackage(name, project);
  if (entry === undefined) return { ok: false, message: missingPackages("running ONNX models", [name], project) };
  process.env["ORT_DISABLE_TELEMETRY"] ??= "1";
  try {
    return { ok: true, runtime: createRequire(entry)(entry) as typeof Runtime };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, message: `onnxruntime-node was found but does not load: ${reason}` };
  }
}
