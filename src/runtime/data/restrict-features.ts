import { variablesOf } from "../../dims/dim.ts";
import type { Func, Node, Value } from "../../ir/graph.ts";
import type { DataProgram } from "../../ir/program.ts";
import { usesOf } from "../../graph/rewrite.ts";

/**
 * A data section with some of its features alone, and the raw fields and statistics that these need; where they need none,
 * with `counted`, one field by which examples are counted.
 */
export function restrictFeatures(data: DataProgram, names: readonly string[], counted?: "counted"): DataProgram {
  const { preparation } = data;
  const kept = data.features.map((it) => names.includes(it.name));
  const func = restrict(preparation.func, kept, counted);
  const unrounded = restrict(preparation.unrounded, kept, counted);
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
function restrict(func: Func, kept: readonly boolean[], counted: "counted" | undefined): Func {
  const results = func.body.results.filter((_, at) => kept[at]);
  const used = new Set(results.map((it) => it.id));
  const nodes: Node[] = [];
  for (const node of func.body.nodes.toReversed()) {
    if (!node.results.some((it) => used.has(it.id))) continue;
    for (const it of usesOf(node)) used.add(it.id);
    nodes.unshift(node);
  }
  const read = new Set(nodes.flatMap((it) => (it.kind === "state" ? [it.path] : [])));
  const isNeeded = func.body.inputs.map((it) => used.has(it.id));
  const [batch] = func.body.inputs.flatMap(({ type }) => type.shape.slice(0, 1)).flatMap((it) => [...variablesOf(it)]);
  // A size that nothing else says comes from a field that has it.
  const said = func.body.inputs.filter((_, at) => isNeeded[at]).flatMap(sizesIn);
  for (const size of new Set(
    [...results, ...nodes.flatMap((it) => it.results)].flatMap(sizesIn).concat(counts(nodes)),
  )) {
    if (said.includes(size) || size === batch) continue;
    const giver = func.body.inputs.findIndex((it) => sizesIn(it).includes(size));
    if (giver >= 0) isNeeded[giver] = true;
  }
  const needed = isNeeded.map((it, at) => it || (counted !== undefined && at === 0 && !isNeeded.includes(true)));
  return {
    ...func,
    inputNames: func.inputNames.filter((_, at) => needed[at]),
    resultNames: func.resultNames.filter((_, at) => kept[at]),
    states: func.states.filter((it) => read.has(it.path)),
    body: { inputs: func.body.inputs.filter((_, at) => needed[at]), nodes, results },
  };
}

const sizesIn = ({ type }: Value): readonly string[] => type.shape.flatMap((it) => [...variablesOf(it)]);

/** The sizes that nodes count by. */
const counts = (nodes: readonly Node[]): readonly string[] =>
  nodes.flatMap((it) => (it.kind === "dim" ? [...variablesOf(it.dim)] : []));
