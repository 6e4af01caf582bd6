import { insertAxis } from "../ir/axes.ts";
import type { Node, OperatorNode, Region, ScanNode, Value } from "../ir/graph.ts";
import { makersOf } from "../ir/makers-of.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";
import { capturesOf, cloneNode, renameAll, renameBy, renameUses } from "../graph/rewrite.ts";
import { required } from "../support/fault.ts";
import { activeInputs } from "./active-values.ts";
import { contractOutside, deferralOf, type Deferral, type Stacked } from "./defer-contraction.ts";

/** A value with the gradient that flows into it from outside. */
export interface Seed {
  readonly value: Value;
  readonly gradient: Value;
}

/** Offers the gradient of one operand of a node to be computed elsewhere; true where it was taken. */
export type Defer = (node: OperatorNode, operand: number, cotangent: Value) => boolean;

/** A region walked backward. */
export interface Reversed {
  readonly nodes: readonly Node[];
  readonly gradientOf: (value: Value) => Value | undefined;
}

/** Walks a region backward, accumulating gradients of everything that depends on `roots`. */
export type Reverse = (
  b: GraphBuilder,
  nodes: readonly Node[],
  seeds: readonly Seed[],
  roots: readonly Value[],
  defer?: Defer,
) => Reversed;

/** A scan that emits what its backward scan needs, and the gradients of what it took from outside. */
export interface DifferentiatedScan {
  readonly scan: ScanNode;
  readonly gradients: readonly Seed[];
}

/**
 * The gradient of a scan: a scan in the other direction whose carries are the gradients of the carries. What it needs
 * of the forward pass is emitted there and taken as sequences. Gradients of captured weights and biases are contracted
 * outside of it, from stacked cotangents, in one product; those of other captured values are accumulated as carries.
 *
 * `flowing` are the gradients of the node's results, `outer` the active values around it, `reverse` walks its body; nodes
 * go to `b`.
 */
export function differentiateScan(
  b: GraphBuilder,
  scan: ScanNode,
  flowing: readonly (Value | undefined)[],
  outer: ReadonlySet<number>,
  reverse: Reverse,
): DifferentiatedScan {
  const { body } = scan;
  const carried = scan.initial.length;
  const activity = activeInputs(scan, outer);
  const isActive = (it: Value): boolean => activity.inputs.has(it.id);
  const carries = body.inputs.slice(0, carried).flatMap((input, index) => (isActive(input) ? [{ input, index }] : []));
  const elements = body.inputs.slice(carried).flatMap((input, index) => {
    const sequence = required(scan.sequences[index], "sequence");
    return isActive(input) && outer.has(sequence.id) ? [{ input, index, sequence }] : [];
  });
  const captures = capturesOf(body).filter((it) => outer.has(it.id));
  const captureIds = new Set(captures.map((it) => it.id));

  // The gradients that one step of the backward scan begins from.
  const carryGradients = carries.map(({ input }) => b.value(input.type));
  const emitGradients = flowing.slice(carried).flatMap((gradient, index) => {
    const emitted = required(body.results[carried + index], "emit");
    return gradient === undefined
      ? []
      : [{ emitted, gradient, axis: axisAt(scan.emitAxes, index), element: b.value(emitted.type) }];
  });
  const seeds: Seed[] = [
    ...carries.map(({ index }, at) => ({
      value: required(body.results[index], "next carry"),
      gradient: required(carryGradients[at], "gradient"),
    })),
    ...emitGradients.map((it) => ({ value: it.emitted, gradient: it.element })),
  ];

  const deferrals: Deferral[] = [];
  const definedInside = definitionsOf(body);
  const defer = (node: OperatorNode, at: number, cotangent: Value): boolean => {
    const found = deferralOf(node, at, cotangent, (it) => definedInside.has(it.id), captureIds);
    if (found === undefined) return false;
    deferrals.push(found);
    return true;
  };

  let forwardNodes: readonly Node[] = [];
  let nextCarries: readonly Value[] = [];
  let elementGradients: readonly (Value | undefined)[] = [];
  let captureGradients: readonly (Value | undefined)[] = [];
  const step = b.region([], (inner) => {
    const reversed = reverse(inner, body.nodes, seeds, [...captures, ...body.inputs.filter(isActive)], defer);
    forwardNodes = reversed.nodes;
    nextCarries = carries.map(({ input }) => reversed.gradientOf(input) ?? inner.zeros(input.type));
    elementGradients = elements.map(({ input }) => reversed.gradientOf(input));
    captureGradients = captures.map(reversed.gradientOf);
    return [];
  });
  const flowingElements = elements.flatMap((it, at) => {
    const gradient = elementGradients[at];
    return gradient === undefined ? [] : [{ ...it, gradient }];
  });
  const accumulated = captures.flatMap((value, at) => {
    const gradient = captureGradients[at];
    return gradient === undefined ? [] : [{ value, gradient, sum: b.value(value.type) }];
  });
  const sums = b.region([], (inner) => accumulated.map((it) => inner.add(it.sum, it.gradient)));
  const emits = uniqueValues([...flowingElements.map((it) => it.gradient), ...deferrals.map((it) => it.cotangent)]);

  // What the backward step uses of the forward step comes in as sequences.
  const stacks = createStacks(b, { ...scan, body: { ...body, nodes: forwardNodes } });
  const results = [...nextCarries, ...sums.results, ...emits];
  const seedInputs = [...carryGradients, ...accumulated.map((it) => it.sum), ...emitGradients.map((it) => it.element)];
  const draft: Region = { inputs: seedInputs, nodes: [...step.nodes, ...sums.nodes], results };
  const { region, saved } = bringInSaved(b, draft, forwardNodes, stacks);

  const zerosOf = (index: number, value: Value): Value => flowing[index] ?? b.zeros(value.type);
  const initial = [
    ...carries.map(({ index, input }) => zerosOf(index, input)),
    ...accumulated.map((it) => b.zeros(it.value.type)),
  ];
  // Everything is emitted along the first axis, so that one stack serves as gradient and as cotangent.
  const emitAxes = emits.map(() => 0);
  const outcome = [
    ...initial.map((it) => b.value(it.type)),
    ...region.results
      .slice(initial.length)
      .map((it, index) => b.value(insertAxis(it.type, axisAt(emitAxes, index), scan.length))),
  ];
  b.append({
    kind: "scan",
    initial,
    sequences: [...emitGradients.map((it) => it.gradient), ...saved.map((it) => it.stack)],
    sequenceAxes: [...emitGradients.map((it) => it.axis), ...saved.map((it) => it.axis)],
    emitAxes,
    length: scan.length,
    reverse: !scan.reverse,
    body: region,
    results: outcome,
  });

  const gradients: Seed[] = [];
  carries.forEach(({ index }, at) => {
    gradients.push({ value: required(scan.initial[index], "initial"), gradient: required(outcome[at], "gradient") });
  });
  accumulated.forEach((it, at) => {
    gradients.push({ value: it.value, gradient: required(outcome[carries.length + at], "gradient") });
  });
  const emitted = new Map(emits.map((it, at) => [it.id, required(outcome[initial.length + at], "emitted gradient")]));
  for (const it of flowingElements) {
    const stack = required(emitted.get(it.gradient.id), "gradient of a sequence");
    gradients.push({ value: it.sequence, gradient: moveFromFront(b, stack, axisAt(scan.sequenceAxes, it.index)) });
  }
  for (const it of deferrals) {
    const cotangent = required(emitted.get(it.cotangent.id), "stacked cotangent");
    gradients.push({ value: it.weight, gradient: contractOutside(b, it, cotangent, stacks.stackOf) });
  }
  return { scan: stacks.finish(), gradients };
}

