import type { Graph, Node, Value } from "../ir/graph.ts";
import type { TensorType } from "../ir/types.ts";
import { createBuilder } from "../graph/create-builder.ts";
import { findOperator } from "../ops/registry.ts";
import { cloneNode, renameBy } from "../graph/rewrite.ts";
import { rewriteGraph, withValues } from "../graph/rewrite-graph.ts";
import { mapRegions } from "../ir/visit.ts";
import { elementAt } from "../support/element-at.ts";

/**
 * Primitives that stay in single precision: ONNX Runtime has no double kernels for them (of `sigmoid`, which it joins with
 * the product of silu to one that it then lacks), or they make f32 whatever they are given.
 */
const single: ReadonlySet<string> = new Set([
  "avg_pool",
  "avg_pool_gradient",
  "conv",
  "conv_input_gradient",
  "conv_kernel_gradient",
  "erf",
  "max_pool_gradient",
  "one_hot",
  "random_uniform",
  "sigmoid",
]);

/**
 * The flat graph with every f32 in it as f64, inputs included: raw numbers of data are f32 to the checker, and are
 * computed with in double precision. With `rounded`, outputs that are f32 are rounded to it at the very end.
 *
 * Requires that composites are expanded.
 */
export function widen(graph: Graph, { rounded }: { readonly rounded: boolean }): Graph {
  const wide = withWideTypes(graph);
  const computed = rewriteGraph(wide, (node, b) => {
    if (node.kind !== "operator" || !single.has(node.op)) return undefined;
    const results = node.results.map((it) => b.value(narrow(it.type), it.name));
    b.append({ ...node, operands: node.operands.map((it) => b.cast(it, narrow(it.type).dtype)), results });
    return results.map((it, index) => b.cast(it, elementAt(node.results, index).type.dtype));
  });
  if (!rounded) return computed;
  const b = createBuilder({ firstId: computed.nextId, facts: computed.facts });
  for (const node of computed.nodes) b.append(node);
  const values = computed.outputs.map(({ value }, index) =>
    b.cast(value, elementAt(graph.outputs, index).value.type.dtype),
  );
  return { ...computed, nodes: b.nodes, outputs: withValues(computed.outputs, values), nextId: b.nextId };
}

function withWideTypes(graph: Graph): Graph {
  const b = createBuilder({ firstId: graph.nextId, facts: graph.facts });
  const scope = new Map<number, Value>();
  const fresh = (like: Value): Value => b.value(wideType(like.type), like.name);
  const inputs = graph.inputs.map((it) => {
    const value = fresh(it.value);
    scope.set(it.value.id, value);
    return { ...it, value, ...(it.logicalType !== undefined && { logicalType: wideType(it.logicalType) }) };
  });
  for (const node of graph.nodes) b.append(cloneNode(withWideAttributes(node), scope, fresh));
  const outputs = withValues(
    graph.outputs,
    graph.outputs.map((it) => renameBy(scope)(it.value)),
  );
  return { ...graph, inputs, nodes: b.nodes, outputs, nextId: b.nextId };
}

const wideType = (type: TensorType): TensorType => (type.dtype === "f32" ? { ...type, dtype: "f64" } : type);
const narrow = (type: TensorType): TensorType => (type.dtype === "f64" ? { ...type, dtype: "f32" } : type);

/** The node with the element types among its attributes widened, those of its regions too. */
function withWideAttributes(node: Node): Node {
  if (node.kind !== "operator") return mapRegions(node, (it) => ({ ...it, nodes: it.nodes.map(withWideAttributes) }));
  if (single.has(node.op)) return node;
  const widened = Object.entries(findOperator(node.op)?.attributes ?? {}).flatMap(
    ([name, { kind, default: usual }]) => {
      const isSingle = kind === "dtype" && (node.attributes[name]?.value ?? usual) === "f32";
      return isSingle ? [[name, { kind: "string", value: "f64" }] as const] : [];
    },
  );
  return { ...node, attributes: { ...node.attributes, ...Object.fromEntries(widened) } };
}
