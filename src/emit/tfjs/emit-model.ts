import { asNumber, formatDim, type Dim } from "../../dims/dim.ts";
import { formatRelation, relationsOf, type Relation } from "../../dims/facts.ts";
import type { Func, Module, Value } from "../../ir/graph.ts";
import type { TensorType } from "../../ir/types.ts";
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
  text,
  type Entry,
  type Expression,
  type Field,
  type FunctionItem,
  type Item,
  type Parameter,
  type Statement,
} from "./ast.ts";
import type { EmittedFunction } from "./emit-functions.ts";
import { createExpression } from "./emit-create.ts";
import { tensorType } from "./emit-nodes.ts";
import { dimScope } from "./dim-expression.ts";
import { typeText, type Interfaces } from "./interfaces.ts";
import { nameScope, pascalCase } from "./names.ts";
import { printType } from "./print.ts";
import { leavesOf, type VariableNode } from "./variable-tree.ts";

/** A tensor that a model takes or gives, by name. */
export interface Port {
  readonly name: string;
  readonly type: TensorType;
}

/** What the parts of a file share. */
export interface ModelContext {
  readonly module: Module;
  readonly entry: Func;
  /** The name of the model's type: `MnistCnn`. */
  readonly type: string;
  readonly forward: EmittedFunction;
  readonly parameters: VariableNode;
  readonly states: VariableNode;
  readonly interfaces: Interfaces;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly helpers: Set<string>;
  /** The seed that `create` begins with where none is given. */
  readonly seed: number;
  /** True where the file trains: models then carry an optimizer and a step. */
  readonly trains: boolean;
  /** Steps of the whole training, where the learning rate depends on that: Infinity until `fit` knows. */
  readonly steps?: number;
}

/** The inputs and outputs of a model by name. */
export function portsOf(func: Func): { readonly inputs: readonly Port[]; readonly outputs: readonly Port[] } {
  const port = (name: string | undefined, value: Value, fallback: string): Port => ({
    name: name ?? fallback,
    type: value.type,
  });
  return {
    inputs: func.body.inputs.map((value, index) => port(func.inputNames[index], value, `input${index}`)),
    outputs: func.body.results.map((value, index) => port(func.resultNames[index], value, `output${index}`)),
  };
}

