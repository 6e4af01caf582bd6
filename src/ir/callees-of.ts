import type { Region } from "./graph.ts";

/** Keys of the functions that a region calls, its nested regions included, in order, repeats and all. */
export function calleesOf(region: Region): readonly string[] {
  return region.nodes.flatMap((node) => {
    switch (node.kind) {
      case "call":
        return [node.callee];
      case "repeat":
      case "scan":
        return calleesOf(node.body);
      case "training":
        return [...calleesOf(node.then), ...calleesOf(node.otherwise)];
      default:
        return [];
    }
  });
}
