import type { Graph, Node, OperatorNode, Value } from "../ir/graph.ts";
import type { HalfType } from "../ir/types.ts";
import { rewriteGraph } from "../graph/rewrite-graph.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";
import { findOperator } from "../ops/registry.ts";
import type { Keep } from "./expand-composites.ts";

/** In what {@link mixPrecision} has products computed. */
export interface MixedPrecision {
  readonly half: HalfType;
  /** Whether they are nodes of that type; else their operands and results are rounded to it, and they stay in f32. */
  readonly native: boolean;
}

/**
 * Computes sums of products (`sumsProducts` of an operator: products of matrices, convolutions, their gradients) in a type
 * of 16 bits, and everything else as it was: operands that are f32 are rounded to it, and so are the results, which are f32
 * again behind it. Sums within a product have the 32 bits that hardware gives them.
 *
 * Requires that composites which make such sums are expanded: {@link keepWithoutProducts}. Ensures that no other node takes
 * or gives other types than before, nor do inputs and outputs; what is f64, or of 16 bits by declaration, stays.
 */
export function mixPrecision(graph: Graph, { half, native }: MixedPrecision): Graph {
  /** The half from which a value of f32 was made, by the value's id: to round it again would change nothing. */
  const halves = new Map<number, Value>();
  const widened = (value: Value, b: GraphBuilder): Value => {
    const wide = b.cast(value, "f32");
    halves.set(wide.id, value);
    return wide;
  };
  return rewriteGraph(graph, (node, b) => {
    if (!isMixed(node)) return undefined;
    const operands = node.operands.map((it) => {
      const known = halves.get(it.id);
      if (native) return known ?? b.cast(it, half);
      return known === undefined ? b.cast(b.cast(it, half), "f32") : it;
    });
    const made = native ? half : "f32";
    const results = node.results.map((it) => b.value({ ...it.type, dtype: made }, it.name));
    b.append({ ...node, operands, results });
    return results.map((it) => widened(b.cast(it, half), b));
  });
}

/** Whether a node is a sum of products in f32. */
function isMixed(node: Node): node is OperatorNode {
  return (
    node.kind === "operator" &&
    findOperator(node.op)?.sumsProducts === true &&
    [...node.operands, ...node.results].every(({ type }) => type.dtype === "f32")
  );
}

/** Keeps what `keep` does, but for composites that make sums of products inside: those are to be seen. */
export function keepWithoutProducts(keep: Keep): Keep {
  return (composite, input) => composite.sumsProducts !== true && keep(composite, input);
}
