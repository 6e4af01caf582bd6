import type { Graph, Node, OperatorNode, Region, ScanNode, Value } from "../ir/graph.ts";
import type { GraphBuilder } from "../ops/builder.ts";
import { createBuilder } from "../ops/create-builder.ts";
import { required } from "../support/fault.ts";
import { broadcastingElementwise, unaryElementwise } from "./elementwise-operators.ts";
import { usesOf } from "./rewrite.ts";

/**
 * Moves out of scans what need not be computed step by step: what depends on nothing that a step brings; products of a
 * sequence's elements with a matrix that no step changes, which become one product over the whole sequence; and what is
 * computed elementwise from sequences alone, the factors of a backward scan that come from saved values among it.
 *
 * Requires and ensures a flat graph. Before differentiation, it makes the gradients of such products large ones as well.
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
      .map((it, index): [number, Sequence] => [
        it.id,
        { value: required(scan.sequences[index], "sequence"), axis: required(scan.sequenceAxes[index], "axis") },
      ]),
  );
  /** A value of one step over all steps, which lie along the first axis; itself where no step changes it. */
  const overAll = (value: Value): Value => {
    const sequence = elements.get(value.id);
    if (sequence === undefined) return value;
    const front = moveToFront(b, sequence);
    elements.set(value.id, { value: front, axis: 0 });
    return front;
  };
  const kept: Node[] = [];
  const added: { readonly element: Value; readonly sequence: Value }[] = [];
  for (const node of inner.nodes) {
    if (!usesOf(node).some((it) => inside.has(it.id))) {
      b.append(node);
    } else if (node.kind === "operator" && isHoistable(node, inside, elements)) {
      const element = required(node.results[0], "result");
      const sequence = b.op(node.op, node.operands.map(overAll), node.attributes);
      inside.add(element.id);
      elements.set(element.id, { value: sequence, axis: 0 });
      added.push({ element, sequence });
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
    sequenceAxes: [...scan.sequenceAxes, ...added.map(() => 0)],
    body,
  });
}

/** What a scan takes an element of at every step. */
interface Sequence {
  readonly value: Value;
  readonly axis: number;
}

function moveToFront(b: GraphBuilder, { value, axis }: Sequence): Value {
  const others = value.type.shape.map((_, index) => index).filter((it) => it !== axis);
  return b.transpose(value, [axis, ...others]);
}

/** True where a node can be applied to all steps at once: its operands come from sequences, or from outside. */
function isHoistable(
  node: OperatorNode,
  inside: ReadonlySet<number>,
  elements: ReadonlyMap<number, Sequence>,
): boolean {
  const [result] = node.results;
  const [left, right] = node.operands;
  if (result === undefined || left === undefined) return false;
  const rank = result.type.shape.length;
  if (node.op === "matmul") {
    const plain = node.attributes["transposeA"]?.value !== true && left.type.shape.length >= 2;
    const fixed = right !== undefined && !inside.has(right.id) && right.type.shape.length === 2;
    return plain && fixed && elements.has(left.id);
  }
  if (!unaryElementwise.has(node.op) && !broadcastingElementwise.has(node.op)) return false;
  // An element of a lower rank would no longer broadcast with the axis of the steps before its own.
  return node.operands.every((it) =>
    inside.has(it.id) ? elements.has(it.id) && it.type.shape.length === rank : it.type.shape.length <= rank,
  );
}
