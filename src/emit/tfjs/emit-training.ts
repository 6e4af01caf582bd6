import { variable as dimVariable } from "../../dims/dim.ts";
import type { TrainProgram } from "../../ir/program.ts";
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
  returns,
  type Entry,
  type Expression,
  type Field,
  type Item,
  type Statement,
} from "./ast.ts";
import { fitFunction } from "./emit-fit.ts";
import type { EmittedFunction } from "./emit-functions.ts";
import { checkFunction } from "./emit-checks.ts";
import { forwardCall, modelPlace, outputPattern } from "./emit-model.ts";
import { portsPattern, type ModelContext, type Port } from "./model-context.ts";
import { tensorType } from "./emit-nodes.ts";
import { optimizerItems } from "./emit-optimizer.ts";
import { preparationTypes, prepareFunction } from "./emit-preparation.ts";
import { typeText } from "./interfaces.ts";
import { localName } from "./names.ts";
import { printType } from "./print.ts";

/** What the training part of a file rests on. */
export interface TrainingContext {
  readonly model: ModelContext;
  readonly program: TrainProgram;
  readonly objective: EmittedFunction;
  /** Gives the features of raw fields. */
  readonly prepare: EmittedFunction;
}

/** `trainStep`, `fit`, `evaluate`, `gradients` and the optimizer, with their types. */
export function trainingItems(context: TrainingContext): {
  readonly types: readonly Item[];
  readonly functions: readonly Item[];
} {
  const { model, program } = context;
  const { type, helpers } = model;
  ["differentiate", "numbersOf", "evaluateBatches", "runFit", "takeStep", "takenStep"].forEach((it) => helpers.add(it));
  ["FitOptions", "EpochReport"].forEach((it) => helpers.add(it));
  const ports = batchPorts(context);
  const optimizer = optimizerItems({
    program,
    type,
    parametersType: printType(model.interfaces.typeOf(model.parameters, "parameters")),
    helpers,
  });
  return {
    types: [...preparationTypes(context), batchType(type, ports), figuresType(context), ...optimizer.types],
    functions: [
      prepareFunction(context),
      trainStepFunction(type),
      gradientsFunction(context),
      evaluateFunction(context),
      fitFunction(model, program, takenSums),
      trainSumsFunction(model),
      evaluateSumsFunction(context),
      figuresFunction(context),
      ...optimizer.functions,
      checkFunction("checkBatch", `${type}Batch`, ports, model),
    ],
  };
}

/** The model's inputs, then the features that only the objective reads. */
function batchPorts({ model, program }: TrainingContext): readonly Port[] {
  const known = new Set(model.inputs.map(({ name }) => name));
  const taken = new Set([...model.inputs, ...model.outputs].map(({ local }) => local));
  const batch = model.inputs[0]?.type.shape[0] ?? dimVariable("B");
  const extra = program.objectiveInputs.flatMap(({ from, name }): readonly Port[] => {
    if (from !== "feature" || known.has(name)) return [];
    known.add(name);
    const feature = required(
      program.data.features.find((it) => it.name === name),
      `feature ${name}`,
    );
    return [
      {
        name,
        local: localName(name, taken),
        type: { dtype: feature.type.dtype, shape: [batch, ...feature.type.shape] },
      },
    ];
  });
  return [...model.inputs, ...extra];
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

/** The sums of a step that was taken: the call throws where it was not. */
const takenSums = call("takenStep", member(model, "step"), { kind: "await", value: call("trainSums", model, batch) });

function trainStepFunction(type: string): Item {
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
      "finite number: the model is then as it was before.",
    ].join("\n"),
    body: [returns(call("figuresOf", takenSums))],
  };
}

/** The statements that run the model on a batch and give the loss, then sums and counts of metrics. */
function judge(context: TrainingContext, training: boolean): readonly Statement[] {
  const { model: shared, program, objective } = context;
  const outputs = outputPattern(shared);
  const locals = new Map([...shared.outputs, ...batchPorts(context)].map((it) => [it.name, it.local]));
  const localOf = (it: { readonly from: "output" | "feature"; readonly name: string }): string =>
    (it.from === "output" ? shared.outputs.find(({ name }) => name === it.name)?.local : undefined) ??
    locals.get(it.name) ??
    it.name;
  const args = program.objectiveInputs.map((it) => identifier(localOf(it)));
  const judged = call(objective.name, ...args);
  const value: Expression = program.metrics.length === 0 ? arrayOf(judged) : judged;
  const used = new Set(
    program.objectiveInputs.flatMap(({ from, name }) => (from === "output" ? [localOf({ from, name })] : [])),
  );
  const pattern =
    typeof outputs === "string" || outputs.kind !== "array-pattern"
      ? outputs
      : {
          ...outputs,
          elements: outputs.elements.map((it) => (typeof it === "string" && used.has(it) ? it : undefined)),
        };
  return [
    constant(pattern, forwardCall(shared, { kind: "boolean", value: training }, modelPlace(shared))),
    returns(value),
  ];
}

