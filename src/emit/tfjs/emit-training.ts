import type { TrainProgram, TrainStep } from "../../ir/program.ts";
import {
  arrayOf,
  call,
  closure,
  fieldsPattern,
  identifier,
  literal,
  member,
  returns,
  type Expression,
  type Field,
  type Item,
} from "./ast.ts";
import { figuresFunction } from "./emit-figures.ts";
import { fitFunction } from "./emit-fit.ts";
import type { CalledFunction } from "../structured/write-functions.ts";
import { checkFunction } from "./emit-checks.ts";
import { batchPorts, countsStrays, resultsCall, resultsItems, soundSums } from "./emit-results.ts";
import type { ModelContext, Port } from "./model-context.ts";
import { tensorType } from "./tensor-type.ts";
import { optimizerItems } from "./emit-optimizer.ts";
import { preparationTypes, prepareFunction } from "./emit-preparation.ts";
import { typeText } from "../structured/type-text.ts";
import { printType } from "./print.ts";

/** What the training part of a file rests on. */
export interface TrainingContext {
  readonly model: ModelContext;
  readonly program: TrainProgram;
  readonly step: TrainStep;
  readonly objective: CalledFunction;
  /** Helpers that the file has: no variable may be called so. */
  readonly helperNames: ReadonlySet<string>;
}

/** `trainStep`, `fit`, `evaluate`, `gradients` and the optimizer, with their types. */
export function trainingItems(context: TrainingContext): {
  readonly types: readonly Item[];
  readonly functions: readonly Item[];
} {
  const { model, program, step } = context;
  const { type, helpers } = model;
  ["differentiate", "numbersOf", "evaluateBatches", "runFit", "takeStep", "takenStep"].forEach((it) => helpers.add(it));
  ["FitOptions", "EpochReport"].forEach((it) => helpers.add(it));
  const ports = batchPorts(context);
  const optimizer = optimizerItems({
    program,
    step,
    type,
    parametersType: printType(model.interfaces.typeOf(model.parameters, "parameters")),
    helpers,
  });
  return {
    types: [...preparationTypes(context), batchType(type, ports), figuresType(context), ...optimizer.types],
    functions: [
      prepareFunction(context),
      trainStepFunction(context),
      gradientsFunction(context),
      evaluateFunction(context),
      fitFunction(model, program, takenSums(context, "data")),
      trainSumsFunction(context),
      evaluateSumsFunction(context),
      ...resultsItems(context),
      figuresFunction(context),
      ...optimizer.functions,
      checkFunction("checkBatch", `${type}Batch`, ports, model),
    ],
  };
}

function batchType(type: string, ports: readonly Port[]): Item {
  const fields = ports.map((port): Field => ({
    name: port.name,
    type: tensorType(port.type.shape.length),
    doc: typeText(port.type),
  }));
  return {
    kind: "type",
    exported: true,
    name: `${type}Batch`,
    type: { kind: "object-type", fields },
    doc: "Examples to learn from, or to be judged by.",
  };
}

function figuresType({ model, program }: TrainingContext): Item {
  const fields = ["loss", ...program.metrics.map(({ name }) => name)].map((name): Field => ({ name, type: "number" }));
  return { kind: "type", exported: true, name: `${model.type}Figures`, type: { kind: "object-type", fields } };
}

const model = identifier("model");
const batch = identifier("batch");

/** The sums of a step that was taken, on a batch of `examples`: the call throws where it was not. */
function takenSums(context: TrainingContext, examples: string): Expression {
  const sums = soundSums(context, call("trainSums", model, batch), examples);
  return call("takenStep", member(model, "step"), { kind: "await", value: sums });
}

function trainStepFunction(context: TrainingContext): Item {
  const { type } = context.model;
  return {
    kind: "function",
    exported: true,
    async: true,
    name: "trainStep",
    parameters: [
      { pattern: "model", type },
      { pattern: "batch", type: `${type}Batch` },
    ],
    result: `Promise<${type}Figures>`,
    doc: [
      "One step of training; gives the loss and the metrics that the batch had before it. Throws where the loss is no",
      `finite number${countsStrays(context) ? ", or labels or other places are out of range" : ""}: the model is then as it was before.`,
    ].join("\n"),
    body: [returns(call("figuresOf", takenSums(context, "batch")))],
  };
}

