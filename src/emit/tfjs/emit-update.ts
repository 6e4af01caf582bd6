import { buildUpdate, scalarsOf, updatesBy } from "../../autodiff/build-update.ts";
import { clippingOf, type Clipping } from "../../autodiff/clip-gradients.ts";
import { optimizerOf, slotNames } from "../../autodiff/optimizers.ts";
import { buildRate, constantRate, needsTotal } from "../../autodiff/schedules.ts";
import { variable as dimVariable } from "../../dims/dim.ts";
import type { Value } from "../../ir/graph.ts";
import type { Schedule, TrainStep } from "../../ir/program.ts";
import type { TensorType } from "../../ir/types.ts";
import { createBuilder } from "../../graph/create-builder.ts";
import { required } from "../../support/fault.ts";
import { mapValues } from "../../support/map-values.ts";
import {
  call,
  callTensor,
  constant,
  fieldsPattern,
  identifier,
  literal,
  member,
  returns,
  type Expression,
  type Item,
  type Statement,
} from "./ast.ts";
import type { Bound } from "../structured/body-context.ts";
import type { StepNames } from "./step-names.ts";
import { writeScalarsAndTensors, type Template } from "./write-template.ts";

/** What the update of a file's parameters rests on. */
export interface UpdateContext {
  readonly step: TrainStep;
  readonly names: StepNames;
  /** The slots that learn now. */
  readonly slots: Expression;
  /** The name of the model's type. */
  readonly type: string;
  readonly helpers: Set<string>;
  /** Which settings differ between parameters: each of these has them as fields. */
  readonly settings: { readonly decays: boolean; readonly scales: boolean };
}

/** Stands for the type of any parameter: an update looks at elements, or at all of them together. */
const anyParameter: TensorType = { dtype: "f32", shape: [dimVariable("N")] };
const number: TensorType = { dtype: "f64", shape: [] };

const model = identifier("model");

/** `update`, and `learningRate` where it changes: written from the same graphs that ONNX files hold. */
export function updateItems(context: UpdateContext): readonly Item[] {
  const { rate } = context.step.optimizer;
  const isConstant = constantRate(rate) !== undefined;
  return [updateFunction(context), ...(isConstant ? [] : [rateFunction(rate, context.names.learningRate)])];
}

function rateFunction(schedule: Schedule, name: string): Item {
  const b = createBuilder({ firstId: 0 });
  const names = new Map<number, string>();
  const step = b.value(number);
  const total = b.value(number);
  const named = namer(names);
  const result = buildRate(b, schedule, step, () => total, named);
  const { shared, read } = writeScalarsAndTensors({
    nodes: b.nodes,
    names,
    results: [result],
    inputs: [
      [step, numberBound("step")],
      [total, numberBound("steps")],
    ],
    each: new Set(),
    assigned: [],
    helpers: new Set(),
  });
  const ends = needsTotal(schedule);
  return {
    kind: "function",
    exported: false,
    name,
    parameters: [{ pattern: "step", type: "number" }, ...(ends ? [{ pattern: "steps", type: "number" }] : [])],
    result: "number",
    doc: `The learning rate at a step, from 0${ends ? ", of so many" : ""}.`,
    body: [...shared, returns(read(result))],
  };
}

function updateFunction(context: UpdateContext): Item {
  const { type, helpers, settings, names, slots } = context;
  const { optimizer } = context.step;
  helpers.add("zip");
  const unchanging = constantRate(optimizer.rate);
  const rate =
    unchanging !== undefined
      ? literal(unchanging)
      : call(
          names.learningRate,
          member(model, "step"),
          ...(needsTotal(optimizer.rate) ? [member(model, "steps")] : []),
        );
  const { shared, each } = writeScalarsAndTensors(updateTemplate(context));
  const fields = [
    "parameter",
    ...slotNames(optimizer),
    ...(settings.decays ? ["decay"] : []),
    ...(settings.scales ? ["scale"] : []),
  ];
  const loop: Statement = {
    kind: "for-of",
    pattern: { kind: "array-pattern", elements: [fieldsPattern(...fields), "gradient"] },
    iterable: call("zip", slots, identifier("gradients")),
    body: each,
  };
  return {
    kind: "function",
    exported: false,
    name: names.update,
    parameters: [
      { pattern: "model", type },
      { pattern: "gradients", type: "tf.Tensor[]" },
    ],
    result: "void",
    doc: optimizerOf(optimizer).summary,
    body: [constant("rate", rate), ...shared, loop],
  };
}

