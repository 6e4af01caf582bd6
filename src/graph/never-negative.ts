import type { Func, Node, OperatorNode, Region, Value } from "../ir/graph.ts";
import { always, unlessItWraps, whereAllAre } from "../ops/define/non-negative.ts";
import { findOperator } from "../ops/registry.ts";

/**
 * Whether no element of a function's first result can be negative (it may be no number), whatever the function is given.
 * False is no proof that one can.
 */
export function neverNegative({ body }: Pick<Func, "body">, functions: ReadonlyMap<string, Func>): boolean {
  return (
    resultsOf(
      body,
      body.inputs.map(() => false),
      functions,
    )[0] ?? false
  );
}

/** Which results of a region are never negative, where some of its inputs are not. */
function resultsOf(
  { inputs, nodes, results }: Region,
  given: readonly boolean[],
  functions: ReadonlyMap<string, Func>,
): readonly boolean[] {
  const found = new Set(inputs.filter((_, at) => given[at] === true).map(({ id }) => id));
  const holds = ({ id, type }: Value): boolean => found.has(id) || type.dtype === "bool" || type.dtype === "u8";
  for (const node of nodes) {
    const flags = resultsOfNode(node, holds, functions);
    node.results.forEach(({ id }, at) => {
      if (flags[at] === true) found.add(id);
    });
  }
  return results.map(holds);
}

function resultsOfNode(
  node: Node,
  holds: (value: Value) => boolean,
  functions: ReadonlyMap<string, Func>,
): readonly boolean[] {
  switch (node.kind) {
    case "constant":
      return [[node.data].flat().every((it) => it >= 0)];
    case "dim":
      return [true];
    case "call": {
      const callee = functions.get(node.callee);
      return callee === undefined ? [] : resultsOf(callee.body, node.operands.map(holds), functions);
    }
    case "operator":
      return [isKept(node, holds)];
    default:
      return [];
  }
}

function isKept({ op, operands, results }: OperatorNode, holds: (value: Value) => boolean): boolean {
  const [first, second] = operands;
  const dtype = results[0]?.type.dtype;
  if (dtype === undefined) return false;
  if (op === "mul" && first !== undefined && first.id === second?.id) return unlessItWraps(always)([], dtype);
  const { nonNegative, valueFact } = findOperator(op) ?? {};
  const kept = operands.map(holds);
  return nonNegative?.(kept, dtype) ?? (valueFact === "probability" || (valueFact === "view" && whereAllAre(kept)));
}
