import type { Collector } from "../../diagnostics/collector.ts";
import { isUnused } from "../../graph/is-unused.ts";
import { splitIndices } from "../../graph/paths.ts";
import { usesOf } from "../../graph/rewrite.ts";
import type { Graph, Module, Node, Value } from "../../ir/graph.ts";
import type { Span } from "../../support/source.ts";

/** A training graph of a step, with the parameters that the step is to change, and the values that have slopes in any. */
export interface LearningGraph {
  readonly graph: Graph;
  readonly loss: Value;
  readonly learned: ReadonlySet<string>;
  readonly slopes: ReadonlySet<number>;
}

/**
 * Warns of the parameters that a training is to change and that the gradient of none of its losses reaches. Copies of a loop
 * are made alike: the last one may have parts that only one after it would read. Of a layer that is reached, a part that is
 * not, as the bias of what a loss takes the gradient of, is no slip.
 */
export function reportUnlearned(
  places: readonly LearningGraph[],
  model: Module,
  span: Span,
  collector: Collector,
): void {
  const reached = new Set(places.flatMap(reachedBy).map(ownerOf));
  const wanted = new Set(places.flatMap(({ learned }) => [...learned]));
  const idle = [...wanted].filter((path) => !reached.has(ownerOf(path)));
  // What nothing reads is said where it stands.
  const paths = idle.filter((path) => !isUnused(model, splitIndices(path).place));
  if (paths.length === 0) return;
  const help =
    "Make the loss of what they are for, leave them out, or write `freeze` with a pattern of their paths where it is meant.";
  collector.report("MC4204", span, { model: model.name, paths }, { help });
}

/** What owns a parameter, the same for all copies of a loop: its layer, or itself where the model owns it. */
function ownerOf(path: string): string {
  const { place } = splitIndices(path);
  return place.includes(".") ? place.slice(0, place.lastIndexOf(".") + 1) : place;
}

/** The paths of the learned parameters that a loss is made of through what has slopes. */
function reachedBy({ graph, loss, learned, slopes }: LearningGraph): readonly string[] {
  const needed = new Set([loss.id]);
  for (const node of graph.nodes.toReversed())
    if (isNeeded(node, needed)) for (const { id } of usesOf(node)) if (slopes.has(id)) needed.add(id);
  return graph.inputs.flatMap(({ path, value }) =>
    path !== undefined && learned.has(path) && needed.has(value.id) ? [path] : [],
  );
}

function isNeeded(node: Node, needed: ReadonlySet<number>): boolean {
  return node.results.some(({ id }) => needed.has(id));
}
