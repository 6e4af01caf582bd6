import { asNumber } from "../dims/dim.ts";
import type { Graph, OperatorNode, Value } from "../ir/graph.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";
import { concreteAttributes } from "../ops/define/concrete-attributes.ts";
import { sizeOf } from "../ops/define/nd-array.ts";
import type { NdArray } from "../ops/define/operator.ts";
import { literalShape } from "../ops/define/shape-rules.ts";
import { findOperator } from "../ops/registry.ts";
import type { TensorType } from "../ir/types.ts";
import { elementAt } from "../support/element-at.ts";
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
      const result = elementAt(node.results, 0);
      const type = storedType(result.type);
      if (type !== undefined) arrays.set(result.id, constantArray(type, node.data));
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
  const operator = findOperator(node.op);
  if (operator?.kind !== "primitive" || node.operands.length === 0) return undefined;
  const operands = node.operands.flatMap((it) => arrays.get(it.id) ?? []);
  const results = node.results.flatMap((it) => storedType(it.type) ?? []);
  const attributes = concreteAttributes(operator, node.attributes, asNumber);
  const isKnown = operands.length === node.operands.length && results.length === node.results.length;
  if (!isKnown || attributes === undefined) return undefined;
  const computed = operator.reference({ operands, attributes, results });
  if (computed.some((it) => !it.data.every(Number.isFinite))) return undefined;
  return node.results.map((it, index) => {
    const array = elementAt(computed, index);
    const data = array.data.length === 1 ? elementAt(array.data, 0) : [...array.data];
    return remember(b.constant(it.type, data), array, arrays);
  });
}

function remember(value: Value, array: NdArray, arrays: Map<number, NdArray>): Value {
  arrays.set(value.id, array);
  return value;
}

type StoredType = Pick<NdArray, "dtype" | "shape">;

/** The type of a constant that is stored; undefined where it is free, or has too many elements. */
function storedType({ dtype, shape }: TensorType): StoredType | undefined {
  const sizes = literalShape(shape);
  return sizes === undefined || sizeOf(sizes) > largest ? undefined : { dtype, shape: sizes };
}

function constantArray(type: StoredType, data: number | readonly number[]): NdArray {
  const elements = typeof data === "number" ? new Float64Array(sizeOf(type.shape)).fill(data) : Float64Array.from(data);
  return { ...type, data: elements };
}
