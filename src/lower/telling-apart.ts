import { createCollector } from "../diagnostics/collector.ts";
import type { Elaborator } from "./context.ts";

/** The same elaborator with a collector of its own, in which all is told anew, whatever stands in the other one. */
export function tellingApart(elaborator: Elaborator): Elaborator {
  return { ...elaborator, collector: createCollector(), told: new Map(), blamed: new WeakSet() };
}
