import { asNumber, asVariable } from "../../dims/dim.ts";
import type { Graph, GraphInput, Node, OperatorNode, ScanNode, ConstantNode, Region, Value } from "../../ir/graph.ts";
import type { OnnxRef, OnnxWriter } from "./onnx-writer.ts";
import { isFloat } from "../../ops/define/dtype-class.ts";
import { attributesFor } from "../../ops/define/operator.ts";
import { findOperator } from "../../ops/registry.ts";
import { fault, required } from "../../support/fault.ts";
import { createWriter, onnxDim, type Scope } from "./create-writer.ts";
import type { DimSource } from "./dims.ts";
import type { ExternalData, OnnxGraph, OnnxModel, OnnxTensor, OnnxValueInfo } from "./model.ts";
import { fuseConvBias } from "./fuse-conv-bias.ts";
import { pruneGraph } from "./prune.ts";
import { filledOnnx } from "./lowerings/fill.ts";
import { onnxLowering, onnxFused } from "./lowerings/onnx-lowerings.ts";

/** The operator sets that can be written; random numbers need BitwiseXor, of 18. */
export const opsets = { least: 18, greatest: 26, default: 18 } as const;

// IR version 8 has all that is used here (external data, optional types) and every runtime that knows opset 18 reads it.
const irVersion = 8;

/** Constants up to this many elements are written out; longer fills are expanded when the model runs. */
const literalElements = 1024;

export interface EmitOptions {
  readonly opset: number;
  /** modelc's own version, as the producer. */
  readonly producerVersion: string;
  /**
   * Parameters, states and statistics as inputs, or as initializers, which `externalWeights` then places: by path, in a
   * file beside the model.
   */
  readonly parametersAs: "inputs" | "initializers";
  readonly externalWeights?: {
    readonly file: string;
    readonly entries: ReadonlyMap<string, { readonly offset: number; readonly length: number }>;
  };
  readonly doc?: string;
}

/** Whether a model that holds its weights has this input among them. */
export function isStored(input: GraphInput): boolean {
  return input.role === "parameter" || input.role === "state" || input.role === "statistic";
}

/**
 * Writes a flat graph as an ONNX model of the standard operator set. Requires that keys and composites are expanded,
 * but composites with a fused form that applies.
 */
export function emitOnnx(graph: Graph, options: EmitOptions): OnnxModel {
  if (options.opset < opsets.least || options.opset > opsets.greatest) fault(`opset ${options.opset} is not supported`);
  const held = options.parametersAs === "initializers" ? graph.inputs.filter(isStored) : [];
  const given = graph.inputs.filter((it) => !held.includes(it));
  const outputs = graph.outputs.map((it) => it.name);
  const graphWriter = createWriter({
    opset: options.opset,
    mode: graph.mode,
    reserved: graph.inputs.map((it) => it.name),
    outputs,
    dimSources: dimSourcesOf(graph.inputs),
  });
  const { root } = graphWriter;
  const paths = new Map<number, string>();
  for (const input of graph.inputs) {
    root.bind(input.value, input.name as OnnxRef);
    if (input.path !== undefined) paths.set(input.value.id, input.path);
  }
  const emitter: Emitter = { mode: graph.mode, opset: options.opset, paths, withoutReciprocal: new Set() };
  for (const node of graph.nodes) emitNode(emitter, root, node);
  for (const output of graph.outputs) root.output(root.writer.ref(output.value), output.name);

  const finished = graphWriter.finish();
  return {
    irVersion,
    opset: options.opset,
    producerName: "modelc",
    producerVersion: options.producerVersion,
    ...(options.doc !== undefined && { doc: options.doc }),
    metadata: metadataOf(graph, options.producerVersion),
    graph: finish({
      name: graph.name,
      inputs: given.map((it) => infoOf(it.name, it.value, docOf(it))),
      outputs: graph.outputs.map((it) =>
        infoOf(it.name, it.value, it.carries === undefined ? it.role : `${it.role}; becomes ${it.carries}`),
      ),
      values: finished.values,
      initializers: [...held.map((it) => storedTensor(it, options.externalWeights)), ...finished.initializers],
      nodes: finished.nodes,
    }),
  };
}

function finish(graph: OnnxGraph): OnnxGraph {
  return pruneGraph(fuseConvBias(graph));
}

