import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  add,
  constant,
  floorDivide,
  formatDim,
  maximum,
  minimum,
  modulo,
  multiply,
  sameForm,
  subtract,
  variable,
  withLabel,
  type Dim,
} from "../../src/dims/dim.ts";
import { assume, atLeast, divides, equal, lessThan, negateRelation, noFacts } from "../../src/dims/facts.ts";
import type { AttributeValue, Graph, GraphInput, Node, Value } from "../../src/ir/graph.ts";
import { parseGraph, parseModule } from "../../src/ir/parse-graph.ts";
import { printGraph, printModule } from "../../src/ir/print-graph.ts";
import type { DType } from "../../src/ir/types.ts";
import { allOperators } from "../../src/ops/registry.ts";
import { gradientGraphOfSample, graphOfSample, isDifferentiable } from "../ops/sample-graphs.ts";
import { sampleModule } from "./sample-module.ts";

const dimensions: fc.Arbitrary<Dim> = fc.letrec<{ dim: Dim }>((tie) => ({
  dim: fc.oneof(
    { maxDepth: 3 },
    fc.integer({ min: 0, max: 40 }).map((size) => constant(size)),
    fc.constantFrom("B", "T", "H", "W_1").map(variable),
    fc.tuple(tie("dim"), tie("dim")).map(([a, b]) => add(a, b)),
    fc.tuple(tie("dim"), tie("dim")).map(([a, b]) => subtract(a, b)),
    fc.tuple(tie("dim"), tie("dim")).map(([a, b]) => multiply(a, b)),
    fc.tuple(tie("dim"), fc.integer({ min: 1, max: 9 })).map(([a, b]) => floorDivide(a, constant(b))),
    fc.tuple(tie("dim"), fc.integer({ min: 1, max: 9 })).map(([a, b]) => modulo(a, constant(b))),
    fc.tuple(tie("dim"), tie("dim")).map(([a, b]) => minimum(a, b)),
    fc.tuple(tie("dim"), tie("dim")).map(([a, b]) => maximum(a, b)),
  ),
})).dim;

const labelled = fc
  .tuple(dimensions, fc.option(fc.constantFrom("H", "units", "T_2"), { nil: undefined }))
  .map(([dim, label]) => (label === formatDim(dim) ? dim : withLabel(dim, label)));

const numbers = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(-0, Infinity, -Infinity, NaN));
const attributeValues: fc.Arbitrary<AttributeValue> = fc.oneof(
  numbers.map((value) => ({ kind: "number", value }) as const),
  fc.boolean().map((value) => ({ kind: "boolean", value }) as const),
  fc.string().map((value) => ({ kind: "string", value }) as const),
  labelled.map((value) => ({ kind: "dim", value }) as const),
  fc.array(numbers).map((value) => ({ kind: "numbers", value }) as const),
  fc.array(fc.string()).map((value) => ({ kind: "strings", value }) as const),
  fc.array(labelled).map((value) => ({ kind: "dims", value }) as const),
);
const names = fc.option(fc.oneof(fc.constantFrom("x", "h_1"), fc.string({ minLength: 1 })), { nil: undefined });
const dtypes = fc.constantFrom<DType>("f16", "bf16", "f32", "f64", "i8", "i32", "i64", "u8", "u32", "bool");
const relations = fc
  .tuple(dimensions, dimensions)
  .chain(([a, b]) =>
    fc.constantFrom(
      equal(a, b),
      atLeast(a, b),
      lessThan(a, b),
      divides(a, b),
      negateRelation(equal(a, b)),
      negateRelation(divides(a, b)),
    ),
  );
const word = fc.constantFrom("relu", "constant", "dim", "scan", "key", "conv");

