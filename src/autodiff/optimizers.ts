import type { Value } from "../ir/graph.ts";
import type { OptimizerSpec } from "../ir/program.ts";
import type { ArgumentSchema, CallSchema } from "../ir/settings.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";
import { fault } from "../support/fault.ts";
import { defineOptimizer, type Optimizer, type Updated, type UpdateInput } from "./define-optimizer.ts";
import { sumOfSquares } from "./sum-of-squares.ts";

const rate = (value: number): ArgumentSchema => ({ kind: "call", above: 0, default: value });
const decay = (value = 0) => ({ kind: "number", default: value, min: 0 }) as const;
const fraction = (value: number) => ({ kind: "number", default: value, min: 0, below: 1 }) as const;
const epsilon = { kind: "number", default: 1e-7, above: 0 } as const;
const flag = { kind: "boolean", default: false } as const;

const adamSettings = { lr: rate(1e-3), beta1: fraction(0.9), beta2: fraction(0.999), epsilon } as const;

/**
 * All optimizers by the names of the language, with the meaning and the defaults that Keras 3 gives them
 * (`keras/src/optimizers`): momentum is v = m v - lr g, epsilon stands outside of Adam's square root and inside of
 * RMSprop's. Each is written here once, for every target.
 */
export const optimizers = {
  sgd: defineOptimizer({
    settings: { lr: rate(0.01), decay: decay() },
    summary: "One step of gradient descent.",
    decay: "by gradient",
    slots: () => ({}),
    update: ({ b, parameter, gradient, rate }) => ({
      parameter: b.sub(parameter, times(b, gradient, rate)),
      slots: {},
    }),
  }),

  momentum: defineOptimizer({
    settings: { lr: rate(0.01), momentum: fraction(0.9), nesterov: flag, decay: decay() },
    summary: "One step of gradient descent with momentum, as Keras 3 computes it.",
    decay: "by gradient",
    slots: () => ({ velocity: 0 }),
    update: ({ b, settings, scalars, parameter, gradient, slot, rate, named }) => {
      const change = named("change", times(b, gradient, rate));
      const velocity = b.sub(times(b, slot("velocity"), scalars.momentum), change);
      const step = settings.nesterov ? b.sub(times(b, velocity, scalars.momentum), change) : velocity;
      return { parameter: b.add(parameter, step), slots: { velocity } };
    },
  }),

  rmsprop: defineOptimizer({
    settings: { lr: rate(1e-3), rho: fraction(0.9), momentum: fraction(0), epsilon, decay: decay() },
    summary: "One step of RMSprop (Hinton 2012), as Keras 3 computes it.",
    decay: "by gradient",
    slots: ({ momentum }) => (momentum > 0 ? { square: 0, momentum: 0 } : { square: 0 }),
    update: ({ b, settings, scalars, parameter, gradient, slot, rate, named }) => {
      const square = blend(b, slot("square"), b.op("square", [gradient]), scalars.rho);
      const root = b.op("sqrt", [plus(b, square, scalars.epsilon)]);
      const change = named("change", b.div(times(b, gradient, rate), root));
      if (settings.momentum === 0) return { parameter: b.sub(parameter, change), slots: { square } };
      const momentum = b.add(times(b, slot("momentum"), scalars.momentum), change);
      return { parameter: b.sub(parameter, momentum), slots: { square, momentum } };
    },
  }),

  adam: defineOptimizer({
    settings: { ...adamSettings, decay: decay() },
    summary: "One step of Adam (Kingma and Ba 2015), as Keras 3 computes it.",
    decay: "by gradient",
    slots: () => ({ m: 0, v: 0 }),
    shared: adamCorrection,
    update: adam,
  }),

  adamw: defineOptimizer({
    settings: { ...adamSettings, decay: decay(0.004) },
    summary: "One step of Adam with decoupled weight decay (Loshchilov and Hutter 2019), as Keras 3 computes it.",
    decay: "decoupled",
    slots: () => ({ m: 0, v: 0 }),
    shared: adamCorrection,
    update: adam,
  }),

  adagrad: defineOptimizer({
    settings: {
      lr: rate(1e-3),
      initial_accumulator_value: { kind: "number", default: 0.1, min: 0 },
      epsilon,
      decay: decay(),
    },
    summary: "One step of Adagrad (Duchi et al. 2011), as Keras 3 computes it.",
    decay: "by gradient",
    slots: ({ initial_accumulator_value }) => ({ accumulator: initial_accumulator_value }),
    update: ({ b, scalars, parameter, gradient, slot, rate, named }) => {
      const accumulator = b.add(slot("accumulator"), b.op("square", [gradient]));
      const root = b.op("sqrt", [plus(b, accumulator, scalars.epsilon)]);
      const change = named("change", b.div(times(b, gradient, rate), root));
      return { parameter: b.sub(parameter, change), slots: { accumulator } };
    },
  }),

  adadelta: defineOptimizer({
    settings: { lr: rate(1e-3), rho: fraction(0.95), epsilon, decay: decay() },
    summary: "One step of Adadelta (Zeiler 2012), as Keras 3 computes it.",
    decay: "by gradient",
    slots: () => ({ square: 0, delta: 0 }),
    update: ({ b, scalars, parameter, gradient, slot, rate, named }) => {
      const root = (square: Value): Value => b.op("sqrt", [plus(b, square, scalars.epsilon)]);
      const square = blend(b, slot("square"), b.op("square", [gradient]), scalars.rho);
      const change = named("change", b.div(b.mul(root(slot("delta")), gradient), root(square)));
      return {
        parameter: b.sub(parameter, times(b, change, rate)),
        slots: { square, delta: blend(b, slot("delta"), b.op("square", [change]), scalars.rho) },
      };
    },
  }),

  adamax: defineOptimizer({
    settings: { ...adamSettings, decay: decay() },
    summary: "One step of Adamax (Kingma and Ba 2015), as Keras 3 computes it.",
    decay: "by gradient",
    slots: () => ({ m: 0, u: 0 }),
    shared: (b, t, { beta1 }) => ({ lacking: lacking(b, beta1, t) }),
    update: ({ b, scalars, parameter, gradient, slot, rate, shared, named }) => {
      const m = blend(b, slot("m"), gradient, scalars.beta1);
      const u = b.op("maximum", [times(b, slot("u"), scalars.beta2), b.op("abs", [gradient])]);
      const change = named("change", b.div(times(b, m, b.div(rate, shared.lacking)), plus(b, u, scalars.epsilon)));
      return { parameter: b.sub(parameter, change), slots: { m, u } };
    },
  }),

  lion: defineOptimizer({
    settings: { lr: rate(1e-3), beta1: fraction(0.9), beta2: fraction(0.99), decay: decay() },
    summary: "One step of Lion (Chen et al. 2023), as Keras 3 computes it.",
    decay: "decoupled",
    slots: () => ({ m: 0 }),
    update: ({ b, scalars, parameter, gradient, slot, rate }) => {
      const direction = b.op("sign", [blend(b, slot("m"), gradient, scalars.beta1)]);
      return {
        parameter: b.sub(parameter, times(b, direction, rate)),
        slots: { m: blend(b, slot("m"), gradient, scalars.beta2) },
      };
    },
  }),

  lamb: defineOptimizer({
    settings: { ...adamSettings, decay: decay() },
    summary: "One step of LAMB (You et al. 2020), as Keras 3 computes it.",
    decay: "decoupled",
    slots: () => ({ m: 0, v: 0 }),
    shared: (b, t, { beta1, beta2 }) => ({ lacking1: lacking(b, beta1, t), lacking2: lacking(b, beta2, t) }),
    update: (input) => {
      const { b, scalars, parameter, rate, shared, named } = input;
      const slots = moments(input);
      const root = plus(b, b.op("sqrt", [dividedBy(b, slots.v, shared.lacking2)]), scalars.epsilon);
      const change = named("change", b.div(dividedBy(b, slots.m, shared.lacking1), root));
      const ratio = named(
        "ratio",
        trustRatio(b, named("size", norm(b, parameter)), named("stepSize", norm(b, change))),
      );
      return { parameter: b.sub(parameter, times(b, change, b.mul(ratio, b.cast(rate, "f32")))), slots };
    },
  }),
} as const satisfies Readonly<Record<string, Optimizer>>;

