import { preparesAnew } from "../../autodiff/flatten-preparation.ts";
import { placesOf } from "../../autodiff/places-of.ts";
import { figureNames, figureShape, gatheredIn, leadingStep } from "../../ir/measures-of.ts";
import type { TrainProgram } from "../../ir/program.ts";
import {
  arrayOf,
  binary,
  call,
  constant,
  identifier,
  literal,
  member,
  returns,
  type Expression,
  type Field,
  type Item,
} from "./ast.ts";
import { extremesOf, figuresFunction } from "./emit-figures.ts";
import { fitFunction } from "./emit-fit.ts";
import { checkFunction } from "./emit-checks.ts";
import { followerItems } from "./emit-followers.ts";
import { learningItems } from "./emit-learning.ts";
import { batchPorts, countsStrays, placesItems, resultsFunction, soundSums } from "./emit-results.ts";
import {
  evaluateSumsFunction,
  gradientsFunction,
  learnerOf,
  batchParameters,
  takenSums,
  trainSumsFunction,
  type StepContext,
} from "./emit-step.ts";
import type { ModelContext, Port } from "./model-context.ts";
import { tensorType } from "./tensor-type.ts";
import { groupItems, optimizerItems } from "./emit-optimizer.ts";
import { optimizersItems } from "./emit-optimizers.ts";
import { predictionItems } from "./emit-prediction.ts";
import { preparationTypes, prepareFunction } from "./emit-preparation.ts";
import { typeText } from "../structured/type-text.ts";
import { printType } from "./print.ts";
import { examplesOfUpdate } from "../../ir/update-size.ts";

/** What the training part of a file rests on. */
export interface TrainingContext {
  readonly model: ModelContext;
  readonly program: TrainProgram;
  /** In the order of the program. */
  readonly steps: readonly [StepContext, ...StepContext[]];
  /** Whether a name is that of a helper that the file has: no variable may be called so. */
  readonly isHelper: (name: string) => boolean;
}