interface Emitter {
  readonly mode: "training" | "inference";
  readonly opset: number;
  /** Checkpoint paths of inputs, by value: they name the nodes that read them. */
  readonly paths: ReadonlyMap<number, string>;
  /** Numbers that have no reciprocal, as 0 has none, by value. */
  readonly withoutReciprocal: Set<number>;
}

function infoOf(name: string, value: Value, doc?: string): OnnxValueInfo {
  return { name, dtype: value.type.dtype, shape: value.type.shape.map(onnxDim), ...(doc !== undefined && { doc }) };
}

function docOf(input: GraphInput): string {
  return input.perm === undefined ? input.role : `${input.role}; axis i is logical axis [${input.perm.join(", ")}][i]`;
}

/** What a tool that has the model alone must know besides the roles, which are the values' documentation. */
function metadataOf(graph: Graph, version: string): OnnxModel["metadata"] {
  const perms = graph.inputs.flatMap(({ path, perm }) =>
    perm === undefined || path === undefined ? [] : [[path, perm]],
  );
  return [
    ["modelc.version", version],
    ["modelc.mode", graph.mode],
    ...(perms.length > 0 ? [["modelc.perm", JSON.stringify(Object.fromEntries(perms))] as const] : []),
  ];
}

/** Each variable at the first input, and there the first axis, whose dimension is that variable alone. */
function dimSourcesOf(inputs: readonly GraphInput[]): ReadonlyMap<string, DimSource> {
  const sources = new Map<string, DimSource>();
  for (const { name, value } of inputs) {
    value.type.shape.forEach((dim, axis) => {
      const variable = asVariable(dim);
      if (variable !== undefined && !sources.has(variable)) sources.set(variable, { input: name, axis });
    });
  }
  return sources;
}

function storedTensor(input: GraphInput, weights: EmitOptions["externalWeights"]): OnnxTensor {
  const path = required(input.path, `path of ${input.name}`);
  const place = required(weights?.entries.get(path), `stored weights of ${path}`);
  const data: ExternalData = { file: weights?.file ?? fault("weights"), offset: place.offset, length: place.length };
  const shape = input.value.type.shape.map((it) => asNumber(it) ?? fault(`${path} has a free dimension`));
  return { name: input.name, dtype: input.value.type.dtype, shape, data };
}

function emitNode(emitter: Emitter, scope: Scope, node: Node): void {
  switch (node.kind) {
    case "operator":
      bindAll(scope, node, emitOperator(emitter, scope, node));
      return;
    case "constant":
      if (hasNoReciprocal(node)) emitter.withoutReciprocal.add(required(node.results[0], "constant result").id);
      bindAll(scope, node, [emitConstant(scope, node)]);
      return;
    case "dim":
      bindAll(scope, node, [scope.writer.dim(node.dim)]);
      return;
    case "scan":
      bindAll(scope, node, emitScan(emitter, scope, node));
      return;
    default:
      fault(`a ${node.kind} node reached the ONNX emitter`);
  }
}

function bindAll(scope: Scope, node: Node, refs: readonly OnnxRef[]): void {
  if (refs.length !== node.results.length) fault(`${refs.length} tensors for ${node.results.length} results`);
  node.results.forEach((result, index) => {
    const ref = required(refs[index], "result");
    scope.bind(result, ref);
    scope.annotate(ref, result.type);
  });
}

/** Names of a node's results: those in the source, else the label and a number. */
function resultNames(label: string, results: readonly Value[]): readonly string[] {
  return results.map((it, index) => it.name ?? (index === 0 ? label : `${label}.${index}`));
}

function emitOperator(emitter: Emitter, scope: Scope, node: OperatorNode): readonly OnnxRef[] {
  const operator = findOperator(node.op) ?? fault(`no operator is called ${node.op}`);
  const attributes = attributesFor(operator, node.attributes);
  const input = { operands: node.operands, results: node.results, attributes };
  const { writer } = scope;
  const label = labelOf(emitter, node);
  return scope.within(label, resultNames(label, node.results), () => {
    const refs = refsOf(emitter, writer, node);
    const lower =
      operator.kind === "primitive"
        ? onnxLowering(operator)
        : (onnxFused(operator, input, emitter.mode, emitter.opset) ??
          fault(`${node.op} reached the ONNX emitter unexpanded`));
    return lower(writer, { ...input, refs });
  });
}

/**
 * What an operator reads. ONNX Runtime makes a number by which a product is divided a part of the product, as what it is
 * multiplied by, and fails where that is no number: such a divisor is spread out, which it leaves alone.
 */
