import { elementAt } from "../../support/element-at.ts";
import { asNumber } from "../../dims/dim.ts";
import type { Graph, GraphOutput, Node, OperatorNode, Value } from "../../ir/graph.ts";
import type { DType } from "../../ir/types.ts";
import { interpretNodes, type Environment } from "../../graph/interpret.ts";
import { usesOf } from "../../graph/rewrite.ts";
import { type ElementFunction, type NdArray, type Primitive } from "../../ops/define/operator.ts";
import { seedWords } from "../../ops/random/counter.ts";
import { findOperator } from "../../ops/registry.ts";
import { isElementwise } from "../../ops/define/structure.ts";
import { encodeElements } from "../../support/element-bytes.ts";
import { fault, required } from "../../support/fault.ts";
import type { SafeTensor } from "../../support/safetensors.ts";
import type { StoredVariable } from "./stored-weights.ts";
import { concreteAttributes } from "../../ops/define/concrete-attributes.ts";

/** Elements that are computed at once: enough to keep the cost of a node small, few enough to stay in the cache. */
const chunkElements = 16_384;

/**
 * What the init graph draws from a seed, by path, without a runtime: each variable on its own by the operators'
 * references, in pieces where its elements do not depend on one another, so that memory stays near the result's.
 */
export function initialWeights(
  init: Graph,
  variables: ReadonlyMap<string, StoredVariable>,
  seed: number,
): ReadonlyMap<string, SafeTensor> {
  const weights = new Map<string, SafeTensor>();
  const needed = nodesByResult(init.nodes);
  for (const output of init.outputs) {
    const variable = variables.get(output.path ?? "");
    if (variable === undefined) continue;
    const { path, dtype, shape } = variable;
    weights.set(path, { name: path, dtype, shape, bytes: drawOutput(init, needed(output.value), output, seed) });
  }
  return weights;
}

/** Finds the nodes that a value is made by, in their order, without a look at all others: there may be as many values. */
function nodesByResult(nodes: readonly Node[]): (value: Value) => readonly Node[] {
  const makers = new Map(nodes.flatMap((node, at) => node.results.map((it) => [it.id, at] as const)));
  return (value) => {
    const found = new Set<number>();
    const open = [value];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const at = makers.get(next.id);
      if (at === undefined || found.has(at)) continue;
      found.add(at);
      open.push(...usesOf(elementAt(nodes, at)));
    }
    return [...found].sort((a, b) => a - b).map((at) => elementAt(nodes, at));
  };
}

function drawOutput(init: Graph, nodes: readonly Node[], output: GraphOutput, seed: number): Uint8Array {
  const environment: Environment = new Map();
  for (const { role, value } of init.inputs) {
    const { dtype } = value.type;
    const [data, shape] =
      role === "seed" ? [[...seedWords(seed)], [2]] : role === "step" ? [[0], []] : fault(`init takes a ${role}`);
    environment.set(value.id, { dtype, shape, data: Float64Array.from(data) });
  }
  const { dtype } = output.value.type;
  // A stored order is a transpose of what is drawn in the logical one.
  const last = nodes.at(-1);
  const [operand] = last?.kind === "operator" && last.op === "transpose" ? last.operands : [];
  if (last !== undefined && operand !== undefined) {
    const before = nodes.slice(0, -1);
    const chunks = planChunks(before, operand, environment);
    if (chunks === undefined) interpretNodes(before, environment, new Map());
    else {
      const drawn = new Float64Array(countOf(operand));
      chunks((at, data) => {
        drawn.set(data, at);
      });
      environment.set(operand.id, { dtype: operand.type.dtype, shape: sizesOf(operand), data: drawn });
    }
    interpretNodes([last], environment, new Map());
    const { data } = required(environment.get(output.value.id), output.name);
    return encodeElements(dtype, data, data.length);
  }
  const chunks = planChunks(nodes, output.value, environment);
  if (chunks === undefined) {
    interpretNodes(nodes, environment, new Map());
    const { data } = required(environment.get(output.value.id), output.name);
    return encodeElements(dtype, data, data.length);
  }
  const bytes = new Uint8Array(encodeElements(dtype, 0, 1).length * countOf(output.value));
  chunks((at, data) => {
    const encoded = encodeElements(dtype, data, data.length);
    bytes.set(encoded, (at * encoded.length) / data.length);
  });
  return bytes;
}

function sizesOf({ type }: Value): readonly number[] {
  return type.shape.map((it) => asNumber(it) ?? fault("an initial value with a free dimension"));
}

function countOf(value: Value): number {
  return sizesOf(value).reduce((a, b) => a * b, 1);
}

/** Hands out the elements of a value piece by piece, each with the index of its first. */
type Chunks = (take: (at: number, data: Float64Array) => void) => void;

/** Computes one node's piece from the pieces of nodes before it. */
type Step = (at: number, length: number, pieces: Map<number, NdArray>) => void;

/**
 * A way to compute `target` in pieces, if all that it is made of are draws of its shape, elementwise operators and
 * scalars. Scalars and keys are put into the environment.
 */
