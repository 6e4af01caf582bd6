import { evaluate } from "../../src/dims/dim.ts";
import { noFacts } from "../../src/dims/facts.ts";
import { differentiate } from "../../src/autodiff/differentiate.ts";
import type { Graph, GraphInput, GraphOutput, Value } from "../../src/ir/graph.ts";
import { createBuilder } from "../../src/graph/create-builder.ts";
import { isFloat } from "../../src/ops/define/dtype-class.ts";
import { fillArray, sizeOf } from "../../src/ops/define/nd-array.ts";
import type { NdArray, Operator, Sample, SampleOperand } from "../../src/ops/define/operator.ts";
import { expandComposites, keepNone, keepOwnGradients } from "../../src/passes/expand-composites.ts";
import { attributesOf, demandsOf, typeOf, type SampleForm, type Sizes } from "./symbolic-samples.ts";

/** Numbers in [0, 1) that are the same in every run: a linear congruence, its high bits. */
export function createDraw(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) * 2 ** -24;
  };
}

/** The elements of a sample's operand; floats are exact in f32, so that every target sees the same numbers. */
export function drawOperand(operand: SampleOperand, draw: () => number): NdArray {
  const { dtype, shape, range, data, distinct } = operand;
  const count = sizeOf(shape);
  if (data !== undefined) return fillArray({ dtype, shape }, (index) => Math.fround(data[index] ?? NaN));
  if (!isFloat(dtype)) {
    const [low, high] = range ?? (dtype === "bool" ? [0, 1] : [0, 3]);
    return fillArray({ dtype, shape }, () => low + Math.floor(draw() * (high - low + 1)));
  }
  const [low, high] = range ?? [-1, 1];
  if (distinct !== true) return fillArray({ dtype, shape }, () => Math.fround(low + draw() * (high - low)));
  const order = Array.from({ length: count }, (_, index) => ({ index, key: draw() })).sort((a, b) => a.key - b.key);
  return fillArray({ dtype, shape }, (index) => {
    const place = order.findIndex((it) => it.index === index);
    return Math.fround(low + ((place + 0.5) / count) * (high - low));
  });
}

/**
 * Arrays for the inputs of a sample's graphs: `x0`, `x1`, ... and, for a gradient graph, `g0`, `g1`, ... `sizes` are those
 * of a graph in symbolic form.
 */
export function inputsOfSample(graph: Graph, sample: Sample, sizes: Sizes = new Map()): Map<string, NdArray> {
  const draw = createDraw(20240607);
  const arrays = new Map<string, NdArray>();
  sample.operands.forEach((operand, index) => arrays.set(`x${index}`, drawOperand(operand, draw)));
  for (const { name, value } of graph.inputs) {
    if (arrays.has(name)) continue;
    const shape = value.type.shape.map((dim) => evaluate(dim, sizes));
    arrays.set(name, drawOperand({ dtype: value.type.dtype, shape }, draw));
  }
  return arrays;
}

/** A flat graph that applies an operator to inputs `x0`, `x1`, ...; its results are the outputs `y0`, `y1`, ... */
export function graphOfSample(operator: Operator, sample: Sample, form: SampleForm = "literal"): Graph {
  const facts = form === "literal" ? noFacts : demandsOf(operator, sample);
  const b = createBuilder({ firstId: 0, facts });
  const inputs = sample.operands.map((it, index): GraphInput => {
    return { name: `x${index}`, role: "feature", value: b.value(typeOf(operator, index, it, form)) };
  });
  const results = b.apply({
    op: operator.name,
    operands: inputs.map((it) => it.value),
    attributes: attributesOf(operator, sample, form),
  });
  return {
    name: operator.name,
    mode: "inference",
    inputs,
    nodes: b.nodes,
    outputs: results.map((value, index): GraphOutput => ({ name: `y${index}`, role: "output", value })),
    facts,
    nextId: b.nextId,
  };
}

/** Whether it makes sense to differentiate a sample. */
export function isDifferentiable(operator: Operator, sample: Sample): boolean {
  if (operator.gradient === "nondifferentiable" || sample.skipGradient === true) return false;
  return sample.operands.some((it) => isFloat(it.dtype));
}

/**
 * The graph of a sample with the gradients of its operands by reverse accumulation: takes `g0`, `g1`, ... for the
 * gradients of float results and gives `d0`, `d1`, ... for those of float operands to which one flows, after the
 * results. `own` uses the operator's own rule where it is a composite that has one, `decomposition` never. `only` names
 * the one operand that needs a gradient, where not all do.
 */
export function gradientGraphOfSample(
  operator: Operator,
  sample: Sample,
  via: "own" | "decomposition",
  form: SampleForm = "literal",
  only?: string,
): Graph {
  const keep = via === "own" ? keepOwnGradients : keepNone;
  const forward = expandComposites(graphOfSample(operator, sample, form), keep);
  const b = createBuilder({ firstId: forward.nextId, facts: forward.facts });
  const given: GraphInput[] = [];
  const seeds: { readonly value: Value; readonly gradient: Value }[] = [];
  forward.outputs.forEach(({ value }, index) => {
    if (!isFloat(value.type.dtype)) return;
    const gradient = b.value(value.type);
    given.push({ name: `g${index}`, role: "feature", value: gradient });
    seeds.push({ value, gradient });
  });
  const wrt = forward.inputs.filter(
    ({ name, value }) => isFloat(value.type.dtype) && (only === undefined || name === only),
  );
  const made = differentiate(
    b,
    forward.nodes,
    seeds,
    wrt.map((it) => it.value),
  );
  const gradients = wrt.flatMap((input, index): readonly GraphOutput[] => {
    const value = made.gradients[index];
    return value === undefined ? [] : [{ name: input.name.replace("x", "d"), role: "gradient", value }];
  });
  return {
    ...forward,
    mode: "training",
    inputs: [...forward.inputs, ...given],
    nodes: [...made.nodes, ...b.nodes],
    outputs: [...forward.outputs, ...gradients],
    nextId: b.nextId,
  };
}

/** What a sample is, in a few words: types and attributes. */
export function describeSample(sample: Sample): string {
  const types = sample.operands.map((it) => `${it.dtype}[${it.shape.join(", ")}]`);
  const attributes = Object.entries(sample.attributes ?? {}).map(([name, value]) => `${name}=${showAttribute(value)}`);
  return [...types, ...attributes].join(" ") || "no operands";
}

function showAttribute(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(showAttribute).join(", ")}]`;
  if (typeof value === "object" && value !== null && "terms" in value && Array.isArray(value.terms)) {
    const [term]: readonly { readonly coefficient: bigint }[] = value.terms;
    return String(term?.coefficient ?? 0n);
  }
  return String(value);
}
