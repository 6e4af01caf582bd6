import type { TrainProgram } from "../../ir/program.ts";
import { required } from "../../support/fault.ts";
import { straysOfPreparation } from "../../autodiff/places-of.ts";
import {
  call,
  closure,
  constant,
  identifier,
  member,
  returns,
  type Entry,
  type Expression,
  type Field,
  type Item,
} from "./ast.ts";
import { heldPlaces } from "./emit-checks.ts";
import { counted } from "./emit-model.ts";
import type { Port } from "./model-context.ts";
import { localName } from "./names.ts";
import { tensorType } from "./emit-nodes.ts";
import type { TrainingContext } from "./emit-training.ts";
import { typeText } from "./interfaces.ts";

/** The types of raw fields and of features. */
export function preparationTypes(context: TrainingContext): readonly Item[] {
  const { type } = context.model;
  const { raw, features } = portsOfData(context);
  const item = (name: string, ports: readonly Port[], doc: string): Item => ({
    kind: "type",
    exported: true,
    name,
    doc,
    type: {
      kind: "object-type",
      fields: ports.map((port): Field => ({
        name: port.name,
        type: tensorType(port.type.shape.length),
        doc: typeText(port.type),
      })),
    },
  });
  return [
    item(`${type}Raw`, raw, "A batch as the source of the data section delivers it."),
    item(`${type}Features`, features, "A batch of features, made of raw fields."),
  ];
}

/** `prepare`: the features of a batch of raw fields, as training had them. */
export function prepareFunction(context: TrainingContext): Item {
  const { type } = context.model;
  const { needs, name } = context.prepare;
  const { raw, features } = portsOfData(context);
  const names = features.map((port) => port.local);
  const args = [
    ...raw.map((port) => member(identifier("raw"), port.name)),
    ...(needs.states ? [member(identifier("model"), "statistics")] : []),
    ...(needs.strays ? [identifier("strays")] : []),
  ];
  const strays = straysOfPreparation(context.program);
  const heldIn = (places: ReadonlyMap<string, number>): readonly Expression[] =>
    heldPlaces(
      raw.map((port) => [port.name, member(identifier("raw"), port.name)]),
      places,
    );
  const whole = heldIn(strays.features);
  if (whole.length > 0) context.model.helpers.add("checkPlaces");
  const [only = "features"] = names;
  const entries = features.map((port): Entry => {
    // A copy, for what is passed on as it came: the caller disposes of both.
    const copy: Expression = call("tf.clone", identifier(port.local));
    return { key: port.name, value: { kind: "as", value: copy, type: tensorType(port.type.shape.length) } };
  });
  return {
    kind: "function",
    exported: true,
    name: "prepare",
    parameters: [...(needs.states ? [{ pattern: "model", type }] : []), { pattern: "raw", type: `${type}Raw` }],
    result: `${type}Features`,
    doc: [
      "The features of a batch of raw fields, made as they are for training. They are the caller's to dispose of.",
      "TensorFlow.js has 32 bits an element: what needs more, as Unix seconds do, is prepared by the ONNX graph, in 64.",
    ].join("\n"),
    body: [
      ...(whole.length > 0 ? [{ kind: "expression", value: call("checkPlaces", ...whole) } as const] : []),
      returns(
        call(
          "tf.tidy",
          closure(
            [],
            counted(
              context.model,
              context.prepare,
              constant(names.length === 1 ? only : { kind: "array-pattern", elements: names }, call(name, ...args)),
              heldIn(strays.hints),
            ).concat(returns({ kind: "object", entries })),
          ),
        ),
      ),
    ],
  };
}

/** The features of a program's data. */
export function featurePorts(program: TrainProgram): readonly Port[] {
  return portsOfData({ program }).features;
}

function portsOfData({ program }: Pick<TrainingContext, "program">): {
  readonly raw: readonly Port[];
  readonly features: readonly Port[];
} {
  const { inputNames, body, resultNames } = program.data.preparation.func;
  return {
    raw: inputNames.map((name, index) => ({
      name,
      local: localName(name),
      type: required(body.inputs[index], `raw field ${name}`).type,
    })),
    features: resultNames.map((name, index) => ({
      name: name ?? `feature_${index}`,
      local: localName(name ?? `feature_${index}`),
      type: required(body.results[index], "feature").type,
    })),
  };
}