/** `trainStep`, `fit`, `evaluate`, `gradients` and the optimizer, with their types. */
export function trainingItems(context: TrainingContext): {
  readonly types: readonly Item[];
  readonly functions: readonly Item[];
} {
  const { model, program, steps } = context;
  const { type, helpers } = model;
  ["numbersOf", "evaluateBatches", "runFit", "takeStep", "takenStep"].forEach((it) => helpers.add(it));
  ["FitOptions", "EpochReport"].forEach((it) => helpers.add(it));
  const ports = batchPorts(context);
  const parametersType = printType(model.interfaces.typeOf(model.parameters, "parameters"));
  const optimizers = steps.map((it) => optimizerItems({ ...learnerOf(it), type, parametersType }));
  const joined = model.several ? optimizersItems(context, parametersType) : { types: [], functions: [] };
  const fitted = preparesAnew(program.data, program.model.functions) ? "batch" : "data";
  const predicted = program.prediction && predictionItems(context, program.prediction);
  return {
    types: [
      ...preparationTypes(context),
      ...(predicted?.types ?? []),
      batchType(type, ports),
      figuresType(context),
      ...optimizers.flatMap((it) => it.types),
      ...joined.types,
    ],
    functions: [
      prepareFunction(context),
      ...(predicted?.functions ?? []),
      trainStepFunction(context, model.several ? takeStepsCall(context, "batch") : takenSums(steps[0], "batch")),
      ...(model.several ? steps.map(ownStepFunction) : []),
      ...steps.map(gradientsFunction),
      evaluateFunction(context),
      fitFunction(model, program, model.several ? takeStepsCall(context, fitted) : takenSums(steps[0], fitted)),
      ...(model.several ? [takeStepsFunction(context)] : []),
      ...steps.map(trainSumsFunction),
      ...steps.map(evaluateSumsFunction),
      ...steps.map(resultsFunction),
      ...placesItems(program),
      figuresFunction(context),
      ...optimizers.flatMap((it) => it.functions),
      ...joined.functions,
      ...groupItems(program, helpers),
      ...followerItems(model, program),
      ...learningItems(program, new Map(steps.map((it) => [it.step, it.names])), helpers),
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
  const tables = new Map(program.metrics.map((it) => [it.name, "[]".repeat(figureShape(it).length)]));
  const fields = figureNames(program).map((name): Field => ({ name, type: `number${tables.get(name) ?? ""}` }));
  return { kind: "type", exported: true, name: `${model.type}Figures`, type: { kind: "object-type", fields } };
}

const modelName = identifier("model");
const batch = identifier("batch");

function trainStepFunction({ model: { type, several }, program, steps }: TrainingContext, taken: Expression): Item {
  const counts = steps.some(countsStrays);
  const refused = `${counts ? ", or labels or other places are out of range" : ""}: the model is then as it was before`;
  const names = program.steps.map(
    ({ name, every }) => `\`${name ?? ""}\`${every === 1 ? "" : ` on every ${ordinal(every)} batch`}`,
  );
  const inParts =
    program.accumulate === 1
      ? []
      : [
          `The batch goes through the network in parts of ${program.batch} examples, so that ${examplesOfUpdate(program)} are one of the spec; the mean of their`,
          "gradients over all examples makes the update.",
        ];
  return {
    kind: "function",
    exported: true,
    async: true,
    name: "trainStep",
    parameters: batchParameters(type),
    result: `Promise<${type}Figures>`,
    doc: (several
      ? [
          `What training does with one batch: ${names.join(", then ")}.`,
          "Gives the losses and the metrics, each as it was before its step; NaN for what did not run. Throws where a loss is",
          `no finite number${refused} that step.`,
        ]
      : [
          "One step of training; gives the loss and the metrics that the batch had before it. Throws where the loss is no",
          `finite number${refused}.`,
        ]
    )
      .concat(inParts)
      .join("\n"),
    body: [returns(call("figuresOf", several ? { kind: "await", value: taken } : taken))],
  };
}

function ordinal(number: number): string {
  return number === 2 ? "second" : number === 3 ? "third" : `${number}th`;
}

/** One of several steps by itself, for loops of a person's own. */
function ownStepFunction(context: StepContext): Item {
  const { model, step, names } = context;
  return {
    kind: "function",
    exported: true,
    async: true,
    name: names.trainStep,
    parameters: batchParameters(model.type),
    result: "Promise<number>",
    doc: [
      `The step \`${step.name ?? ""}\` of training by itself; gives its loss as it was before. Random numbers and learning`,
      "rates go by `model.step`, which is the caller's to count here. Throws as `trainStep` does.",
    ].join("\n"),
    body: [
      constant({ kind: "array-pattern", elements: ["loss = NaN"] }, takenSums(context, "batch")),
      returns(identifier("loss")),
    ],
  };
}

/** Whether the examples that a batch is from are searched where a place in it is out of range. */
function searches({ program, steps }: TrainingContext): boolean {
  return placesOf(program).size > 0 && steps.some(countsStrays);
}

/** A call of `takeSteps` on `batch`, which is from `data`. */
function takeStepsCall(context: TrainingContext, data: string): Expression {
  return call("takeSteps", modelName, batch, ...(searches(context) ? [identifier(data)] : []));
}

/** `takeSteps`, which takes all steps that are due, in order. */
function takeStepsFunction(context: TrainingContext): Item {
  const { model, program, steps } = context;
  ["joinedSums", "examplesIn"].forEach((it) => model.helpers.add(it));
  const taken = steps.map((it) => {
    const sums = takenSums(it, "data");
    if (it.step.every === 1) return constant(it.names.key, sums);
    const rest = binary("%", member(modelName, "step"), literal(it.step.every));
    const test = binary("===", rest, literal(0));
    return constant(it.names.key, { kind: "conditional", test, then: sums, otherwise: identifier("undefined") });
  });
  return {
    kind: "function",
    exported: false,
    async: true,
    name: "takeSteps",
    parameters: [
      ...batchParameters(model.type),
      ...(searches(context) ? [{ pattern: "data", type: `${model.type}Batch` }] : []),
    ],
    result: "Promise<number[]>",
    doc: `Takes the steps that are due on a batch${searches(context) ? " of some data" : ""}, and gives what each found before it.`,
    body: [
      ...taken,
      { kind: "assign", target: member(modelName, "step"), operator: "+=", value: literal(1) },
      returns(joined(program, steps, (it) => identifier(it.names.key))),
    ],
  };
}

/** The sums of all steps in one list, by what each has found. */
function joined(
  program: TrainProgram,
  steps: TrainingContext["steps"],
  found: (step: StepContext) => Expression,
): Expression {
  const leading = leadingStep(program);
  const [first, others] = [steps.filter((it) => it.step === leading), steps.filter((it) => it.step !== leading)];
  return call("joinedSums", call("examplesIn", batch), ...first.map(found), arrayOf(...others.map(found)));
}

function evaluateFunction(context: TrainingContext): Item {
  const { model, program, steps } = context;
  const { type, several } = model;
  const measured = (it: StepContext): Expression =>
    soundSums(it, call(it.names.evaluateSums, modelName, batch), "data");
  const awaited = (it: StepContext): Expression => ({ kind: "await", value: measured(it) });
  const each: Expression = {
    kind: "closure",
    ...(several && { async: true }),
    parameters: [{ pattern: "batch" }],
    body: several ? joined(program, steps, awaited) : measured(steps[0]),
  };
  const extremes = [extremesOf(gatheredIn(program)) ?? []].flat();
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
    doc: `Loss and metrics over a data set.${steps.some(countsStrays) ? " Throws where labels or other places are out of range." : ""}`,
    body: [
      { kind: "expression", value: call("checkBatch", identifier("data")) },
      returns(
        call(
          "evaluateBatches",
          identifier("data"),
          identifier("batchSize"),
          identifier("figuresOf"),
          each,
          ...extremes,
        ),
      ),
    ],
  };
}
