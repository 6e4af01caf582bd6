import type { Graph, Node, Value } from "../../../src/ir/graph.ts";

/** ONNX Runtime's binding hands over no tensors of bf16: the graph with these ports in f32, cast behind and before them. */
export function widePorts(graph: Graph): Graph {
  let { nextId } = graph;
  const isHalf = ({ type }: Value): boolean => type.dtype === "bf16";
  const wide = (value: Value): Value => ({ id: nextId++, type: { ...value.type, dtype: "f32" } });
  const cast = (from: Value, to: Value): Node => ({
    kind: "operator",
    op: "cast",
    operands: [from],
    attributes: { dtype: { kind: "string", value: to.type.dtype } },
    results: [to],
  });
  const before: Node[] = [];
  const after: Node[] = [];
  const inputs = graph.inputs.map((it) => {
    if (!isHalf(it.value)) return it;
    const value = wide(it.value);
    before.push(cast(value, it.value));
    return { ...it, value };
  });
  const outputs = graph.outputs.map((it) => {
    if (!isHalf(it.value)) return it;
    const value = wide(it.value);
    after.push(cast(it.value, value));
    return { ...it, value };
  });
  return { ...graph, inputs, outputs, nodes: [...before, ...graph.nodes, ...after], nextId };
}
