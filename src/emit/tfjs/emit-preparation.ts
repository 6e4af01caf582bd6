import { buildUnroundedGraph } from "../../autodiff/build-preparation-graph.ts";
import { preparesAnew } from "../../autodiff/flatten-preparation.ts";
import { asNumber, formatDim } from "../../dims/dim.ts";
import type { Graph, GraphInput } from "../../ir/graph.ts";
import { nameIn } from "../../ir/ports.ts";
import type { RawField, TrainProgram } from "../../ir/program.ts";
import { isFloat } from "../../ops/define/dtype-class.ts";
import { referenceTarget } from "../../passes/pipeline.ts";
import { showField } from "../../sources/show-raw-field.ts";
import { showReading } from "../../sources/show-reading.ts";
import { required } from "../../support/fault.ts";
import {
  arrayOf,
  binary,
  call,
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
  type Item,
  type Parameter,
  type Statement,
} from "./ast.ts";
import { emitDoubles } from "./emit-doubles.ts";
import { tensorType } from "./tensor-type.ts";
import type { TrainingContext } from "./emit-training.ts";
import { typeText } from "../structured/type-text.ts";
import type { ModelContext, Port } from "./model-context.ts";
import { localName, nameScope } from "./names.ts";
import type { PlainExpression } from "../structured/tree.ts";

/** The types of raw fields and of features. */
export function preparationTypes(context: TrainingContext): readonly Item[] {
  const { type } = context.model;
  context.model.helpers.add("Doubles");
  const item = (name: string, fields: readonly Field[], doc: string): Item => ({
    kind: "type",
    exported: true,
    name,
    doc,
    type: { kind: "object-type", fields },
  });
  const read = new Map(context.program.data.preparation.raw.map((it) => [it.name, it]));
  const raw = rawPorts(context).map((port) => {
    const field = required(read.get(port.name), `raw field ${port.name}`);
    return { name: port.name, type: "Doubles", doc: `${typeText(port.type)}${howRead(field)}` };
  });
  const features = featurePorts(context.program).map((port) => ({
    name: port.name,
    type: tensorType(port.type.shape.length),
    doc: typeText(port.type),
  }));
  return [
    item(`${type}Raw`, raw, "A batch as the source of the data section delivers it."),
    item(`${type}Features`, features, "A batch of features, made of raw fields."),
  ];
}