function planChunks(nodes: readonly Node[], target: Value, environment: Environment): Chunks | undefined {
  const count = countOf(target);
  const shape = sizesOf(target).join();
  const steps: Step[] = [];
  const spread = new Set<number>();
  for (const node of nodes) {
    const [result] = node.results;
    if (result === undefined || node.results.length > 1) return undefined;
    const whole = sizesOf(result).join() === shape && count > 1;
    if (!whole) {
      if (node.kind === "operator" && node.operands.some((it) => spread.has(it.id))) return undefined;
      interpretNodes([node], environment, new Map());
      continue;
    }
    const step = planNode(node, result, environment, spread);
    if (step === undefined) return undefined;
    steps.push(step);
    spread.add(result.id);
  }
  if (!spread.has(target.id)) return undefined;
  return (take) => {
    for (let at = 0; at < count; at += chunkElements) {
      const pieces = new Map<number, NdArray>();
      const length = Math.min(chunkElements, count - at);
      for (const step of steps) step(at, length, pieces);
      take(at, required(pieces.get(target.id), "piece").data);
    }
  };
}

function planNode(node: Node, result: Value, environment: Environment, spread: ReadonlySet<number>): Step | undefined {
  const { dtype } = result.type;
  const fill =
    (number: number): Step =>
    (_, length, pieces) => {
      pieces.set(result.id, { dtype, shape: [length], data: new Float64Array(length).fill(number) });
    };
  if (node.kind === "constant") return typeof node.data === "number" ? fill(node.data) : undefined;
  if (node.kind !== "operator") return undefined;
  const [first] = node.operands;
  const known = first === undefined ? undefined : environment.get(first.id);
  const operator = findOperator(node.op);
  if (operator?.kind !== "primitive") return undefined;
  const { draw } = operator;
  if (draw !== undefined) {
    const [low, high] = known?.data ?? [];
    if (low === undefined || high === undefined) return undefined;
    const key = [low, high] as const;
    return (at, length, pieces) => {
      const data = new Float64Array(length);
      for (let i = 0; i < length; i++) data[i] = draw(key, at + i);
      pieces.set(result.id, { dtype, shape: [length], data });
    };
  }
  if (node.op === "broadcast_to" && known?.data.length === 1) return fill(elementAt(known.data, 0));
  return planElementwise(node, operator, result, environment, spread);
}

/** What draws are made of, in loops of its own: the references, which broadcast anything, cost ten times as much. */
function planQuick(
  { operands }: OperatorNode,
  { element }: Primitive,
  result: Value,
  scalars: ReadonlyMap<number, NdArray>,
): Step | undefined {
  const [first, second] = operands;
  if (first === undefined || element === undefined) return undefined;
  const map = elementMap(element, first.type.dtype, operands, scalars);
  const { dtype } = result.type;
  return (_, length, pieces) => {
    const piece = (it: Value | undefined): Float64Array =>
      pieces.get(it?.id ?? -1)?.data ?? scalars.get(it?.id ?? -1)?.data ?? new Float64Array(0);
    const data = map(piece(first), piece(second), new Float64Array(length));
    pieces.set(result.id, { dtype, shape: [length], data });
  };
}

type ElementMap = (a: Float64Array, b: Float64Array, into: Float64Array) => Float64Array;

function elementMap(
  element: ElementFunction,
  dtype: DType,
  operands: readonly Value[],
  scalars: ReadonlyMap<number, NdArray>,
): ElementMap {
  if (element.operands === 1) {
    const { compute } = element;
    return (a, _, into) => {
      for (let i = 0; i < into.length; i++) into[i] = compute(elementAt(a, i), dtype);
      return into;
    };
  }
  const { compute } = element;
  const [left, right] = operands.map((it) => scalars.has(it.id));
  return (a, b, into) => {
    for (let i = 0; i < into.length; i++)
      into[i] = compute(elementAt(a, left === true ? 0 : i), elementAt(b, right === true ? 0 : i), dtype);
    return into;
  };
}

function planElementwise(
  node: OperatorNode,
  operator: Primitive,
  result: Value,
  environment: Environment,
  spread: ReadonlySet<number>,
): Step | undefined {
  if (!isElementwise(node)) return undefined;
  const scalars = new Map<number, NdArray>();
  for (const operand of node.operands) {
    if (spread.has(operand.id)) continue;
    const known = environment.get(operand.id);
    if (known?.data.length !== 1) return undefined;
    scalars.set(operand.id, { ...known, shape: [] });
  }
  const attributes = concreteAttributes(operator, node.attributes, asNumber);
  if (attributes === undefined) return undefined;
  const { dtype } = result.type;
  const quick = planQuick(node, operator, result, scalars);
  if (quick !== undefined) return quick;
  return (_, length, pieces) => {
    const operands = node.operands.map((it) => required(pieces.get(it.id) ?? scalars.get(it.id), "operand"));
    const [piece] = operator.reference({ operands, attributes, results: [{ dtype, shape: [length] }] });
    pieces.set(result.id, required(piece, node.op));
  };
}
