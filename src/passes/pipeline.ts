import type { Graph } from "../ir/graph.ts";
import type { HalfType } from "../ir/types.ts";
import { commonSubexpressions } from "./common-subexpressions.ts";
import { cropUnread } from "./crop-unread.ts";
import { eliminateDeadNodes } from "./eliminate-dead-nodes.ts";
import { expandComposites, keepNone, keepOwnGradients, type Keep } from "./expand-composites.ts";
import { expandKeys } from "./expand-keys.ts";
import { foldConstants } from "./fold-constants.ts";
import { guardIndices } from "./guard-indices.ts";
import { hoistFromScans } from "./hoist-from-scans.ts";
import { keepWithoutProducts, mixPrecision } from "./mix-precision.ts";
import { simplify } from "./simplify.ts";
import { toChannelsFirst } from "./to-channels-first.ts";

/** What a flat graph is made for. */
export interface PassTarget {
  /** Whether images have their channels before height and width. */
  readonly channelsFirst: boolean;
  /** Which composites stay whole in a mode. */
  readonly keeps: (mode: "training" | "inference") => Keep;
  /** Types of 16 bits in which it has products; in others operands and results are rounded, and f32 computes. */
  readonly multipliesIn?: ReadonlySet<HalfType>;
  /** Whether the keys of draws stay nodes with their paths, under a key of the step that is an input. */
  readonly keepsKeys?: boolean;
}

/** Flat graphs for the interpreter: primitives alone, channels last. */
export const referenceTarget: PassTarget = { channelsFirst: false, keeps: () => keepNone };

/** A pass with its name, for tests and for `modelc ir --after`. */
export interface NamedPass {
  readonly name: string;
  readonly run: (graph: Graph) => Graph;
}

/**
 * What is done to a flat training graph before it is differentiated, in order: layouts and loops take their final form
 * here, so that the gradients are born in it.
 */
export function passesBeforeGradients({ channelsFirst }: Pick<PassTarget, "channelsFirst">): readonly NamedPass[] {
  return [
    { name: "guard-indices", run: guardIndices },
    { name: "expand-composites", run: (graph) => expandComposites(graph, keepOwnGradients) },
    ...(channelsFirst ? [{ name: "to-channels-first", run: toChannelsFirst }] : []),
    { name: "hoist-from-scans", run: hoistFromScans },
    { name: "simplify", run: (graph) => simplify(graph, { differentiated: false }) },
    { name: "common-subexpressions", run: commonSubexpressions },
    { name: "eliminate-dead-nodes", run: eliminateDeadNodes },
    { name: "crop-unread", run: cropUnread },
  ];
}

/**
 * What is done to a flat graph whose gradients are built, or that needs none, in order; `half` is the type in which its
 * products are computed, where that is one of 16 bits.
 */
export function finalPasses(
  { channelsFirst, keeps, keepsKeys, multipliesIn }: PassTarget,
  mode: "training" | "inference",
  half?: HalfType,
): readonly NamedPass[] {
  const keep = half === undefined ? keeps(mode) : keepWithoutProducts(keeps(mode));
  const native = half !== undefined && multipliesIn?.has(half) === true;
  return [
    ...(mode === "inference" ? [{ name: "guard-indices", run: guardIndices }] : []),
    { name: "expand-composites", run: (graph) => expandComposites(graph, keep) },
    ...(mode === "inference" && channelsFirst ? [{ name: "to-channels-first", run: toChannelsFirst }] : []),
    ...(keepsKeys === true ? [] : [{ name: "expand-keys", run: expandKeys }]),
    { name: "hoist-from-scans", run: hoistFromScans },
    { name: "simplify", run: (graph) => simplify(graph, { differentiated: true }) },
    { name: "fold-constants", run: foldConstants },
    { name: "simplify-again", run: (graph) => simplify(graph, { differentiated: true }) },
    ...(half === undefined
      ? []
      : [
          { name: "mix-precision", run: (graph: Graph) => mixPrecision(graph, { half, native }) },
          { name: "hoist-from-scans-again", run: hoistFromScans },
        ]),
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
