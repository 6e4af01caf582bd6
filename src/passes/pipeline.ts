import type { Graph } from "../ir/graph.ts";
import { commonSubexpressions } from "./common-subexpressions.ts";
import { cropUnread } from "./crop-unread.ts";
import { eliminateDeadNodes } from "./eliminate-dead-nodes.ts";
import { expandComposites, keepFused, keepNone, keepOwnGradients } from "./expand-composites.ts";
import { expandKeys } from "./expand-keys.ts";
import { foldConstants } from "./fold-constants.ts";
import { guardIndices } from "./guard-indices.ts";
import { hoistFromScans } from "./hoist-from-scans.ts";
import { simplify } from "./simplify.ts";
import { toChannelsFirst } from "./to-channels-first.ts";

/** What a flat graph is made for; `reference` is the interpreter: primitives alone, channels last. */
export interface PassTarget {
  readonly target: "onnx" | "reference";
  readonly opset?: number;
}

/** A pass with its name, for tests and for `modelc ir --after`. */
export interface NamedPass {
  readonly name: string;
  readonly run: (graph: Graph) => Graph;
}

/**
 * What is done to a flat training graph before it is differentiated, in order: layouts and loops take their final form
 * here, so that the gradients are born in it.
 */
export function passesBeforeGradients({ target }: PassTarget): readonly NamedPass[] {
  return [
    { name: "guard-indices", run: guardIndices },
    { name: "expand-composites", run: (graph) => expandComposites(graph, keepOwnGradients) },
    ...(target === "onnx" ? [{ name: "to-channels-first", run: toChannelsFirst }] : []),
    { name: "hoist-from-scans", run: hoistFromScans },
    { name: "simplify", run: (graph) => simplify(graph, { differentiated: false }) },
    { name: "common-subexpressions", run: commonSubexpressions },
    { name: "eliminate-dead-nodes", run: eliminateDeadNodes },
    { name: "crop-unread", run: cropUnread },
  ];
}

/** What is done to a flat graph whose gradients are built, or that needs none, in order. */
export function finalPasses({ target, opset = 18 }: PassTarget, mode: "training" | "inference"): readonly NamedPass[] {
  const keep = target === "onnx" ? keepFused("onnx", mode, opset) : keepNone;
  return [
    ...(mode === "inference" ? [{ name: "guard-indices", run: guardIndices }] : []),
    { name: "expand-composites", run: (graph) => expandComposites(graph, keep) },
    ...(mode === "inference" && target === "onnx" ? [{ name: "to-channels-first", run: toChannelsFirst }] : []),
    { name: "expand-keys", run: expandKeys },
    { name: "hoist-from-scans", run: hoistFromScans },
    { name: "simplify", run: (graph) => simplify(graph, { differentiated: true }) },
    { name: "fold-constants", run: foldConstants },
    { name: "simplify-again", run: (graph) => simplify(graph, { differentiated: true }) },
    { name: "common-subexpressions", run: commonSubexpressions },
    { name: "eliminate-dead-nodes", run: eliminateDeadNodes },
    ...(mode === "inference" ? [{ name: "crop-unread", run: cropUnread }] : []),
  ];
}

/** Runs passes in order; `after` sees the graph after each of them. */
export function runPasses(
  graph: Graph,
  passes: readonly NamedPass[],
  after?: (name: string, graph: Graph) => void,
): Graph {
  let current = graph;
  for (const pass of passes) {
    current = pass.run(current);
    after?.(pass.name, current);
  }
  return current;
}
