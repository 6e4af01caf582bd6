import { asNumber, sameForm, type Dim } from "../dims/dim.ts";
import { noFacts, type Facts } from "../dims/facts.ts";
import { insertAxis } from "../ir/axes.ts";
import type { Node, Region, ScanNode, Value } from "../ir/graph.ts";
import type { DType, TensorType } from "../ir/types.ts";
import { fault, required } from "../support/fault.ts";
import type { GraphBuilder, PlainAttributes } from "../ops/define/builder.ts";
import { tagAttributes } from "../ops/define/tag-attributes.ts";
import { createShapeChecker } from "./check-shapes.ts";
import { inferOperator } from "./infer.ts";
import type { Operator } from "../ops/define/operator.ts";
import { limitsOfCast } from "../ops/define/integer-limits.ts";
import { findOperator } from "../ops/registry.ts";
import { isOne, literalShape, sameShape } from "../ops/define/shape-rules.ts";

/** What a builder begins with: the first free id, and the facts that its shape rules may rest on. */
export interface BuilderOptions {
  readonly firstId: number;
  readonly facts?: Facts;
}

/** State that a builder shares with those of its nested regions. */
interface Shared {
  nextId: number;
  readonly facts: Facts;
  /** The number that fills a value, where it is known: what the peepholes look at. */
  readonly splats: Map<number, number>;
}

/** An empty builder. It simplifies what changes nothing (`x * 1`, a reshape to the same shape) as it goes. */
export function createBuilder(options: BuilderOptions): GraphBuilder {
  return builderOver({ nextId: options.firstId, facts: options.facts ?? noFacts, splats: new Map() });
}

