import { elementAt } from "../support/element-at.ts";
import { constant, type Dim } from "../dims/dim.ts";
import type { Attribute, Attributes, Graph, GraphInput, Node, OperatorNode, ScanNode, Value } from "../ir/graph.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";
import { createBuilder } from "../graph/create-builder.ts";
import type { ImageStructure } from "../ops/define/operator.ts";
import { eachAxisAttributes, imageStructureOf, structureOf } from "../ops/define/structure.ts";
import { required } from "../support/fault.ts";
import { renameUses } from "../graph/rewrite.ts";
import { withValues } from "../graph/rewrite-graph.ts";
import { nodesWithin } from "../ir/visit.ts";
import { readAttribute } from "../ops/define/read-attribute.ts";

type Perm = readonly number[];

const countFrom = (start: number, count: number): Perm => Array.from({ length: count }, (_, index) => start + index);

/** Axes of NCHW in terms of NHWC, whose H and W are one to three spatial axes, and back. */
const toFirst = (rank: number): Perm => [0, rank - 1, ...countFrom(1, rank - 2)];
const toLast = (rank: number): Perm => [0, ...countFrom(2, rank - 2), 1];
/** Axes of OIHW in terms of HWIO, and back. */
const toKernelFirst = (rank: number): Perm => [rank - 1, rank - 2, ...countFrom(0, rank - 2)];
const toKernelLast = (rank: number): Perm => [...countFrom(2, rank - 2), 1, 0];

/** Where an axis of NHWC lies in NCHW: what leads back to NHWC says it. */
const axisInFirst = (axis: number, rank: number): number => required(toLast(rank)[axis], "axis");

const rankOf = (value: Value): number => value.type.shape.length;

/**
 * Lays images out as NCHW, as ONNX has them, sequences and volumes likewise: convolutions and pools take their attribute `layout: NCHW`, what lies
 * between them is computed in that layout, and transposes remain where images come from and go to other operators.
 * Parameters that are kernels of convolutions become OIHW inputs, with `perm` set.
 *
 * Requires a flat graph before differentiation: the gradients of what this makes are in the same layout. Ensures the
 * same outputs, in their own layout, and that no convolution or pool of a known kind is left as NHWC.
 */
export function toChannelsFirst(graph: Graph): Graph {
  const b = createBuilder({ firstId: graph.nextId, facts: graph.facts });
  const layout = createLayout(b);
  const kernels = kernelParameters(graph);
  const inputs = graph.inputs.map((it): GraphInput => {
    if (!kernels.has(it.value.id)) return it;
    const { dtype, shape } = it.value.type;
    const perm = toKernelFirst(shape.length);
    const stored = b.value({ dtype, shape: permute(shape, perm) }, it.value.name);
    layout.kernels.set(it.value.id, stored);
    return { ...it, value: stored, perm, logicalType: it.logicalType ?? it.value.type };
  });
  rewriteNodes(graph.nodes, layout);
  const outputs = graph.outputs.map((it) => asLast(layout, it.value));
  return { ...graph, inputs, nodes: b.nodes, outputs: withValues(graph.outputs, outputs), nextId: b.nextId };
}

/** What is known of the layouts of values in a region, by the ids of the graph as it was. */
interface Layout {
  readonly b: GraphBuilder;
  /** Images that have been computed, or transposed, to NCHW. */
  readonly first: Map<number, Value>;
  /** Values as the original has them, where they have become others. */
  readonly last: Map<number, Value>;
  /** OIHW kernels. */
  readonly kernels: Map<number, Value>;
}

function createLayout(b: GraphBuilder): Layout {
  return { b, first: new Map(), last: new Map(), kernels: new Map() };
}

function rewriteNodes(nodes: readonly Node[], layout: Layout): void {
  for (const node of nodes) {
    if (node.kind === "scan") rewriteScan(node, layout);
    else if (node.kind !== "operator" || !rewriteOperator(node, layout)) {
      layout.b.append(renameUses(node, (it) => asLast(layout, it)));
    }
  }
}

/** A scan's body sees what is known outside; what is transposed in it stays in it. */
function rewriteScan(node: ScanNode, layout: Layout): void {
  const body = layout.b.region(node.body.inputs, (inner) => {
    const within: Layout = {
      b: inner,
      first: new Map(layout.first),
      last: new Map(layout.last),
      kernels: new Map(layout.kernels),
    };
    rewriteNodes(node.body.nodes, within);
    return node.body.results.map((it) => asLast(within, it));
  });
  const initial = node.initial.map((it) => asLast(layout, it));
  const sequences = node.sequences.map((it) => asLast(layout, it));
  layout.b.append({ ...node, initial, sequences, body });
}

/** The value as the original has it; remembered, so that what was computed so is not transposed there and back. */
function asLast(layout: Layout, value: Value): Value {
  const known = layout.last.get(value.id);
  if (known !== undefined) return known;
  const [first, kernel] = [layout.first.get(value.id), layout.kernels.get(value.id)];
  const rank = rankOf(value);
  const kept = kernel === undefined ? value : layout.b.transpose(kernel, toKernelLast(rank));
  const made = first === undefined ? kept : layout.b.transpose(first, toLast(rank));
  layout.last.set(value.id, made);
  return made;
}

function asFirst(layout: Layout, value: Value): Value {
  return moved(layout, layout.first, value, toFirst(rankOf(value)));
}

function asKernel(layout: Layout, value: Value): Value {
  return moved(layout, layout.kernels, value, toKernelFirst(rankOf(value)));
}

/** The value as `known` has it, or with its axes moved, which it has from then on. */
function moved(layout: Layout, known: Map<number, Value>, value: Value, perm: Perm): Value {
  const before = known.get(value.id);
  if (before !== undefined) return before;
  const made = layout.b.transpose(asLast(layout, value), perm);
  known.set(value.id, made);
  return made;
}

