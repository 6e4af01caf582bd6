import { asNumber, formatDim, sameForm, type Dim } from "../dims/dim.ts";
import type { Facts } from "../dims/facts.ts";
import type { Func, Node, OperatorNode, Region, Value } from "../ir/graph.ts";
import { isFloat } from "../ops/define/dtype-class.ts";
import { inferRange } from "../graph/infer-range.ts";
import { attributesFor, type Operator } from "../ops/define/operator.ts";
import { findOperator } from "../ops/registry.ts";
import { elementsOf } from "../ops/define/shape-rules.ts";
import {
  anyValue,
  numbersBetween,
  provesIndex,
  rangeOfDim,
  rangeOfType,
  sameRange,
  unionOf,
  type ValueRange,
} from "../ops/define/value-range.ts";
import { elementAt } from "../support/element-at.ts";
import { required } from "../support/fault.ts";

/** The places that are looked up and that may be out of range: what must be checked when a model runs. */
export interface Strays {
  /** Integer features all of whose elements are places, by name: among how many, the least where there are several. */
  readonly features: ReadonlyMap<string, number>;
  /** Features of which some elements are places, in a view that a node checks: what to look for once one strays. */
  readonly hints: ReadonlyMap<string, number>;
  /** Look-ups whose places the model computes, or takes from a part of a feature. */
  readonly nodes: ReadonlySet<OperatorNode>;
}

/** What is known of a value: its range, and the feature whose elements it holds. */
interface Known {
  readonly range: ValueRange;
  readonly feature?: { readonly name: string; readonly whole: boolean };
}

/** A function or a flat graph: what runs on features. */
export interface Traced {
  readonly region: Region;
  /** What the region's inputs are features of; the others are none. */
  readonly features: readonly (string | undefined)[];
  readonly facts: Facts;
  readonly functions: ReadonlyMap<string, Func>;
}

interface Tracing {
  readonly facts: Facts;
  readonly functions: ReadonlyMap<string, Func>;
  readonly features: Map<string, number>;
  readonly hints: Map<string, number>;
  readonly nodes: Set<OperatorNode>;
  /** Results of calls, by callee and what is known of the operands. */
  readonly calls: Map<string, readonly Known[]>;
}

type Scope = Map<number, Known>;

/** Finds the look-ups that may stray: those whose places are not proved to be in range. */
export function findStrays({ region, features, facts, functions }: Traced): Strays {
  const tracing: Tracing = {
    facts,
    functions,
    features: new Map(),
    hints: new Map(),
    nodes: new Set(),
    calls: new Map(),
  };
  const scope: Scope = new Map();
  const given = region.inputs.map((it, at): Known => {
    const name = features[at];
    return { range: rangeOfType(it.type.dtype), ...(name !== undefined && { feature: { name, whole: true } }) };
  });
  trace(tracing, scope, region, given);
  return tracing;
}

function trace(tracing: Tracing, scope: Scope, region: Region, given: readonly Known[]): readonly Known[] {
  region.inputs.forEach((it, at) => scope.set(it.id, elementAt(given, at)));
  for (const node of region.nodes) {
    traceNode(tracing, scope, node).forEach((it, at) => scope.set(elementAt(node.results, at).id, it));
  }
  return region.results.map((it) => knownOf(scope, it));
}

/** What is known of a value; what its type says where nothing else is. */
function knownOf(scope: Scope, value: Value): Known {
  return scope.get(value.id) ?? { range: rangeOfType(value.type.dtype) };
}

function traceNode(tracing: Tracing, scope: Scope, node: Node): readonly Known[] {
  switch (node.kind) {
    case "operator":
      return traceOperator(tracing, scope, node);
    case "constant": {
      const numbers = typeof node.data === "number" ? [node.data] : node.data;
      if (numbers.length === 0 || !numbers.every(Number.isInteger)) return [{ range: anyValue }];
      const [low, high] = [numbers.reduce((a, it) => Math.min(a, it)), numbers.reduce((a, it) => Math.max(a, it))];
      return [{ range: numbersBetween(low, high) }];
    }
    case "dim":
      return [{ range: rangeOfDim(node.dim, tracing.facts) }];
    case "call":
      return traceCall(
        tracing,
        required(tracing.functions.get(node.callee), node.callee),
        node.operands.map((it) => knownOf(scope, it)),
      );
    case "repeat":
      return traceLoop(
        tracing,
        scope,
        node.body,
        node.operands.map((it) => knownOf(scope, it)),
        [],
      );
    case "scan": {
      const initial = node.initial.map((it) => knownOf(scope, it));
      // Every element is met in some step.
      return traceLoop(
        tracing,
        scope,
        node.body,
        initial,
        node.sequences.map((it) => knownOf(scope, it)),
      );
    }
    case "training": {
      const then = trace(tracing, scope, node.then, []);
      const otherwise = trace(tracing, scope, node.otherwise, []);
      return then.map((it, at) => common(it, elementAt(otherwise, at)));
    }
    case "parameter":
    case "state":
    case "update":
    case "key":
    case "gradient":
      return [];
  }
}

