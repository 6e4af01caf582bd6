import { asNumber, type Dim } from "../dims/dim.ts";
import type { Graph, OperatorNode, Value } from "../ir/graph.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";
import { concreteAttributes } from "../ops/define/concrete-attributes.ts";
import type { NdArray } from "../ops/define/operator.ts";
import { findOperator } from "../ops/registry.ts";
import { required } from "../support/fault.ts";
import { rewriteGraph } from "../graph/rewrite-graph.ts";

/** Constants with more elements than this are computed at run time, rather than stored. */
const largest = 1024;

/**
 * Computes operators of constants at compile time, with the f64 reference, where the result is small and finite.
 */
export function foldConstants(graph: Graph): Graph {
  const arrays = new Map<number, NdArray>();
  return rewriteGraph(graph, (node, b) => {
    if (node.kind === "constant") {
      const [result] = node.results;
      const array = result && constantArray(result, node.data);
      if (result !== undefined && array !== undefined) arrays.set(result.id, array);
      return undefined;
    }
    if (node.kind === "dim") {
      const size = asNumber(node.dim);
      if (size === undefined) return undefined;
      return [remember(b.scalar(size, "i64"), { dtype: "i64", shape: [], data: Float64Array.of(size) }, arrays)];
    }
    return node.kind === "operator" ? fold(node, b, arrays) : undefined;
  });
}

function fold(node: OperatorNode, b: GraphBuilder, arrays: Map<number, NdArray>): readonly Value[] | undefined {
  const operands = node.operands.flatMap((it) => arrays.get(it.id) ?? []);
  if (operands.length < node.operands.length || operands.length === 0) return undefined;
  const operator = findOperator(node.op);
  const shapes = node.results.map((it) => literalShape(it.type.shape));
  if (operator?.kind !== "primitive") return undefined;
  const results = node.results.flatMap((it, index) => {
    const shape = shapes[index];
    return shape === undefined || sizeOf(shape) > largest ? [] : [{ dtype: it.type.dtype, shape }];
  });
  const attributes = concreteAttributes(operator, node.attributes, asNumber);
  if (results.length < node.results.length || attributes === undefined) return undefined;
  const computed = operator.reference({ operands, attributes, results });
  if (computed.some((it) => !it.data.every(Number.isFinite))) return undefined;
  return node.results.map((it, index) => {
    const array = required(computed[index], "folded result");
    const [only] = array.data;
    const data = array.data.length === 1 && only !== undefined ? only : [...array.data];
    return remember(b.constant(it.type, data), array, arrays);
  });
}

function remember(value: Value, array: NdArray, arrays: Map<number, NdArray>): Value {
  arrays.set(value.id, array);
  return value;
}

function constantArray(value: Value, data: number | readonly number[]): NdArray | undefined {
  const shape = literalShape(value.type.shape);
  if (shape === undefined || sizeOf(shape) > largest) return undefined;
  const { dtype } = value.type;
  const elements = typeof data === "number" ? new Float64Array(sizeOf(shape)).fill(data) : Float64Array.from(data);
  return { dtype, shape, data: elements };
}

function literalShape(shape: readonly Dim[]): readonly number[] | undefined {
  const sizes = shape.flatMap((it) => asNumber(it) ?? []);
  return sizes.length === shape.length ? sizes : undefined;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, it) => product * it, 1);
}
