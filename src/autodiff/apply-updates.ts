import type { GraphInput, GraphOutput, Initializer, Value } from "../ir/graph.ts";
import { averageSlot, portOf, ports, slotOf, slotPath, slotPort } from "../ir/ports.ts";
import type { AverageSpec, ParameterGroup, TrainProgram, TrainStep } from "../ir/program.ts";
import type { DType } from "../ir/types.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";
import { matchPath } from "../support/match-path.ts";
import { required } from "../support/fault.ts";
import { mapValues } from "../support/map-values.ts";
import type { GraphInputs } from "../graph/graph-inputs.ts";
import { clipGradients } from "./clip-gradients.ts";
import { buildUpdate, scalarsOf, updatesBy } from "./build-update.ts";
import { scaledStep } from "./loss-scaling.ts";
import { optimizerOf } from "./optimizers.ts";
import { buildRate } from "./schedules.ts";

/** A parameter to be updated, in its stored order, with its gradient. */
export interface TrainedParameter {
  readonly input: GraphInput;
  readonly gradient: Value;
}

/**
 * Appends to `b` the update of all parameters: gradients clipped, decay and rates of their groups applied, and gives the
 * outputs `next/param/<path>`, `next/opt/<slot>/<path>` (the averages among them), the next scale of the loss where it has
 * one, and, where the step is a program's only one, `next/step`. Where the loss is scaled and a gradient is not finite,
 * parameters, slots and averages stay as they are. Adds the inputs `opt/<slot>/<path>`, `step` and `hyper/...` that it needs.
 */
export function applyUpdates(
  b: GraphBuilder,
  program: TrainProgram,
  own: TrainStep,
  trained: readonly TrainedParameter[],
  inputs: GraphInputs,
): readonly GraphOutput[] {
  const spec = own.optimizer;
  const hyper = (name: string): Value => inputs.add({ name, role: "hyper", type: { dtype: "f32", shape: [] } }).value;
  const step = inputs.add({ name: ports.step, role: "step", type: { dtype: "i64", shape: [] } }).value;
  const total = (): Value => ("steps" in program.length ? b.scalar(program.length.steps) : hyper(ports.totalSteps));
  const rate = b.mul(buildRate(b, spec.rate, b.cast(step, "f32"), total), hyper(ports.rateScale));
  const optimizer = optimizerOf(spec);
  const scalars = scalarsOf(spec, (_, value) => b.scalar(value, "f64"));
  const gradients = trained.map((it) => it.gradient);
  const scaled = scaledStep(b, program, own, gradients, inputs);
  const update = (): Value => {
    const all = updatesBy(b, b.cast(step, "f64"), own.every);
    return scaled === undefined ? all : scaled.taken(all);
  };
  const shared = optimizer.shared?.(b, update(), scalars) ?? {};
  const kept = (next: Value, before: Value): Value => scaled?.kept(next, before) ?? next;
  const times = scalarsBy(b);

  const clipped = clipGradients(b, own.clip, gradients);
  const isFirst = (): Value =>
    scaled === undefined ? b.op("equal", [step, b.scalar(0, "i64")]) : b.op("equal", [update(), b.scalar(1, "f64")]);
  const averaged = program.average && averageBy(b, program.average, isFirst());
  const parameters: GraphOutput[] = [];
  const slots: GraphOutput[] = [];
  trained.forEach(({ input }, index) => {
    const path = required(input.path, "path");
    const { dtype } = input.value.type;
    const { decay, scale } = settingsOf(program.groups, own, path);
    const slotInputs = Object.entries(optimizer.slots(spec)).map(
      ([slot, initial]) => [slot, slotInput(inputs, input, { slot: slotOf(own.name, slot), initial, path })] as const,
    );
    const slotValues = new Map(slotInputs.map(([slot, { value }]) => [slot, value]));
    const updated = buildUpdate(b, spec, {
      scalars,
      parameter: input.value,
      gradient: required(clipped[index], "gradient"),
      slot: (name) => required(slotValues.get(name), `slot ${name}`),
      rate: times("rate", rate, scale, dtype),
      decay: decay === 0 ? undefined : times("decay", hyper(ports.decayScale), decay, dtype),
      shared: mapValues(shared, (name, value) => times(`shared ${name}`, b.cast(value, "f32"), 1, dtype)),
      named: (_, value) => value,
    });
    parameters.push({
      name: portOf("next", input.name),
      role: "parameter",
      path,
      value: kept(updated.parameter, input.value),
      carries: input.name,
    });
    slotInputs.forEach(([slot, it]) => slots.push(nextSlot(it, kept(required(updated.slots[slot], "slot"), it.value))));
    if (averaged === undefined) return;
    const average = slotInput(inputs, input, { slot: averageSlot, path });
    slots.push(nextSlot(average, kept(averaged(average.value, updated.parameter), average.value)));
  });
  const made = [...parameters, ...slots, ...(scaled?.outputs ?? [])];
  if (program.steps.length > 1) return made;
  const next: GraphOutput = {
    name: portOf("next", ports.step),
    role: "step",
    value: b.add(step, b.scalar(1, "i64")),
    carries: ports.step,
  };
  return [...made, next];
}

