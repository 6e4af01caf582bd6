import type { Value } from "../ir/graph.ts";
import type { OptimizerSpec } from "../ir/program.ts";
import type { GraphBuilder } from "../ops/builder.ts";
import { required } from "../support/fault.ts";

type Kind = OptimizerSpec["kind"];
type SpecOf<K extends Kind> = Extract<OptimizerSpec, { readonly kind: K }>;

/** What one parameter's update works with; all values but `rate` and `bias` have the parameter's type. */
interface UpdateInput<S> {
  readonly b: GraphBuilder;
  readonly spec: S;
  readonly parameter: Value;
  readonly gradient: Value;
  /** In the order of the optimizer's slots. */
  readonly slots: readonly Value[];
  /** The learning rate of this parameter at this step, a scalar of its dtype. */
  readonly rate: Value;
  /** Adam's factor sqrt(1 - beta2^t) / (1 - beta1^t), a scalar of the parameter's dtype. */
  readonly correction: Value | undefined;
}

/** A parameter's next value, and those of its slots. */
export interface Updated {
  readonly parameter: Value;
  readonly slots: readonly Value[];
}

interface Optimizer<S> {
  /** Names of the state that each parameter has; zeros at first. */
  readonly slots: (spec: S) => readonly string[];
  readonly update: (input: UpdateInput<S>) => Updated;
}

/**
 * All optimizers, with the meaning that Keras 3 gives them (`keras/src/optimizers`): momentum is v = m v - lr g, epsilon
 * stands outside of Adam's square root and inside of RMSprop's.
 */
const optimizers: { readonly [K in Kind]: Optimizer<SpecOf<K>> } = {
  sgd: {
    slots: () => [],
    update: ({ b, parameter, gradient, rate }) => ({ parameter: b.sub(parameter, b.mul(gradient, rate)), slots: [] }),
  },
  momentum: {
    slots: () => ["velocity"],
    update: ({ b, spec, parameter, gradient, slots, rate }) => {
      const step = b.mul(gradient, rate);
      const velocity = b.sub(times(b, slotAt(slots, 0), spec.momentum), step);
      const change = spec.nesterov ? b.sub(times(b, velocity, spec.momentum), step) : velocity;
      return { parameter: b.add(parameter, change), slots: [velocity] };
    },
  },
  rmsprop: {
    slots: (spec) => (spec.momentum > 0 ? ["square", "momentum"] : ["square"]),
    update: ({ b, spec, parameter, gradient, slots, rate }) => {
      const square = blend(b, slotAt(slots, 0), b.mul(gradient, gradient), spec.rho);
      const root = b.op("sqrt", [b.add(square, scalarLike(b, square, spec.epsilon))]);
      const step = b.div(b.mul(gradient, rate), root);
      if (spec.momentum === 0) return { parameter: b.sub(parameter, step), slots: [square] };
      const momentum = b.add(times(b, slotAt(slots, 1), spec.momentum), step);
      return { parameter: b.sub(parameter, momentum), slots: [square, momentum] };
    },
  },
  adam: { slots: () => ["m", "v"], update: adam },
  adamw: { slots: () => ["m", "v"], update: adam },
};

function adam(input: UpdateInput<SpecOf<"adam" | "adamw">>): Updated {
  const { b, spec, parameter, gradient, slots, rate, correction } = input;
  const m = blend(b, slotAt(slots, 0), gradient, spec.beta1);
  const v = blend(b, slotAt(slots, 1), b.mul(gradient, gradient), spec.beta2);
  const root = b.add(b.op("sqrt", [v]), scalarLike(b, v, spec.epsilon));
  const step = b.div(b.mul(m, b.mul(rate, required(correction, "bias correction"))), root);
  return { parameter: b.sub(parameter, step), slots: [m, v] };
}

/** decay * old + (1 - decay) * now. */
function blend(b: GraphBuilder, old: Value, now: Value, decay: number): Value {
  return b.add(times(b, old, decay), times(b, now, 1 - decay));
}

function times(b: GraphBuilder, value: Value, factor: number): Value {
  return b.mul(value, scalarLike(b, value, factor));
}

function scalarLike(b: GraphBuilder, value: Value, number: number): Value {
  return b.scalar(number, value.type.dtype);
}

function slotAt(slots: readonly Value[], index: number): Value {
  return required(slots[index], "optimizer slot");
}

/** Names of the state that an optimizer keeps for each parameter, in order; all begin as zeros. */
export function slotNames(spec: OptimizerSpec): readonly string[] {
  return slotsOf(spec);
}

function slotsOf<K extends Kind>(spec: SpecOf<K>): readonly string[] {
  return optimizers[spec.kind as K].slots(spec);
}

/** What {@link buildUpdate} needs to know of one parameter at one step. */
export interface ParameterUpdate {
  readonly parameter: Value;
  readonly gradient: Value;
  readonly slots: readonly Value[];
  /** Scalar of the parameter's dtype: schedule, scales and groups applied. */
  readonly rate: Value;
  /** Scalar of the parameter's dtype, where the parameter decays: decoupled for adamw, added to the gradient otherwise. */
  readonly decay: Value | undefined;
  /** From {@link buildCorrection}, in the parameter's dtype. */
  readonly correction: Value | undefined;
}

/** A parameter's next value and its slots' next values. */
export function buildUpdate(b: GraphBuilder, spec: OptimizerSpec, update: ParameterUpdate): Updated {
  const { parameter, gradient, decay, rate } = update;
  if (decay === undefined) return applyUpdate(b, spec, update);
  return spec.kind === "adamw"
    ? applyUpdate(b, spec, { ...update, parameter: b.sub(parameter, b.mul(parameter, b.mul(decay, rate))) })
    : applyUpdate(b, spec, { ...update, gradient: b.add(gradient, b.mul(parameter, decay)) });
}

function applyUpdate<K extends Kind>(b: GraphBuilder, spec: SpecOf<K>, update: ParameterUpdate): Updated {
  return optimizers[spec.kind as K].update({ ...update, b, spec });
}

/**
 * Adam's bias correction sqrt(1 - beta2^t) / (1 - beta1^t) at t = step + 1, as an f32 scalar; undefined for optimizers
 * without. Computed in f64: 1 - 0.999^t loses four digits in f32 at the first steps.
 */
export function buildCorrection(b: GraphBuilder, spec: OptimizerSpec, step: Value): Value | undefined {
  if (spec.kind !== "adam" && spec.kind !== "adamw") return undefined;
  const one = b.scalar(1, "f64");
  const t = b.add(b.cast(step, "f64"), one);
  const lacking = (beta: number): Value => b.sub(one, b.op("pow", [b.scalar(beta, "f64"), t]));
  return b.cast(b.div(b.op("sqrt", [lacking(spec.beta2)]), lacking(spec.beta1)), "f32");
}
