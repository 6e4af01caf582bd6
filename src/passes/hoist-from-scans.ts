import type { Graph, Node, OperatorNode, Region, ScanNode, Value } from "../ir/graph.ts";
import type { GraphBuilder } from "../ops/builder.ts";
import { createBuilder } from "../ops/create-builder.ts";
import { required } from "../support/fault.ts";
import { usesOf } from "./rewrite.ts";

/**
 * Moves out of scans what need not be computed step by step: what depends on nothing that a step brings, and products
 * of a sequence's elements with a matrix that no step changes, which become one product over the whole sequence.
 *
 * Requires and ensures a flat graph. Before differentiation, it makes the gradients of both large products as well.
 */
export function hoistFromScans(graph: Graph): Graph {
  const b = createBuilder({ firstId: graph.nextId, facts: graph.facts });
  hoistNodes(graph.nodes, b);
  return { ...graph, nodes: b.nodes, nextId: b.nextId };
}

function hoistNodes(nodes: readonly Node[], b: GraphBuilder): void {
  for (const node of nodes) {
    if (node.kind === "scan") hoistScan(node, b);
    else b.append(node);
  }
}

function hoistScan(scan: ScanNode, b: GraphBuilder): void {
  const carried = scan.initial.length;
  // Inner scans first: what leaves them may leave this one too.
  const inner = b.region([], (within) => {
    hoistNodes(scan.body.nodes, within);
    return [];
  });
  const inside = new Set(scan.body.inputs.map((it) => it.id));
  const elements = new Map(
    scan.body.inputs
      .slice(carried)
      .map((it, index): [number, { readonly sequence: Value; readonly axis: number }] => [
        it.id,
        { sequence: required(scan.sequences[index], "sequence"), axis: required(scan.sequenceAxes[index], "axis") },
      ]),
  );
  const kept: Node[] = [];
  const added: { readonly element: Value; readonly sequence: Value; readonly axis: number }[] = [];
  for (const node of inner.nodes) {
    const [left, right] = node.kind === "operator" ? node.operands : [];
    const from = left === undefined ? undefined : elements.get(left.id);
    if (!usesOf(node).some((it) => inside.has(it.id))) {
      b.append(node);
    } else if (
      node.kind === "operator" &&
      from !== undefined &&
      right !== undefined &&
      !inside.has(right.id) &&
      isHoistableProduct(node, from.sequence, from.axis, right)
    ) {
      const element = required(node.results[0], "product");
      const sequence = b.op("matmul", [from.sequence, right], node.attributes);
      inside.add(element.id);
      elements.set(element.id, { sequence, axis: from.axis });
      added.push({ element, sequence, axis: from.axis });
    } else {
      for (const it of node.results) inside.add(it.id);
      kept.push(node);
    }
  }
  const body: Region = {
    inputs: [...scan.body.inputs, ...added.map((it) => it.element)],
    nodes: kept,
    results: scan.body.results,
  };
  b.append({
    ...scan,
    sequences: [...scan.sequences, ...added.map((it) => it.sequence)],
    sequenceAxes: [...scan.sequenceAxes, ...added.map((it) => it.axis)],
    body,
  });
}

/** A matrix times rows that the steps bring: the steps' axis must not be one of the product's own. */
function isHoistableProduct(node: OperatorNode, sequence: Value, axis: number, right: Value): boolean {
  const rank = sequence.type.shape.length;
  return (
    node.op === "matmul" &&
    node.attributes["transposeA"]?.value !== true &&
    right.type.shape.length === 2 &&
    axis < rank - 1
  );
}
