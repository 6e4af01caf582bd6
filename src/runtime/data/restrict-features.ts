import type { Func, Node } from "../../ir/graph.ts";
import type { DataProgram } from "../../ir/program.ts";
import { usesOf } from "../../graph/rewrite.ts";

/** A data section with some of its features alone, and the raw fields and statistics that these need. */
export function restrictFeatures(data: DataProgram, names: readonly string[]): DataProgram {
  const { preparation } = data;
  const kept = data.features.map((it) => names.includes(it.name));
  const func = restrict(preparation.func, kept);
  const unrounded = restrict(preparation.unrounded, kept);
  const fields = new Set([...func.inputNames, ...unrounded.inputNames]);
  const paths = new Set([func, unrounded].flatMap((it) => it.states.map(({ path }) => path)));
  return {
    ...data,
    features: data.features.filter((_, at) => kept[at]),
    preparation: {
      func,
      unrounded,
      raw: preparation.raw.filter((it) => fields.has(it.name)),
      statistics: preparation.statistics.filter((it) => paths.has(it.path)),
    },
  };
}

/** The function with the results that are kept, and what leads to them. */
function restrict(func: Func, kept: readonly (boolean | undefined)[]): Func {
  const results = func.body.results.filter((_, at) => kept[at]);
  const used = new Set(results.map((it) => it.id));
  const nodes: Node[] = [];
  for (const node of func.body.nodes.toReversed()) {
    if (!node.results.some((it) => used.has(it.id))) continue;
    for (const it of usesOf(node)) used.add(it.id);
    nodes.unshift(node);
  }
  const read = new Set(nodes.flatMap((it) => (it.kind === "state" ? [it.path] : [])));
  const needed = func.body.inputs.map((it) => used.has(it.id));
  return {
    ...func,
    inputNames: func.inputNames.filter((_, at) => needed[at]),
    resultNames: func.resultNames.filter((_, at) => kept[at]),
    states: func.states.filter((it) => read.has(it.path)),
    body: { inputs: func.body.inputs.filter((_, at) => needed[at]), nodes, results },
  };
}
