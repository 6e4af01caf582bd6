import { slotNames } from "../../autodiff/optimizers.ts";
import type { TrainProgram } from "../../ir/program.ts";
import {
  arrayOf,
  binary,
  call,
  identifier,
  literal,
  member,
  returns,
  type Expression,
  type FunctionItem,
  type Statement,
} from "./ast.ts";
import { learningSlots, methodCall, type Learner } from "./emit-learning.ts";
import type { ModelContext } from "./model-context.ts";

const model = identifier("model");

/** A closure that computes without training: with averages in place of the parameters, where they are kept. */
export function withAverages({ average, helpers }: ModelContext, compute: Expression): Expression {
  if (average === undefined) return compute;
  helpers.add("averaged");
  return { kind: "closure", parameters: [], body: call("averaged", member(model, "averages"), compute) };
}

/** What lets the averages go on after the update of a step; nothing where none are kept. */
export function movedAverages({ average }: ModelContext, learner: Learner): readonly Statement[] {
  if (average === undefined) return [];
  learner.helpers.add("moveAverages");
  const changed = learningSlots(learner, "made");
  const value = call("moveAverages", call("averagesOf", model), changed, literal(average), member(model, "step"));
  return [{ kind: "expression", value }];
}

/** The weights of a model as validation knows them. */
export function validatedWeights({ average, helpers }: ModelContext, weights: Expression): Expression {
  if (average === undefined) return weights;
  helpers.add("averagedWeights");
  return call("averagedWeights", weights, call("averagesOf", model));
}

/** The parameters that training changes, as slots that hold nothing but them. */
export function averagedSlots(program: TrainProgram): Expression {
  const several = program.steps.length > 1;
  const remembers = program.steps.some((it) => slotNames(it.optimizer).length > 0);
  const same: Expression = {
    kind: "closure",
    parameters: [{ pattern: "parameter" }],
    body: identifier("parameter"),
  };
  const made = call(
    several ? "createOptimizers" : "createOptimizer",
    member(model, "parameters"),
    ...(remembers ? [same] : []),
  );
  return several ? methodCall(call("Object.values", made), "flat") : made;
}

/** `averagesOf`: the averages of a model, made when they are first asked for. */
export function averagesOfFunction({ type, helpers }: ModelContext, program: TrainProgram): FunctionItem {
  helpers.add("averagesFor");
  const averages = member(model, "averages");
  return {
    kind: "function",
    exported: false,
    name: "averagesOf",
    parameters: [{ pattern: "model", type }],
    result: "Average[]",
    doc: "The averages of a model's parameters; before training they are as these are.",
    body: [
      {
        kind: "if",
        test: binary("===", member(averages, "length"), literal(0)),
        then: [{ kind: "assign", target: averages, value: call("averagesFor", averagedSlots(program)) }],
      },
      returns(averages),
    ],
  };
}

/** No averages yet. */
export const noAverages: Expression = arrayOf();
