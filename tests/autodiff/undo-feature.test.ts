import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildUnroundedGraph } from "../../src/autodiff/build-preparation-graph.ts";
import { buildPredictionGraph } from "../../src/autodiff/build-prediction-graph.ts";
import { isPort } from "../../src/ir/ports.ts";
import { asNumber } from "../../src/dims/dim.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import type { Graph } from "../../src/ir/graph.ts";
import type { TrainProgram } from "../../src/ir/program.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { referenceTarget } from "../../src/passes/pipeline.ts";
import { required } from "../../src/support/fault.ts";
import { unitOf } from "../emit/tfjs/spec-unit.ts";

/** A program whose feature `t`, of a type, is made as a text says, and whose prediction undoes that. */
function programOf(feature: string, type = "f32[]", output = "f32[B]", other = "raw.w"): TrainProgram {
  const { train } = unitOf(`
fn thousands: (x: f32[B]) -> f32[B] {
  x / 1000
}
model Same: (x: ${output}) -> y: ${output} {
  param w: f32[] = ones
  x * w
}
data Rows {
  source: csv("rows.csv")
  x: ${type} = ${feature}
  t: ${type} = ${feature}
  other: f32[] = ${other}
}
train Same on Rows {
  loss: mse(y, t)
  optimizer: sgd(lr=0.1)
  predict { t: invert(y) }
}`);
  return required(train, "a training");
}

const doubles = (shape: readonly number[], data: readonly number[]): NdArray => ({
  dtype: "f64",
  shape,
  data: Float64Array.from(data),
});

/** What a graph gives for statistics: those of a path that ends in a word. */
function run(graph: Graph, given: ReadonlyMap<string, NdArray>, statistic: (path: string) => number): NdArray {
  const inputs = graph.inputs.map(({ name, path = "", value }): [string, NdArray] => {
    const { dtype, shape } = value.type;
    const found = given.get(name);
    if (found !== undefined) return [name, { ...found, dtype }];
    // Nothing is missing.
    const [first] = given.values();
    if (isPort("raw", name)) return [name, { dtype, shape: [...(first?.shape ?? [])], data: new Float64Array(9) }];
    const sizes = shape.map((it) => required(asNumber(it), "a size"));
    const count = sizes.reduce((a, b) => a * b, 1);
    return [name, { dtype, shape: sizes, data: new Float64Array(count).fill(statistic(path)) }];
  });
  return required(interpretGraph(graph, new Map(inputs)).get("t"), "t");
}

/** The numbers of a column, prepared and turned back. */
function thereAndBack(
  program: TrainProgram,
  x: readonly number[],
  statistic: (path: string) => number = () => 1,
): readonly number[] {
  const { data, model, prediction } = program;
  const prep = buildUnroundedGraph(data, { ...referenceTarget, functions: model.functions });
  const t = run(prep, new Map([["raw/v", doubles([x.length], x)]]), statistic);
  const back = buildPredictionGraph(program, required(prediction, "a prediction"), {
    ...referenceTarget,
    rounded: false,
  });
  return [...run(back, new Map([["output/y", t]]), statistic).data];
}

/** A step of a pipe: where it may stand, by the range of the numbers before it, and the range behind it. */
interface Step {
  readonly text: (before: string, c: number) => string;
  readonly range: (low: number, high: number, c: number) => readonly [number, number];
  readonly positive?: true;
  /** The base of a power: numbers far apart become so different that less is left of the small ones. */
  readonly base?: (c: number) => number;
}