/** What a raw field is made of, where it is no column of numbers as it stands. */
function howRead(field: RawField): string {
  const { reading, missing, rows, columns, window } = field;
  if (window !== undefined) return `: raw.window(${window.size}, shift=${window.shift})`;
  if (reading?.kind === "missing") return `: 1 where a cell of ${showField(field)} is missing`;
  const isPlain = reading === undefined && rows === undefined && (columns === undefined || columns.kind === "named");
  const how = isPlain ? "" : `: ${showReading(field)}`;
  return `${how}${missing === undefined ? "" : `; 0 where \`${missing}\` is 1`}`;
}

/** Whether `prepare` takes a model: it has what is fitted, and the seed of what is drawn. */
function takesModel({ model, program }: TrainingContext): boolean {
  return model.statistics !== undefined || preparesAnew(program.data, program.model.functions);
}

/** `prepare`: the features of a batch of raw fields, as training had them. */
export function prepareFunction(context: TrainingContext): Item {
  const { type } = context.model;
  const anew = preparesAnew(context.program.data, context.program.model.functions);
  const evaluation = preparationBody(context, "inference");
  return {
    kind: "function",
    exported: true,
    name: "prepare",
    parameters: [
      ...(takesModel(context) ? [{ pattern: "model", type }] : []),
      { pattern: "raw", type: `${type}Raw` },
      ...(anew ? [preparedFor(context)] : []),
    ],
    result: `${type}Features`,
    doc: [
      "The features of a batch of raw fields, made as they are for training: in double precision, and rounded once. They",
      "are the caller's to dispose of.",
      ...(anew
        ? [
            "",
            "With `epoch`, they are those of that pass of a training over its data, counted from 0; without it, they are those of",
            "validation and prediction. What is drawn goes by the numbers of the examples in their split: 0, 1, 2, ... unless",
            "`examples` has others.",
          ]
        : []),
    ].join("\n"),
    body: [
      rawCheck(context.model, context.program),
      ...(anew
        ? [
            {
              kind: "if",
              test: binary("===", identifier("epoch"), identifier("undefined")),
              then: evaluation,
            } as const,
            ...preparationBody(context, "training"),
          ]
        : evaluation),
    ],
  };
}

/** `{ epoch, examples }`: numbers of examples only where something is drawn. */
function preparedFor(context: TrainingContext): Parameter {
  const draws = (["inference", "training"] as const).some((mode) => drawsIn(preparationGraph(context, mode)));
  return {
    pattern: draws ? fieldsPattern("epoch", "examples") : fieldsPattern("epoch"),
    type: `{ readonly epoch?: number${draws ? "; readonly examples?: ArrayLike<number>" : ""} }`,
    default: objectOf({}),
  };
}

function preparationGraph({ program: { data, model } }: TrainingContext, mode: "training" | "inference"): Graph {
  return buildUnroundedGraph(data, { ...referenceTarget, keepsKeys: true, functions: model.functions, mode });
}

const drawsIn = ({ inputs }: Graph): boolean => inputs.some(({ role }) => role === "seed");

/** From `raw` to the features, in a mode; what is drawn goes by `key`, of `epoch` in training. */
function preparationBody(context: TrainingContext, mode: "training" | "inference"): readonly Statement[] {
  const { helpers } = context.model;
  const graph = preparationGraph(context, mode);
  const names = nameScope(
    ["raw", ...(takesModel(context) ? ["model", "epoch", "examples", "key", "numbers"] : [])],
    context.isHelper,
  );
  const { statements, results } = emitDoubles(graph, inputsOf(graph), names, (name) => helpers.add(name));
  const entries = featurePorts(context.program).map((port, at): Entry => {
    const value = featureTensor(port, required(results[at], port.name), helpers);
    return { key: port.name, value: { kind: "as", value, type: tensorType(port.type.shape.length) } };
  });
  const faults = graph.outputs.findIndex(({ role }) => role === "faults");
  const draws = drawsIn(graph);
  if (draws) ["stepKey", "exampleNumbers"].forEach((it) => helpers.add(it));
  const epoch = mode === "training" ? identifier("epoch") : literal(0);
  return [
    ...(draws
      ? [
          constant("key", call("stepKey", member(identifier("model"), "seed"), epoch)),
          constant("numbers", call("exampleNumbers", firstRaw(context), identifier("examples"))),
        ]
      : []),
    ...statements,
    ...(faults < 0 ? [] : [lookUpCheck(graph, required(results[faults], "faults"), helpers)]),
    returns(call("tf.tidy", { kind: "closure", parameters: [], body: { kind: "object", entries } })),
  ];
}

/** `raw.x` for `raw/x`, `model.statistics.x.mean` for `statistic/x.mean`, `key` for the key of the epoch. */
function inputsOf({ inputs }: Graph): ReadonlyMap<string, PlainExpression> {
  return new Map(
    inputs.map(({ name, path, role }) => {
      const field = nameIn("raw", name);
      if (field !== undefined) return [name, rawField(field)];
      if (role === "seed") return [name, identifier("key")];
      if (role === "examples") return [name, identifier("numbers")];
      return [name, member(identifier("model"), "statistics", ...required(path, name).split("."))];
    }),
  );
}

/** A field that says how many examples there are. */
function firstRaw(context: TrainingContext): PlainExpression {
  return rawField(required(rawPorts(context)[0], "a raw field").name);
}

function rawField(name: string): PlainExpression {
  return member(identifier("raw"), name);
}

/** `checkRaw(["x", raw.x, ["B", 2], "numbers"])`. */
export function rawCheck({ helpers }: Pick<ModelContext, "helpers">, program: TrainProgram): Statement {
  helpers.add("checkRaw");
  const fields = rawPorts({ program }).map(({ name, type: { dtype, shape } }) => {
    const sizes = shape.map((dim) => {
      const size = asNumber(dim);
      return size === undefined ? text(formatDim(dim)) : literal(size);
    });
    return arrayOf(text(name), rawField(name), arrayOf(...sizes), text(isFloat(dtype) ? "numbers" : "whole numbers"));
  });
  return { kind: "expression", value: call("checkRaw", ...fields) };
}

/** `checkLookUps(strayed, ["window", raw.window, 65])`. */
function lookUpCheck(graph: Graph, strayed: Expression, helpers: Set<string>): Statement {
  helpers.add("checkLookUps");
  const held = graph.inputs.flatMap(({ name, places }: GraphInput): readonly Expression[] => {
    const field = nameIn("raw", name);
    return field === undefined || places === undefined ? [] : [arrayOf(text(field), rawField(field), literal(places))];
  });
  return { kind: "expression", value: call("checkLookUps", strayed, ...held) };
}

/**
 * `realTensor("x", x)`, or `wholeTensor("label", label)` with the range where the declared type has a smaller one, or
 * `truthTensor(late)`.
 */
function featureTensor({ name, type: { dtype } }: Port, value: Expression, helpers: Set<string>): Expression {
  if (dtype === "bool") {
    helpers.add("truthTensor");
    return call("truthTensor", value);
  }
  const helper = isFloat(dtype) ? "realTensor" : "wholeTensor";
  helpers.add(helper);
  const range = dtype === "u8" ? [0, 255] : dtype === "i8" ? [-128, 127] : dtype === "u32" ? [0] : [];
  return call(helper, text(name), value, ...range.map((bound) => literal(bound)));
}

function rawPorts({ program }: Pick<TrainingContext, "program">): readonly Port[] {
  const { inputNames, body } = program.data.preparation.func;
  return inputNames.map((name, index) => {
    const { dtype, shape } = required(body.inputs[index], `raw field ${name}`).type;
    // To the checker real numbers are f32; they come as doubles.
    return { name, local: localName(name), type: { dtype: dtype === "f32" ? "f64" : dtype, shape } };
  });
}

/** The features of a program's data. */
export function featurePorts({ data }: TrainProgram): readonly Port[] {
  const { resultNames, body } = data.preparation.func;
  return resultNames.map((given, index) => {
    const name = given ?? `feature_${index}`;
    return { name, local: localName(name), type: required(body.results[index], name).type };
  });
}
