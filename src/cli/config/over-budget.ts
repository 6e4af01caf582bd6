import { loadProgram, type ProgramHost } from "../../analyze/program.ts";
import { declaredUnits, lowerUnit } from "../../compiler.ts";
import { createCollector } from "../../diagnostics/collector.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { asConstant, constant, substitute, type Dim } from "../../dims/dim.ts";
import { depthOf } from "../../graph/depth-of.ts";
import { measure } from "../../graph/measure.ts";
import type { Module } from "../../ir/graph.ts";
import { inFile, type SourceFile } from "../../support/source.ts";
import type { Budget } from "./config.ts";

/** The figures that a budget bounds, and where each is found. */
const figures = {
  params: (module) => measure(module).total,
  flops: (module) => measure(module).flops,
  memory: (module) => measure(module).activationBytes,
  depth: (module) => constant(depthOf(module)),
} as const satisfies Readonly<Record<Exclude<keyof Budget, "at">, (module: Module) => Dim>>;

const bounded = ["params", "flops", "memory", "depth"] as const satisfies readonly (keyof typeof figures)[];

/** The models of a file without errors that go beyond what a configuration allows every model. */
export function overBudget(source: SourceFile, host: ProgramHost, budget: Budget): readonly Diagnostic[] {
  const collector = createCollector();
  const sizes = new Map(Object.entries(budget.at ?? {}).map(([name, size]) => [name, constant(size)]));
  // What is wrong has been found already.
  const known = createCollector();
  const program = loadProgram(source, host, known);
  for (const declared of declaredUnits(program)) {
    const unit = lowerUnit(program, declared, {}, known);
    if (unit === undefined) continue;
    for (const figure of bounded) {
      const limit = budget[figure];
      if (limit === undefined) continue;
      const value = asConstant(substitute(figures[figure](unit.module), (name) => sizes.get(name) ?? constant(1)));
      if (value === undefined || value <= limit) continue;
      const found = { model: unit.name, figure, value: value.toLocaleString("en"), limit: limit.toLocaleString("en") };
      collector.report("MC7004", inFile(declared.model.name.span), found);
    }
  }
  return collector.diagnostics;
}
