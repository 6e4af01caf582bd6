import { elementAt } from "../support/element-at.ts";
import { asNumber, constant } from "../dims/dim.ts";
import type { Graph, Node, OperatorNode, Value } from "../ir/graph.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";
import { createBuilder } from "../graph/create-builder.ts";
import { forEachAxis, imageAxes, kernelAxes, kernelSizes } from "../ops/define/window-geometry.ts";
import { imageStructureOf, isElementwise } from "../ops/define/structure.ts";
import { required } from "../support/fault.ts";
import { renameAll, renameBy, renameUses, usesOf } from "../graph/rewrite.ts";
import { withValues } from "../graph/rewrite-graph.ts";
import { findOperator } from "../ops/registry.ts";
import { readAttribute } from "../ops/define/read-attribute.ts";

/** How much of each axis is read, from its start; Infinity where all of it is. */
type Extents = readonly number[];

/** Multiply-adds that take about as long as copying one element does, on ONNX Runtime's CPU provider. */
const copyCost = 32;

/**
 * Does not compute what a pool leaves unread: where its windows do not divide an image, the rows and columns behind the
 * last window are cut off before the convolution that makes them, or further up, through unpadded convolutions, pools and
 * elementwise operators. On 28x28 images, 3x3 convolutions and 2x2 pools leave 26, 13, 11 and 5 places of a side; the 5
 * need 10, 12, 24 and 26 of them alone.
 *
 * Requires a flat graph without dead nodes, before differentiation: gradients inherit the smaller images. Ensures the
 * same outputs. Sizes that are free stay; so does what a cut would save less of than it costs.
 */
export function cropUnread(graph: Graph): Graph {
  const refused = new Set<Node>();
  for (;;) {
    const croppable = croppableNodes(graph, refused);
    const needs = neededExtents(graph, croppable);
    const wasteful = [...croppable.values()].filter((node) => !isWorthwhile(node, needs));
    if (wasteful.length === 0) return needs.size === 0 ? graph : crop(graph, croppable, needs);
    for (const node of wasteful) refused.add(node);
  }
}

/** The nodes that compute each place of their one result from a part of their operands that is known, by its id. */
type Croppable = ReadonlyMap<number, OperatorNode>;

/** Unpadded convolutions and pools, and elementwise operators. */
function croppableNodes(graph: Graph, refused: ReadonlySet<Node>): Croppable {
  const croppable = new Map<number, OperatorNode>();
  for (const node of graph.nodes) {
    if (node.kind !== "operator" || refused.has(node)) continue;
    if (isElementwise(node) || windowsOf(node) !== undefined) croppable.set(resultOf(node).id, node);
  }
  return croppable;
}

function isConvolution(node: OperatorNode): boolean {
  return imageStructureOf(node)?.window === "kernel";
}

function resultOf(node: Node): Value {
  return elementAt(node.results, 0);
}

/** How an unpadded window moves along one axis of a node's image. */
interface Window {
  readonly axis: number;
  readonly extent: number;
  readonly stride: number;
}

/** The windows of an unpadded convolution or pool. */
function windowsOf(node: OperatorNode): readonly Window[] | undefined {
  const window = imageStructureOf(node)?.window;
  if (window === undefined || node.attributes["padding"]?.kind === "numbers") return undefined;
  if (readAttribute(node, "padding", "string") !== "valid") return undefined;
  const layout = layoutOf(node);
  const { spatial } = imageAxes(layout, elementAt(node.operands, 0).type.shape.length);
  const numbers = (name: string): readonly number[] =>
    forEachAxis(readAttribute(node, name, "numbers"), spatial.length);
  const sizes =
    window === "attribute" ? numbers("window") : kernelSizes(elementAt(node.operands, 1).type.shape, layout);
  const strides = numbers("strides");
  const hasDilations = "dilations" in required(findOperator(node.op), `operator ${node.op}`).attributes;
  const dilations = hasDilations ? numbers("dilations") : spatial.map(() => 1);
  return spatial.map((axis, at) => ({
    axis,
    extent: (elementAt(sizes, at) - 1) * elementAt(dilations, at) + 1,
    stride: elementAt(strides, at),
  }));
}

function layoutOf(node: OperatorNode): string {
  return readAttribute(node, "layout", "string");
}

/** The literal size of an axis, or Infinity. */
function extentAt(value: Value, axis: number): number {
  return asNumber(required(value.type.shape[axis], "axis")) ?? Infinity;
}

