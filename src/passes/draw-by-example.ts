import { constant, sameForm, type Dim } from "../dims/dim.ts";
import { createBuilder } from "../graph/create-builder.ts";
import { rewriteGraph } from "../graph/rewrite-graph.ts";
import type { Graph, Value } from "../ir/graph.ts";
import { ports } from "../ir/ports.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";
import { elementAt } from "../support/element-at.ts";
import { required } from "../support/fault.ts";

/**
 * Draws of features by the numbers of the examples, an input of the graph, that an example draws the same whoever is in its
 * batch. What is drawn once for a whole batch goes by the number of its first example.
 *
 * Requires that composites are expanded. Ensures that every draw goes by numbers of examples.
 */
export function drawByExample(graph: Graph): Graph {
  if (!graph.inputs.some(({ role }) => role === "seed")) return graph;
  const batch = required(
    graph.inputs.find(({ role }) => role === "feature"),
    "a raw field",
  ).value.type.shape[0];
  const b = createBuilder({ firstId: graph.nextId, facts: graph.facts });
  const numbers = b.value({ dtype: "i64", shape: [required(batch, "the batch")] }, ports.examples);
  const words = b.cast(numbers, "u32");
  for (const node of graph.nodes) b.append(node);
  const input = { name: ports.examples, role: "examples", value: numbers } as const;
  const counted: Graph = { ...graph, inputs: [...graph.inputs, input], nodes: b.nodes, nextId: b.nextId };
  return rewriteGraph(counted, (node, inner) => {
    if (node.kind !== "operator" || !draws.has(node.op)) return undefined;
    const { attributes } = node;
    const result = elementAt(node.results, 0);
    const drawn = (shape: readonly Dim[], of: Value): Value =>
      inner.op(node.op, [elementAt(node.operands, 0), of], {
        ...("dtype" in attributes && { dtype: result.type.dtype }),
        shape,
      });
    return [drawnFor(words, result.type.shape, drawn, inner)];
  });
}

/** Primitives that draw. */
const draws: ReadonlySet<string> = new Set(["random_bits", "random_uniform", "random_normal"]);

/** What has a shape, drawn for each example by itself where an axis counts them. */
function drawnFor(
  numbers: Value,
  shape: readonly Dim[],
  drawn: (shape: readonly Dim[], numbers: Value) => Value,
  b: GraphBuilder,
): Value {
  const count = elementAt(numbers.type.shape, 0);
  const axis = shape.findIndex((size) => sameForm(size, count));
  if (axis === 0) return drawn(shape, numbers);
  if (axis > 0) {
    const others = shape.flatMap((size, at) => (at === axis ? [] : [size]));
    const perm = shape.map((_, at) => (at === axis ? 0 : at < axis ? at + 1 : at));
    return b.op("transpose", [drawn([count, ...others], numbers)], { perm });
  }
  const first = b.op("slice", [numbers], { axis: 0, start: constant(0), size: constant(1) });
  return b.op("reshape", [drawn([constant(1), ...shape], first)], { shape });
}
