import { elementAt } from "../support/element-at.ts";
import { asNumber } from "../dims/dim.ts";
import type { Graph, Node, OperatorNode, Value } from "../ir/graph.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";
import { sameShape } from "../ops/define/shape-rules.ts";
import { isElementwise } from "../ops/define/structure.ts";
import { usesOf } from "../graph/rewrite.ts";
import { rewriteGraph } from "../graph/rewrite-graph.ts";
import { readAttribute } from "../ops/define/read-attribute.ts";

/** Which values made by which nodes are known while a graph is simplified. */
interface Known {
  readonly makers: Map<number, OperatorNode>;
  /** The number that fills a value, where it is one. */
  readonly splats: Map<number, number | undefined>;
  /** How often each value of the graph as it was is used. */
  readonly uses: ReadonlyMap<number, number>;
}

type Rule = (node: OperatorNode, b: GraphBuilder, known: Known) => Value | undefined;

/** What {@link simplify} may assume. */
export interface SimplifyOptions {
  /** Whether gradients are built already, so that `stop_gradient` is nothing but its operand. */
  readonly differentiated: boolean;
}

/**
 * Removes operators that change nothing and joins those that undo or repeat one another: identities, neutral elements,
 * chains of reshapes and of transposes, transposes into the flags of products, broadcasts that broadcasting does anyway,
 * transposes that move axes of size 1 alone. Max pools go before relu.
 */
export function simplify(graph: Graph, { differentiated }: SimplifyOptions): Graph {
  const known: Known = { makers: new Map(), splats: new Map(), uses: countUses(graph) };
  const rules = differentiated ? { ...rulesByOperator, stop_gradient: operand } : rulesByOperator;
  return rewriteGraph(graph, (node, b) => {
    const before = b.nodes.length;
    const simpler = node.kind === "operator" ? ruleFor(rules, node)?.(node, b, known) : undefined;
    remember(simpler === undefined ? [node] : b.nodes.slice(before), known);
    return simpler === undefined ? undefined : [simpler];
  });
}

function countUses(graph: Graph): ReadonlyMap<number, number> {
  const uses = new Map<number, number>();
  const use = (value: Value): void => {
    uses.set(value.id, (uses.get(value.id) ?? 0) + 1);
  };
  for (const node of graph.nodes) usesOf(node).forEach(use);
  for (const it of graph.outputs) use(it.value);
  return uses;
}

function ruleFor(rules: Readonly<Record<string, Rule>>, node: OperatorNode): Rule | undefined {
  return rules[node.op] ?? (isElementwise(node) ? dropBroadcasts : undefined);
}

function remember(nodes: readonly Node[], known: Known): void {
  for (const node of nodes) {
    const { id } = elementAt(node.results, 0);
    if (node.kind === "operator") known.makers.set(id, node);
    if (node.kind === "constant") known.splats.set(id, splatOf(node.data));
  }
}

function splatOf(data: number | readonly number[]): number | undefined {
  if (typeof data === "number") return data;
  return data.length === 1 ? data[0] : undefined;
}

const operand: Rule = (node) => node.operands[0];

