import type { Module } from "../../ir/graph.ts";
import { required } from "../../support/fault.ts";
import {
  arrayOf,
  call,
  closure,
  constant,
  fieldsPattern,
  identifier,
  literal,
  member,
  objectOf,
  returns,
  type Entry,
  type Expression,
  type Field,
  type FunctionItem,
  type Item,
  type Parameter,
  type Statement,
} from "./ast.ts";
import { checkFunction, heldPlaces } from "./emit-checks.ts";
import { noAverages, withAverages } from "./emit-averages.ts";
import { startedFollowing } from "./emit-followers.ts";
import { createExpression, unfitted } from "./emit-create.ts";
import type { CalledFunction } from "../structured/write-functions.ts";
import { tensorType } from "./tensor-type.ts";
import { typeText } from "../structured/type-text.ts";
import { portsPattern, type ModelContext, type Port } from "./model-context.ts";
import { typeName } from "./names.ts";
import { namesIn } from "./visit-syntax.ts";

/** Types, `create`, `predict` and what they call, for a model. */
export function modelItems(context: ModelContext): {
  readonly types: readonly Item[];
  readonly functions: readonly Item[];
} {
  const { type } = context;
  const check = checkFunction("checkInputs", `${type}Inputs`, context.inputs, context, context.strays.features);
  return {
    types: [modelInterface(context), ...portTypes(context)],
    functions: [createFunction(context), predictFunction(context), disposeFunction(context), check],
  };
}

function modelInterface(context: ModelContext): Item {
  const { type, parameters, states, interfaces, trains } = context;
  const fields: Field[] = [
    { name: "parameters", type: interfaces.typeOf(parameters, "parameters"), doc: "What training adjusts, by path." },
    ...(states.entries.size === 0
      ? []
      : [{ name: "states", type: interfaces.typeOf(states, "states"), doc: "What training keeps track of, by path." }]),
    ...(context.statistics === undefined
      ? []
      : [
          {
            name: "statistics",
            type: interfaces.typeOf(context.statistics, "statistics"),
            doc: "What the data section fits on the training examples: a checkpoint of `modelc train` has it.",
          },
        ]),
    ...(trains
      ? [
          {
            ...(context.several
              ? { name: "optimizers", type: "Optimizers | undefined" }
              : { name: "optimizer", type: "Slot[]" }),
            doc: `${context.remembers ? "What the optimizer remembers of each trainable parameter" : "The trainable parameters"}${context.several ? ", for each step; nothing" : "; empty"} until training asks for it.`,
          },
          ...(context.remembers
            ? [
                {
                  name: "memory",
                  type: "Checkpoint | undefined",
                  optional: true,
                  doc: "What a checkpoint says of the optimizer, until training asks for it.",
                },
              ]
            : []),
          { name: "step", type: "number", doc: "Steps of training so far." },
          ...(context.phased
            ? [{ name: "phase", type: "number", doc: "Which of `phases` says what is frozen: `fit` sets it." }]
            : []),
          ...(context.average === undefined
            ? []
            : [
                {
                  name: "averages",
                  type: "Average[]",
                  doc: "What predictions have in place of parameters; empty until training or a checkpoint gives any.",
                },
              ]),
          { name: "fitting", type: "Fitting", doc: "What `fit` goes on from, besides." },
          ...(context.steps === undefined
            ? []
            : [
                {
                  name: "steps",
                  type: "number",
                  doc: "Steps of the whole training: the learning rate's schedule ends there.",
                },
              ]),
        ]
      : []),
    ...(trains || context.forward.needs.random
      ? [{ name: "seed", type: "number", doc: "Begins every random number." }]
      : []),
  ];
  return {
    kind: "interface",
    exported: true,
    name: type,
    fields,
    doc: context.module.functions.get(context.module.entry)?.doc ?? `A ${type}.`,
  };
}

function portTypes({ type, inputs, outputs }: ModelContext): readonly Item[] {
  const fields = (ports: readonly Port[]): readonly Field[] =>
    ports.map((port) => ({ name: port.name, type: tensorType(port.type.shape.length), doc: typeText(port.type) }));
  return [
    { kind: "type", exported: true, name: `${type}Inputs`, type: { kind: "object-type", fields: fields(inputs) } },
    { kind: "type", exported: true, name: `${type}Outputs`, type: { kind: "object-type", fields: fields(outputs) } },
  ];
}