/** The update of one parameter as a graph, and what its values are called in the function. */
function updateTemplate({ step: { optimizer: spec, clip, every }, settings, helpers }: UpdateContext): Template {
  const optimizer = optimizerOf(spec);
  const b = createBuilder({ firstId: 0 });
  const names = new Map<number, string>();
  const named = namer(names);
  const inputs: [Value, Bound][] = [];
  const each = new Set<number>();
  const add = (value: Value, bound: Bound, isOfParameter = false): Value => {
    inputs.push([value, bound]);
    if (isOfParameter) each.add(value.id);
    return value;
  };
  const tensor = (name: string): Value =>
    add(b.value(anyParameter), { expression: identifier(name), form: "tensor" }, true);

  const step = add(b.value(number), { expression: member(model, "step"), form: "number" });
  const rate = add(b.value(number), numberBound("rate"));
  const scale = settings.scales ? add(b.value(number), numberBound("scale"), true) : undefined;
  const decay = settings.decays
    ? add(b.value(number), numberBound("decay"), true)
    : spec.decay === 0
      ? undefined
      : b.scalar(spec.decay, "f64");
  const scalars = scalarsOf(spec, (name, value) =>
    named(name, add(b.value(number), { expression: literal(value), form: "number" })),
  );
  const parameter = tensor("parameter");
  const gradient = tensor("gradient");
  const slots = new Map(slotNames(spec).map((slot) => [slot, tensor(slot)]));

  const clipping = clip && clippingOf(clip);
  const total = clipping?.measure && add(b.value({ dtype: "f32", shape: [] }), totalOf(clipping.measure, helpers));
  const shared = optimizer.shared?.(b, named("t", updatesBy(b, step, every)), scalars) ?? {};
  const updated = buildUpdate(b, spec, {
    scalars,
    parameter,
    gradient:
      clipping === undefined || clip === undefined
        ? gradient
        : named("clipped", clipping.limit({ b, gradient, limit: clip.limit, total, named })),
    slot: (name) => required(slots.get(name), `slot ${name}`),
    rate: scale === undefined ? rate : b.mul(rate, scale),
    decay,
    shared: mapValues(shared, named),
    named,
  });
  const assigned = [
    ...Object.entries(updated.slots).map(([name, value]) => ({
      variable: name,
      before: required(slots.get(name), "slot"),
      next: required(value, `next ${name}`),
    })),
    { variable: "parameter", before: parameter, next: updated.parameter },
  ];
  return { nodes: b.nodes, names, results: [], inputs, each, assigned, helpers };
}

/** What is measured of all gradients, added up: `tf.addN(gradients.map((gradient) => ...))`. */
function totalOf(measure: NonNullable<Clipping["measure"]>, helpers: Set<string>): Bound {
  const b = createBuilder({ firstId: 0 });
  const gradient = b.value(anyParameter);
  const result = measure(b, gradient);
  const { read } = writeScalarsAndTensors({
    nodes: b.nodes,
    names: new Map(),
    results: [result],
    inputs: [[gradient, { expression: identifier("gradient"), form: "tensor" }]],
    each: new Set(),
    assigned: [],
    helpers,
  });
  const measures = callTensor("gradients.map", { kind: "arrow", parameters: ["gradient"], body: read(result) });
  return { expression: callTensor("tf.addN", measures), form: "tensor" };
}

function numberBound(name: string): Bound {
  return { expression: identifier(name), form: "number" };
}

function namer(names: Map<number, string>): (name: string, value: Value) => Value {
  return (name, value) => {
    names.set(value.id, name);
    return value;
  };
}
