import type { Node, Region, Value } from "../../ir/graph.ts";
import { operandsOf, regionsOf } from "../../ir/visit.ts";

/** How a region's values are used: how often, and whether also in a region within it. */
export interface Uses {
  readonly count: (value: Value) => number;
  readonly nested: (value: Value) => boolean;
}

/** Counts the uses of values in a region, its results and the regions within it. */
export function usesOf(nodes: readonly Node[], results: readonly Value[]): Uses {
  const counts = new Map<number, number>();
  const nested = new Set<number>();
  const use = (value: Value, within: boolean): void => {
    counts.set(value.id, (counts.get(value.id) ?? 0) + 1);
    if (within) nested.add(value.id);
  };
  const visitRegion = (region: Region): void => {
    region.nodes.forEach((node) => visit(node, true));
    region.results.forEach((value) => use(value, true));
  };
  const visit = (node: Node, within: boolean): void => {
    operandsOf(node).forEach((value) => use(value, within));
    regionsOf(node).forEach(visitRegion);
  };
  nodes.forEach((node) => visit(node, false));
  results.forEach((value) => use(value, false));
  return { count: (value) => counts.get(value.id) ?? 0, nested: (value) => nested.has(value.id) };
}
