import { createHash } from "node:crypto";
import { noFacts } from "../../dims/facts.ts";
import { calleesOf } from "../../ir/callees-of.ts";
import type { Func, Module } from "../../ir/graph.ts";
import { printModule } from "../../ir/print-graph.ts";
import { required } from "../../support/fault.ts";

/** A short name of a text: another text has another one. */
export function fingerprint(text: string | Uint8Array): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 24);
}

/** A fingerprint of what a model computes, whatever is said about it in comments or done with it in a training. */
export function modelFingerprint(module: Module): string {
  const functions = calledFrom([module.entry], module.functions);
  const { labels: _, ...computed } = module;
  return fingerprint(printModule({ ...computed, functions: withoutDocs(functions) }));
}

/** What functions compute, whatever is said about them in comments; nothing where there are none. */
export function functionsText(functions: Module["functions"]): string {
  if (functions.size === 0) return "";
  const rest = { name: "", entry: "", facts: noFacts, contract: [], resultFacts: new Map() };
  return printModule({ ...rest, functions: withoutDocs(functions) });
}

/** The functions of the given keys with all that they call, in the order of `functions`. */
export function calledFrom(keys: readonly string[], functions: Module["functions"]): Module["functions"] {
  const called = new Set<string>();
  const visit = (key: string): void => {
    if (called.has(key)) return;
    called.add(key);
    calleesOf(required(functions.get(key), key).body).forEach(visit);
  };
  keys.forEach(visit);
  return new Map([...functions].filter(([key]) => called.has(key)));
}

function withoutDocs(functions: Module["functions"]): Module["functions"] {
  return new Map([...functions].map(([key, { doc: _, ...func }]): [string, Func] => [key, func]));
}
