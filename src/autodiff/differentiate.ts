import type { Node, OperatorNode, Value } from "../ir/graph.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";
import { attributesFor } from "../ops/define/operator.ts";
import { findOperator } from "../ops/registry.ts";
import { fault, required } from "../support/fault.ts";
import { activeValues } from "./active-values.ts";
import { differentiateScan, type Defer, type Reversed, type Seed } from "./differentiate-scan.ts";

export type { Seed };

/** What differentiation makes of a region. */
export interface Differentiated {
  /** The forward nodes in order; scans among them emit what their backward scans need, and keep their results. */
  readonly nodes: readonly Node[];
  /** The gradients of the values asked for, in order; undefined where none flows. */
  readonly gradients: readonly (Value | undefined)[];
}

/**
 * Reverse-mode differentiation of a flat region: appends to `b` the nodes that compute the gradients of the `seeds`'
 * values with respect to `wrt`. The caller puts the returned forward nodes before those of `b`, whose ids must begin
 * after all ids of the region.
 *
 * Requires that composites without a gradient of their own are expanded, and that no training, repeat, call or update
 * node is left. Ensures that only what the gradients need is added, but for values that dead-node elimination removes.
 */
export function differentiate(
  b: GraphBuilder,
  nodes: readonly Node[],
  seeds: readonly Seed[],
  wrt: readonly Value[],
): Differentiated {
  const reversed = reverse(b, nodes, seeds, wrt);
  return { nodes: reversed.nodes, gradients: wrt.map(reversed.gradientOf) };
}

/** Walks a region backward, accumulating gradients of everything that depends on `roots`. */
export function reverse(
  b: GraphBuilder,
  nodes: readonly Node[],
  seeds: readonly Seed[],
  roots: readonly Value[],
  defer?: Defer,
): Reversed {
  const active = activeValues(nodes, roots);
  const gradients = new Map<number, Value>();
  const accumulate = (value: Value, gradient: Value | undefined): void => {
    if (gradient === undefined || !active.has(value.id)) return;
    const before = gradients.get(value.id);
    gradients.set(value.id, before === undefined ? gradient : b.add(before, gradient));
  };
  for (const { value, gradient } of seeds) accumulate(value, gradient);

  const rewritten: Node[] = [];
  for (const node of nodes.toReversed()) {
    const flowing = node.results.map((it) => gradients.get(it.id));
    // What is made of nothing ends the way: it is differentiated by, and hands nothing on.
    if (flowing.every((it) => it === undefined) || node.kind === "constant" || node.kind === "dim") {
      rewritten.push(node);
    } else if (node.kind === "operator") {
      rewritten.push(node);
      const found = operatorGradients(b, node, flowing, active, defer);
      node.operands.forEach((operand, at) => {
        accumulate(operand, found[at]);
      });
    } else if (node.kind === "scan") {
      const { scan, gradients: found } = differentiateScan(b, node, flowing, active, reverse);
      rewritten.push(scan);
      for (const it of found) accumulate(it.value, it.gradient);
    } else fault(`a gradient flows into a ${node.kind} node`);
  }
  return { nodes: rewritten.reverse(), gradientOf: (value) => gradients.get(value.id) };
}

function operatorGradients(
  b: GraphBuilder,
  node: OperatorNode,
  flowing: readonly (Value | undefined)[],
  active: ReadonlySet<number>,
  defer: Defer | undefined,
): readonly (Value | undefined)[] {
  const operator = findOperator(node.op) ?? fault(`no operator is called ${node.op}`);
  if (operator.gradient === undefined) fault(`the composite ${node.op} must be expanded before it is differentiated`);
  if (operator.gradient === "nondifferentiable") return [];
  const [first] = flowing;
  const needs = node.operands.map(
    (operand, at) => active.has(operand.id) && !(first !== undefined && defer?.(node, at, first) === true),
  );
  if (!needs.includes(true)) return [];
  return operator.gradient({
    b,
    operands: node.operands,
    results: node.results,
    gradients: flowing,
    get g() {
      return required(flowing[0], `a gradient of ${node.op}`);
    },
    attributes: attributesFor(operator, node.attributes),
    needs,
  });
}
