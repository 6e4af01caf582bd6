import type { Node } from "../ir/graph.ts";
import { required } from "../support/fault.ts";
import type { Span } from "../support/source.ts";
import { report, type Context, type FunctionStore } from "./context.ts";

/** The most operators that a network has, every use and every copy written out. */
const mostOperators = 100_000;

/** The most instantiations of blocks and functions with hyperparameters or sizes of their own that a network has. */
const mostFunctions = 20_000;

/** How many operators nodes are, every call and every copy of a repeat written out. */
export function writtenSize(store: Pick<FunctionStore, "sizes">, nodes: readonly Node[]): number {
  return nodes.reduce((sum, node) => {
    switch (node.kind) {
      case "call":
        return sum + 1 + required(store.sizes.get(node.callee), `the size of ${node.callee}`);
      case "repeat":
        return sum + node.count * writtenSize(store, node.body.nodes);
      case "scan":
        return sum + 1 + writtenSize(store, node.body.nodes);
      case "training":
        return sum + writtenSize(store, node.then.nodes) + writtenSize(store, node.otherwise.nodes);
      default:
        return sum + 1;
    }
  }, 0);
}

/** Whether so many operators are more than a network may have; true after a report. */
export function isTooLarge(ctx: Context, size: number, what: string, span: Span): boolean {
  if (size <= mostOperators) return false;
  report(ctx, "MC2038", span, { what, most: mostOperators, of: "operators" });
  return true;
}

/** Whether a network has no room for another function; true after a report. */
export function isTooVaried(ctx: Context, span: Span): boolean {
  if (ctx.elaborator.functions.size < mostFunctions) return false;
  report(ctx, "MC2038", span, { what: "this network", most: mostFunctions, of: "different blocks and functions" });
  return true;
}