interface Stacks {
  /** The values that one of the forward body takes over all steps; emitted where it was not. */
  readonly stackOf: (value: Value) => Stacked;
  /** The forward scan with what has been asked for among its emits. */
  readonly finish: () => ScanNode;
}

function createStacks(b: GraphBuilder, scan: ScanNode): Stacks {
  const carried = scan.initial.length;
  const known = new Map<number, Stacked>();
  scan.body.inputs.slice(carried).forEach((input, index) => {
    known.set(input.id, { stack: required(scan.sequences[index], "sequence"), axis: axisAt(scan.sequenceAxes, index) });
  });
  scan.body.results.slice(carried).forEach((result, index) => {
    if (known.has(result.id)) return;
    known.set(result.id, {
      stack: required(scan.results[carried + index], "emit"),
      axis: axisAt(scan.emitAxes, index),
    });
  });
  const extra: { readonly value: Value; readonly stack: Value }[] = [];
  return {
    stackOf: (value) => {
      const found = known.get(value.id);
      if (found !== undefined) return found;
      const stack = b.value(insertAxis(value.type, 0, scan.length));
      extra.push({ value, stack });
      const made = { stack, axis: 0 };
      known.set(value.id, made);
      return made;
    },
    finish: () => ({
      ...scan,
      emitAxes: [...scan.emitAxes, ...extra.map(() => 0)],
      body: { ...scan.body, results: [...scan.body.results, ...extra.map((it) => it.value)] },
      results: [...scan.results, ...extra.map((it) => it.stack)],
    }),
  };
}

/**
 * Completes the backward body: constants of the forward body are copied into it, and its other values that it uses
 * become further inputs.
 */
function bringInSaved(
  b: GraphBuilder,
  draft: Region,
  forward: readonly Node[],
  stacks: Stacks,
): { readonly region: Region; readonly saved: readonly Stacked[] } {
  const makers = makersOf(forward);
  const forwardInputs = stacks.finish().body.inputs;
  const inputIds = new Set(forwardInputs.map((it) => it.id));
  const scope = new Map<number, Value>();
  const copies: Node[] = [];
  const inputs: Value[] = [];
  const saved: Stacked[] = [];
  for (const value of capturesOf(draft)) {
    const maker = makers.get(value.id);
    if (maker === undefined && !inputIds.has(value.id)) continue;
    if (maker?.kind === "constant" || maker?.kind === "dim") {
      if (!scope.has(value.id)) copies.push(cloneNode(maker, scope, (like) => b.value(like.type, like.name)));
      continue;
    }
    const element = b.value(value.type, value.name);
    scope.set(value.id, element);
    inputs.push(element);
    saved.push(stacks.stackOf(value));
  }
  const rename = renameBy(scope);
  const region: Region = {
    inputs: [...draft.inputs, ...inputs],
    nodes: [...copies, ...draft.nodes.map((node) => renameUses(node, rename))],
    results: renameAll(draft.results, rename),
  };
  return { region, saved };
}

function definitionsOf(body: Region): ReadonlySet<number> {
  return new Set([...body.inputs, ...body.nodes.flatMap((it) => it.results)].map((it) => it.id));
}

/** The value with its first axis moved to a place. */
function moveFromFront(b: GraphBuilder, value: Value, axis: number): Value {
  const others = value.type.shape.map((_, index) => index).slice(1);
  return b.transpose(value, [...others.slice(0, axis), 0, ...others.slice(axis)]);
}

function uniqueValues(values: readonly Value[]): readonly Value[] {
  return [...new Map(values.map((it) => [it.id, it])).values()];
}

function axisAt(axes: readonly number[], index: number): number {
  return required(axes[index], "axis");
}
