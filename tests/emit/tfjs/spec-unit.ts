import { readFileSync } from "node:fs";
import { lowerUnits, type Specialisation, type Unit } from "../../../src/compiler.ts";
import { loadProgram } from "../../../src/analyze/program.ts";
import { createCollector } from "../../../src/diagnostics/collector.ts";

/** The first thing that a spec compiles to; throws with what is wrong with the spec. */
export function unitOf(text: string, specialisation: Specialisation = {}): Unit {
  const collector = createCollector();
  const host = { read: () => undefined, resolve: (_from: string, to: string) => to };
  const program = loadProgram({ path: "test.model", text }, host, collector);
  const [unit] = collector.hasErrors ? [] : lowerUnits(program, specialisation, collector);
  if (unit === undefined) throw new Error(collector.diagnostics.map(({ message }) => message).join("\n"));
  return unit;
}

/** A spec of the repository. */
export function specUnit(name: string, specialisation: Specialisation = {}): Unit {
  return unitOf(readFileSync(`specs/${name}.model`, "utf8"), specialisation);
}
