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
import { required } from "../support/fault.ts";
import { rewriteGraph } from "../graph/rewrite-graph.ts";

/** Constants with more elements than this are computed at run time, rather than stored. */
const largest = 1024;

/**
 * Computes operators of constants at compile time, with the f64 reference, where the result is small and finite.
 */
export function foldConstants(graph: Graph): Graph {
  const arrays: Arrays = new Map();
  return rewriteGraph(graph, (node, b) => {
    if (node.kind === "constant") {
      remember(elementAt(node.results, 0), node.data, arrays);
      return undefined;
    }
    if (node.kind === "dim") {
      const size = asNumber(node.dim);
      return size === undefined ? undefined : [remember(b.scalar(size, "i64"), size, arrays)];
    }
    return node.kind === "operator" ? fold(node, b, arrays) : undefined;
  });
}

/** What is stored of values, by their ids. */
type Arrays = Map<number, NdArray>;

function fold(node: OperatorNode, b: GraphBuilder, arrays: Arrays): readonly Value[] | undefined {
  const operator = required(findOperator(node.op), node.op);
  if (operator.kind !== "primitive" || node.operands.length === 0) return undefined;
  const operands = node.operands.flatMap((it) => arrays.get(it.id) ?? []);
  const results = node.results.flatMap((it) => storedType(it.type) ?? []);
  const attributes = concreteAttributes(operator, node.attributes, asNumber);
  const isKnown = operands.length === node.operands.length && results.length === node.results.length;
  if (!isKnown || attributes === undefined) return undefined;
  const computed = operator.reference({ operands, attributes, results });
  if (!computed.every((it) => it.data.every(Number.isFinite))) return undefined;
  return node.results.map(({ type }, index) => {
    const { data } = elementAt(computed, index);
    const stored = data.length === 1 ? elementAt(data, 0) : [...data];
    return remember(b.constant(type, stored), stored, arrays);
  });
}

/** The value, whose elements are known from now on where they may be stored. */
function remember(value: Value, data: number | readonly number[], arrays: Arrays): Value {
  const type = storedType(value.type);
  if (type === undefined) return value;
  const elements = typeof data === "number" ? new Float64Array(sizeOf(type.shape)).fill(data) : Float64Array.from(data);
  arrays.set(value.id, { ...type, data: elements });
  return value;
}

/** The type of a constant that is stored; undefined where it is free, or has too many elements. */
function storedType({ dtype, shape }: TensorType): Pick<NdArray, "dtype" | "shape"> | undefined {
  const sizes = literalShape(shape);
  return sizes === undefined || sizeOf(sizes) > largest ? undefined : { dtype, shape: sizes };
}
