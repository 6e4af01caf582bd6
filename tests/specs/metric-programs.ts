import { constant } from "../../src/dims/dim.ts";
import { createBuilder } from "../../src/graph/create-builder.ts";
import { metricOf } from "../../src/graph/metric-of.ts";
import type { Func, Value } from "../../src/ir/graph.ts";
import type { TrainProgram } from "../../src/ir/program.ts";
import type { TensorType } from "../../src/ir/types.ts";
import { nodesWithin } from "../../src/ir/visit.ts";
import type { GraphBuilder } from "../../src/ops/define/builder.ts";
import type { Composite } from "../../src/ops/define/operator.ts";
import { defineMetric } from "../../src/ops/metrics.ts";
import { checkPair } from "../../src/ops/losses.ts";
import { elementAt } from "../../src/support/element-at.ts";
import { required } from "../../src/support/fault.ts";

const scalar: TensorType = { dtype: "f32", shape: [] };

/** How many bins `auc` sorts scores into. */
export const aucBins = 50;

const paired = {
  doc: "",
  operands: [
    { name: "a", dtype: "float", shape: "[...]" },
    { name: "b", dtype: "float", shape: "[...]" },
  ],
  check: checkPair,
  samples: [],
  better: "higher",
} as const;

function total(b: GraphBuilder, x: Value): Value {
  return b.sum(
    x,
    x.type.shape.map((_, axis) => axis),
  );
}

const operandsOf = (operands: readonly Value[]): readonly [Value, Value] => [
  elementAt(operands, 0),
  elementAt(operands, 1),
];

/** The harmonic mean of precision and recall, of logits and truths. */
export const f1 = defineMetric({
  ...paired,
  name: "f1",
  accumulators: { both: scalar, found: scalar, real: scalar },
  gather: (b, operands) => {
    const [logits, real] = operandsOf(operands);
    const found = b.cast(b.op("greater", [logits, b.scalar(0)]), "f32");
    return { both: total(b, b.mul(found, real)), found: total(b, found), real: total(b, real) };
  },
  finish: (b, { both, found, real }) => b.div(b.mul(both, b.scalar(2)), b.add(found, real)),
});

/** The share of pairs of a true and a false example in which the true one has the greater score, by bins. */
export const auc = defineMetric({
  ...paired,
  name: "auc",
  accumulators: { seen: scalar, bins: { dtype: "f32", shape: [constant(2), constant(aucBins)] } },
  gather: (b, operands) => {
    const [logits, real] = operandsOf(operands);
    const scaled = b.op("floor", [b.mul(b.op("sigmoid", [logits]), b.scalar(aucBins))]);
    const places = b.cast(b.op("minimum", [scaled, b.scalar(aucBins - 1)]), "i32");
    const row = [constant(1), required(logits.type.shape[0], "batch")];
    const hot = b.op("one_hot", [b.reshape(places, row.slice(1))], { depth: constant(aucBins) });
    const truths = b.reshape(real, row);
    const sides = b.op("concat", [b.sub(b.scalar(1), truths), truths], { axis: 0 });
    return { seen: b.dimAs(required(row[1], "batch"), "f32"), bins: b.matmul(sides, hot) };
  },
  finish: (b, { bins }) => {
    const side = (start: number): Value =>
      b.reshape(b.op("slice", [bins], { axis: 0, start: constant(start), size: constant(1), step: 1 }), [
        constant(aucBins),
      ]);
    const [wrong, right] = [side(0), side(1)];
    const below = b.op("cumsum", [wrong], { axis: 0, exclusive: true, reverse: false });
    const won = total(b, b.mul(right, b.add(below, b.mul(wrong, b.scalar(0.5)))));
    return b.div(won, b.mul(total(b, wrong), total(b, right)));
  },
});

/** The share of the variance of truths that predictions explain. */
export const r2 = defineMetric({
  ...paired,
  name: "r2",
  accumulators: { sum: scalar, squares: scalar, missed: scalar, count: { dtype: "f32", shape: [constant(1)] } },
  gather: (b, operands) => {
    const [guess, real] = operandsOf(operands);
    return {
      sum: total(b, real),
      squares: total(b, b.op("square", [real])),
      missed: total(b, b.op("square", [b.sub(real, guess)])),
      count: b.reshape(b.dimAs(required(real.type.shape[0], "batch"), "f32"), [constant(1)]),
    };
  },
  finish: (b, { sum, squares, missed, count }) => {
    const mean = b.div(sum, b.reshape(count, []));
    const around = b.sub(squares, b.mul(b.op("square", [mean]), b.reshape(count, [])));
    return b.sub(b.scalar(1), b.div(missed, around));
  },
});

/** A program of one step that measures more: each operator on inputs of the objective, by their names. */
export function measuring(
  program: TrainProgram,
  added: readonly { readonly metric: Composite; readonly of: readonly string[] }[],
): TrainProgram {
  const [{ objective, ...step }] = program.steps;
  const { inputs, nodes, results } = objective.body;
  const ids = [...inputs, ...[...nodesWithin(nodes)].flatMap((it) => it.results)].map(({ id }) => id);
  const b = createBuilder({ firstId: Math.max(...ids) + 1 });
  const made = added.map(({ metric, of }) => {
    const operands = of.map((name) => required(inputs[objective.inputNames.indexOf(name)], name));
    const values = metric.decompose(b, { operands, results: [], attributes: {} });
    const types = values.map(({ type }) => type);
    return { values, metric: metricOf(metric.name, required(metric.metric, metric.name), types) };
  });
  const all = [...results, ...made.flatMap(({ values }) => values)];
  const measured: Func = {
    ...objective,
    resultNames: all.map((_, at) => objective.resultNames[at]),
    body: { inputs, nodes: [...nodes, ...b.nodes], results: all },
  };
  return {
    ...program,
    steps: [{ ...step, objective: measured }],
    metrics: [...program.metrics, ...made.map(({ metric }) => metric)],
  };
}
