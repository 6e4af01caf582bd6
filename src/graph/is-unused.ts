import type { Func, Module, Node, Region } from "../ir/graph.ts";
import { nodesWithin, regionsOf } from "../ir/visit.ts";
import { required } from "../support/fault.ts";
import { entryOf } from "./parameters-of.ts";
import { splitIndices } from "./paths.ts";
import { usesOf } from "./rewrite.ts";

/**
 * Whether a parameter, its path without the indices of loops, belongs to something whose value goes nowhere within the
 * function that uses it: nothing is bound to it, or a name that nothing reads.
 */
export function isUnused(module: Module, place: string): boolean {
  const uses = [...usesIn(module, entryOf(module).body, place)];
  return uses.length > 0 && uses.every((it) => it === "unused");
}

/** Each use of what owns a parameter, from the outermost function in which its value goes nowhere. */
function* usesIn(module: Module, region: Region, place: string): Iterable<"used" | "unused"> {
  const live = liveIn(region);
  for (const node of region.nodes) {
    if (node.kind === "scan" || node.kind === "training") {
      for (const it of regionsOf(node)) yield* usesIn(module, it, place);
      continue;
    }
    const rest = restOf(node, place);
    if (rest === undefined) continue;
    if (!live.has(node)) yield "unused";
    else if (node.kind === "repeat") yield* usesIn(module, node.body, rest);
    else if (node.kind === "call") yield* usesIn(module, functionOf(module, node.callee).body, rest);
    else yield "used";
  }
}

function functionOf({ functions }: Module, key: string): Func {
  return required(functions.get(key), `function ${key}`);
}

/** What a path is within a node that has it; undefined in all others. */
function restOf(node: Node, place: string): string | undefined {
  const path =
    node.kind === "call" ? node.instance : node.kind === "repeat" || node.kind === "parameter" ? node.path : "";
  const begin = splitIndices(path).place;
  if (node.kind === "parameter") return begin === place ? "" : undefined;
  if (path === "") return undefined;
  return begin === "" ? place : place.startsWith(`${begin}.`) ? place.slice(begin.length + 1) : undefined;
}

/** The nodes of a region that its results are made of, or that update a state. */
function liveIn({ nodes, results }: Region): ReadonlySet<Node> {
  const needed = new Set(results.map(({ id }) => id));
  const live = new Set<Node>();
  for (const node of nodes.toReversed()) {
    const updates = [...nodesWithin([node])].some(({ kind }) => kind === "update");
    if (!updates && !node.results.some(({ id }) => needed.has(id))) continue;
    live.add(node);
    for (const { id } of usesOf(node)) needed.add(id);
  }
  return live;
}