/** True where a value is to be had as NCHW without a new transpose. */
function isFirst(layout: Layout, value: Value): boolean {
  return layout.first.has(value.id);
}

/** Rewrites a node that deals with images, and says whether it was one. */
function rewriteOperator(node: OperatorNode, layout: Layout): boolean {
  const rule = imageStructureOf(node);
  const images = node.operands.filter((it) => isFirst(layout, it));
  if (rule !== undefined && readAttribute(node, "layout", "string") === "NHWC") {
    // Batch normalisation takes any rank: what is no image keeps its channels last.
    const applies = rule.follows !== true || images.length > 0;
    if (applies) rewriteLayoutOperator(node, rule, layout);
    return applies;
  }
  if (images.length === 0) return false;
  const structure = structureOf(node);
  if (structure === "elementwise") {
    const rank = rankOf(elementAt(node.results, 0));
    if (images.some((it) => rankOf(it) !== rank)) return false;
    emit({ ...node, operands: node.operands.map((it) => broadcastable(layout, it, rank)) }, layout);
    return true;
  }
  if (structure === "reduction") return rewriteReduction(node, layout);
  const ofAxes = eachAxisAttributes(node);
  if (structure !== "along axis" && ofAxes === undefined) return false;
  const attributes = ofAxes === undefined ? movedAxis(node) : permutedAttributes(node, ofAxes);
  const operands = node.operands.map((it) => asFirst(layout, it));
  emit({ ...node, operands, attributes: { ...node.attributes, ...attributes } }, layout);
  return true;
}

/** The attribute of what goes along one axis, which counts from the end where it is negative. */
function movedAxis(node: OperatorNode): Attributes {
  const rank = rankOf(elementAt(node.operands, 0));
  const axis = readAttribute(node, "axis", "number");
  return { axis: { kind: "number", value: axisInFirst(axis < 0 ? axis + rank : axis, rank) } };
}

function rewriteLayoutOperator(node: OperatorNode, rule: ImageStructure, layout: Layout): void {
  const operands = node.operands.map((it, index) => {
    const kind = rule.operands[index];
    return kind === "image" ? asFirst(layout, it) : kind === "kernel" ? asKernel(layout, it) : asLast(layout, it);
  });
  const attributes: Attributes = {
    ...node.attributes,
    ...permutedAttributes(node, rule.imageShapes ?? []),
    layout: { kind: "string", value: "NCHW" },
  };
  const made = layout.b.apply({ ...node, operands, attributes });
  node.results.forEach((it, index) => {
    const where = rule.results[index] === "image" ? layout.first : layout.last;
    where.set(it.id, required(made[index], "result"));
  });
}

function emit(node: OperatorNode, layout: Layout): void {
  layout.first.set(elementAt(node.results, 0).id, elementAt(layout.b.apply(node), 0));
}

/** Reductions keep the layout where they keep the axes, and leave it where what is left is in the original's order. */
function rewriteReduction(node: OperatorNode, layout: Layout): boolean {
  const operand = elementAt(node.operands, 0);
  const reduced = readAttribute(node, "axes", "numbers");
  const keeps = readAttribute(node, "keep", "boolean");
  const rank = rankOf(operand);
  const left = toFirst(rank).filter((axis) => !reduced.includes(axis));
  if (!keeps && left.some((axis, index) => index > 0 && axis < elementAt(left, index - 1))) return false;
  const axes = reduced.map((axis) => axisInFirst(axis, rank)).sort((a, b) => a - b);
  const attributes: Attributes = { ...node.attributes, axes: { kind: "numbers", value: axes } };
  const made = layout.b.apply({ ...node, operands: [asFirst(layout, operand)], attributes });
  const where = keeps ? layout.first : layout.last;
  where.set(elementAt(node.results, 0).id, elementAt(made, 0));
  return true;
}

/** The operand of an elementwise operator on images, such that it broadcasts as it did. */
function broadcastable(layout: Layout, value: Value, rank: number): Value {
  const { shape } = value.type;
  if (shape.length === 0) return asLast(layout, value);
  if (shape.length === rank) return asFirst(layout, value);
  const one = constant(1);
  const plain = asLast(layout, value);
  if (shape.length === 1) return layout.b.reshape(plain, [...shape, ...new Array<Dim>(rank - 2).fill(one)]);
  const whole = layout.b.reshape(plain, [...new Array<Dim>(rank - shape.length).fill(one), ...shape]);
  return layout.b.transpose(whole, toFirst(rank));
}

/** Ids of the parameters that are used as kernels of convolutions. */
function kernelParameters(graph: Graph): ReadonlySet<number> {
  const used = new Set<number>();
  for (const node of nodesWithin(graph.nodes)) {
    if (node.kind !== "operator") continue;
    imageStructureOf(node)?.operands.forEach((kind, index) => {
      if (kind === "kernel") used.add(elementAt(node.operands, index).id);
    });
  }
  const parameters = graph.inputs.filter((it) => it.role === "parameter" && it.perm === undefined);
  return new Set(parameters.map((it) => it.value.id).filter((id) => used.has(id)));
}

/** Attributes with a dimension for each axis of an image, in its new order. */
function permutedAttributes(node: OperatorNode, names: readonly string[]): Attributes {
  return Object.fromEntries(
    names.map((name): [string, Attribute] => {
      const sizes = readAttribute(node, name, "dims");
      return [name, { kind: "dims", value: permute(sizes, toFirst(sizes.length)) }];
    }),
  );
}

function permute(shape: readonly Dim[], perm: readonly number[]): readonly Dim[] {
  return perm.map((axis) => required(shape[axis], "axis"));
}
