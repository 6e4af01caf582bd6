import type { Node, Value } from "../../ir/graph.ts";
import { makersOf } from "../../ir/makers-of.ts";
import { isFloat } from "../../ops/define/dtype-class.ts";
import { operandsOf } from "../../ir/visit.ts";
import { findOperator } from "../../ops/registry.ts";

/** Whether a value is computed from drawn real numbers that nothing has rounded: hardly ever is it a whole number. */
export function hasDrawnFraction(nodes: readonly Node[], value: Value): boolean {
  const makers = makersOf(nodes);
  const seen = new Set<number>();
  const visit = ({ id, type }: Value): boolean => {
    const node = makers.get(id);
    if (node?.kind !== "operator" || seen.has(id) || !isFloat(type.dtype)) return false;
    seen.add(id);
    const operator = findOperator(node.op);
    if (operator?.kind !== "primitive") return operandsOf(node).some(visit);
    return operator.element?.isWhole !== true && (operator.draw !== undefined || operandsOf(node).some(visit));
  };
  return visit(value);
}
