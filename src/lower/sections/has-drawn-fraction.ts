import type { Node, Value } from "../../ir/graph.ts";
import { isFloat } from "../../ops/define/dtype-class.ts";
import { operandsOf } from "../../ir/visit.ts";
import { findOperator } from "../../ops/registry.ts";

/** Operators that give whole numbers of any. */
const rounding: ReadonlySet<string> = new Set(["floor", "ceil", "round", "sign", "floor_div", "one_hot"]);

/** Whether a value is computed from drawn real numbers that nothing has rounded: hardly ever is it a whole number. */
export function hasDrawnFraction(nodes: readonly Node[], value: Value): boolean {
  const makers = new Map(nodes.flatMap((node) => node.results.map((it) => [it.id, node] as const)));
  const seen = new Set<number>();
  const visit = ({ id, type }: Value): boolean => {
    const node = makers.get(id);
    if (node?.kind !== "operator" || seen.has(id) || rounding.has(node.op) || !isFloat(type.dtype)) return false;
    seen.add(id);
    const operator = findOperator(node.op);
    return (operator?.kind === "primitive" && operator.draw !== undefined) || operandsOf(node).some(visit);
  };
  return visit(value);
}