/** Graphs that need not make sense, only to be written and read. */
const graphs: fc.Arbitrary<Graph> = fc
  .record({
    name: fc.string(),
    mode: fc.constantFrom("training", "inference"),
    values: fc.array(fc.record({ name: names, dtype: dtypes, shape: fc.array(labelled, { maxLength: 4 }) }), {
      minLength: 4,
      maxLength: 8,
    }),
    facts: fc.array(relations, { maxLength: 3 }),
    op: word,
    attributes: fc.dictionary(
      fc.constantFrom("axis", "shape", "from", "kind", "true"),
      fc.record({ value: attributeValues, source: names }),
      { maxKeys: 4, noNullPrototype: true },
    ),
    data: fc.oneof(numbers, fc.array(numbers)),
    path: fc.string(),
    dim: labelled,
  })
  .map(({ name, mode, values, facts, op, attributes, data, path, dim }): Graph => {
    const [x, a, c, d, ...more] = values.map(({ name: given, ...type }, id): Value =>
      given === undefined ? { id, type } : { id, type, name: given },
    );
    if (x === undefined || a === undefined || c === undefined || d === undefined) throw new Error("too few values");
    const input: GraphInput = { name: path, role: "feature", value: x, path, perm: [1, 0], logicalType: c.type };
    const plain = Object.fromEntries(
      Object.entries(attributes).map(([key, { value, source }]) => [
        key,
        source === undefined ? value : { ...value, source },
      ]),
    );
    const nodes: readonly Node[] = [
      { kind: "operator", op, operands: [x, x], attributes: plain, results: [a, ...more] },
      { kind: "constant", data, results: [c] },
      { kind: "dim", dim, results: [d], source: path },
    ];
    const outputs = [{ name: path, role: "loss", value: a, carries: path }] as const;
    return { name, mode, inputs: [input], nodes, outputs, facts: assume(noFacts, ...facts), nextId: values.length };
  });

describe("the text form of graphs", () => {
  it("is read back to what was written", () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const parsed = parseGraph(printGraph(graph));
        expect(parsed).toEqual({ ok: true, value: graph });
      }),
      { numRuns: 300 },
    );
  });

  it("tells apart values that look alike", () => {
    const line = "%1: f32[] = relu(%0; a=[], b=strings [], c=<[]>, d=3, e=<3>, f=[3], g=<[3]>, h=-0)";
    const text = `graph "g" inference next 2 {\n  input "x" feature %0: f32[]\n  ${line}\n}\n`;
    const parsed = parseGraph(text);
    const [node] = parsed.ok ? parsed.value.nodes : [];
    expect(node?.kind === "operator" && node.attributes).toEqual({
      a: { kind: "numbers", value: [] },
      b: { kind: "strings", value: [] },
      c: { kind: "dims", value: [] },
      d: { kind: "number", value: 3 },
      e: { kind: "dim", value: constant(3) },
      f: { kind: "numbers", value: [3] },
      g: { kind: "dims", value: [constant(3)] },
      h: { kind: "number", value: -0 },
    });
    expect(parsed.ok && printGraph(parsed.value)).toBe(text);
  });

  it("keeps dimensions", () => {
    fc.assert(
      fc.property(dimensions, (dim) => {
        const text = `graph "g" inference next 1 { input "x" feature %0: f32[${formatDim(dim)}] }`;
        const parsed = parseGraph(text);
        const [found] = parsed.ok ? (parsed.value.inputs[0]?.value.type.shape ?? []) : [];
        expect(found !== undefined && sameForm(found, dim), text).toBe(true);
      }),
    );
  });

  it("holds every operator and its gradient", () => {
    for (const operator of allOperators) {
      for (const sample of operator.samples) {
        const graph = isDifferentiable(operator, sample)
          ? gradientGraphOfSample(operator, sample, "own")
          : graphOfSample(operator, sample);
        const text = printGraph(graph);
        const parsed = parseGraph(text);
        expect(parsed.ok && printGraph(parsed.value)).toBe(text);
      }
    }
  });

  it("says where a text goes wrong", () => {
    const parsed = parseGraph(
      'graph "g" inference next 1 {\n  input "x" feature %0: f32[2]\n  %1: f32[2] = relu(%7)\n}',
    );
    expect(parsed).toEqual({ ok: false, problem: "line 3: %7 is used before it is defined" });
    expect(parseGraph('graph "g" inference next 1 { input "x" feature %0: f31[2] }')).toMatchObject({ ok: false });
    expect(parseGraph("graph ?")).toMatchObject({ ok: false });
  });
});

describe("the text form of modules", () => {
  it("is read back to what was written", () => {
    const module = sampleModule();
    const text = printModule(module);
    const parsed = parseModule(text);
    expect(parsed).toEqual({ ok: true, value: module });
    expect(text).toMatchSnapshot();
  });
});
