import { createHash } from "node:crypto";
import type { Func, Module } from "../../ir/graph.ts";
import { printModule } from "../../ir/print-graph.ts";

/** A short name of a text: another text has another one. */
export function fingerprint(text: string | Uint8Array): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 24);
}

/** A fingerprint of what a model computes, whatever is said about it in comments. */
export function modelFingerprint(module: Module): string {
  return fingerprint(printModule({ ...module, functions: withoutDocs(module.functions) }));
}

function withoutDocs(functions: Module["functions"]): Module["functions"] {
  return new Map([...functions].map(([key, { doc: _, ...func }]): [string, Func] => [key, func]));
}
