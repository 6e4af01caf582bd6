import type { Node, Region, Value } from "../../ir/graph.ts";
import { nodesWithin, operandsOf } from "../../ir/visit.ts";
import { usesOf } from "./uses.ts";

/** Whether anything that is used, but for the next value of a state, is made of its value in a region that assigns it. */
export function outlivesUpdate(region: Region, value: Value, path: string): boolean {
  const isUpdate = (node: Node): boolean => node.kind === "update" && node.path === path;
  const check = ({ nodes, results }: Region, isWanted: (index: number) => boolean): boolean => {
    if (![...nodesWithin(nodes)].some(isUpdate)) return false;
    const uses = usesOf(nodes, results);
    const made = new Set([value.id]);
    for (const node of nodes) {
      if (operandsOf(node).some(({ id }) => made.has(id))) node.results.forEach(({ id }) => made.add(id));
      if (node.kind === "training") {
        const wanted = (index: number): boolean =>
          node.results[index] !== undefined && uses.count(node.results[index]) > 0;
        if (check(node.then, wanted) || check(node.otherwise, wanted)) return true;
      }
      if ((node.kind === "repeat" || node.kind === "scan") && mentionsValue(node.body, value)) return true;
    }
    const readsElsewhere =
      !nodes.some(isUpdate) && nodes.some((node) => operandsOf(node).some(({ id }) => id === value.id));
    return readsElsewhere || results.some(({ id }, index) => made.has(id) && isWanted(index));
  };
  return check(region, () => true);
}

function mentionsValue(region: Region, value: Value): boolean {
  return [...nodesWithin(region.nodes)].some((node) => operandsOf(node).some(({ id }) => id === value.id));
}