/** What the arguments of each optimizer may be. `lr` is a number or a schedule. */
export const optimizerTable: Readonly<Record<string, CallSchema>> = Object.fromEntries(
  Object.entries(optimizers).map(([name, { settings }]) => [name, settings]),
);

/** The optimizer that a program names. */
export function optimizerOf({ kind }: Pick<OptimizerSpec, "kind">): Optimizer {
  return isOptimizer(kind) ? optimizers[kind] : fault(`no optimizer ${kind}`);
}

function isOptimizer(kind: string): kind is keyof typeof optimizers {
  return Object.hasOwn(optimizers, kind);
}

/** Names of the state that an optimizer keeps for each parameter, in order. */
export function slotNames(spec: OptimizerSpec): readonly string[] {
  return Object.keys(optimizerOf(spec).slots(spec));
}

function adam(input: UpdateInput<"beta1" | "beta2" | "epsilon", "m" | "v", "correction">): Updated<"m" | "v"> {
  const { b, scalars, parameter, rate, shared, named } = input;
  const slots = moments(input);
  const root = plus(b, b.op("sqrt", [slots.v]), scalars.epsilon);
  const change = named("change", b.div(times(b, slots.m, b.mul(rate, shared.correction)), root));
  return { parameter: b.sub(parameter, change), slots };
}