/** Types, `create`, `predict` and what they call, for a model. */
export function modelItems(context: ModelContext): {
  readonly types: readonly Item[];
  readonly functions: readonly Item[];
} {
  const { type } = context;
  const check = checkFunction("checkInputs", `${type}Inputs`, context.inputs, context);
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
    ...(trains
      ? [
          { name: "optimizer", type: "Slot[]", doc: "What the optimizer remembers of each trainable parameter." },
          { name: "step", type: "number", doc: "Steps of training so far." },
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
  const { type, parameters, states, trains, helpers } = context;
  const makeParameters = createExpression(parameters, helpers);
  const makeStates = createExpression(states, helpers);
  const usesKeys = JSON.stringify([makeParameters, makeStates]).includes('{"kind":"identifier","name":"at"}');
  const seeded = usesKeys || trains || context.forward.needs.random;
  if (usesKeys) helpers.add("initialKeys");
  const entries: Entry[] = [{ key: "parameters", value: trains ? identifier("parameters") : makeParameters }];
  if (states.entries.size > 0) entries.push({ key: "states", value: makeStates });
  if (trains) {
    entries.push(
      { key: "optimizer", value: call("createOptimizer", identifier("parameters")) },
      { key: "step", value: literal(0) },
      ...(context.steps === undefined ? [] : [{ key: "steps", value: literal(context.steps) }]),
    );
  }
  if (trains || context.forward.needs.random) entries.push({ key: "seed", value: identifier("seed") });
  const made: Expression = { kind: "object", entries };
  const body: Statement[] = [];
  if (usesKeys) body.push(constant("at", call("initialKeys", identifier("seed"))));
  if (trains) {
    const shape = printType(context.interfaces.typeOf(parameters, "parameters"));
    body.push({ kind: "declare", mutable: false, pattern: "parameters", type: shape, value: makeParameters });
  }
  body.push(returns(made));
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
export function forwardCall(context: ModelContext, training: Expression, random: Expression): Expression {
  const { forward, inputs } = context;
  return call(
    forward.name,
    ...inputs.map(({ name }) => identifier(name)),
    ...(forward.needs.parameters ? [member(identifier("model"), "parameters")] : []),
    ...(forward.needs.states ? [member(identifier("model"), "states")] : []),
    ...(forward.needs.training ? [training] : []),
    ...(forward.needs.random ? [random] : []),
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
  const names = context.outputs.map(({ name }) => name);
  const [only] = names;
  return names.length === 1 && only !== undefined ? only : { kind: "array-pattern", elements: names };
}

function predictFunction(context: ModelContext): FunctionItem {
  const { type, inputs, outputs } = context;
  const outputFields = outputs.map(({ name, type: { shape } }): Entry => ({
    key: name,
    value: { kind: "as", value: identifier(name), type: tensorType(shape.length) },
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
      ...(inputs.length === 0
        ? []
        : [constant(fieldsPattern(...inputs.map(({ name }) => name)), identifier("inputs"))]),
      returns(
        call(
          "tf.tidy",
          closure(
            [],
            [
              constant(
                outputPattern(context),
                forwardCall(context, { kind: "boolean", value: false }, modelPlace(context)),
              ),
              returns({ kind: "object", entries: outputFields }),
            ],
          ),
        ),
      ),
    ],
  };
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

/** A function that throws unless tensors have the shapes, and sizes the relations, that the model is compiled for. */
export function checkFunction(name: string, type: string, ports: readonly Port[], context: ModelContext): FunctionItem {
  const { helpers, module } = context;
  helpers.add("checkShapes");
  const sizeOf = (dim: Dim): Expression => {
    const value = asNumber(dim);
    return value === undefined ? text(formatDim(dim)) : literal(value);
  };
  const shapes: Entry[] = ports.map((port) => ({
    key: port.name,
    value: arrayOf(identifier(port.name), arrayOf(...port.type.shape.map(sizeOf))),
  }));
  const names = nameScope(ports.map((port) => port.name));
  const scope = dimScope(ports, names);
  const relations = relationsOf(module.facts);
  const checks = relations.flatMap((relation, index): Statement[] => {
    const condition = relationExpression(relation, scope.dim);
    const contract = module.contract.length === relations.length ? module.contract[index] : undefined;
    const message = contract?.message ?? contract?.text ?? formatRelation(relation);
    return [{ kind: "expression", value: call("checkThat", condition, text(message)) }];
  });
  if (checks.length > 0) helpers.add("checkThat");
  return {
    kind: "function",
    exported: false,
    name,
    parameters: [{ pattern: fieldsPattern(...ports.map((port) => port.name)), type }],
    result: "void",
    doc: "Throws unless tensors have the shapes that the model is compiled for.",
    body: [
      { kind: "expression", value: call("checkShapes", { kind: "object", entries: shapes }) },
      ...scope.bindings(),
      ...checks,
    ],
  };
}

function relationExpression(relation: Relation, dim: (dim: Dim) => Expression): Expression {
  if ("divisor" in relation) {
    const remainder: Expression = {
      kind: "binary",
      operator: "%",
      left: dim(relation.dividend),
      right: dim(relation.divisor),
    };
    return {
      kind: "binary",
      operator: relation.kind === "divides" ? "===" : "!==",
      left: remainder,
      right: literal(0),
    };
  }
  const left = dim(relation.left);
  const right = dim(relation.right);
  switch (relation.kind) {
    case "equal":
      return { kind: "binary", operator: "===", left, right };
    case "notEqual":
      return { kind: "binary", operator: "!==", left, right };
    case "lessThan":
      return { kind: "binary", operator: "<", left, right };
    case "atLeast":
      // `T <= 64` rather than `64 >= T`.
      return left.kind === "number"
        ? { kind: "binary", operator: "<=", left: right, right: left }
        : { kind: "binary", operator: ">=", left, right };
  }
}

/** `save` and `load`, with the table of what is stored in another order. */
export function checkpointItems(context: ModelContext): readonly Item[] {
  const { type, helpers, parameters, states, trains } = context;
  ["entriesOf", "writeSafetensors", "readSafetensors", "restoreVariables"].forEach((it) => helpers.add(it));
  if (trains) helpers.add("progressOf");
  const permuted = [...leavesOf(parameters), ...leavesOf(states)].flatMap(({ path, leaf }) =>
    leaf.perm === undefined ? [] : [{ key: path, value: arrayOf(...leaf.perm.map((axis) => literal(axis))) }],
  );
  const model = identifier("model");
  const variables: Expression[] = [
    { kind: "spread", value: call("entriesOf", member(model, "parameters")) },
    ...(states.entries.size > 0
      ? [{ kind: "spread", value: call("entriesOf", member(model, "states")) } as const]
      : []),
    ...(trains ? [{ kind: "spread", value: call("slotVariables", member(model, "optimizer")) } as const] : []),
  ];
  const seeded = trains || context.forward.needs.random;
  const metadata = objectOf({
    ...(permuted.length > 0 ? { perm: call("JSON.stringify", identifier("storedOrders")) } : {}),
    ...(trains
      ? {
          progress: call(
            "JSON.stringify",
            objectOf({
              step: member(model, "step"),
              ...(context.steps === undefined ? {} : { steps: member(model, "steps") }),
            }),
          ),
        }
      : {}),
    ...(seeded ? { seed: call("String", member(model, "seed")) } : {}),
  });
  const orderOf: Expression =
    permuted.length === 0
      ? { kind: "closure", parameters: [], body: identifier("undefined") }
      : identifier("storedOrder");
  const items: Item[] = [
    {
      kind: "function",
      exported: true,
      async: true,
      name: "save",
      parameters: [{ pattern: "model", type }],
      result: "Promise<Uint8Array>",
      doc: `A model as a \`.safetensors\` file${trains ? ", with all that training needs to go on as if it had never stopped" : ""}.`,
      body: [returns(call("writeSafetensors", call("variablesOf", model), orderOf, metadata))],
    },
    {
      kind: "function",
      exported: true,
      name: "load",
      parameters: [
        { pattern: "bytes", type: "Uint8Array" },
        { pattern: "model", default: call("create") },
      ],
      result: type,
      doc: "A model with the values of a `.safetensors` file, be it of `save` or of another target.",
      body: [
        constant("checkpoint", call("readSafetensors", identifier("bytes"))),
        {
          kind: "expression",
          value: call("restoreVariables", call("variablesOf", model), orderOf, identifier("checkpoint")),
        },
        ...(trains
          ? [
              {
                kind: "expression",
                value: call("Object.assign", model, call("progressOf", identifier("checkpoint"))),
              } as const,
            ]
          : []),
        ...(seeded
          ? [
              {
                kind: "assign",
                target: member(model, "seed"),
                value: call("Number", {
                  kind: "binary",
                  operator: "??",
                  left: { kind: "index", target: identifier("checkpoint.metadata"), index: text("seed") },
                  right: member(model, "seed"),
                }),
              } as const,
            ]
          : []),
        returns(model),
      ],
    },
    {
      kind: "function",
      exported: false,
      name: "variablesOf",
      parameters: [{ pattern: "model", type }],
      result: "{ path: string; variable: tf.Variable }[]",
      doc: "All variables of a model by their names in a checkpoint.",
      body: [returns({ kind: "array", elements: variables })],
    },
  ];
  if (permuted.length > 0) {
    items.push(
      {
        kind: "const",
        exported: false,
        name: "storedOrders",
        type: "Record<string, number[]>",
        value: { kind: "object", entries: permuted },
        doc: "Checkpoints hold convolution kernels with the filters first: stored axis i is axis `storedOrders[path][i]` here.",
      },
      {
        kind: "function",
        exported: false,
        name: "storedOrder",
        parameters: [{ pattern: "path", type: "string" }],
        result: "number[] | undefined",
        doc: "The stored order of a variable's axes; an optimizer's memory of it is stored likewise.",
        body: [
          returns({
            kind: "index",
            target: identifier("storedOrders"),
            index: call("path.replace", { kind: "regexp", source: "^opt\\/\\w+\\/" }, text("")),
          }),
        ],
      },
    );
  }
  return items;
}

/** The name of a model's type. */
export function modelType(module: Module): string {
  return pascalCase(required(module.functions.get(module.entry), "entry").name);
}
