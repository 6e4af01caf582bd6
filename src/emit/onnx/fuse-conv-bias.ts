import { decodeElements } from "../../support/element-bytes.ts";
import { isExternal, type OnnxGraph, type OnnxNode } from "./model.ts";

/**
 * Gives a convolution the bias that is added to its result: `Add(Conv(x, w), Reshape(b, [C, 1, 1]))` becomes
 * `Conv(x, w, b)`, which spares a pass over the result. ONNX Runtime does it by itself only where weights are constant,
 * as they are not in training.
 *
 * Requires nodes in order of their definition; leaves nodes that nothing reads any more.
 */
export function fuseConvBias(graph: OnnxGraph): OnnxGraph {
  const uses = new Map<string, number>();
  countUses(graph, uses);
  const shapes = new Map([...graph.inputs, ...graph.initializers].map((it) => [it.name, it.shape]));
  const literals = new Map(
    graph.initializers.flatMap(({ name, dtype, data }) =>
      dtype === "i64" && !isExternal(data) ? [[name, [...decodeElements(dtype, data)]] as const] : [],
    ),
  );
  const made = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));

  /** The vector that a tensor is, spread over channels; undefined where it is another. */
  const biasOf = (name: string): string | undefined => {
    const node = made.get(name);
    const [source = "", target = ""] = node?.inputs ?? [];
    const shape = shapes.get(source);
    const literal = literals.get(target);
    if (node?.type !== "Reshape" || shape?.length !== 1 || literal === undefined) return undefined;
    const [channels] = shape;
    return [`${channels},1,1`, `1,${channels},1,1`].includes(literal.join()) ? source : undefined;
  };

  const fused = (node: OnnxNode): OnnxNode => {
    if (node.type !== "Add") return node;
    const [left = "", right = ""] = node.inputs;
    for (const [result, added] of [
      [left, right],
      [right, left],
    ] as const) {
      const convolution = made.get(result);
      const bias = biasOf(added);
      if (convolution?.type !== "Conv" || convolution.inputs.length !== 2 || uses.get(result) !== 1) continue;
      if (bias !== undefined) return { ...convolution, inputs: [...convolution.inputs, bias], outputs: node.outputs };
    }
    return node;
  };
  return { ...graph, nodes: graph.nodes.map(fused) };
}

function countUses(graph: OnnxGraph, uses: Map<string, number>): void {
  const use = (name: string): void => {
    uses.set(name, (uses.get(name) ?? 0) + 1);
  };
  for (const output of graph.outputs) use(output.name);
  for (const node of graph.nodes) {
    node.inputs.forEach(use);
    for (const [, value] of node.attributes) if ("graph" in value) countUses(value.graph, uses);
  }
}