function builderOver(shared: Shared): GraphBuilder {
  const nodes: Node[] = [];
  const complaints: string[] = [];
  const check = createShapeChecker(shared.facts, ({ message }) => complaints.push(message));

  const value = (type: TensorType, name?: string): Value => {
    const id = shared.nextId;
    shared.nextId += 1;
    return name === undefined ? { id, type } : { id, type, name };
  };

  const append = (node: Node): void => {
    nodes.push(node);
    const [result] = node.results;
    if (node.kind === "constant" && result !== undefined) {
      const [first] = typeof node.data === "number" ? [node.data] : node.data.length === 1 ? node.data : [];
      if (first !== undefined) shared.splats.set(result.id, first);
    }
    if (node.kind === "operator" && node.op === "broadcast_to" && result !== undefined) {
      const splat = node.operands[0] === undefined ? undefined : shared.splats.get(node.operands[0].id);
      if (splat !== undefined) shared.splats.set(result.id, splat);
    }
  };

  const apply: GraphBuilder["apply"] = ({ op: name, operands, attributes }) => {
    const operator = operatorOf(name);
    const types = inferOperator(
      operator,
      operands.map((it) => it.type),
      attributes,
      check,
    );
    if (types === undefined) {
      fault(`${name} was built on operands that do not fit it: ${complaints.splice(0).join("; ")}`);
    }
    const results = types.map((type) => value(type));
    append({ kind: "operator", op: name, operands, attributes, results });
    return results;
  };

  const ops = (name: string, operands: readonly Value[], attributes: PlainAttributes = {}): readonly Value[] =>
    apply({ op: name, operands, attributes: tagAttributes(operatorOf(name), attributes) });

  const op = (name: string, operands: readonly Value[], attributes: PlainAttributes = {}): Value => {
    const results = ops(name, operands, attributes);
    if (results.length !== 1) fault(`${name} has ${results.length} results where one is taken`);
    return required(results[0], "result");
  };

  const splat = (it: Value): number | undefined => shared.splats.get(it.id);

  /** The operand that a binary operator would give back unchanged, where the other is its neutral element. */
  const unchanged = (a: Value, b: Value, neutral: number, commutes: boolean): Value | undefined => {
    if (splat(b) === neutral && broadcastsInto(b.type, a.type)) return a;
    if (commutes && splat(a) === neutral && broadcastsInto(a.type, b.type)) return b;
    return undefined;
  };

  const constant = (type: TensorType, data: number | readonly number[]): Value => {
    const result = value(type);
    append({ kind: "constant", data, results: [result] });
    return result;
  };

  const scalar = (number: number, dtype: DType = "f32"): Value => constant({ dtype, shape: [] }, number);

  const reshape = (a: Value, shape: readonly Dim[]): Value =>
    sameShape(a.type.shape, shape) ? a : op("reshape", [a], { shape });

  const transpose = (a: Value, perm: readonly number[]): Value =>
    perm.every((from, to) => from === to) ? a : op("transpose", [a], { perm });

  const broadcast = (a: Value, shape: readonly Dim[]): Value =>
    sameShape(a.type.shape, shape) ? a : op("broadcast_to", [a], { shape });

  const cast = (a: Value, to: DType): Value => (a.type.dtype === to ? a : op("cast", [a], castTo(a, to)));

  const sum = (a: Value, axes: readonly number[], keep = false): Value =>
    axes.length === 0 ? a : op("sum", [a], { axes, keep });

  const dim = (size: Dim): Value => {
    const literal = asNumber(size);
    if (literal !== undefined) return scalar(literal, "i64");
    const result = value({ dtype: "i64", shape: [] });
    append({ kind: "dim", dim: size, results: [result] });
    return result;
  };

  const region = (inputs: readonly Value[], build: (b: GraphBuilder) => readonly Value[]): Region => {
    const inner = builderOver(shared);
    const results = build(inner);
    return { inputs, nodes: inner.nodes, results };
  };

  const b: GraphBuilder = {
    op,
    ops,
    apply,
    scalar,
    constant,
    dim,
    dimAs: (size, dtype) => {
      const literal = asNumber(size);
      return literal !== undefined ? scalar(literal, dtype) : cast(dim(size), dtype);
    },
    scan: (node, body) => {
      const carries = node.initial.map((it) => value(it.type));
      const elements = node.sequences.map((it, index) => {
        const axis = required(node.sequenceAxes[index], "sequence axis");
        return value({ dtype: it.type.dtype, shape: it.type.shape.filter((_, at) => at !== axis) });
      });
      let emits: readonly Value[] = [];
      const built = region([...carries, ...elements], (inner) => {
        const made = body(inner, carries, elements);
        emits = made.emits;
        return [...made.carries, ...made.emits];
      });
      const results = [
        ...node.initial.map((it) => value(it.type)),
        ...emits.map((it, index) =>
          value(insertAxis(it.type, required(node.emitAxes[index], "emit axis"), node.length)),
        ),
      ];
      const finished: ScanNode = { ...node, kind: "scan", body: built, results };
      append(finished);
      return results;
    },
    add: (a, c) => unchanged(a, c, 0, true) ?? op("add", [a, c]),
    sub: (a, c) => unchanged(a, c, 0, false) ?? op("sub", [a, c]),
    mul: (a, c) => unchanged(a, c, 1, true) ?? op("mul", [a, c]),
    div: (a, c) => unchanged(a, c, 1, false) ?? op("div", [a, c]),
    neg: (a) => op("neg", [a]),
    matmul: (a, c) => op("matmul", [a, c]),
    sum,
    mean: (a, axes, keep = false) => (axes.length === 0 ? a : op("mean", [a], { axes, keep })),
    reshape,
    transpose,
    broadcast,
    cast,
    where: (condition, a, c) => op("where", [condition, a, c]),
    zeros: (type) =>
      literalShape(type.shape) === undefined ? broadcast(scalar(0, type.dtype), type.shape) : constant(type, 0),
    reduceTo: (gradient, type) => {
      const from = gradient.type.shape;
      const extra = from.length - type.shape.length;
      if (extra < 0) fault("a gradient has a lower rank than its value");
      const axes = from.flatMap((size, axis) => {
        const target = type.shape[axis - extra];
        return target === undefined || (isOne(target) && !isOne(size)) ? [axis] : [];
      });
      return reshape(sum(gradient, axes), type.shape);
    },
    value,
    append,
    region,
    nodes,
    get nextId() {
      return shared.nextId;
    },
  };
  return b;
}

function operatorOf(name: string): Operator {
  return findOperator(name) ?? fault(`no operator is called ${name}`);
}

/** What passes and gradients cast to integers are sizes, places and masks, which fit. */
function castTo(a: Value, to: DType): PlainAttributes {
  return limitsOfCast(a.type.dtype, to) === undefined ? { dtype: to } : { dtype: to, fits: true };
}

/** True where broadcasting a value of `type` against one of `target` gives `target`. */
function broadcastsInto(type: TensorType, target: TensorType): boolean {
  const extra = target.shape.length - type.shape.length;
  return (
    extra >= 0 &&
    type.dtype === target.dtype &&
    type.shape.every((dim, axis) => {
      const other = target.shape[axis + extra];
      return isOne(dim) || (other !== undefined && sameForm(dim, other));
    })
  );
}
