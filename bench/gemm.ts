import { constant } from "../src/dims/dim.ts";
import { noFacts } from "../src/dims/facts.ts";
import { emitOnnx, opsets } from "../src/emit/onnx/emit-graph.ts";
import { encodeModel } from "../src/emit/onnx/proto.ts";
import type { Graph } from "../src/ir/graph.ts";
import type { TensorType } from "../src/ir/types.ts";
import { createBuilder } from "../src/graph/create-builder.ts";

/** A model that multiplies two square matrices: what the machine can do at most. */
export function gemmModel(size: number): Uint8Array {
  const type: TensorType = { dtype: "f32", shape: [constant(size), constant(size)] };
  const b = createBuilder({ firstId: 0, facts: noFacts });
  const [left, right] = [b.value(type, "a"), b.value(type, "b")];
  const product = b.matmul(left, right);
  const graph: Graph = {
    name: "gemm",
    mode: "inference",
    inputs: [
      { name: "a", role: "feature", value: left },
      { name: "b", role: "feature", value: right },
    ],
    nodes: b.nodes,
    outputs: [{ name: "product", role: "output", value: product }],
    facts: noFacts,
    nextId: b.nextId,
  };
  return encodeModel(emitOnnx(graph, { opset: opsets.default, producerVersion: "bench", parametersAs: "inputs" }));
}
