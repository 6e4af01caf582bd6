import { asNumber, constant, formatDim, subtract, type Dim } from "../dims/dim.ts";
import type { Graph, GraphInput, Node, OperatorNode, ScanNode, Value } from "../ir/graph.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";
import { createBuilder } from "../graph/create-builder.ts";
import { findOperator } from "../ops/registry.ts";
import { insertAxis } from "../ir/axes.ts";
import { required } from "../support/fault.ts";
import { findStrays, sizeOfLookUp } from "./find-strays.ts";
import { renameAll, renameBy, renameUses } from "../graph/rewrite.ts";

/**
 * Keeps look-ups within their tables: places that are not proved to be in range are brought into it, and the number of
 * those that were not is the output `faults`, an i32 scalar. A runtime would wrap, throw, or read on behind the table. A
 * feature that holds places is checked once, where it comes in, and says so (`places`); what is computed is checked at
 * the look-up. Where all is proved the graph stays as it is.
 *
 * Requires and ensures a flat graph, not yet differentiated: the gradients use the same places.
 */
export function guardIndices(graph: Graph): Graph {
  const isFeature = (it: GraphInput): boolean => it.role === "feature";
  const strays = findStrays({
    region: {
      inputs: graph.inputs.map((it) => it.value),
      nodes: graph.nodes,
      results: graph.outputs.map((it) => it.value),
    },
    features: graph.inputs.map((it) => (isFeature(it) ? it.name : undefined)),
    facts: graph.facts,
    functions: new Map(),
  });
  if (strays.features.size === 0 && strays.nodes.size === 0) return graph;
  const b = createBuilder({ firstId: graph.nextId, facts: graph.facts });
  const counts: Value[] = [];
  const scope = new Map<number, Value>();
  for (const { name, value } of graph.inputs) {
    const size = strays.features.get(name);
    if (size === undefined) continue;
    const { places, faults } = confine(b, value, constant(size));
    counts.push(faults);
    scope.set(value.id, places);
  }
  counts.push(...guardNodes(graph.nodes, b, scope, strays.nodes));
  const faults = counts.reduce((a, it) => b.add(a, it));
  const name = freeName(new Set([...graph.inputs, ...graph.outputs].map((it) => it.name)));
  return {
    ...graph,
    inputs: graph.inputs.map((it) => {
      const places = strays.features.get(it.name) ?? strays.hints.get(it.name);
      return places === undefined ? it : { ...it, places };
    }),
    nodes: b.nodes,
    outputs: [
      ...graph.outputs.map((it) => ({ ...it, value: renameBy(scope)(it.value) })),
      { name, role: "faults", value: faults },
    ],
    nextId: b.nextId,
  };
}

function freeName(taken: ReadonlySet<string>): string {
  let name = "faults";
  for (let at = 1; taken.has(name); at++) name = `faults_${at}`;
  return name;
}

/** Rewrites nodes into a builder; gives how many places stray in each check, as i32 scalars. */
function guardNodes(
  nodes: readonly Node[],
  b: GraphBuilder,
  scope: Map<number, Value>,
  unproved: ReadonlySet<OperatorNode>,
): readonly Value[] {
  const counts: Value[] = [];
  const checked = new Map<string, Value>();
  const rename = renameBy(scope);
  for (const node of nodes) {
    if (node.kind === "scan") {
      const { scan, faults } = guardScan(node, b, scope, unproved);
      b.append(scan);
      counts.push(...faults.map((it) => b.sum(it, [0])));
      continue;
    }
    const renamed = renameUses(node, rename);
    if (renamed.kind !== "operator" || node.kind !== "operator" || !unproved.has(node)) {
      b.append(renamed);
      continue;
    }
    const operator = required(findOperator(node.op), node.op);
    const size = sizeOfLookUp(operator, renamed);
    const at = required(operator.index, "places of a look-up").operand;
    const given = required(renamed.operands[at], "places");
    const key = `${given.id}:${formatDim(size)}`;
    let places = checked.get(key);
    if (places === undefined) {
      const confined = confine(b, given, size);
      counts.push(confined.faults);
      places = confined.places;
      checked.set(key, places);
    }
    const kept = places;
    b.append({ ...renamed, operands: renamed.operands.map((it, index) => (index === at ? kept : it)) });
  }
  return counts;
}

/** A scan whose body emits the number of places that stray in each step. */
function guardScan(
  node: ScanNode,
  b: GraphBuilder,
  scope: Map<number, Value>,
  unproved: ReadonlySet<OperatorNode>,
): { readonly scan: ScanNode; readonly faults: readonly Value[] } {
  const rename = renameBy(scope);
  const outer = { ...node, initial: renameAll(node.initial, rename), sequences: renameAll(node.sequences, rename) };
  const faults: Value[] = [];
  const body = b.region(node.body.inputs, (inner) => {
    const counts = guardNodes(node.body.nodes, inner, scope, unproved);
    const results = renameAll(node.body.results, rename);
    if (counts.length === 0) return results;
    const count = counts.reduce((x, it) => inner.add(x, it));
    faults.push(b.value(insertAxis(count.type, 0, node.length)));
    return [...results, count];
  });
  const emitAxes = [...node.emitAxes, ...faults.map(() => 0)];
  return { scan: { ...outer, body, emitAxes, results: [...node.results, ...faults] }, faults };
}

/** Places brought into 0..size-1, and how many were not there. */
function confine(b: GraphBuilder, given: Value, size: Dim): { readonly places: Value; readonly faults: Value } {
  const { dtype, shape } = given.type;
  const known = asNumber(size);
  const places =
    known === undefined
      ? b.op("maximum", [b.op("minimum", [given, b.dimAs(subtract(size, constant(1)), dtype)]), b.scalar(0, dtype)])
      : b.op("clip", [given], { min: 0, max: known - 1 });
  const strayed = b.cast(b.op("not_equal", [given, places]), "i32");
  return { places, faults: b.sum(strayed, [...shape.keys()]) };
}
