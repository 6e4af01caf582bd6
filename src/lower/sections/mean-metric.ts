import { product, sameForm, type Dim } from "../../dims/dim.ts";
import { createBuilder } from "../../graph/create-builder.ts";
import type { Value } from "../../ir/graph.ts";
import type { TensorType } from "../../ir/types.ts";
import { elementAt } from "../../support/element-at.ts";
import { building } from "../building.ts";
import type { Context } from "../context.ts";
import { figureFunction } from "../figure-function.ts";
import type { MetricParts } from "../instance.ts";

const scalar: TensorType = { dtype: "f32", shape: [] };
const axesOf = ({ type }: Value): readonly number[] => type.shape.map((_, axis) => axis);

/** Whether a value is what one may take the mean of over examples: a number of a batch, or numbers of its examples. */
export function isOfExamples({ type: { dtype, shape } }: Value, batch: Dim): boolean {
  const [first] = shape;
  return dtype === "f32" && (first === undefined || sameForm(first, batch));
}

/** The mean of a batch's value over its examples, and over whatever else it has for each. */
export function meanOfExamples(ctx: Context, value: Value): Value {
  return value.type.shape.length === 0 ? value : building(ctx, (b) => b.mean(value, axesOf(value)));
}

/** What a batch gives to the mean over all examples: of a number of the whole batch, as often as it has examples. */
export function gatherMean(ctx: Context, value: Value, batch: Dim): readonly Value[] {
  return building(ctx, (b) => {
    const { shape } = value.type;
    if (shape.length > 0) return [b.sum(value, axesOf(value)), b.dimAs(product(shape), "f32")];
    const count = b.dimAs(batch, "f32");
    return [b.mul(value, count), count];
  });
}

/** The metric of whatever gives a sum and a count: their quotient, of which less is better. */
export function meanMetric(name: string): MetricParts {
  const accumulators = ["sum", "count"].map((it) => ({ name: it, type: scalar, merge: "sum" }) as const);
  const b = createBuilder({ firstId: 0 });
  const inputs = accumulators.map((it) => b.value(it.type, it.name));
  const figure = b.div(elementAt(inputs, 0), elementAt(inputs, 1));
  const finish = figureFunction(name, accumulators, { inputs, nodes: b.nodes, results: [figure] });
  return { better: "lower", accumulators, finish };
}
