import { substitute, type Dim } from "../dims/dim.ts";
import { createBuilder } from "../graph/create-builder.ts";
import { mapAttributes } from "../graph/map-attributes.ts";
import { cloneNode, usesOf } from "../graph/rewrite.ts";
import type { Func, Graph, GraphInput, Node, OperatorNode, Value } from "../ir/graph.ts";
import { isPort, nameIn } from "../ir/ports.ts";
import type { PreparedFeatures, RawField } from "../ir/program.ts";
import type { TensorType } from "../ir/types.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";
import { isFloat } from "../ops/define/dtype-class.ts";
import { attributesFor } from "../ops/define/operator.ts";
import { sameShape } from "../ops/define/shape-rules.ts";
import { findOperator } from "../ops/registry.ts";
import { elementAt } from "../support/element-at.ts";
import { required } from "../support/fault.ts";
import { failure, success, type Result } from "../support/result.ts";
import type { Span } from "../support/source.ts";
import { flattenUnrounded } from "./flatten-preparation.ts";

/** How the steps that a feature is made by are undone. */
export interface FeatureSteps {
  /** Adds what undoes them, from the last to the first: the numbers as they were read, for `y` as the feature has them. */
  undo(b: GraphBuilder, y: Value, given: UndoneWith): Value;
  /** The raw fields whose numbers these are. */
  readonly fields: readonly string[];
  /** Whether there are any; else the feature has the numbers as they were read. */
  readonly isScaled: boolean;
}

/** What undoing takes beside the numbers themselves. */
export interface UndoneWith {
  /** A statistic by its path. */
  readonly statistic: (path: string, type: TensorType) => Value;
  /** What a dim of the data is called there. */
  readonly rename: (name: string) => Dim | undefined;
}

/** Why the steps of a feature cannot be undone. */
export interface Irreversible {
  readonly why: "lossy" | "repeats" | "several" | "drawn" | "nothing read";
  /** What the step is called. */
  readonly step: string;
  /** Where it was written, as far as that is known. */
  readonly origin?: Span;
}

interface Step {
  readonly node: OperatorNode;
  /** Which of its operands is made of what was read. */
  readonly of: number;
}

/**
 * The steps from the numbers that are read to a feature, as they are outside of training. What only moves numbers that
 * were read, as `stack` and `reshape` do, and what fills missing ones, is none: the numbers are in their own units.
 */
export function stepsOf(
  data: PreparedFeatures,
  feature: string,
  functions: ReadonlyMap<string, Func>,
): Result<FeatureSteps, Irreversible> {
  const origins = new Map<number, Span>();
  const graph = flattenUnrounded(data, {
    functions,
    placed: (results, { origin }) => {
      if (origin !== undefined) for (const { id } of results) origins.set(id, origin);
    },
  });
  const made = makersIn(graph);
  // What differs from example to example: what is read, and what is drawn.
  const read = dependentsIn(graph, ({ role }) => role !== "statistic");
  const fromRaw = dependentsIn(graph, ({ name }) => isPort("raw", name));
  const drawn = dependentsIn(graph, ({ role }) => role === "seed");
  const { isMoved, fieldsOf, isFill } = movesOf(data, graph, made, read);
  const steps: Step[] = [];
  let value = required(
    graph.outputs.find(({ name }) => name === feature),
    `the feature ${feature}`,
  ).value;
  while (!isMoved(value)) {
    const node = made.get(value.id);
    const origin = origins.get(value.id);
    const stopped = (why: Irreversible["why"], step: string): Result<FeatureSteps, Irreversible> =>
      failure({ why, step, ...(origin !== undefined && { origin }) });
    if (!fromRaw.has(value.id)) return stopped("nothing read", feature);
    if (node?.kind !== "operator") return stopped("lossy", node?.kind ?? "this");
    if (isFill(node)) {
      value = elementAt(node.operands, 2);
      continue;
    }
    const from = node.operands.flatMap((it, at) => (read.has(it.id) ? [at] : []));
    const [of] = from;
    if (of === undefined || from.length > 1)
      return stopped(node.operands.some(({ id }) => drawn.has(id)) ? "drawn" : "several", node.op);
    const operand = elementAt(node.operands, of);
    const scratch = createBuilder({ firstId: graph.nextId, facts: graph.facts });
    if (undoStep(scratch, value, { node, of }, made, (it) => it) === undefined) return stopped("lossy", node.op);
    if (findOperator(node.op)?.structure === "elementwise" && !sameShape(operand.type.shape, value.type.shape))
      return stopped("repeats", node.op);
    steps.push({ node, of });
    value = operand;
  }
  return success({
    undo: (b, y, given) => undoSteps(b, y, given, steps, graph, made),
    fields: fieldsOf(value),
    isScaled: steps.length > 0,
  });
}

const makersIn = ({ nodes }: Graph): ReadonlyMap<number, Node> =>
  new Map(nodes.flatMap((node) => node.results.map(({ id }) => [id, node] as const)));

/** Ids of all values that depend on inputs of some kind. */
function dependentsIn({ inputs, nodes }: Graph, isMeant: (input: GraphInput) => boolean): ReadonlySet<number> {
  const read = new Set(inputs.flatMap((it) => (isMeant(it) ? [it.value.id] : [])));
  for (const node of nodes)
    if (usesOf(node).some(({ id }) => read.has(id))) for (const { id } of node.results) read.add(id);
  return read;
}

