import { createCollector } from "../../src/diagnostics/collector.ts";
import { reportOpenSizes } from "../../src/emit/report-open-sizes.ts";
import type { Module } from "../../src/ir/graph.ts";
import { entryOf } from "../../src/graph/parameters-of.ts";
import { elaborateModel } from "../../src/lower/elaborate-model.ts";
import { fixedByFacts } from "../../src/lower/fixed-by-facts.ts";
import { load } from "../lower/checking.ts";
import type { Sizes } from "./program.ts";
import { runAccepted, type RunReport } from "./run-accepted.ts";

/** Whether a module leaves open what must be known when it is built: then it is built for sizes. */
export function isOpen(module: Module): boolean {
  const nowhere = { file: { path: "main.model", text: "" }, start: 0, end: 0 };
  return reportOpenSizes(module, nowhere, createCollector(), "built");
}

/** Runs an accepted text at each of some sizes, built once where it can be, else for each of them as `--set` does it. */
export async function runAtSizes(
  text: string,
  module: Module,
  sizes: readonly Sizes[],
  withTfjs: boolean,
): Promise<RunReport> {
  if (!isOpen(module)) return runAccepted(module, sizes, withTfjs);
  let sum: RunReport = { problems: [], compared: 0, runs: 0 };
  for (const at of sizes) {
    const collector = createCollector();
    const fixed = elaborateModel(load(text, collector), "M", { dims: Object.fromEntries(at) }, collector);
    const label = [...at].map(([name, size]) => `${name}=${String(size)}`).join(" ");
    if (fixed === undefined) {
      const said = collector.diagnostics.map((it) => `${it.code} ${it.message}`);
      sum = { ...sum, problems: [...sum.problems, `rejected at ${label}: ${said.join("; ")}`] };
      continue;
    }
    // Sizes that the header leaves no choice of are known where a parameter needs them, and free elsewhere.
    const types = entryOf(fixed).body.inputs.map((it) => it.type);
    const whole = new Map([...at, ...fixedByFacts(types, fixed.facts)]);
    const { problems, compared, runs } = await runAccepted(fixed, [whole], withTfjs);
    sum = {
      problems: [...sum.problems, ...problems.map((it) => `built for ${label}: ${it}`)],
      compared: sum.compared + compared,
      runs: sum.runs + runs,
    };
  }
  return sum;
}
