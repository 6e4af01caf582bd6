import type { Graph, Node } from "../../src/ir/graph.ts";
import { standInOf } from "../../src/emit/onnx/lowerings/stand-ins.ts";
import { operandSpecAt } from "../../src/graph/infer.ts";
import type { Operator, Sample } from "../../src/ops/define/operator.ts";

/** A sample in f64, or undefined where the operator takes none. */
export function inDouble(operator: Operator, sample: Sample): Sample | undefined {
  const widens = sample.operands.map((it, index) => {
    const wanted = operandSpecAt(operator, index)?.dtype;
    return it.dtype === "f32" && (wanted === "float" || wanted === "number" || wanted === "any");
  });
  if (!widens.includes(true)) return undefined;
  const operands = sample.operands.map((it, index) => (widens[index] === true ? { ...it, dtype: "f64" as const } : it));
  return { ...sample, operands };
}

/**
 * Whether ONNX computes a graph in f64 from end to end: losses are f32, and where ONNX Runtime has an operator in f32
 * alone, it is computed so.
 */
export function isDouble({ inputs, nodes }: Graph): boolean {
  const inNode = (node: Node): boolean => {
    const values = node.kind === "operator" ? [...node.operands, ...node.results] : node.results;
    if (values.some((it) => it.type.dtype === "f32")) return false;
    if (node.kind === "scan") return node.body.nodes.every(inNode);
    return node.kind !== "operator" || values.every((it) => standInOf(node.op, it.type.dtype) !== "f32");
  };
  return inputs.some(({ value }) => value.type.dtype === "f64") && nodes.every(inNode);
}