/** What holds of both of two values. */
function common(a: Known, b: Known): Known {
  const isShared = a.feature?.name === b.feature?.name && a.feature?.whole === b.feature?.whole;
  return { range: unionOf([a.range, b.range]), ...(isShared && a.feature !== undefined && { feature: a.feature }) };
}

function traceCall(tracing: Tracing, callee: Func, given: readonly Known[]): readonly Known[] {
  const key = `${callee.key}(${given.map(keyOf).join(";")})`;
  const before = tracing.calls.get(key);
  if (before !== undefined) return before;
  const results = trace(tracing, new Map(), callee.body, given);
  tracing.calls.set(key, results);
  return results;
}

function keyOf({ range: { low, below }, feature }: Known): string {
  const from = feature === undefined ? "" : `${feature.name}${feature.whole ? "" : "~"}`;
  return `${low}..${below === undefined ? "" : formatDim(below)} ${from}`;
}

/** The carries hold what they begin with where one turn keeps to that, and anything otherwise. */
function traceLoop(
  tracing: Tracing,
  scope: Scope,
  body: Region,
  initial: readonly Known[],
  elements: readonly Known[],
): readonly Known[] {
  const dry: Tracing = { ...tracing, features: new Map(), hints: new Map(), nodes: new Set(), calls: new Map() };
  let carries = initial;
  // Each turn gives up one carry at least.
  for (;;) {
    const after = trace(dry, scope, body, [...carries, ...elements]);
    const kept = carries.map((it, at): Known => {
      const held = common(it, elementAt(after, at));
      const isSame = sameRange(held.range, it.range) && held.feature === it.feature;
      return isSame ? it : { range: anyValue };
    });
    if (kept.every((it, at) => it === carries[at])) break;
    carries = kept;
  }
  return trace(tracing, scope, body, [...carries, ...elements]);
}

function traceOperator(tracing: Tracing, scope: Scope, node: OperatorNode): readonly Known[] {
  const operator = required(findOperator(node.op), node.op);
  const known = node.operands.map((it) => knownOf(scope, it));
  judge(tracing, operator, node, known);
  const types = node.operands.map((it) => it.type);
  const ranges = known.map((it) => it.range);
  return node.results.map((it): Known => {
    const feature = featureOf(operator, node, known, it);
    return {
      range: inferRange(operator, types, ranges, node.attributes, it.type),
      ...(feature !== undefined && { feature }),
    };
  });
}

/** The feature whose elements a view of it holds: all of them, or some. */
function featureOf(operator: Operator, node: OperatorNode, known: readonly Known[], result: Value): Known["feature"] {
  const from = known[0]?.feature;
  if (operator.valueFact !== "view" || node.operands.length > 1 || from === undefined) return undefined;
  const operand = elementAt(node.operands, 0);
  const whole =
    from.whole &&
    !isFloat(operand.type.dtype) &&
    result.type.dtype !== "bool" &&
    sameForm(elementsOf(operand.type), elementsOf(result.type));
  return { name: from.name, whole };
}

function judge(tracing: Tracing, operator: Operator, node: OperatorNode, known: readonly Known[]): void {
  if (operator.index === undefined) return;
  // Lengths of sequences may be left out.
  const places = known[operator.index.operand];
  if (places === undefined) return;
  const size = sizeOfLookUp(operator, node);
  if (provesIndex(places.range, size, tracing.facts)) return;
  const count = asNumber(size);
  const { feature } = places;
  const note = (map: Map<string, number>, name: string, to: number): void => {
    map.set(name, Math.min(map.get(name) ?? to, to));
  };
  if (feature !== undefined && count !== undefined) {
    note(feature.whole ? tracing.features : tracing.hints, feature.name, count);
    if (feature.whole) return;
  }
  tracing.nodes.add(node);
}

/** Among how many the places of a look-up are. */
export function sizeOfLookUp(operator: Operator, { operands, attributes }: OperatorNode): Dim {
  return required(operator.index, `places of ${operator.name}`).size({
    operands: operands.map((it) => it.type),
    attributes: attributesFor(operator, attributes),
  });
}
