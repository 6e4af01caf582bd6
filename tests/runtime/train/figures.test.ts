import { describe, expect, it } from "vitest";
import { constant } from "../../../src/dims/dim.ts";
import type { Func } from "../../../src/ir/graph.ts";
import type { Metric, TrainProgram } from "../../../src/ir/program.ts";
import type { TensorType } from "../../../src/ir/types.ts";
import { createFigureSum, fitsProgram, type FigureState } from "../../../src/runtime/train/figures.ts";
import { parseProgress } from "../../../src/runtime/train/parse-progress.ts";
import { required } from "../../../src/support/fault.ts";
import { stringifyNumbers } from "../../../src/support/json-numbers.ts";
import { accuracyMetric, metricOf } from "../../autodiff/program-testing.ts";
import { func, moduleOf } from "../../passes/module-testing.ts";
import { program as plain } from "./loop-testing.ts";

const scalar: TensorType = { dtype: "f32", shape: [] };

const three: TensorType = { dtype: "f32", shape: [constant(3)] };

/** A share of pairs: what hit of each, over how often each came; their mean is the figure. */
const shares: Metric = metricOf(
  "shares",
  [
    { name: "hits", type: three, merge: "sum" },
    { name: "seen", type: three, merge: "sum" },
  ],
  (b, [hits, seen]) => b.mean(b.div(required(hits, "hits"), required(seen, "seen")), [0]),
);

/** How far apart the greatest hits and the least seen are. */
const spread: Metric = metricOf(
  "spread",
  [
    { name: "top", type: three, merge: "max" },
    { name: "bottom", type: three, merge: "min" },
  ],
  (b, [top, bottom]) => b.sum(b.sub(required(top, "top"), required(bottom, "bottom")), [0]),
);

/** What `spread` has in a state. */
const ends = { top: [0, 0, 0], bottom: [0, 0, 0] };

/** A generator and a critic, which leads; the generator runs on every second batch. */
const [step] = plain.steps;
const program: TrainProgram = {
  ...plain,
  steps: [
    { ...step, name: "generator", every: 2 },
    { ...step, name: "critic" },
  ],
  metrics: [accuracyMetric, shares, spread],
};

const batch = (losses: readonly (number | undefined)[], hits: readonly number[], seen: readonly number[]) => ({
  losses,
  metrics: [
    [Float64Array.of(hits.reduce((a, b) => a + b, 0)), Float64Array.of(seen.reduce((a, b) => a + b, 0))],
    [Float64Array.from(hits), Float64Array.from(seen)],
    [Float64Array.from(hits), Float64Array.from(seen)],
  ],
});

const batches = [
  [batch([3, 0.1], [1, 0, 1], [2, 1, 1]), 4],
  [batch([undefined, 0.2], [0.1, 0.2, 0.3], [1, 1, 1]), 3],
  [batch([5, 0.3], [2 ** 24, 1, 1], [2 ** 24, 1, 1]), 1],
  [batch([undefined, 0.4], [1, 0, 0], [1, 0, 0]), 1],
] as const;

