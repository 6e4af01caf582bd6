import type { Func, Region } from "../../ir/graph.ts";
import type { DataProgram } from "../../ir/program.ts";
import { mapRegions } from "../../ir/visit.ts";
import { required } from "../../support/fault.ts";
import type { Elaborator, FunctionStore } from "../context.ts";
import { functionKey } from "../instantiate.ts";

/**
 * Brings the functions that features call to those of a model, and gives the data that call them there: what both use
 * is one function, and no two others have one key.
 */
export function joinData(into: Elaborator, data: DataProgram, from: FunctionStore): DataProgram {
  if (from.memo.size === 0) return data;
  const keys = new Map<string, string>();
  for (const [use, { func }] of from.memo) {
    keys.set(func.key, into.memo.get(use)?.func.key ?? functionKey(into, func.name));
  }
  const renamed = (func: Func): Func => ({ ...func, body: renameCallees(func.body, keys) });
  for (const [use, made] of from.memo) {
    if (into.memo.has(use)) continue;
    const key = required(keys.get(made.func.key), `the new key of ${made.func.key}`);
    const func = { ...renamed(made.func), key };
    into.memo.set(use, { ...made, func });
    into.functions.set(key, func);
    into.sizes.set(key, required(from.sizes.get(made.func.key), `the size of ${made.func.key}`));
  }
  const { preparation } = data;
  return {
    ...data,
    preparation: {
      ...preparation,
      func: renamed(preparation.func),
      unrounded: renamed(preparation.unrounded),
      statistics: preparation.statistics.map((it) =>
        it.kind === "fill" ? it : { ...it, measured: renamed(it.measured) },
      ),
    },
  };
}

function renameCallees(region: Region, keys: ReadonlyMap<string, string>): Region {
  return {
    ...region,
    nodes: region.nodes.map((node) =>
      node.kind === "call"
        ? { ...node, callee: keys.get(node.callee) ?? node.callee }
        : mapRegions(node, (inner) => renameCallees(inner, keys)),
    ),
  };
}
