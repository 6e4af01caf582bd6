import { expect } from "vitest";
import { interpretGraph } from "../../src/graph/interpret.ts";
import type { Graph } from "../../src/ir/graph.ts";
import { eliminateDeadNodes } from "../../src/passes/eliminate-dead-nodes.ts";
import { inputsFor } from "../autodiff/gradient-testing.ts";

/** The operators left after a pass and dead-node elimination; what the graph gives is checked first. */
export function left(
  graph: Graph,
  pass: (graph: Graph) => Graph,
  sizes: Readonly<Record<string, number>> = {},
): readonly string[] {
  const after = eliminateDeadNodes(pass(graph));
  const inputs = inputsFor(graph, sizes);
  const [expected, actual] = [interpretGraph(graph, inputs), interpretGraph(after, inputs)];
  for (const [name, array] of expected) {
    expect(actual.get(name)?.shape).toEqual(array.shape);
    array.data.forEach((it, index) => expect(actual.get(name)?.data[index]).toBeCloseTo(it, 12));
  }
  return after.nodes.map((it) => (it.kind === "operator" ? it.op : it.kind));
}