const rulesByOperator: Readonly<Record<string, Rule>> = {
  identity: operand,
  cast: (node) => (first(node).type.dtype === result(node).type.dtype ? first(node) : undefined),
  broadcast_to: (node) => (sameShape(first(node).type.shape, result(node).type.shape) ? first(node) : undefined),
  neg: (node, _b, known) => {
    const maker = known.makers.get(first(node).id);
    return maker?.op === "neg" ? maker.operands[0] : undefined;
  },
  reshape: (node, b, known) => {
    const maker = known.makers.get(first(node).id);
    if (maker?.op === "reshape") return b.reshape(first(maker), result(node).type.shape);
    return sameShape(first(node).type.shape, result(node).type.shape) ? first(node) : undefined;
  },
  transpose: (node, b, known) => {
    const maker = known.makers.get(first(node).id);
    const before = maker?.op === "transpose" ? maker : undefined;
    const perm = readAttribute(node, "perm", "numbers");
    const source = first(before ?? node);
    const joined =
      before === undefined ? perm : perm.map((axis) => elementAt(readAttribute(before, "perm", "numbers"), axis));
    if (movesOnlyOnes(source, joined)) return b.reshape(source, result(node).type.shape);
    return before === undefined ? undefined : b.transpose(source, joined);
  },
  matmul: (node, b, known) => {
    const factor = (flag: string, index: number) => {
      const value = elementAt(node.operands, index);
      const maker = known.makers.get(value.id);
      const isTurned = maker?.op === "transpose" && swapsLastTwo(readAttribute(maker, "perm", "numbers"));
      return {
        value: isTurned ? first(maker) : value,
        isTurned,
        flag: readAttribute(node, flag, "boolean") !== isTurned,
      };
    };
    const [left, right] = [factor("transposeA", 0), factor("transposeB", 1)];
    if (!left.isTurned && !right.isTurned) return undefined;
    return b.op("matmul", [left.value, right.value], { transposeA: left.flag, transposeB: right.flag });
  },
  // The largest element stays the largest through relu, which has fewer elements to do after the pool. The gradients are
  // the same as well: a window without positive elements passes none either way.
  max_pool: (node, b, known) => {
    const maker = known.makers.get(first(node).id);
    if (maker?.op !== "relu" || (known.uses.get(first(node).id) ?? 1) > 1) return undefined;
    return b.op("relu", b.apply({ ...node, operands: maker.operands }));
  },
  add: (node, b, known) => neutral(node, known, 0, true) ?? dropBroadcasts(node, b, known),
  sub: (node, b, known) => neutral(node, known, 0, false) ?? dropBroadcasts(node, b, known),
  mul: (node, b, known) => neutral(node, known, 1, true) ?? dropBroadcasts(node, b, known),
  div: (node, b, known) => neutral(node, known, 1, false) ?? dropBroadcasts(node, b, known),
};

/** The other operand, where one is the operator's neutral element and the other has the result's shape. */
function neutral(node: OperatorNode, known: Known, element: number, commutes: boolean): Value | undefined {
  const [left, right] = [elementAt(node.operands, 0), elementAt(node.operands, 1)];
  const { shape } = result(node).type;
  if (known.splats.get(right.id) === element && sameShape(left.type.shape, shape)) return left;
  return commutes && known.splats.get(left.id) === element && sameShape(right.type.shape, shape) ? right : undefined;
}

/** An elementwise operator broadcasts by itself, as long as one operand has the result's shape. */
function dropBroadcasts(node: OperatorNode, b: GraphBuilder, known: Known): Value | undefined {
  const sources = node.operands.map((it) => {
    const maker = known.makers.get(it.id);
    return maker?.op === "broadcast_to" ? maker.operands[0] : undefined;
  });
  if (sources.every((it) => it === undefined)) return undefined;
  const full = node.operands.some(
    (it, index) => sources[index] === undefined && sameShape(it.type.shape, result(node).type.shape),
  );
  if (!full) return undefined;
  const operands = node.operands.map((it, index) => sources[index] ?? it);
  return elementAt(b.apply({ ...node, operands }), 0);
}

/** Whether a permutation leaves the axes of other sizes than 1 in their order, as one does that moves none. */
function movesOnlyOnes(value: Value, perm: readonly number[]): boolean {
  const moved = perm.filter((axis) => asNumber(elementAt(value.type.shape, axis)) !== 1);
  return moved.every((axis, index) => index === 0 || axis > elementAt(moved, index - 1));
}

/** Whether a permutation of two axes or more swaps the last two and nothing else. */
function swapsLastTwo(perm: readonly number[]): boolean {
  const last = perm.length - 1;
  return perm.every((axis, index) => axis === (index === last ? last - 1 : index === last - 1 ? last : index));
}

function first(node: OperatorNode): Value {
  return elementAt(node.operands, 0);
}

function result(node: OperatorNode): Value {
  return elementAt(node.results, 0);
}