/** How averages go on: the first update gives what it made of the parameter, as in Keras 3, later ones a share of it. */
function averageBy(
  b: GraphBuilder,
  { decay }: AverageSpec,
  isFirst: Value,
): (average: Value, parameter: Value) => Value {
  const share = (first: number, later: number): Value => b.where(isFirst, b.scalar(first), b.scalar(later));
  const [kept, taken] = [share(0, decay), share(1, 1 - decay)];
  const scaled = scalarsBy(b);
  return (average, parameter) => {
    const { dtype } = parameter.type;
    const [old, fresh] = [scaled("kept", kept, 1, dtype), scaled("taken", taken, 1, dtype)];
    return b.add(b.mul(average, old), b.mul(parameter, fresh));
  };
}

function nextSlot({ name, path }: GraphInput, value: Value): GraphOutput {
  return { name: portOf("next", name), role: "optimizer", ...(path !== undefined && { path }), value, carries: name };
}

/**
 * The input of one slot of a parameter, in the parameter's stored order; full of one number at first, where `initial` says
 * which.
 */
function slotInput(
  inputs: GraphInputs,
  parameter: GraphInput,
  { slot, initial, path }: { readonly slot: string; readonly initial?: number; readonly path: string },
): GraphInput {
  return inputs.add({
    name: slotPort(slot, path),
    role: "optimizer",
    path: slotPath(slot, path),
    type: parameter.value.type,
    ...(initial !== undefined && { init: filled(initial) }),
    logicalType: parameter.logicalType ?? parameter.value.type,
    ...(parameter.perm !== undefined && { perm: parameter.perm }),
  });
}

function filled(value: number): Initializer {
  return value === 0 ? { name: "zeros", arguments: {} } : { name: "constant", arguments: { value } };
}

/** Decay and rate's scale of a parameter: each from the last matching group that gives it. */
export function settingsOf(
  groups: readonly ParameterGroup[],
  { optimizer }: TrainStep,
  path: string,
): { readonly decay: number; readonly scale: number } {
  const matching = groups.filter((it) => matchPath(it.pattern, path));
  const decay = matching.flatMap((it) => it.decay ?? []).at(-1) ?? optimizer.decay;
  const scale = matching.flatMap((it) => it.scale ?? []).at(-1) ?? 1;
  return { decay, scale };
}

/** Gives scalars times factors as a dtype, each made once. */
function scalarsBy(b: GraphBuilder): (name: string, value: Value, factor: number, dtype: DType) => Value {
  const made = new Map<string, Value>();
  return (name, value, factor, dtype) => {
    const key = `${name} ${factor} ${dtype}`;
    const known = made.get(key);
    if (known !== undefined) return known;
    const scalar = b.cast(factor === 1 ? value : b.mul(value, b.scalar(factor)), dtype);
    made.set(key, scalar);
    return scalar;
  };
}
