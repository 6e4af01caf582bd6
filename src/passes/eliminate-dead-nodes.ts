import type { Graph, Node, Region, ScanNode, Value } from "../ir/graph.ts";
import { required } from "../support/fault.ts";
import { usesOf } from "../graph/rewrite.ts";

/**
 * Removes nodes whose results nothing needs, and of scans the carries, sequences and emits that nothing needs.
 *
 * Ensures that every node left contributes to an output. Inputs stay, used or not: they are the graph's contract.
 */
export function eliminateDeadNodes(graph: Graph): Graph {
  return { ...graph, nodes: liveNodes(graph.nodes, new Set(graph.outputs.map((it) => it.value.id))) };
}

/** The nodes that the values in `live` need, in order; adds to `live` what these need. */
function liveNodes(nodes: readonly Node[], live: Set<number>): readonly Node[] {
  const kept: Node[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.results.some((it) => live.has(it.id))) continue;
    const pruned = node.kind === "scan" ? pruneScan(node, live) : node;
    kept.push(pruned);
    for (const it of usesOf(pruned)) live.add(it.id);
  }
  return kept.reverse();
}

function pruneScan(scan: ScanNode, live: ReadonlySet<number>): ScanNode {
  const carried = scan.initial.length;
  const resultLives = (index: number): boolean => live.has(required(scan.results[index], "scan result").id);
  const keptCarries = new Set(scan.initial.flatMap((_, index) => (resultLives(index) ? [index] : [])));
  const emits = scan.emitAxes.flatMap((_, index) => (resultLives(carried + index) ? [index] : []));
  // A carry that the live part of the body reads makes its own next value live in turn.
  const settle = (): { readonly needed: ReadonlySet<number>; readonly nodes: readonly Node[] } => {
    const wanted = [...keptCarries, ...emits.map((it) => carried + it)];
    const needed = new Set(wanted.map((it) => required(scan.body.results[it], "body result").id));
    const nodes = liveNodes(scan.body.nodes, needed);
    const read = scan.initial.flatMap((_, index) => (needed.has(inputAt(scan, index).id) ? [index] : []));
    if (read.every((it) => keptCarries.has(it))) return { needed, nodes };
    for (const it of read) keptCarries.add(it);
    return settle();
  };
  const { needed, nodes } = settle();
  const carries = scan.initial.flatMap((_, index) => (keptCarries.has(index) ? [index] : []));
  const sequences = scan.sequences.flatMap((_, index) =>
    needed.has(inputAt(scan, carried + index).id) ? [index] : [],
  );
  // Runtimes take the number of steps from a sequence: one stays.
  const keptSequences = sequences.length === 0 ? [...scan.sequences.keys()].slice(0, 1) : sequences;
  const pick = <T>(from: readonly T[], at: readonly number[]): readonly T[] =>
    at.map((it) => required(from[it], "part of a scan"));
  const outgoing = [...carries, ...emits.map((it) => carried + it)];
  const body: Region = {
    inputs: pick(scan.body.inputs, [...carries, ...keptSequences.map((it) => carried + it)]),
    nodes,
    results: pick(scan.body.results, outgoing),
  };
  return {
    ...scan,
    initial: pick(scan.initial, carries),
    sequences: pick(scan.sequences, keptSequences),
    sequenceAxes: pick(scan.sequenceAxes, keptSequences),
    emitAxes: pick(scan.emitAxes, emits),
    body,
    results: pick(scan.results, outgoing),
  };
}

function inputAt(scan: ScanNode, index: number): Value {
  return required(scan.body.inputs[index], "body input");
}