function unpackBatch(context: TrainingContext): Statement {
  return constant(portsPattern(batchPorts(context)), batch);
}

function gradientsFunction(context: TrainingContext): Item {
  const { type, states } = context.model;
  const variables: Expression = {
    kind: "call",
    callee: { kind: "member", target: call("optimizerOf", model), name: "map" },
    arguments: [
      { kind: "closure", parameters: [{ pattern: fieldsPattern("parameter") }], body: identifier("parameter") },
    ],
  };
  const doc = [
    "The loss of a batch and the sums and counts of its metrics, and the gradients of the loss in the order of",
    `\`model.optimizer\`. They are the caller's to dispose of.${states.entries.size > 0 ? " States take their next values, whatever the loss is." : ""}`,
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
      unpackBatch(context),
      returns(
        call("tf.tidy", {
          kind: "closure",
          parameters: [],
          body: call("differentiate", variables, closure([], judge(context, true))),
        }),
      ),
    ],
  };
}

function trainSumsFunction({ type, states }: ModelContext): Item {
  const owned = states.entries.size > 0 ? call("entriesOf", member(model, "states")) : arrayOf();
  return {
    kind: "function",
    exported: false,
    async: true,
    name: "trainSums",
    parameters: [
      { pattern: "model", type },
      { pattern: "batch", type: `${type}Batch` },
    ],
    result: "Promise<number[]>",
    doc: "Takes a step where the loss is a finite number, and gives what the batch had before it.",
    body: [
      { kind: "expression", value: call("checkBatch", batch) },
      constant("sums", {
        kind: "await",
        value: call(
          "takeStep",
          owned,
          { kind: "closure", parameters: [], body: call("gradients", model, batch) },
          { kind: "closure", parameters: [{ pattern: "slopes" }], body: call("update", model, identifier("slopes")) },
        ),
      }),
      {
        kind: "if",
        test: call("Number.isFinite", { kind: "index", target: identifier("sums"), index: literal(0) }),
        then: [{ kind: "assign", target: member(model, "step"), operator: "+=", value: literal(1) }],
      },
      returns(identifier("sums")),
    ],
  };
}

function evaluateSumsFunction(context: TrainingContext): Item {
  const { type } = context.model;
  const statements = judge(context, false);
  const last = statements.at(-1);
  const value = last?.kind === "return" && last.value !== undefined ? last.value : arrayOf();
  return {
    kind: "function",
    exported: false,
    name: "evaluateSums",
    parameters: [
      { pattern: "model", type },
      { pattern: "batch", type: `${type}Batch` },
    ],
    result: "Promise<number[]>",
    body: [
      unpackBatch(context),
      returns(
        call("numbersOf", call("tf.tidy", closure([], [...statements.slice(0, -1), returns(call("tf.stack", value))]))),
      ),
    ],
  };
}

function figuresFunction({ model: { type }, program }: TrainingContext): Item {
  const parts = program.metrics.flatMap(({ name }) => [name, `${name}Count`]);
  const entries = program.metrics.map(({ name, finish }): Entry => {
    const mean: Expression = {
      kind: "binary",
      operator: "/",
      left: identifier(name),
      right: identifier(`${name}Count`),
    };
    return { key: name, value: finish === "exp_mean" ? call("Math.exp", mean) : mean };
  });
  return {
    kind: "function",
    exported: false,
    name: "figuresOf",
    parameters: [
      {
        pattern: { kind: "array-pattern", elements: ["loss = NaN", ...parts.map((part) => `${part} = NaN`)] },
        type: "readonly number[]",
      },
    ],
    result: `${type}Figures`,
    doc: "The figures of a loss, and of sums and counts of metrics.",
    body: [returns({ kind: "object", entries: [{ key: "loss", value: identifier("loss") }, ...entries] })],
  };
}

function evaluateFunction({ model: { type } }: TrainingContext): Item {
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
    doc: "Loss and metrics over a data set.",
    body: [
      { kind: "expression", value: call("checkBatch", identifier("data")) },
      returns(
        call("evaluateBatches", identifier("data"), identifier("batchSize"), identifier("figuresOf"), {
          kind: "closure",
          parameters: [{ pattern: "batch" }],
          body: call("evaluateSums", model, batch),
        }),
      ),
    ],
  };
}
