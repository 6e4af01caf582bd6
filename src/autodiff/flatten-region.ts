import type { Facts } from "../dims/facts.ts";
import type { Func, Graph, Node, Value } from "../ir/graph.ts";
import { createBuilder } from "../graph/create-builder.ts";
import { createInliner } from "../graph/inline.ts";
import { variablesOf } from "../graph/parameters-of.ts";
import { capturesOf } from "../graph/rewrite.ts";

/** Nodes of a function in flat form. */
export interface FlatRegion {
  /** Takes what the nodes take from outside, under {@link captured}, and what they own; gives `results`, then {@link updates}, in order. */
  readonly graph: Graph;
  /** What the nodes take from outside, in the function's terms, by the name of the graph's input. */
  readonly captured: ReadonlyMap<string, Value>;
  /** Next values of states, by path. */
  readonly updates: ReadonlyMap<string, Value>;
}

/**
 * Some nodes of a function as a flat graph for one mode, with paths relative to the function: what they call is inlined.
 * `func` is the function, of whose nodes these are some; places that are looked up are taken as they are.
 */
export function flattenRegion(
  func: Func,
  functions: ReadonlyMap<string, Func>,
  facts: Facts,
  nodes: readonly Node[],
  results: readonly Value[],
  mode: "training" | "inference",
): FlatRegion {
  const b = createBuilder({ firstId: 0, facts });
  const inputs = capturesOf({ inputs: [], nodes, results });
  const part: Func = { ...func, key: `${func.key} in part`, body: { inputs, nodes, results } };
  const all = new Map([...functions, [part.key, part]]);
  const inliner = createInliner({ b, functions: all, variables: variablesOf(all, part), mode, takesKey: true });
  const captured = new Map(inputs.map((it) => [`value/${it.id}`, it]));
  const operands = [...captured].map(([name, { type }]) => inliner.input({ name, role: "output", type }));
  const values = inliner.apply(part, "", operands);
  const updates = inliner.updates();
  const graph: Graph = {
    name: func.name,
    mode,
    inputs: inliner.inputs(),
    nodes: [...inliner.prelude(), ...b.nodes],
    outputs: [...values, ...updates.values()].map((value, index) => ({ name: `${index}`, role: "output", value })),
    facts,
    nextId: b.nextId,
  };
  return { graph, captured, updates };
}
