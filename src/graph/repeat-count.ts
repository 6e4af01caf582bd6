import type { RepeatNode } from "../ir/graph.ts";
import { asNumber } from "../dims/dim.ts";
import { fault } from "../support/fault.ts";

/** How many times a repeat applies its body. */
export function repeatCount(node: RepeatNode): number {
  const { value } = node.count;
  if (typeof value === "number") return value;
  if (typeof value === "object" && "kind" in value) {
    const count = asNumber(value);
    if (count !== undefined) return count;
  }
  return fault(`the count of the repeat ${node.path} is not known`);
}
