import { preparesAnew } from "../../autodiff/flatten-preparation.ts";
import { accumulatorSize } from "../../ir/accumulator-shape.ts";
import { gatheredIn } from "../../ir/measures-of.ts";
import type { TrainProgram } from "../../ir/program.ts";
import {
  arrayOf,
  call,
  identifier,
  literal,
  member,
  objectOf,
  returns,
  text,
  type Expression,
  type Item,
} from "./ast.ts";
import { validatedWeights } from "./emit-averages.ts";
import { storedFormOf, weightsOf } from "./emit-checkpoint.ts";
import { rawCheck } from "./emit-preparation.ts";
import type { ModelContext } from "./model-context.ts";
import type { PlainExpression } from "../structured/tree.ts";
import { extremesOf } from "./emit-figures.ts";
import { examplesOfUpdate } from "../../ir/update-size.ts";

const model = identifier("model");

/** What `stop` and `save` have in common. */
type Watch = NonNullable<TrainProgram["save"]>;

/**
 * `fit`: the loop of the prelude, told what the train section says. `takeStep` takes a step on `batch` and gives its sums.
 * Where training prepares data anew in each pass, it takes raw fields.
 */
export function fitFunction(context: ModelContext, program: TrainProgram, takeStep: Expression): Item {
  const { type } = context;
  const { stop, save, validate, length } = program;
  if (context.phased) context.helpers.add("phaseAt");
  const anew = preparesAnew(program.data, program.model.functions);
  if (anew) ["onRows", "withFeatures", "withAllFeatures"].forEach((it) => context.helpers.add(it));
  const data = anew ? `${type}Raw` : `${type}Batch`;
  const watch = ({ monitor, mode }: Watch, more: Readonly<Record<string, Expression>> = {}): Expression =>
    objectOf({
      ...more,
      monitor: text(`${monitor.split}.${monitor.metric}`),
      figure: arrow("figures", member(identifier("figures"), monitor.metric)),
      mode: text(mode),
    });
  const extremes = extremesOf(gatheredIn(program));
  const entries: Record<string, Expression> = {
    data: identifier("data"),
    options: identifier("options"),
    start: member(model, "step"),
    fitting: member(model, "fitting"),
    length:
      "steps" in length ? objectOf({ steps: literal(length.steps) }) : objectOf({ epochs: literal(length.epochs) }),
    batchSize: literal(examplesOfUpdate(program)),
    seed: member(model, "seed"),
    ...(validate === undefined || (validate.unit === "epochs" && validate.every === 1)
      ? {}
      : { validateEvery: objectOf({ [validate.unit]: literal(validate.every) }) }),
    ...(stop === undefined ? {} : { stop: watch(stop, { patience: literal(stop.patience) }) }),
    ...(save === undefined
      ? {}
      : {
          save: watch(save, { weights: validatedWeights(context, weightsOf(context)), formOf: storedFormOf(context) }),
        }),
    ...(context.steps !== undefined
      ? {
          begin: {
            kind: "closure",
            parameters: [{ pattern: "steps" }],
            body: {
              kind: "statements",
              statements: [{ kind: "assign", target: member(model, "steps"), value: identifier("steps") }],
            },
          },
        }
      : {}),
    ...(context.phased
      ? {
          enter: {
            kind: "closure",
            parameters: [{ pattern: "step" }, { pattern: "perEpoch" }],
            body: {
              kind: "statements",
              statements: [
                {
                  kind: "assign",
                  target: member(model, "phase"),
                  value: call("phaseAt", identifier("phases"), identifier("step"), identifier("perEpoch")),
                },
              ],
            },
          },
        }
      : {}),
    ...(anew ? onRows(model, takeStep) : onFeatures(model, takeStep)),
    accumulators: arrayOf(
      ...gatheredIn(program).map(({ accumulators }) =>
        objectOf(Object.fromEntries(accumulators.map((it) => [it.name, literal(accumulatorSize(it))]))),
      ),
    ),
    ...(extremes && { extremes }),
    figures: identifier("figuresOf"),
  };
  const fitted = call("runFit", objectOf(entries));
  const run: Expression = {
    kind: "closure",
    parameters: ["data", "options", "held"].map((pattern) => ({ pattern })),
    body: fitted,
  };
  return {
    kind: "function",
    exported: true,
    name: "fit",
    parameters: [
      { pattern: "model", type },
      { pattern: anew ? "raw" : "data", type: data },
      {
        pattern: "options",
        type: `FitOptions<${data}, ${type}Figures>`,
        default: { kind: "object", entries: [] },
      },
    ],
    result: `Promise<EpochReport<${type}Figures>[]>`,
    doc: [
      `Trains on a data set${anew ? " of raw fields, whose features are made anew in each pass," : ""} as the spec's train section says, in an order drawn by the seed, and gives a report of every`,
      `validation.${save === undefined ? "" : ` The model has the best weights in the end, by the ${save.monitor.split} split's ${save.monitor.metric}.`}`,
    ].join("\n"),
    body: anew
      ? [rawCheck(context, program), returns(call("onRows", identifier("raw"), identifier("options"), run))]
      : [{ kind: "expression", value: call("checkBatch", identifier("data")) }, returns(fitted)],
  };
}

/** How `fit` trains and evaluates on features. */
function onFeatures(model: PlainExpression, takeStep: Expression): Readonly<Record<string, Expression>> {
  return {
    train: { kind: "closure", async: true, parameters: [{ pattern: "batch" }], body: takeStep },
    evaluate: arrow("held", call("evaluate", model, identifier("held"))),
  };
}

/** The same on rows, with the features of a pass over the data, and with those of validation. */
function onRows(model: PlainExpression, takeStep: Expression): Readonly<Record<string, Expression>> {
  const part = identifier("part");
  const examples = identifier("examples");
  const made = (of: Expression): Expression => ({
    kind: "closure",
    parameters: [{ pattern: "part" }, { pattern: "examples" }],
    body: call("prepare", model, part, of),
  });
  const trained = made(objectOf({ epoch: identifier("epoch"), examples }));
  const use: Expression = { kind: "closure", async: true, parameters: [{ pattern: "batch" }], body: takeStep };
  const judge = arrow("batch", call("evaluate", model, identifier("batch")));
  const rows = identifier("rows");
  return {
    train: {
      kind: "closure",
      parameters: [{ pattern: "rows" }, { pattern: "epoch" }],
      body: call("withFeatures", identifier("raw"), rows, trained, use),
    },
    evaluate: arrow("rows", call("withAllFeatures", identifier("held"), rows, made(objectOf({ examples })), judge)),
  };
}

function arrow(name: string, body: Expression): Expression {
  return { kind: "closure", parameters: [{ pattern: name }], body };
}
