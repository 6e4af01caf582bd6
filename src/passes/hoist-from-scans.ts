import type { Graph, Node, OperatorNode, Region, ScanNode, Value } from "../ir/graph.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";
import { createBuilder } from "../graph/create-builder.ts";
import { sameShape } from "../ops/define/shape-rules.ts";
import { isElementwise } from "../ops/define/structure.ts";
import { required } from "../support/fault.ts";
import { usesOf } from "../graph/rewrite.ts";
import { moveToFront } from "../ops/transpose.ts";
import { readAttribute } from "../ops/define/read-attribute.ts";
import { elementAt } from "../support/element-at.ts";

/**
 * Moves out of scans what need not be computed step by step: what depends on nothing that a step brings; products of a
 * sequence's elements with a matrix that no step changes, which become one product over the whole sequence; and what is
 * computed elementwise from sequences alone, the factors of a backward scan that come from saved values among it, two
 * that multiply one value first multiplied with each other.
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
    const front = moveToFront(b, sequence.value, sequence.axis);
    elements.set(value.id, { value: front, axis: 0 });
    return front;
  };
  const kept: Node[] = [];
  const added: { readonly element: Value; readonly sequence: Value }[] = [];
  const hoist = (node: Pick<OperatorNode, "op" | "operands" | "attributes">, element: Value): void => {
    const sequence = elementAt(b.apply({ ...node, operands: node.operands.map(overAll) }), 0);
    inside.add(element.id);
    elements.set(element.id, { value: sequence, axis: 0 });
    added.push({ element, sequence });
  };
  const multiplied = (s: Value, t: Value): Value => {
    const element = b.value(s.type);
    hoist({ op: "mul", operands: [s, t], attributes: {} }, element);
    return element;
  };
  const products = createProducts({ ...scan.body, nodes: inner.nodes }, elements);
  for (const node of inner.nodes) {
    if (!usesOf(node).some((it) => inside.has(it.id))) {
      b.append(node);
    } else if (node.kind === "operator" && isHoistable(node, inside, elements)) {
      hoist(node, elementAt(node.results, 0));
    } else {
      for (const it of node.results) inside.add(it.id);
      kept.push(node.kind === "operator" ? products.scaleOnce(node, multiplied) : node);
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

interface Products {
  /**
   * The node as one product with what `multiplied` makes of two factors, where it multiplies a product that nothing else
   * uses once more; else the node itself.
   */
  readonly scaleOnce: (node: OperatorNode, multiplied: (s: Value, t: Value) => Value) => OperatorNode;
}

/**
 * Finds `(value * s) * t` in a scan's body, where `s` and `t` come from sequences alone: as `value * (s * t)` it is one
 * product a step, as backward scans have them for each gate. All must have one type, so that nothing is broadcast.
 */
function createProducts(body: Region, elements: ReadonlyMap<number, Sequence>): Products {
  const uses = new Map<number, number>();
  for (const it of [...body.nodes.flatMap(usesOf), ...body.results]) uses.set(it.id, (uses.get(it.id) ?? 0) + 1);
  const makers = new Map(body.nodes.flatMap((node) => node.results.map((it): [number, Node] => [it.id, node])));
  /** The operands of a product of one type: the factor from a sequence last, which is the only one, or it were hoisted. */
  const scaled = (node: Node | undefined): readonly [Value, Value] | undefined => {
    if (node?.kind !== "operator" || node.op !== "mul") return undefined;
    const [left, right, result] = [
      elementAt(node.operands, 0),
      elementAt(node.operands, 1),
      elementAt(node.results, 0),
    ];
    if (![left, right].every((it) => sameShape(it.type.shape, result.type.shape))) return undefined;
    if (elements.has(right.id)) return [left, right];
    return elements.has(left.id) ? [right, left] : undefined;
  };
  return {
    scaleOnce(node, multiplied) {
      const outer = scaled(node);
      if (outer === undefined || uses.get(outer[0].id) !== 1) return node;
      const inner = scaled(makers.get(outer[0].id));
      if (inner === undefined) return node;
      const once = { ...node, operands: [inner[0], multiplied(inner[1], outer[1])] };
      for (const it of node.results) makers.set(it.id, once);
      return once;
    },
  };
}

/** What a scan takes an element of at every step. */
interface Sequence {
  readonly value: Value;
  readonly axis: number;
}

/** True where a node can be applied to all steps at once: its operands come from sequences, or from outside. */
function isHoistable(
  node: OperatorNode,
  inside: ReadonlySet<number>,
  elements: ReadonlyMap<number, Sequence>,
): boolean {
  const left = elementAt(node.operands, 0);
  if (node.op === "matmul") {
    const right = elementAt(node.operands, 1);
    const isFixed = !inside.has(right.id) && right.type.shape.length === 2;
    return isFixed && elements.has(left.id) && !readAttribute(node, "transposeA", "boolean");
  }
  if (!isElementwise(node)) return false;
  // An element of a lower rank would no longer broadcast with the axis of the steps before its own.
  const rank = elementAt(node.results, 0).type.shape.length;
  return node.operands.every((it) => !inside.has(it.id) || (elements.has(it.id) && it.type.shape.length === rank));
}