function gradientsFunction(context: TrainingContext): Item {
  const { program } = context;
  const { type, states } = context.model;
  const variables: Expression = {
    kind: "call",
    callee: { kind: "member", target: call("optimizerOf", model), name: "map" },
    arguments: [
      { kind: "closure", parameters: [{ pattern: fieldsPattern("parameter") }], body: identifier("parameter") },
    ],
  };
  const doc = [
    `The loss of a batch${program.metrics.length === 0 ? "" : ", then what metrics add up"}, and the gradients of the loss in the order of`,
    `\`model.optimizer\`. They are the caller's to dispose of.${states.entries.size > 0 ? " States take their next values, whatever the loss is." : ""}`,
    ...(countsStrays(context)
      ? ["The last result is how many places were out of range; with any, the others mean nothing."]
      : []),
  ].join("\n");
  return {
    kind: "function",
    exported: true,
    name: "gradients",
    parameters: [
      { pattern: "model", type },
      { pattern: "batch", type: `${type}Batch` },
    ],
    result: "{ results: tf.Tensor[]; gradients: tf.Tensor[] }",
    doc,
    body: [
      { kind: "expression", value: call("checkBatch", batch) },
      returns(call("tf.tidy", thunk(call("differentiate", variables, thunk(resultsCall(context, true)))))),
    ],
  };
}

/** `() => value`. */
function thunk(body: Expression): Expression {
  return { kind: "closure", parameters: [], body };
}

function trainSumsFunction(context: TrainingContext): Item {
  const { type, states, helpers } = context.model;
  const owned = states.entries.size > 0 ? call("entriesOf", member(model, "states")) : arrayOf();
  const counts = countsStrays(context);
  if (counts) helpers.add("allInRange");
  return {
    kind: "function",
    exported: false,
    name: "trainSums",
    parameters: [
      { pattern: "model", type },
      { pattern: "batch", type: `${type}Batch` },
    ],
    result: "Promise<number[]>",
    doc: counts
      ? "Takes a step where the loss is finite and all places are in range; gives what the batch had before it."
      : "Takes a step where the loss is a finite number, and gives what the batch had before it.",
    body: [
      returns(
        call(
          "takeStep",
          owned,
          thunk(call("gradients", model, batch)),
          closure(
            [{ pattern: "slopes" }],
            [
              { kind: "expression", value: call("update", model, identifier("slopes")) },
              { kind: "assign", target: member(model, "step"), operator: "+=", value: literal(1) },
            ],
          ),
          ...(counts ? [identifier("allInRange")] : []),
        ),
      ),
    ],
  };
}

function evaluateSumsFunction(context: TrainingContext): Item {
  const { type } = context.model;
  return {
    kind: "function",
    exported: false,
    name: "evaluateSums",
    parameters: [
      { pattern: "model", type },
      { pattern: "batch", type: `${type}Batch` },
    ],
    result: "Promise<number[]>",
    body: [returns(call("numbersOf", call("tf.tidy", thunk(resultsCall(context, false)))))],
  };
}

function evaluateFunction(context: TrainingContext): Item {
  const { type } = context.model;
  return {
    kind: "function",
    exported: true,
    name: "evaluate",
    parameters: [
      { pattern: "model", type },
      { pattern: "data", type: `${type}Batch` },
      { pattern: "batchSize", default: literal(256) },
    ],
    result: `Promise<${type}Figures>`,
    doc: `Loss and metrics over a data set.${countsStrays(context) ? " Throws where labels or other places are out of range." : ""}`,
    body: [
      { kind: "expression", value: call("checkBatch", identifier("data")) },
      returns(
        call("evaluateBatches", identifier("data"), identifier("batchSize"), identifier("figuresOf"), {
          kind: "closure",
          parameters: [{ pattern: "batch" }],
          body: soundSums(context, call("evaluateSums", model, batch), "data"),
        }),
      ),
    ],
  };
}