/** Which cells a raw field is read from, however they are read. */
const cellsOf = ({ name, columns = { kind: "named", name }, rows, carried }: RawField): string =>
  JSON.stringify([columns, rows ?? null, carried ?? null]);

/** What holds of values that are numbers as they were read, wherever they were moved to. */
function movesOf(
  { preparation }: PreparedFeatures,
  { inputs }: Graph,
  made: ReadonlyMap<number, Node>,
  read: ReadonlySet<number>,
) {
  const fields = new Map(inputs.map(({ name, value }) => [value.id, nameIn("raw", name)]));
  const raw = new Map(preparation.raw.map((it) => [it.name, it]));
  const fieldOf = (value: Value): string | undefined => {
    const node = made.get(value.id);
    if (node?.kind === "operator" && node.op === "cast") return fieldOf(elementAt(node.operands, 0));
    return fields.get(value.id);
  };
  /** `where(missing, fill, cells)`, as `impute` is lowered. */
  const isFill = ({ op, operands }: OperatorNode): boolean => {
    if (op !== "where" || read.has(elementAt(operands, 1).id)) return false;
    const [mask, cells] = [0, 2].map((at) => raw.get(fieldOf(elementAt(operands, at)) ?? ""));
    return mask?.reading?.kind === "missing" && cells !== undefined && cellsOf(mask) === cellsOf(cells);
  };
  const isMove = ({ op, operands, results }: OperatorNode): boolean => {
    const operator = findOperator(op);
    const [from, to] = [elementAt(operands, 0), elementAt(results, 0)].map((it) => it.type.dtype);
    const cuts = op === "cast" && from !== undefined && to !== undefined && isFloat(from) && !isFloat(to);
    return operator?.valueFact === "view" && !cuts;
  };
  /** What a value that is moved was moved from; nothing for what was computed. */
  const sourcesOf = (node: Node | undefined): readonly Value[] | undefined => {
    if (node?.kind !== "operator") return undefined;
    if (isFill(node)) return [elementAt(node.operands, 2)];
    return isMove(node) ? node.operands : undefined;
  };
  const isMoved = (value: Value): boolean =>
    fields.get(value.id) !== undefined || sourcesOf(made.get(value.id))?.every(isMoved) === true;
  const fieldsOf = (value: Value): readonly string[] => {
    const own = fields.get(value.id);
    return own === undefined ? (sourcesOf(made.get(value.id)) ?? []).flatMap(fieldsOf) : [own];
  };
  return { isMoved, fieldsOf, isFill };
}

/** The number that fills a value, where it is a constant. */
function knownOf(value: Value, made: ReadonlyMap<number, Node>): number | undefined {
  const node = made.get(value.id);
  if (node?.kind === "constant" && typeof node.data === "number") return node.data;
  return node?.kind === "operator" && node.op === "cast" ? knownOf(elementAt(node.operands, 0), made) : undefined;
}

function undoSteps(
  b: GraphBuilder,
  y: Value,
  { statistic, rename }: UndoneWith,
  steps: readonly Step[],
  { inputs }: Graph,
  made: ReadonlyMap<number, Node>,
): Value {
  if (steps.length === 0) return y;
  const inWords = (dim: Dim): Dim => substitute(dim, rename);
  const renamed = (type: TensorType): TensorType => ({ ...type, shape: type.shape.map(inWords) });
  const there = new Map<number, Value>();
  /** What a step computes with beside the numbers that it is applied to. */
  const bring = (value: Value): Value => {
    const known = there.get(value.id);
    if (known !== undefined) return known;
    const input = inputs.find((it) => it.value.id === value.id);
    if (input !== undefined) {
      const read = statistic(required(input.path, input.name), renamed(value.type));
      there.set(value.id, read);
      return read;
    }
    const node = required(made.get(value.id), `what makes value ${value.id}`);
    usesOf(node).forEach(bring);
    const cloned = cloneNode(node, there, (like) => b.value(renamed(like.type), like.name));
    b.append(
      cloned.kind === "operator" ? { ...cloned, attributes: mapAttributes(cloned.attributes, inWords) } : cloned,
    );
    return required(there.get(value.id), `a copy of value ${value.id}`);
  };
  const numbers = isFloat(y.type.dtype) ? y : b.cast(y, "f32");
  return steps.reduce((current, step) => {
    const type = renamed(elementAt(step.node.operands, step.of).type);
    return required(undoStep(b, current, step, made, bring, type), `what undoes ${step.node.op}`);
  }, numbers);
}

/** What undoes a step; nothing where that is not known. */
function undoStep(
  b: GraphBuilder,
  y: Value,
  { node, of }: Step,
  made: ReadonlyMap<number, Node>,
  bring: (value: Value) => Value,
  type: TensorType = elementAt(node.operands, of).type,
): Value | undefined {
  const operator = findOperator(node.op);
  if (operator?.inverse === undefined) return undefined;
  const dtype = isFloat(y.type.dtype) ? y.type.dtype : "f32";
  return operator.inverse({
    b,
    y: b.cast(y, dtype),
    of,
    type,
    others: node.operands.map((it, at) => (at === of ? undefined : b.cast(bring(it), dtype))),
    known: node.operands.map((it, at) => (at === of ? undefined : knownOf(it, made))),
    attributes: attributesFor(operator, node.attributes),
  });
}