function refsOf({ withoutReciprocal }: Emitter, writer: OnnxWriter, { op, operands }: OperatorNode): OnnxRef[] {
  const refs = operands.map((it) => writer.ref(it));
  const [dividend, divisor] = refs;
  if (op !== "div" || dividend === undefined || divisor === undefined) return refs;
  const isOne = operands[1] !== undefined && withoutReciprocal.has(operands[1].id);
  return isOne ? [dividend, writer.node("Expand", [divisor, writer.node("Shape", [dividend])])] : refs;
}

/** Whether a constant is one number, 1 divided by which is infinite. */
function hasNoReciprocal({ data, results: [result] }: ConstantNode): boolean {
  const number = typeof data === "number" ? data : data.length === 1 ? data[0] : undefined;
  if (number === undefined || result === undefined || !isFloat(result.type.dtype)) return false;
  return !Number.isFinite(Math.fround(1 / number)) && (result.type.dtype !== "f64" || !Number.isFinite(1 / number));
}

/** The source's name of the result; else `dense_0/matmul` by the parameters that it reads; else the operator's. */
function labelOf(emitter: Emitter, node: OperatorNode): string {
  const named = node.results[0]?.name;
  if (named !== undefined) return named;
  const path = node.operands.map((it) => emitter.paths.get(it.id)).find((it) => it?.includes(".") === true);
  return path === undefined ? node.op : `${path.slice(0, path.lastIndexOf(".")).replaceAll(".", "/")}/${node.op}`;
}

function emitConstant(scope: Scope, node: ConstantNode): OnnxRef {
  const [result] = node.results;
  const { dtype, shape } = required(result, "constant result").type;
  const { writer } = scope;
  const literals = shape.map(asNumber);
  const sizes = literals.filter((it) => it !== undefined);
  const count = sizes.reduce((a, b) => a * b, 1);
  const known = sizes.length === shape.length;
  if (typeof node.data !== "number") {
    return known ? writer.constant(dtype, node.data, sizes) : fault("a literal tensor with a free dimension");
  }
  if (known && count <= literalElements) return writer.constant(dtype, node.data, sizes);
  const { data } = node;
  const label = result?.name ?? "fill";
  const [filled] = scope.within(label, [label], () => [filledOnnx(writer, dtype, data, writer.shape(shape))]);
  return required(filled, "expanded constant");
}

function emitScan(emitter: Emitter, scope: Scope, node: ScanNode): readonly OnnxRef[] {
  const { writer } = scope;
  const label = node.results.find((it) => it.name !== undefined)?.name ?? "scan";
  return scope.within(label, resultNames(label, node.results), () => {
    const initial = node.initial.map((it) => writer.ref(it));
    // Scan runs along its sequences: without one, it takes the places themselves.
    const counted = node.sequences.length === 0;
    const sequences = counted
      ? [writer.node("Range", [writer.constant("i64", 0), writer.dim(node.length), writer.constant("i64", 1)])]
      : node.sequences.map((it) => writer.ref(it));
    const inputs = node.body.inputs.map((it, index) => ({ name: it.name ?? `${label}/in_${index}`, ...it.type }));
    const place = { name: `${label}/place`, dtype: "i64" as const, shape: [] };
    const body = scope.inner(counted ? [...inputs, place] : inputs, (inner, refs) => {
      emitRegion(emitter, inner, node.body, refs);
      return node.body.results.map((it) => ({ ref: inner.writer.ref(it), ...it.type }));
    });
    const direction = (count: number): readonly number[] => Array.from({ length: count }, () => 1);
    const emits = node.emitAxes.length;
    return writer.withSubgraph("Scan", [...initial, ...sequences], node.results.length, body, {
      num_scan_inputs: { int: sequences.length },
      ...(node.sequenceAxes.some((it) => it !== 0) && { scan_input_axes: { ints: node.sequenceAxes } }),
      ...(node.emitAxes.some((it) => it !== 0) && { scan_output_axes: { ints: node.emitAxes } }),
      ...(node.reverse && { scan_input_directions: { ints: direction(sequences.length) } }),
      ...(node.reverse && emits > 0 && { scan_output_directions: { ints: direction(emits) } }),
    });
  });
}

function emitRegion(emitter: Emitter, scope: Scope, region: Region, refs: readonly OnnxRef[]): void {
  region.inputs.forEach((it, index) => {
    scope.bind(it, required(refs[index], "input of a scan's body"));
  });
  for (const node of region.nodes) emitNode(emitter, scope, node);
}
