import { parametersOf, statesOf } from "../../graph/parameters-of.ts";
import { isLearned } from "../../ir/is-learned.ts";
import { measuredIn } from "../../ir/measures-of.ts";
import type { TrainProgram, TrainStep } from "../../ir/program.ts";
import {
  arrayOf,
  binary,
  call,
  closure,
  fieldsPattern,
  identifier,
  literal,
  member,
  objectOf,
  returns,
  type Expression,
  type FunctionItem,
  type Item,
  type Statement,
} from "./ast.ts";
import type { CalledFunction } from "../structured/write-functions.ts";
import { foreignStates, learningSlots, methodCall, type Learner } from "./emit-learning.ts";
import { movedAverages, withAverages } from "./emit-averages.ts";
import { countsStrays, resultsCall, soundSums } from "./emit-results.ts";
import { movedFollowers } from "./emit-followers.ts";
import type { ModelContext } from "./model-context.ts";
import type { StepNames } from "./step-names.ts";
import { extremesOf } from "./emit-figures.ts";

/** What the code of one step of training rests on. */
export interface StepContext {
  readonly model: ModelContext;
  readonly program: TrainProgram;
  readonly step: TrainStep;
  readonly names: StepNames;
  readonly objective: CalledFunction;
  /** Whether the objective runs the model itself: a gradient in it goes through the model. */
  readonly isJoined: boolean;
  /** The model as it runs in each phase, or what the objective is in each. */
  readonly forwards: readonly CalledFunction[];
}

const model = identifier("model");
const batch = identifier("batch");

/** The sums of a step that was taken, on a batch of `examples`: the call throws where it was not. */
export function takenSums(context: StepContext, examples: string): Expression {
  const sums = soundSums(context, call(context.names.trainSums, model, batch), examples);
  return call("takenStep", member(model, "step"), { kind: "await", value: sums });
}

/** `gradients` of a step: results and slopes on a batch. */
export function gradientsFunction(context: StepContext): Item {
  const { step, names } = context;
  const { type, states } = context.model;
  const learner = learnerOf(context);
  const variables = methodCall(learningSlots(learner, "asked"), "map", {
    kind: "closure",
    parameters: [{ pattern: fieldsPattern("parameter") }],
    body: identifier("parameter"),
  });
  const foreign = foreignStates(
    learner,
    statesOf(context.model.module).map(({ path }) => path),
  );
  const slots = context.model.several ? `\`model.optimizers.${names.key}\`` : "`model.optimizer`";
  const changing = context.model.phased ? ", those that learn now" : "";
  const several = step.name !== undefined;
  const measures = measuredIn(context.program, step).length > 0;
  const keeps =
    states.entries.size === 0 ? "" : ` ${several ? "Its" : "The"} states take their next values, whatever the loss is.`;
  const doc = [
    ...(several
      ? [
          `The loss of the step \`${step.name}\` on a batch${measures ? ", what metrics add up in it" : ""}, and the gradients of the loss`,
          `in the order of ${slots}${changing}. They are the caller's to dispose of.${keeps}`,
        ]
      : [
          `The loss of a batch${measures ? ", then what metrics add up" : ""}, and the gradients of the loss in the order of`,
          `${slots}${changing}. They are the caller's to dispose of.${keeps.replace(" The states", " States")}`,
        ]),
    ...(countsStrays(context)
      ? ["The last result is how many places were out of range; with any, the others mean nothing."]
      : []),
  ].join("\n");
  const differentiate = rests(context) ? "differentiateAny" : "differentiate";
  learner.helpers.add(differentiate);
  const made = call("tf.tidy", thunk(call(differentiate, variables, thunk(resultsCall(context, true)))));
  if (foreign !== undefined) learner.helpers.add("keeping");
  return {
    kind: "function",
    exported: true,
    name: names.gradients,
    parameters: batchParameters(type),
    result: "{ results: tf.Tensor[]; gradients: tf.Tensor[] }",
    doc,
    body: [
      { kind: "expression", value: call("checkBatch", batch) },
      returns(foreign === undefined ? made : call("keeping", foreign, thunk(made))),
    ],
  };
}

/** Takes a step and gives its sums, whatever they are. */
export function trainSumsFunction(context: StepContext): Item {
  const { names } = context;
  const { type, states, helpers, several } = context.model;
  const owned = states.entries.size > 0 ? call("entriesOf", member(model, "states")) : arrayOf();
  const counts = countsStrays(context);
  if (counts) helpers.add("allInRange");
  const slopes = identifier("slopes");
  const update: Statement = { kind: "expression", value: call(names.update, model, slopes) };
  const statements: readonly Statement[] = [
    rests(context) ? { kind: "if", test: binary(">", member(slopes, "length"), literal(0)), then: [update] } : update,
    ...movedAverages(context.model, learnerOf(context)),
    ...movedFollowers(context.model, context.program, context.step),
    ...(several ? [] : [{ kind: "assign", target: member(model, "step"), operator: "+=", value: literal(1) } as const]),
  ];
  return {
    kind: "function",
    exported: false,
    name: names.trainSums,
    parameters: batchParameters(type),
    result: "Promise<number[]>",
    doc: counts
      ? "Takes a step where the loss is finite and all places are in range; gives what the batch had before it."
      : "Takes a step where the loss is a finite number, and gives what the batch had before it.",
    body: [
      returns(
        call(
          "takeStep",
          owned,
          thunk(stepGradients(context)),
          closure([{ pattern: "slopes" }], statements),
          ...(counts ? [identifier("allInRange")] : []),
        ),
      ),
    ],
  };
}

/** The gradients of a batch: at once, or as the mean over parts of it. */
function stepGradients({ program, step, names, model: { helpers } }: StepContext): Expression {
  if (program.accumulate === 1) return call(names.gradients, model, batch);
  helpers.add("accumulated");
  const sizes = objectOf({ size: literal(program.batch), parts: literal(program.accumulate) });
  const body = call(names.gradients, model, identifier("part"));
  const measure: Expression = { kind: "closure", parameters: [{ pattern: "part" }], body };
  return call("accumulated", model, batch, sizes, extremesOf(measuredIn(program, step)) ?? arrayOf(), measure);
}

/** Whether all that a step changes is frozen for a time. */
function rests({ program, step, model: { module } }: StepContext): boolean {
  const paths = parametersOf(module).map(({ path }) => path);
  return program.phases.some((phase) => !paths.some((path) => isLearned({ step, phase }, path)));
}

/** Measures a batch, without training. */
export function evaluateSumsFunction(context: StepContext): Item {
  return {
    kind: "function",
    exported: false,
    name: context.names.evaluateSums,
    parameters: batchParameters(context.model.type),
    result: "Promise<number[]>",
    body: [
      returns(call("numbersOf", call("tf.tidy", withAverages(context.model, thunk(resultsCall(context, false)))))),
    ],
  };
}

/** What a step's optimizer code rests on. */
export function learnerOf({ program, step, names, model: { helpers } }: StepContext): Learner {
  return { program, step, names, helpers };
}

/** `(model, batch)`. */
export function batchParameters(type: string): FunctionItem["parameters"] {
  return [
    { pattern: "model", type },
    { pattern: "batch", type: `${type}Batch` },
  ];
}

/** `() => value`. */
export function thunk(body: Expression): Expression {
  return { kind: "closure", parameters: [], body };
}