const steps: readonly Step[] = [
  { text: (x) => `(${x} -> standardize)`, range: () => [-1, 1] },
  { text: (x, c) => `(${x} * ${c})`, range: (a, b, c) => [a * c, b * c] },
  { text: (x, c) => `(${c} * ${x})`, range: (a, b, c) => [a * c, b * c] },
  { text: (x, c) => `(${x} / ${c})`, range: (a, b, c) => [a / c, b / c] },
  { text: (x, c) => `(${c} / ${x})`, range: (a, b, c) => [c / b, c / a], positive: true },
  { text: (x, c) => `(${x} + ${c})`, range: (a, b, c) => [a + c, b + c] },
  { text: (x, c) => `(${c} + ${x})`, range: (a, b, c) => [a + c, b + c] },
  { text: (x, c) => `(${x} - ${c})`, range: (a, b, c) => [a - c, b - c] },
  { text: (x, c) => `(${c} - ${x})`, range: (a, b, c) => [c - b, c - a] },
  { text: (x) => `(-${x})`, range: (a, b) => [-b, -a] },
  { text: (x) => `log(${x})`, range: (a, b) => [Math.log(a), Math.log(b)], positive: true },
  { text: (x) => `log10(${x})`, range: (a, b) => [Math.log10(a), Math.log10(b)], positive: true },
  { text: (x) => `log1p(${x})`, range: (a, b) => [Math.log1p(a), Math.log1p(b)], positive: true },
  { base: () => Math.E, text: (x) => `exp(${x})`, range: (a, b) => [Math.exp(a), Math.exp(b)] },
  { base: () => Math.E, text: (x) => `expm1(${x})`, range: (a, b) => [Math.expm1(a), Math.expm1(b)] },
  { text: (x) => `sqrt(${x})`, range: (a, b) => [Math.sqrt(a), Math.sqrt(b)], positive: true },
  { text: (x) => `rsqrt(${x})`, range: (a, b) => [1 / Math.sqrt(b), 1 / Math.sqrt(a)], positive: true },
  { text: (x) => `reciprocal(${x})`, range: (a, b) => [1 / b, 1 / a], positive: true },
  { text: (x) => `pow(${x}, 0.3)`, range: (a, b) => [a ** 0.3, b ** 0.3], positive: true },
  { base: (c) => c + 1, text: (x, c) => `pow(${c + 1}, ${x})`, range: (a, b, c) => [(c + 1) ** a, (c + 1) ** b] },
  { text: (x) => `thousands(${x})`, range: (a, b) => [a / 1000, b / 1000] },
  { text: (x) => `(${x} -> reshape([-1, 1]) -> reshape([-1]))`, range: (a, b) => [a, b] },
];

/** Ranges in which double precision loses little: neither wide nor, beside where they lie, narrow. */
const isHeld = ([low, high]: readonly [number, number]): boolean =>
  Math.max(Math.abs(low), Math.abs(high)) < 1e5 && high - low > 1e-3 * Math.max(Math.abs(low), Math.abs(high));

describe("the steps of a feature, undone", () => {
  it("give back what was read, whatever the steps are", () => {
    const step = fc.record({ at: fc.nat(steps.length - 1), c: fc.integer({ min: 2, max: 90 }).map((it) => it / 10) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 7 }), (drawn) => {
        let text = "raw.v";
        let range: readonly [number, number] = [1, 100];
        const middles: number[] = [];
        const halves: number[] = [];
        for (const { at, c } of drawn) {
          const { text: write, range: over, positive, base } = required(steps[at], "a step");
          if (positive === true && range[0] < 1e-2) continue;
          if (base !== undefined && (range[1] - range[0]) * Math.log(base(c)) > 5) continue;
          const next = over(...range, c);
          if (!isHeld(next)) continue;
          if (at === 0) {
            middles.push((range[0] + range[1]) / 2);
            halves.push((range[1] - range[0]) / 2);
          }
          text = write(text, c);
          range = next;
        }
        const x = [1, 1.7, 3, 21.5, 50, 99.9, 100];
        const statistic = (path: string): number => {
          const number = Number(/_(\d+)$/.exec(path)?.[1] ?? 0);
          return required((path.includes("mean") ? middles : halves)[number], path);
        };
        const back = thereAndBack(programOf(text), x, statistic);
        x.forEach((it, at) => {
          const found = required(back[at], `number ${at}`);
          expect(Math.abs(found - it) / it, `${text}: ${it} came back as ${found}`).toBeLessThan(1e-6);
        });
      }),
      { numRuns: 150, seed: 5 },
    );
  });

  it.each([
    ["a column with an axis of its own", "raw.v[:, None] -> log -> standardize", "f32[1]", "f32[B, 1]", [1, 2, 10]],
    ["what only moves, and is scaled behind", "stack(raw.v, raw.v, axis=-1) / 4", "f32[2]", "f32[B, 2]", [1, 1, 8, 8]],
    ["an axis in between", "(raw.v -> log)[:, None] * 3", "f32[1]", "f32[B, 1]", [1, 2, 10]],
    ["what missing cells are filled in", "raw.v -> impute(3) -> log", "f32[]", "f32[B]", [1, 2, 10]],
    [
      "what is filled, of a column that is also read as it is",
      "raw.v -> impute(3) -> log",
      "f32[]",
      "f32[B]",
      [1, 2, 10],
      "raw.v",
    ],
    [
      "what is noise in training alone",
      "raw.v -> when training { dropout(rate=0.5) } -> log",
      "f32[]",
      "f32[B]",
      [1, 2],
    ],
  ])("reach to the numbers that were read: %s", (_, feature, type, output, expected, other = "raw.w") => {
    const x = type === "f32[2]" ? [1, 8] : expected;
    const back = thereAndBack(programOf(feature, type, output, other), x);
    expect(back).toHaveLength(expected.length);
    back.forEach((it, at) => expect(it).toBeCloseTo(required(expected[at], "x"), 9));
  });
});
