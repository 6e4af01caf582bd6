import { createCollector } from "../../src/diagnostics/collector.ts";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { verifyModule } from "../../src/graph/verify.ts";
import type { Module } from "../../src/ir/graph.ts";
import type { TensorType } from "../../src/ir/types.ts";
import { elaborateModel } from "../../src/lower/elaborate-model.ts";
import { elementAt } from "../../src/support/element-at.ts";
import { load } from "../lower/checking.ts";
import { blockText, type FuzzProgram } from "./program.ts";

/** What the checker says of a text, and how long it took. */
export interface Verdict {
  /** Undefined where it is rejected. */
  readonly module: Module | undefined;
  readonly errors: readonly Diagnostic[];
  /** Internal faults: there must be none. */
  readonly faults: readonly string[];
  readonly cpuMilliseconds: number;
}

/** Checks `M` of a text. */
export function checkText(text: string): Verdict {
  const before = process.cpuUsage();
  const spent = (): number => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  try {
    const collector = createCollector();
    const module = elaborateModel(load(text, collector), "M", {}, collector);
    const cpuMilliseconds = spent();
    const errors = collector.diagnostics.filter((it) => it.severity === "error");
    if (errors.length > 0) return { module: undefined, errors, faults: [], cpuMilliseconds };
    const faults = module === undefined ? ["neither a module nor an error"] : verifyModule(module);
    return { module, errors, faults, cpuMilliseconds };
  } catch (error) {
    const fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { module: undefined, errors: [], faults: [fault], cpuMilliseconds: spent() };
  }
}

/** What the checker says of a program, and the types of some of its values where it is accepted. */
export interface Typed {
  readonly verdict: Verdict;
  /** Undefined where the program is rejected, and where values are tuples. */
  readonly types: ReadonlyMap<string, TensorType> | undefined;
  /** How many tensors the values are. */
  readonly count: number;
}

/** The types of values of a program. */
export function typesOf(program: FuzzProgram, names: readonly string[]): Typed {
  const verdict = checkText(blockText(program, undefined, names));
  const entry = verdict.module?.functions.get(verdict.module.entry);
  if (entry === undefined) return { verdict, types: undefined, count: 0 };
  const { results } = entry.body;
  if (results.length !== names.length) return { verdict, types: undefined, count: results.length };
  const types = new Map(names.map((name, at): [string, TensorType] => [name, elementAt(results, at).type]));
  return { verdict, types, count: results.length };
}