function createFunction(context: ModelContext): FunctionItem {
  const { type, initial, states, trains, helpers } = context;
  const makeParameters = createExpression(initial, helpers);
  const makeStates = createExpression(states, helpers);
  const makeStatistics =
    context.statistics === undefined ? undefined : createExpression(context.statistics, helpers, unfitted);
  const usesKeys = namesIn([makeParameters, makeStates]).has("at");
  const seeded = usesKeys || trains || context.forward.needs.random;
  if (usesKeys) helpers.add("initialKeys");
  const entries: Entry[] = [{ key: "parameters", value: makeParameters }];
  if (states.entries.size > 0) entries.push({ key: "states", value: makeStates });
  if (makeStatistics !== undefined) entries.push({ key: "statistics", value: makeStatistics });
  if (trains) {
    entries.push(
      context.several ? { key: "optimizers", value: identifier("undefined") } : { key: "optimizer", value: arrayOf() },
      { key: "step", value: literal(0) },
      ...(context.phased ? [{ key: "phase", value: literal(0) }] : []),
      ...(context.average === undefined ? [] : [{ key: "averages", value: noAverages }]),
      { key: "fitting", value: objectOf({ waited: literal(0) }) },
      ...(context.steps === undefined ? [] : [{ key: "steps", value: literal(context.steps) }]),
    );
  }
  if (trains || context.forward.needs.random) entries.push({ key: "seed", value: identifier("seed") });
  const made: Expression = { kind: "object", entries };
  const body: Statement[] = [];
  if (usesKeys) body.push(constant("at", call("initialKeys", identifier("seed"))));
  body.push(returns(startedFollowing(context, made)));
  return {
    kind: "function",
    exported: true,
    name: "create",
    parameters: seeded ? [{ pattern: "seed", default: literal(context.seed) }] : [],
    result: type,
    body,
    doc: `A new model, its weights drawn by ${seeded ? "the seed" : "nothing: all are constants"}.`,
  };
}

/** `forward(inputs..., model.parameters, model.states, training, random)`, with what the function needs. */
export function forwardCall(
  context: ModelContext,
  training: Expression,
  random: Expression,
  forward: CalledFunction = context.forward,
  inputs: readonly Expression[] = context.inputs.map(({ local }) => identifier(local)),
): Expression {
  return call(
    forward.name,
    ...inputs,
    ...(forward.needs.parameters ? [member(identifier("model"), "parameters")] : []),
    ...(forward.needs.states ? [member(identifier("model"), "states")] : []),
    ...(forward.needs.training ? [training] : []),
    ...(forward.needs.random ? [random] : []),
    ...(forward.needs.strays ? [identifier("strays")] : []),
  );
}

/** The place of random keys of a model at its step; at step 0 where it does not train. */
export function modelPlace(context: ModelContext): Expression {
  if (context.forward.needs.random) context.helpers.add("placeAt");
  const model = identifier("model");
  return call("placeAt", member(model, "seed"), context.trains ? member(model, "step") : literal(0));
}

/** `const { a, b } = model outputs`, as a pattern that fits what the forward function returns. */
export function outputPattern(context: ModelContext): Parameter["pattern"] {
  const names = context.outputs.map(({ local }) => local);
  const [only] = names;
  return names.length === 1 && only !== undefined ? only : { kind: "array-pattern", elements: names };
}

function predictFunction(context: ModelContext): FunctionItem {
  const { type, inputs, outputs } = context;
  const outputFields = outputs.map(({ name, local, type: { shape } }): Entry => ({
    key: name,
    value: { kind: "as", value: identifier(local), type: tensorType(shape.length) },
  }));
  return {
    kind: "function",
    exported: true,
    name: "predict",
    parameters: [
      { pattern: "model", type },
      { pattern: "inputs", type: `${type}Inputs` },
    ],
    result: `${type}Outputs`,
    doc: "What the model makes of a batch of inputs. The results are the caller's to dispose of.",
    body: [
      { kind: "expression", value: call("checkInputs", identifier("inputs")) },
      ...(inputs.length === 0 ? [] : [constant(portsPattern(inputs), identifier("inputs"))]),
      returns(
        call(
          "tf.tidy",
          withAverages(
            context,
            closure(
              [],
              counted(
                context,
                context.forward,
                constant(
                  outputPattern(context),
                  forwardCall(context, { kind: "boolean", value: false }, modelPlace(context)),
                ),
                heldPlaces(
                  inputs.map(({ name, local }) => [name, identifier(local)]),
                  context.strays.hints,
                ),
              ).concat(returns({ kind: "object", entries: outputFields })),
            ),
          ),
        ),
      ),
    ],
  };
}

/** A call, and around it the count of places out of range where its function counts any; `held` is what to search. */
export function counted(
  { helpers }: ModelContext,
  { needs }: CalledFunction,
  made: Statement,
  held: readonly Expression[],
): readonly Statement[] {
  if (!needs.strays) return [made];
  ["noStrays", "checkStrays"].forEach((it) => helpers.add(it));
  return [
    constant("strays", call("noStrays")),
    made,
    { kind: "expression", value: call("checkStrays", identifier("strays"), ...held) },
  ];
}

function disposeFunction(context: ModelContext): FunctionItem {
  context.helpers.add("entriesOf");
  return {
    kind: "function",
    exported: true,
    name: "dispose",
    parameters: [{ pattern: "model", type: context.type }],
    result: "void",
    doc: "Frees the memory of a model's variables.",
    body: [
      {
        kind: "for-of",
        pattern: fieldsPattern("variable"),
        iterable: call("entriesOf", identifier("model")),
        body: [{ kind: "expression", value: call("variable.dispose") }],
      },
    ],
  };
}

/** What the types of a model's data are called after it: `NetInputs`, `NetBatch`. */
export const dataTypes: readonly string[] = ["Inputs", "Outputs", "Raw", "Features", "Predictions", "Batch", "Figures"];

/** The name of a model's type. */
export function modelType(module: Module): string {
  return typeName(required(module.functions.get(module.entry), "entry").name, dataTypes);
}