describe("figures", () => {
  it("are made of what all batches have given, in double precision", () => {
    const sum = createFigureSum(program);
    for (const [result, count] of batches) sum.add(result, count);
    const figures = sum.figures();
    expect([...figures.keys()]).toEqual(["generator.loss", "critic.loss", "accuracy", "shares", "spread"]);
    expect(figures.get("generator.loss")).toBeCloseTo((3 * 4 + 5) / 5, 14);
    expect(figures.get("critic.loss")).toBeCloseTo((0.1 * 4 + 0.2 * 3 + 0.3 + 0.4) / 9, 14);
    const each = [(2 ** 24 + 2.1) / (2 ** 24 + 4), 1.2 / 3, 2.3 / 3];
    expect(figures.get("shares")).toBeCloseTo(each.reduce((a, b) => a + b, 0) / 3, 14);
    expect(figures.get("spread")).toBe(2 ** 24 + 1 + 1 - (1 + 0 + 0));
    expect(figures.get("accuracy")).toBe((2 + 0.1 + 0.2 + 0.3 + (2 ** 24 + 2) + 1) / (4 + 3 + (2 ** 24 + 2) + 1));
  });

  it("are rows and tables where these are what a metric has", () => {
    const row = metricOf("row", [{ name: "sums", type: three, merge: "sum" }], (_, [sums]) => required(sums, "sums"));
    const pairs: TensorType = { dtype: "f32", shape: [constant(2), constant(3)] };
    const table = metricOf("table", [{ name: "pairs", type: pairs, merge: "sum" }], (_, [it]) => required(it, "pairs"));
    const sum = createFigureSum({ ...program, metrics: [row, table] });
    for (const metrics of [
      [[Float64Array.of(1, 2, 3)], [Float64Array.of(1, 2, 3, 4, 5, 6)]],
      [[Float64Array.of(0, 10, 0)], [Float64Array.of(0, 0, 0, 10, 0, 0)]],
    ])
      sum.add({ losses: [0, 0], metrics }, 1);
    expect(sum.figures().get("row")).toEqual([1, 12, 3]);
    expect(sum.figures().get("table")).toEqual([
      [1, 2, 3],
      [14, 5, 6],
    ]);
  });

  it("go on from a state of a file bit by bit", () => {
    const whole = createFigureSum(program);
    for (const [result, count] of batches) whole.add(result, count);
    for (let cut = 0; cut <= batches.length; cut++) {
      const first = createFigureSum(program);
      for (const [result, count] of batches.slice(0, cut)) first.add(result, count);
      const text = stringifyNumbers({ step: cut, figures: first.state() });
      const read = parseProgress(JSON.parse(text));
      if (!read.ok) throw new Error(read.error);
      expect(fitsProgram(required(read.value.figures, "figures"), program)).toBe(true);
      const rest = createFigureSum(program, read.value.figures);
      for (const [result, count] of batches.slice(cut)) rest.add(result, count);
      expect(rest.state()).toEqual(whole.state());
      expect(rest.figures()).toEqual(whole.figures());
    }
  });

  it.each<[string, FigureState["metrics"]]>([
    [
      "lacks one",
      [
        { sum: 0, count: 0 },
        { sum: 0, count: 0 },
        { hits: [0, 0, 0], seen: [0, 0, 0] },
      ],
    ],
    [
      "has one more",
      [...Array<FigureState["metrics"][number]>(3).fill({ sum: 0, count: 0 }), { hits: [], seen: [] }, ends],
    ],
    ["has another size", [{ sum: 0, count: 0 }, { sum: 0, count: 0 }, { hits: [0, 0], seen: [0, 0, 0] }, ends]],
    ["has a number for a list", [{ sum: 0, count: 0 }, { sum: 0, count: 0 }, { hits: 0, seen: [0, 0, 0] }, ends]],
    ["has another name", [{ sum: 0, count: 0 }, { sum: 0, total: 0 }, { hits: [0, 0, 0], seen: [0, 0, 0] }, ends]],
    [
      "has a name more",
      [{ sum: 0, count: 0, toString: 0 }, { sum: 0, count: 0 }, { hits: [0, 0, 0], seen: [0, 0, 0] }, ends],
    ],
  ])("are not of a state that %s", (_, metrics) => {
    expect(fitsProgram({ loss: 0, examples: 0, metrics }, program)).toBe(false);
  });

  it("faults on what a batch gives in another size", () => {
    const sum = createFigureSum(program);
    expect(() => sum.add(batch([1, 1], [1, 1], [1, 1]), 2)).toThrow("hits has 2 elements, not 3");
  });

  it("may call functions of the model", () => {
    const half = func("half", { x: scalar }, { flavor: "fn" }, ({ b }, { x }) => [b.mul(x, b.scalar(0.5))]);
    const finish: Func = {
      ...func("finish", { sum: scalar, count: scalar }, { flavor: "fn" }, ({ b, call }, { sum, count }) => [
        b.div(call(half, "", sum), count),
      ]),
      key: "metric halves",
    };
    const model = moduleOf(
      func("Net", {}, { flavor: "model" }, () => []),
      half,
    );
    const sum = createFigureSum({ ...plain, model, metrics: [{ ...accuracyMetric, name: "halves", finish }] });
    sum.add({ losses: [1], metrics: [[Float64Array.of(6), Float64Array.of(2)]] }, 2);
    expect(sum.figures().get("halves")).toBe(1.5);
  });
});
