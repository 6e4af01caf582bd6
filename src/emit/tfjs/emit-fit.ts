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
import { storedFormOf, weightsOf } from "./emit-checkpoint.ts";
import type { ModelContext } from "./model-context.ts";

const model = identifier("model");

/** What `stop` and `save` have in common. */
type Watch = NonNullable<TrainProgram["save"]>;

/** `fit`: the loop of the prelude, told what the train section says. `takeStep` takes a step on `batch` and gives its sums. */
export function fitFunction(context: ModelContext, program: TrainProgram, takeStep: Expression): Item {
  const { type } = context;
  const { stop, save, validate, length } = program;
  if (context.phased) context.helpers.add("phaseAt");
  const arrow = (name: string, body: Expression): Expression => ({
    kind: "closure",
    parameters: [{ pattern: name }],
    body,
  });
  const watch = ({ monitor, mode }: Watch, more: Readonly<Record<string, Expression>> = {}): Expression =>
    objectOf({
      ...more,
      monitor: text(`${monitor.split}.${monitor.metric}`),
      figure: arrow("figures", member(identifier("figures"), monitor.metric)),
      mode: text(mode),
    });
  const entries: Record<string, Expression> = {
    data: identifier("data"),
    options: identifier("options"),
    start: member(model, "step"),
    fitting: member(model, "fitting"),
    length:
      "steps" in length ? objectOf({ steps: literal(length.steps) }) : objectOf({ epochs: literal(length.epochs) }),
    batchSize: literal(program.batch),
    seed: member(model, "seed"),
    ...(validate === undefined || (validate.unit === "epochs" && validate.every === 1)
      ? {}
      : { validateEvery: objectOf({ [validate.unit]: literal(validate.every) }) }),
    ...(stop === undefined ? {} : { stop: watch(stop, { patience: literal(stop.patience) }) }),
    ...(save === undefined
      ? {}
      : { save: watch(save, { weights: weightsOf(context), formOf: storedFormOf(context) }) }),
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
    train: { kind: "closure", async: true, parameters: [{ pattern: "batch" }], body: takeStep },
    evaluate: arrow("held", call("evaluate", model, identifier("held"))),
    accumulators: arrayOf(
      ...gatheredIn(program).map(({ accumulators }) =>
        objectOf(Object.fromEntries(accumulators.map((it) => [it.name, literal(accumulatorSize(it))]))),
      ),
    ),
    figures: identifier("figuresOf"),
  };
  return {
    kind: "function",
    exported: true,
    name: "fit",
    parameters: [
      { pattern: "model", type },
      { pattern: "data", type: `${type}Batch` },
      {
        pattern: "options",
        type: `FitOptions<${type}Batch, ${type}Figures>`,
        default: { kind: "object", entries: [] },
      },
    ],
    result: `Promise<EpochReport<${type}Figures>[]>`,
    doc: [
      "Trains on a data set as the spec's train section says, in an order drawn by the seed, and gives a report of every",
      `validation.${save === undefined ? "" : ` The model has the best weights in the end, by the ${save.monitor.split} split's ${save.monitor.metric}.`}`,
    ].join("\n"),
    body: [
      { kind: "expression", value: call("checkBatch", identifier("data")) },
      returns(call("runFit", objectOf(entries))),
    ],
  };
}
