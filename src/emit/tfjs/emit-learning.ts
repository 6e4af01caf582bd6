import { isLearned } from "../../ir/is-learned.ts";
import type { TrainProgram, TrainStep } from "../../ir/program.ts";
import {
  arrayOf,
  call,
  fieldsPattern,
  identifier,
  literal,
  member,
  objectOf,
  type Expression,
  type Item,
} from "./ast.ts";
import { pathRegExp } from "./path-reg-exp.ts";
import type { StepNames } from "./step-names.ts";

/** A step whose code asks what it changes. */
export interface Learner {
  readonly program: TrainProgram;
  readonly step: TrainStep;
  readonly names: StepNames;
  readonly helpers: Set<string>;
}

const model = identifier("model");
const phases = identifier("phases");

/** The call of a method. */
export function methodCall(target: Expression, name: string, ...args: readonly Expression[]): Expression {
  return { kind: "call", callee: fieldOf(target, name), arguments: args };
}

function fieldOf(target: Expression, name: string): Expression {
  return { kind: "member", target, name };
}

/** The parameters that a step changes in some phase: entries of `parameters`. */
export function learnedParameters(learner: Learner): Expression {
  const { program, helpers } = learner;
  const own = changedIn(learner, call("entriesOf", identifier("parameters")), true);
  if (program.phases.length === 1 || program.phases.some(({ frozen }) => frozen.length === 0)) return own;
  helpers.add("learningIn");
  const ever = methodCall(phases, "some", {
    kind: "closure",
    parameters: [{ pattern: "_" }, { pattern: "phase" }],
    body: {
      kind: "binary",
      operator: ">",
      left: fieldOf(
        call("learningIn", arrayOf(objectOf({ path: identifier("path") })), phases, identifier("phase")),
        "length",
      ),
      right: literal(0),
    },
  });
  return methodCall(own, "filter", { kind: "closure", parameters: [{ pattern: fieldsPattern("path") }], body: ever });
}

/** The slots of what a step changes as the model is now; where nothing is `made` yet they are asked for. */
export function learningSlots({ program, names, helpers }: Learner, made: "made" | "asked"): Expression {
  const all =
    program.steps.length > 1
      ? fieldOf(call("optimizersOf", model), names.key)
      : made === "made"
        ? member(model, "optimizer")
        : call("optimizerOf", model);
  if (program.phases.length === 1) return all;
  helpers.add("learningIn");
  return call("learningIn", all, phases, member(model, "phase"));
}

/** The states of the model that a step computes next values of and does not change; undefined where there are none. */
export function foreignStates(learner: Learner, states: readonly string[]): Expression | undefined {
  const { step } = learner;
  const free = { from: { steps: 0 }, frozen: [] };
  if (states.every((path) => isLearned({ step, phase: free }, path))) return undefined;
  learner.helpers.add("entriesOf");
  return changedIn(learner, call("entriesOf", member(model, "states")), false);
}

/** Those of some variables that a step changes, or those that it does not. */
function changedIn({ step, names, helpers }: Learner, variables: Expression, wanted: boolean): Expression {
  if (step.updates.includes("**")) return variables;
  helpers.add("matchesAny");
  const matches = call("matchesAny", identifier(names.updates), identifier("path"));
  return methodCall(variables, "filter", {
    kind: "closure",
    parameters: [{ pattern: fieldsPattern("path") }],
    body: wanted ? matches : { kind: "unary", operator: "!", value: matches },
  });
}

/** The tables of what steps change, and of the phases of freezing, where they say anything. */
export function learningItems(
  { steps, phases: all }: TrainProgram,
  names: ReadonlyMap<TrainStep, StepNames>,
  helpers: Set<string>,
): readonly Item[] {
  const updates = steps.flatMap((step): readonly Item[] => {
    const own = names.get(step);
    if (step.updates.includes("**") || own === undefined) return [];
    return [
      {
        kind: "const",
        exported: false,
        name: own.updates,
        type: "RegExp[]",
        value: patterns(step.updates),
        doc: `The paths that ${step.name === undefined ? "training" : `the step \`${step.name}\``} changes: ${listed(step.updates)}.`,
      },
    ];
  });
  if (all.length === 1) return updates;
  helpers.add("Phase");
  const rows = all.map(({ from, frozen }) =>
    objectOf({
      from: objectOf("steps" in from ? { steps: literal(from.steps) } : { epochs: literal(from.epochs) }),
      frozen: patterns(frozen),
    }),
  );
  return [
    ...updates,
    {
      kind: "const",
      exported: false,
      name: "phases",
      type: "Phase[]",
      value: arrayOf(...rows),
      doc: "What is frozen, and from when on.",
    },
  ];
}

function patterns(of: readonly string[]): Expression {
  return arrayOf(...of.map((it): Expression => ({ kind: "regexp", source: pathRegExp(it) })));
}

function listed(of: readonly string[]): string {
  return of.map((it) => `\`${it}\``).join(", ");
}
