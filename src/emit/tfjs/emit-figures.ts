import { buildMetricsGraph } from "../../autodiff/build-metrics-graph.ts";
import { accumulatorShape, accumulatorSize } from "../../ir/accumulator-shape.ts";
import { figureShape, gatheredIn, leadingStep, lossAccumulators, lossName } from "../../ir/measures-of.ts";
import { accumulatorPort } from "../../ir/ports.ts";
import { referenceTarget } from "../../passes/pipeline.ts";
import { required } from "../../support/fault.ts";
import {
  arrayOf,
  binary,
  call,
  constant,
  identifier,
  literal,
  objectOf,
  returns,
  text,
  type Entry,
  type Expression,
  type Item,
  type Pattern,
  type Statement,
} from "./ast.ts";
import { emitDoubles } from "./emit-doubles.ts";
import type { TrainingContext } from "./emit-training.ts";
import { camelCase, nameScope } from "./names.ts";
import type { PlainExpression } from "../structured/tree.ts";
import { usesOf } from "../structured/uses.ts";
import type { Metric } from "../../ir/program.ts";

/** An accumulator among the sums of batches: its port, its variable where anything reads it, and where it lies. */
interface Place {
  readonly port: string;
  readonly variable: string | undefined;
  readonly shape: readonly number[];
  readonly start: number;
}

const sums = identifier("sums");

/** `figuresOf`: a loss, and what metrics make of what they have added up, in doubles. */
export function figuresFunction({ model: { type, helpers }, program, isHelper }: TrainingContext): Item {
  const graph = buildMetricsGraph(program, referenceTarget);
  const names = nameScope(["sums"], isHelper);
  const leading = leadingStep(program);
  const loss = names.take(camelCase(lossName(leading)));
  const uses = usesOf(
    graph.nodes,
    graph.outputs.map(({ value }) => value),
  );
  const others = program.steps.filter((it) => it !== leading);
  const read = new Set(graph.inputs.filter(({ value }) => uses.count(value) > 0).map(({ name }) => name));
  let start = 1;
  const places = gatheredIn(program).flatMap(({ name, accumulators }, at) =>
    accumulators.map((it): Place => {
      const port = accumulatorPort(name, it.name);
      const variable = at < others.length || read.has(port) ? names.take(camelCase(`${name}_${it.name}`)) : undefined;
      const place = { port, variable, shape: accumulatorShape(it), start };
      start += accumulatorSize(it);
      return place;
    }),
  );
  const inputs = places.map(({ port, variable }): [string, PlainExpression] => [port, identifier(variable ?? port)]);
  const { statements, results } = emitDoubles(graph, new Map(inputs), names, (name) => helpers.add(name), "numbers");
  const losses = program.steps.map((step): Entry => {
    const key = lossName(step);
    if (step === leading) return { key, value: identifier(loss) };
    const [sum, count] = lossAccumulators.map(({ name }) =>
      required(places.find(({ port }) => port === accumulatorPort(key, name))?.variable, key),
    );
    return { key, value: binary("/", identifier(required(sum, key)), identifier(required(count, key))) };
  });
  const figures = program.metrics.map((metric, at): Entry => {
    const value = required(results[at], metric.name);
    const lists = [undefined, "rowOf", "tableOf"][figureShape(metric).length];
    if (lists === undefined) return { key: metric.name, value };
    helpers.add(lists);
    return { key: metric.name, value: call(lists, value) };
  });
  const plain = places.every(({ shape }) => shape.length === 0);
  return {
    kind: "function",
    exported: false,
    name: "figuresOf",
    parameters: [
      {
        pattern: plain ? numbersPattern([loss, ...places.map((it) => it.variable)]) : "sums",
        type: "readonly number[]",
      },
    ],
    result: `${type}Figures`,
    doc: `The figures of ${others.length === 0 ? "a loss" : "losses"}${program.metrics.length === 0 ? "" : ", and of what metrics have added up"}.`,
    body: [
      ...(plain ? [] : reading(loss, places)),
      ...statements,
      returns({ kind: "object", entries: [...losses, ...figures] }),
    ],
  };
}

/** `[loss = NaN, sum = NaN]`, with holes for what nothing reads. */
function numbersPattern(variables: readonly (string | undefined)[]): Pattern {
  const last = variables.findLastIndex((it) => it !== undefined);
  return {
    kind: "array-pattern",
    elements: variables.slice(0, last + 1).map((it) => (it === undefined ? undefined : `${it} = NaN`)),
  };
}

/** Takes the accumulators out of the row of all sums: numbers that follow each other at once, each array for itself. */
function reading(loss: string, places: readonly Place[]): readonly Statement[] {
  const statements: Statement[] = [];
  let numbers: (string | undefined)[] = [loss];
  let from = 0;
  const takeNumbers = (): void => {
    if (numbers.some((it) => it !== undefined)) statements.push(constant(numbersPattern(numbers), rowFrom(from)));
    numbers = [];
  };
  for (const { variable, shape, start } of places) {
    const size = shape.reduce((a, b) => a * b, 1);
    if (shape.length === 0) {
      numbers.push(variable);
      continue;
    }
    takeNumbers();
    from = start + size;
    if (variable === undefined) continue;
    const data = call("sums.slice", literal(start), literal(from));
    statements.push(constant(variable, objectOf({ shape: arrayOf(...shape.map((it) => literal(it))), data })));
  }
  takeNumbers();
  return statements;
}

function rowFrom(start: number): Expression {
  return start === 0 ? sums : call("sums.slice", literal(start));
}

/**
 * Which places in the row of a loss and what is gathered are merged by their largest or smallest number; undefined where all
 * are added up.
 */
export function extremesOf(gathered: readonly Pick<Metric, "accumulators">[]): Expression | undefined {
  let start = 1;
  const found = gathered.flatMap(({ accumulators }) =>
    accumulators.flatMap((it): readonly Expression[] => {
      const [from, size] = [start, accumulatorSize(it)];
      start += size;
      if (it.merge === "sum") return [];
      return [objectOf({ from: literal(from), size: literal(size), of: text(it.merge) })];
    }),
  );
  return found.length === 0 ? undefined : arrayOf(...found);
}