/** The running means of gradients and of their squares. */
function moments(input: UpdateInput<"beta1" | "beta2", "m" | "v">): Readonly<Record<"m" | "v", Value>> {
  const { b, scalars, gradient, slot } = input;
  return {
    m: blend(b, slot("m"), gradient, scalars.beta1),
    v: blend(b, slot("v"), b.op("square", [gradient]), scalars.beta2),
  };
}

/** Adam's bias correction sqrt(1 - beta2^t) / (1 - beta1^t). */
function adamCorrection(
  b: GraphBuilder,
  t: Value,
  { beta1, beta2 }: Readonly<Record<"beta1" | "beta2", Value>>,
): Readonly<Record<"correction", Value>> {
  return { correction: b.div(b.op("sqrt", [lacking(b, beta2, t)]), lacking(b, beta1, t)) };
}

/** What a running mean of t values lacks of its full weight: 1 - beta^t. */
function lacking(b: GraphBuilder, beta: Value, t: Value): Value {
  return b.sub(b.scalar(1, "f64"), b.op("pow", [beta, t]));
}

/** How far LAMB trusts a step: the parameter's norm over the step's, or 1 where one of them is 0. */
function trustRatio(b: GraphBuilder, parameter: Value, step: Value): Value {
  const isDefined = b.op("greater", [b.op("minimum", [parameter, step]), b.scalar(0)]);
  return b.where(isDefined, b.div(parameter, step), b.scalar(1));
}

/** The root of the sum of squares, an f32 scalar. */
function norm(b: GraphBuilder, value: Value): Value {
  return b.op("sqrt", [sumOfSquares(b, value)]);
}

/** decay * old + (1 - decay) * now. */
function blend(b: GraphBuilder, old: Value, now: Value, decay: Value): Value {
  return b.add(times(b, old, decay), times(b, now, b.sub(b.scalar(1, "f64"), decay)));
}

/** A tensor times a scalar, in the tensor's dtype. */
function times(b: GraphBuilder, value: Value, factor: Value): Value {
  return b.mul(value, b.cast(factor, value.type.dtype));
}

/** A tensor divided by a scalar, in the tensor's dtype. */
function dividedBy(b: GraphBuilder, value: Value, divisor: Value): Value {
  return b.div(value, b.cast(divisor, value.type.dtype));
}

/** A tensor plus a scalar, in the tensor's dtype. */
function plus(b: GraphBuilder, value: Value, summand: Value): Value {
  return b.add(value, b.cast(summand, value.type.dtype));
}