/** What is read of the results of croppable nodes, where it is not all. */
function neededExtents(graph: Graph, croppable: Croppable): ReadonlyMap<number, Extents> {
  const needs = new Map<number, Extents>();
  const need = (value: Value, extents: Extents): void => {
    const before = needs.get(value.id);
    needs.set(
      value.id,
      before === undefined ? extents : extents.map((it, axis) => Math.max(it, elementAt(before, axis))),
    );
  };
  for (const it of graph.outputs) need(it.value, everything(it.value));
  for (const node of [...graph.nodes].reverse()) {
    const crops = croppable.get(resultOf(node).id);
    for (const it of usesOf(node)) need(it, crops === undefined ? everything(it) : extentsRead(crops, it, needs));
  }
  return new Map(
    [...needs].filter(([id, extents]) => {
      const maker = croppable.get(id);
      return maker !== undefined && extents.some((it, axis) => it < extentAt(resultOf(maker), axis));
    }),
  );
}

function everything(value: Value): Extents {
  return value.type.shape.map(() => Infinity);
}

/** What a croppable node reads of an operand to compute what is needed of its result. */
function extentsRead(node: OperatorNode, operand: Value, needs: ReadonlyMap<number, Extents>): Extents {
  const result = resultOf(node);
  const needed = required(needs.get(result.id), "what is needed of a node that is not dead");
  const windows = windowsOf(node);
  if (windows === undefined) {
    return needed.slice(result.type.shape.length - operand.type.shape.length);
  }
  if (operand.id !== elementAt(node.operands, 0).id) return everything(operand);
  return operand.type.shape.map((_, axis) => {
    const window = windows.find((it) => it.axis === axis);
    if (window === undefined) return Infinity;
    const places = Math.min(elementAt(needed, axis), extentAt(result, axis));
    return Math.min((places - 1) * window.stride + window.extent, extentAt(operand, axis));
  });
}

/** False for a node whose operands must be cut for it, unless it is a convolution that saves more than a cut costs. */
function isWorthwhile(node: OperatorNode, needs: ReadonlyMap<number, Extents>): boolean {
  if (node.operands.every((it) => cutsOf(node, it, needs).length === 0)) return true;
  if (!isConvolution(node)) return false;
  const result = resultOf(node);
  const needed = required(needs.get(result.id), "what is needed of a node that is cropped");
  const left = needed.reduce((part, it, axis) => (it === Infinity ? part : (part * it) / extentAt(result, axis)), 1);
  const { shape } = elementAt(node.operands, 1).type;
  const { input } = kernelAxes(layoutOf(node), shape.length);
  const work = shape.reduce((total, dim, axis) => (axis === input ? total : total * (asNumber(dim) ?? 1)), 1);
  return (1 - left) * work >= copyCost;
}

/** The axes of an operand that must be cut for a croppable node, once what makes the operand is cropped. */
function cutsOf(
  node: OperatorNode,
  operand: Value,
  needs: ReadonlyMap<number, Extents>,
): readonly { readonly axis: number; readonly size: number }[] {
  if (!needs.has(resultOf(node).id)) return [];
  return extentsRead(node, operand, needs).flatMap((size, axis) => {
    const there = Math.min(extentAt(operand, axis), needs.get(operand.id)?.[axis] ?? Infinity);
    // A remainder smaller than a stride makes no further place.
    const stride = windowsOf(node)?.find((it) => it.axis === axis)?.stride ?? 1;
    return there - size >= stride ? [{ axis, size }] : [];
  });
}

function crop(graph: Graph, croppable: Croppable, needs: ReadonlyMap<number, Extents>): Graph {
  const b = createBuilder({ firstId: graph.nextId, facts: graph.facts });
  const scope = new Map<number, Value>();
  const rename = renameBy(scope);
  for (const node of graph.nodes) {
    const { id } = resultOf(node);
    const cropped = needs.has(id) ? croppable.get(id) : undefined;
    if (cropped === undefined) b.append(renameUses(node, rename));
    else {
      const operands = cropped.operands.map((it) => cut(b, rename(it), cutsOf(cropped, it, needs)));
      scope.set(id, elementAt(b.apply({ ...cropped, operands }), 0));
    }
  }
  const outputs = renameAll(
    graph.outputs.map((it) => it.value),
    rename,
  );
  return { ...graph, nodes: b.nodes, outputs: withValues(graph.outputs, outputs), nextId: b.nextId };
}

function cut(b: GraphBuilder, value: Value, cuts: readonly { readonly axis: number; readonly size: number }[]): Value {
  return cuts.reduce(
    (it, { axis, size }) => b.op("slice", [it], { axis, start: constant(0), size: constant(size) }),
    value,
  );
}
