import type { Func, Module, Node, Region } from "../ir/graph.ts";
import type { FreezePhase } from "../ir/program.ts";
import { mapRegions } from "../ir/visit.ts";
import { entryOf } from "../graph/parameters-of.ts";
import { freezeInstances } from "./freeze-instances.ts";

/** A model in all phases of its freezing: their functions together, and which of them is the model in each. */
export interface PhaseModules {
  readonly functions: ReadonlyMap<string, Func>;
  /** Keys of the model's own function, by phase. */
  readonly entries: readonly string[];
  readonly modules: readonly Module[];
}

/**
 * A model as it runs in each phase, in one set of functions: what a phase changes has a key of its own there, and what it
 * does not change is the model's.
 */
export function phaseModules(module: Module, phases: readonly FreezePhase[]): PhaseModules {
  const modules = phases.map(({ frozen }, index) => {
    const phase = freezeInstances(module, frozen);
    const changed = [...phase.functions].flatMap(([key, func]) => (module.functions.get(key) === func ? [] : [key]));
    const keys = new Map(changed.map((key) => [key, `${key} phase ${index}`]));
    return renamed(phase, keys);
  });
  const functions = new Map([...module.functions, ...modules.flatMap((it) => [...it.functions])]);
  return { functions, entries: modules.map((it) => entryOf(it).key), modules };
}

/** A module some of whose functions have other keys. */
function renamed(module: Module, keys: ReadonlyMap<string, string>): Module {
  if (keys.size === 0) return module;
  const keyOf = (key: string): string => keys.get(key) ?? key;
  const region = (from: Region): Region => ({ ...from, nodes: from.nodes.map(node) });
  const node = (from: Node): Node =>
    from.kind === "call" ? { ...from, callee: keyOf(from.callee) } : mapRegions(from, region);
  const functions = [...module.functions].map(([key, func]): [string, Func] => {
    const own = keyOf(key);
    return [own, keys.has(key) ? { ...func, key: own, body: region(func.body) } : func];
  });
  return { ...module, entry: keyOf(module.entry), functions: new Map(functions) };
}
